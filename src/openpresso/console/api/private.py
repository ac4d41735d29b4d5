"""Columns that leave the clinic by no answer of the API."""

from __future__ import annotations

import re
from typing import Final

PRIVATE: Final = frozenset({
    "calendar_feed.token_hash",
    "client_key.wrapped",
    "integration.token",
    "password_code.code",
    "photograph.file",
    "photograph.small",
    "recovery_code.code",
    "second_factor.last_step",
    "second_factor.offered",
    "sign_in.token",
    "sign_in_try.login",
    "staff.password",
    "staff.pin",
    "staff.totp",
})  # fmt: skip
"""`table.column` of what proves who somebody is, opens a file, or says where one lies."""
INTERNAL: Final = frozenset({"practice_id", "search"})
"""Columns of any table that say nothing to whoever asks."""
SUSPICIOUS: Final = re.compile(
    r"pass(?!ed$)|secret|token|pin$|totp|(^|_)key$|wrapped|code|salt|offered$|login|(^|_)file$"
)
"""Names that sound like a secret: each such column is private, or listed here as harmless."""
HARMLESS: Final = frozenset({
    "package_offer.code",
    "price.code",
    "price.offered",
    "staff.login",
})  # fmt: skip


def shown(table: str, column: str) -> bool:
    """Return whether a column of a table is part of an answer."""
    return f"{table}.{column}" not in PRIVATE and column not in INTERNAL
