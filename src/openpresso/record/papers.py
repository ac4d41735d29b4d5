"""The list of reports written beside a record, so that a changed report is found as well.

Reports are made after a record is closed and may be made again, so `session.json` cannot list them;
`reports.json` does, with the digest of the record that they were made from.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from openpresso.errors import Diagnostic
from openpresso.record import canonical, folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE: Final = "reports.json"
"""Name of the list in a record's folder."""
NAMES: Final = ("report.html", "report.pdf")
"""The reports that openpresso writes."""
HINT: Final = "make the report again; the record itself is not touched by this."


def note(path: Path, record: str, names: Sequence[str]) -> None:
    """Write the list of the reports in a record's folder.

    Parameters
    ----------
    path
        Folder of the record.
    record
        Digest of the record.
    names
        Names of the reports.
    """
    data = {"record": record, "reports": {name: _sha256(path / name) for name in sorted(names)}}
    data["digest"] = canonical.digest(data)
    folder.replace(path / FILE, canonical.document(data))


def check(path: Path, record: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the reports beside a record.

    Parameters
    ----------
    path
        Folder of the record.
    record
        Digest of the record, empty when it cannot be trusted.

    Returns
    -------
    tuple[Diagnostic, ...]
        At most one finding a file.
    """
    present = [name for name in NAMES if (path / name).exists()]
    if not (path / FILE).exists():
        return tuple(_fault(name, "is not listed: reports.json is missing") for name in present)
    listed = _listed(path, record)
    if isinstance(listed, str):
        return (_fault(FILE, listed),)
    found = []
    for name in sorted({*listed, *present}):
        if name not in listed:
            found.append(_fault(name, "is not listed in reports.json"))
        elif name not in present:
            found.append(_fault(name, "is listed in reports.json but missing"))
        elif _sha256(path / name) != listed[name]:
            found.append(_fault(name, "was changed: it does not match its digest in reports.json"))
    return tuple(found)


def _listed(path: Path, record: str) -> dict[str, str] | str:
    """Return the reports and their digests, or what is wrong with the list."""
    try:
        raw = (path / FILE).read_bytes()
        data = json.loads(raw)
        noted = data.pop("digest")
        if canonical.digest(data) != noted:
            return "was changed: it does not match its own digest"
        if canonical.document({**data, "digest": noted}) != raw:
            return "was changed: it is not as openpresso writes it"
        if record and data["record"] != record:
            return "belongs to another record"
        return {str(name): str(digest) for name, digest in data["reports"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return "is not whole JSON of a list of reports"


def _sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fault(path: str, message: str) -> Diagnostic:
    """Return an error about a report."""
    return Diagnostic("error", "changed-report", path, message, HINT)
