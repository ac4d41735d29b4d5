"""Hashes of passwords and PINs by argon2id, so slow and large that guessing does not pay."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from openpresso.clinic.people.security import security

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Return argon2id with the parameters of `security.yaml` (RFC 9106)."""
    import argon2

    figures = security()
    return argon2.PasswordHasher(
        time_cost=figures["hash-passes"],
        memory_cost=figures["hash-memory"],
        parallelism=figures["hash-lanes"],
        hash_len=figures["hash-length"],
        salt_len=figures["hash-salt"],
        type=argon2.Type.ID,
    )


@lru_cache(maxsize=1)
def nobodys() -> str:
    """Return a hash that no password has: who is not known takes as long as who is."""
    import secrets

    return hasher().hash(secrets.token_hex(32))


def hashed(secret: str) -> str:
    """Return the hash of a password or a PIN, with its salt and its parameters in it."""
    return hasher().hash(_bytes(secret))


def matches(known: str, secret: str) -> bool:
    """Return whether a secret has a hash; it takes as long when there is no hash at all.

    Parameters
    ----------
    known
        Hash, or an empty text, which nothing matches.
    secret
        What somebody gave.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    longest = security()["password-longest"]
    try:
        hasher().verify(known or nobodys(), _bytes(secret[: longest + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(known) and len(secret) <= longest


def outdated(known: str) -> bool:
    """Return whether a hash was made with other parameters than now."""
    return hasher().check_needs_rehash(known)


def _bytes(secret: str) -> bytes:
    """Return the bytes that are hashed: composed (NFKC), so that every keyboard gives the same."""
    return unicodedata.normalize("NFKC", secret).encode(errors="surrogatepass")
