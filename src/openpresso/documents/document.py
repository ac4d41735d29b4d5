"""YAML files, read strictly and with the line of every value, and checked against a model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from openpresso.documents.strict_yaml import build
from openpresso.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

    ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_BYTES: Final = 1_000_000
"""Largest file that is read [bytes]."""

_LAST_STEP = re.compile(r'(?:\[\d+\]|\["[^"]*"\]|\.?[^.\[\]]+)$')


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content as plain data, with the line of every value.

    Parameters
    ----------
    source
        Name of the file as the person gave it.
    data
        Mappings, lists and scalars.
    lines
        Line of each path, counted from 1.
    """

    source: str
    data: Any
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int | None:
        """Return the line of a path, or of its nearest parent that is in the file.

        Parameters
        ----------
        path
            For example `phases[0].target.distal`; empty for the whole file.

        Returns
        -------
        int | None
            The line, counted from 1.
        """
        while path and path not in self.lines:
            shorter = _LAST_STEP.sub("", path)
            path = shorter if shorter != path else ""
        return self.lines.get(path)


def load_document(path: Path | str, *, source: str = "") -> Document:
    """Read a YAML file.

    Parameters
    ----------
    path
        The file.
    source
        Name to call it in messages; its path if empty.

    Returns
    -------
    Document
        Its data and lines.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is not YAML, or uses what is refused.
    """
    source = source or str(path)
    return parse_document(_read(Path(path), source), source)


def parse_document(text: str, source: str) -> Document:
    """Read YAML from a text.

    Parameters
    ----------
    text
        The text.
    source
        Name of the file it came from, for messages.

    Returns
    -------
    Document
        Its data and lines.

    Raises
    ------
    InputError
        As `load_document`.
    """
    data, lines = build(text, source)
    return Document(source, data, lines)


def _read(path: Path, source: str) -> str:
    """Return the text of a file that is small enough and is text."""
    try:
        if path.is_dir():
            raise InputError.one(
                source, "not-a-file", "this is a folder", hint="name one YAML file inside it."
            )
        if path.exists() and not path.is_file():
            raise InputError.one(
                source, "not-a-file", "this is not a plain file", hint="name a YAML file."
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
            size = path.stat().st_size
    except FileNotFoundError as error:
        raise InputError.one(
            source, "missing-file", "there is no such file", hint="check the name and the folder."
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError.one(
            source, "unreadable-file", f"cannot be read: {reason}", hint="check who may read it."
        ) from error
    if len(content) > MAX_BYTES:
        raise InputError.one(
            source,
            "file-too-large",
            f"the file has {max(size, len(content)) / 1e6:.1f} MB; "
            f"at most {MAX_BYTES / 1e6:.0f} MB is allowed",
            hint="check that this is the right file; such files are a few kilobytes.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError.one(
            source,
            "not-text",
            f"byte {error.start} is not UTF-8 text",
            hint="name a YAML file, saved as UTF-8.",
        ) from error


def validate(document: Document, model: type[ModelT]) -> ModelT:
    """Check a document against a pydantic model.

    Parameters
    ----------
    document
        The document.
    model
        The model; quantities are best declared with the types of `openpresso.documents.fields`.

    Returns
    -------
    ModelT
        The model's instance.

    Raises
    ------
    InputError
        With one diagnostic per finding: path, line, value, what is allowed, what to do.
    """
    from pydantic import ValidationError

    from openpresso.documents.findings import findings

    if not isinstance(document.data, dict):
        raise InputError.one(
            document.source,
            "not-a-mapping",
            "the file must hold fields, one 'name: value' a line",
            hint="see the shipped files for the form.",
            line=document.line_of(""),
        )
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise InputError(document.source, findings(document, model, error)) from None


def located(document: Document, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with the line of their path filled in where it is missing.

    Parameters
    ----------
    document
        The file that the diagnostics are about.
    found
        The diagnostics.

    Returns
    -------
    tuple[Diagnostic, ...]
        The same diagnostics, in the same order.
    """
    return tuple(
        Diagnostic(
            one.severity,
            one.code,
            one.path,
            one.message,
            one.hint,
            one.line or document.line_of(one.path),
        )
        for one in found
    )
