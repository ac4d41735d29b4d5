"""Whether a record is what was recorded: every byte of every file, with the place of a fault.

The chain of trust: `session.json` is canonical and carries its own digest and that of every file;
the journal's lines are linked and carry the header, the outcome and, every minute and at the end,
the digest of the waveform log; the Parquet file holds what the log holds. So any one changed byte
is found, and a missing or a swapped file. A digest is not a signature: who can write the whole
folder can write another record.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpresso.errors import Diagnostic
from openpresso.record import canonical, journal, papers, parquet, sealing, waveforms
from openpresso.record.contradictions import contradictions

if TYPE_CHECKING:
    from collections.abc import Mapping

RESTORE: Final = "restore this file from a copy; do not use the record as evidence until then."
REFUSED_NEWER: Final = "update openpresso to read it; nothing was changed."


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary as read, or what is wrong with it."""

    data: Mapping[str, Any]
    fault: Diagnostic | None


def verify(folder: Path | str) -> tuple[Diagnostic, ...]:
    """Check a record.

    Parameters
    ----------
    folder
        Folder of the record.

    Returns
    -------
    tuple[Diagnostic, ...]
        What is wrong, at most one finding a file; empty when the record is true. `path` names the
        file, `line` the line of a journal.
    """
    path = Path(folder)
    if not path.is_dir():
        return (_fault("missing-record", str(path), "there is no such folder", "check the name."),)
    if not (path / sealing.FILE).exists():
        return (_unclosed(path),)
    summary = read_summary(path)
    if summary.fault and summary.fault.code == "newer-schema":
        return (summary.fault,)
    listed = {} if summary.fault else summary.data["files"]
    legs = {} if summary.fault else summary.data["legs"]
    found = [summary.fault] if summary.fault else []
    names = sorted({journal.FILE, waveforms.FILE, parquet.FILE, *listed})
    for name in names:
        fault = _check(path / name, listed.get(name), legs)
        if fault:
            found.append(fault)
    if not found:
        found += contradictions(path, summary.data)
    return (*found, *papers.check(path, str(summary.data.get("digest", ""))))


def read_summary(path: Path) -> Summary:
    """Return the summary of a record and what is wrong with it.

    Parameters
    ----------
    path
        Folder of the record.

    Returns
    -------
    Summary
        Its data is to be trusted only without a fault.
    """
    try:
        raw = (path / sealing.FILE).read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Summary({}, _fault("unreadable-file", sealing.FILE, message, RESTORE))
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        message = f"is not whole JSON; it has {len(raw)} bytes"
        return Summary({}, _fault("broken-file", sealing.FILE, message, RESTORE, line))
    if not isinstance(data, dict) or data.get("format") != sealing.FORMAT:
        message = f"is not the summary of a record; its 'format' must be {sealing.FORMAT!r}"
        return Summary({}, _fault("broken-file", sealing.FILE, message, RESTORE))
    schema = data.get("schema")
    if isinstance(schema, int) and schema > sealing.SCHEMA:
        message = f"has schema {schema}; this openpresso reads schemas up to {sealing.SCHEMA}"
        return Summary(data, _fault("newer-schema", sealing.FILE, message, REFUSED_NEWER))
    return Summary(data, _changed(data, raw))


def _changed(data: Mapping[str, Any], raw: bytes) -> Diagnostic | None:
    """Return how a summary differs from its digest and its canonical form."""
    rest = {key: value for key, value in data.items() if key != "digest"}
    try:
        if canonical.digest(rest) != data.get("digest"):
            message = "was changed: its content does not match its own digest"
            return _fault("changed-file", sealing.FILE, message, RESTORE)
        made = canonical.document(data)
    except ValueError:
        message = "was changed: it holds a value that no record holds"
        return _fault("changed-file", sealing.FILE, message, RESTORE)
    if made != raw:
        byte = next(
            (n for n, (one, other) in enumerate(zip(raw, made, strict=False)) if one != other),
            min(len(raw), len(made)),
        )
        message = f"was changed: byte {byte} is not as openpresso writes it"
        line = raw[:byte].count(b"\n") + 1
        return _fault("changed-file", sealing.FILE, message, RESTORE, line)
    return None


def _check(
    path: Path, noted: Mapping[str, Any] | None, legs: Mapping[str, Any]
) -> Diagnostic | None:
    """Return what is wrong with one file."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _fault("missing-file", path.name, "the file is missing from the record", RESTORE)
    except OSError as error:
        return _fault("unreadable-file", path.name, f"cannot be read: {error.strerror}", RESTORE)
    if noted and hashlib.sha256(raw).hexdigest() == noted["sha256"]:
        return None
    inside = _inside(path.name, raw, legs)
    if inside:
        return inside
    if noted is None:
        return None
    if len(raw) != noted["bytes"]:
        message = f"has {len(raw)} bytes where {noted['bytes']} were recorded"
    else:
        message = "was changed: its content does not match the digest in session.json"
    return _fault("changed-file", path.name, message, RESTORE)


def _inside(name: str, raw: bytes, legs: Mapping[str, Any]) -> Diagnostic | None:
    """Return the fault that a file shows by itself, with its place."""
    if name == journal.FILE:
        _, broken = journal.read(raw)
        if broken:
            message = f"{broken.reason} (byte {broken.offset})"
            return _fault("broken-journal", name, message, RESTORE, broken.line)
    if name == waveforms.FILE and legs:
        _, tail = waveforms.read(raw, sealing.sizes(legs))
        if tail:
            message = f"block {tail.block}: {tail.reason} (byte {tail.offset})"
            return _fault("broken-waveforms", name, message, RESTORE)
    return None


def _unclosed(path: Path) -> Diagnostic:
    """Return what to say of a folder without a summary."""
    if (path / journal.FILE).exists():
        return _fault(
            "not-closed",
            sealing.FILE,
            "the record was never closed: its session was interrupted or is still running",
            "when its session is over, start openpresso again: it closes it as interrupted.",
        )
    return _fault(
        "not-a-record", sealing.FILE, "the folder holds no record", "name the folder of a record."
    )


def _fault(code: str, path: str, message: str, hint: str, line: int | None = None) -> Diagnostic:
    """Return an error about a file of the record."""
    return Diagnostic("error", code, path, message, hint, line)
