"""YAML into plain data, strictly: what could do harm or mislead is refused while it is read.

Refused are anchors and aliases (a few hundred bytes of them can expand to gigabytes), tags,
nesting deeper than `MAX_DEPTH`, a second document and a key given twice. Plain scalars follow the
core schema of YAML 1.2, so that `no` is a text and `1:30` is not ninety.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

MAX_DEPTH: Final = 32
"""Deepest nesting of lists and mappings."""

_MAX_DIGITS: Final = 18
_INTEGER = re.compile(r"[-+]?[0-9]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL: Final[dict[str, bool | float | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
}
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def step(path: str, key: str | int) -> str:
    """Return the path of an item inside a mapping or a list.

    Parameters
    ----------
    path
        Path of the mapping or list.
    key
        Key of the mapping, or index of the list.

    Returns
    -------
    str
        `path.key`, `path[index]`, or `path["key"]` for a key that is not a plain word.
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN_KEY.fullmatch(key) is None:
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def path_of(place: Iterable[str | int]) -> str:
    """Return the path that a sequence of keys and indices names.

    Parameters
    ----------
    place
        Keys and indices from the outside to the inside.

    Returns
    -------
    str
        For example `phases[0].target.distal`.
    """
    path = ""
    for key in place:
        path = step(path, key)
    return path


def build(text: str, source: str) -> tuple[Any, dict[str, int]]:
    """Build plain data from YAML.

    Parameters
    ----------
    text
        The YAML.
    source
        Name of the file it came from, for messages.

    Returns
    -------
    tuple[Any, dict[str, int]]
        The data, and the line of each path, counted from 1.

    Raises
    ------
    InputError
        If the text is empty, is not YAML or uses what is refused.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(source)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        raise InputError.one(
            source,
            "not-yaml",
            f"this is not YAML: {problem}",
            hint="correct the line; texts with ':' or '#' need quotes, and indents are spaces.",
            line=mark.line + 1 if mark is not None else None,
        ) from error
    if not builder.documents:
        raise InputError.one(source, "empty-file", "the file is empty", hint="write its content.")
    return builder.documents[0], builder.lines


@dataclass(slots=True)
class _Level:
    """A mapping or list under construction."""

    path: str
    value: dict[str, Any] | list[Any]
    key: str | None = None
    """The key whose value comes next; only in a mapping."""


@dataclass(slots=True)
class _Builder:
    """Builds the data from parser events, without recursion and refusing as it goes."""

    source: str
    lines: dict[str, int] = field(default_factory=dict)
    documents: list[Any] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)

    def take(self, event: yaml.Event) -> None:
        """Take one event of the parser."""
        import yaml

        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent | yaml.NodeEvent):
            self._refuse_expansion(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open({}, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open([], line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.levels.pop()

    def _refuse_expansion(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._refuse(
                "alias",
                f"the anchor or alias {event.anchor!r} is not allowed",
                "write the values out.",
                line,
            )
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._refuse(
                "tag", f"the tag {tag!r} is not allowed", "remove the tag; quote texts.", line
            )

    def _take_scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        level = self.levels[-1] if self.levels else None
        if level is not None and isinstance(level.value, dict) and level.key is None:
            self._take_key(level, event.value, line)
            return
        plain = event.style in (None, "")
        self._place(_scalar(event.value) if plain else event.value, line)

    def _take_key(self, level: _Level, key: str, line: int) -> None:
        path = step(level.path, key)
        if key in level.value:
            self._refuse(
                "duplicate-key",
                f"{key!r} is given twice, first on line {self.lines[path]}",
                "keep one of the two.",
                line,
                path,
            )
        self.lines[path] = line
        level.key = key

    def _open(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if len(self.levels) >= MAX_DEPTH:
            self._refuse(
                "too-deep",
                f"lists and mappings are nested deeper than {MAX_DEPTH}",
                "check the brackets and indents.",
                line,
            )
        path = self._place(value, line)
        self.levels.append(_Level(path, value))

    def _place(self, value: object, line: int) -> str:
        """Put a value where the open level wants it; return its path."""
        if not self.levels:
            if self.documents:
                self._refuse(
                    "two-documents",
                    "a second document starts here; one is allowed",
                    "remove the '---' or split the file.",
                    line,
                )
            self.documents.append(value)
            self.lines[""] = line
            return ""
        level = self.levels[-1]
        if isinstance(level.value, list):
            path = step(level.path, len(level.value))
            self.lines[path] = line
            level.value.append(value)
            return path
        if level.key is None:
            self._refuse(
                "bad-key",
                "a list or mapping cannot be a key",
                "use a plain word as the key.",
                line,
                level.path,
            )
        path = step(level.path, level.key)
        level.value[level.key] = value
        level.key = None
        return path

    def _refuse(self, code: str, message: str, hint: str, line: int, path: str = "") -> NoReturn:
        raise InputError.one(self.source, code, message, hint=hint, path=path, line=line)


def _scalar(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar by the core schema of YAML 1.2."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _MAX_DIGITS else float(text)
    if _REAL.fullmatch(text):
        return float(text)
    return text
