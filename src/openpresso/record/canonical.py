"""One way to write a value as JSON, so that a digest over it means something.

Keys are sorted, floats are the shortest text that reads back to the same number, NaN and infinity
become null, and text is UTF-8. `line` has no white space at all; `document` is indented for people.
Both are functions of the value alone, so a file whose bytes differ from the canonical form of what
they say was changed, even if only white space was added.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePath
from typing import Any

import numpy as np

GENESIS = "0" * 64
"""The digest before the first line of a journal."""


def plain(value: object) -> Any:  # noqa: ANN401 -- JSON has no narrower type
    """Return a value as JSON knows it.

    Parameters
    ----------
    value
        Anything; arrays, dataclasses, tuples, sets and paths are converted, other objects become
        their text, numbers that are not finite become `None`.

    Returns
    -------
    Any
        Dicts with text keys, lists, text, numbers, booleans and `None`.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value.value) if isinstance(value, enum.Enum) else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, AbstractSet):
        return sorted((plain(inner) for inner in value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(inner) for inner in value]
    return value.as_posix() if isinstance(value, PurePath) else str(value)


def line(value: object) -> bytes:
    """Return a plain value as canonical JSON on one line, without a line end."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def document(value: object) -> bytes:
    """Return a plain value as canonical JSON indented for people, with a line end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
    return text.encode() + b"\n"


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical line of a plain value, in hexadecimal."""
    return hashlib.sha256(line(value)).hexdigest()
