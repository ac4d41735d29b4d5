"""Where each figure of a cuff comes from, and that none is without a source."""

from __future__ import annotations

import dataclasses
import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from openpresso.documents import step
from openpresso.errors import Diagnostic
from openpresso.units import Kind, format_duration, format_flow, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openpresso.cuff.model import Cuff

Mark = Literal["found", "memory", "derived", "estimate", "assumed"]
"""`found` in a public source, from `memory` and not confirmed, `derived` from other figures,
an engineering `estimate` in the literature used, or `assumed` for this cuff."""

MARKS: Final[tuple[str, ...]] = get_args(Mark)

_MARKED = re.compile(rf"({'|'.join(MARKS)})(?::\s*(\S.*))?", re.DOTALL)
_NO_FIGURES: Final = frozenset({"name", "version", "title", "limb", "number", "zone", "sources"})
_KINDS: Final[dict[str, Kind]] = {
    "level": "length",
    "length": "length",
    "overlap": "length",
    "girth": "length",
    "bore": "length",
    "dead_volume": "volume",
    "slack_volume": "volume",
    "manifold_volume": "volume",
    "slack_pressure": "pressure",
    "limit": "pressure",
    "max_pressure": "pressure",
    "stretch": "compliance",
    "conductance": "conductance",
}
_FORMATS: Final[dict[str, Callable[[float], str]]] = {
    "flow": format_flow,
    "lag": format_duration,
    "max_hold": format_duration,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a cuff with its source.

    Parameters
    ----------
    path
        Path in the file, for example `chambers[0].girth`.
    value
        The value with its unit.
    mark
        How sure it is.
    source
        The source, or an empty text.
    """

    path: str
    value: str
    mark: Mark
    source: str


def describe(cuff: Cuff) -> tuple[Figure, ...]:
    """Return every figure of a cuff with its value as text, its mark and its source.

    Parameters
    ----------
    cuff
        The cuff.

    Returns
    -------
    tuple[Figure, ...]
        In the order of the model. A figure without a source counts as assumed.
    """
    found = []
    for path, value in _figures(cuff):
        pattern = _pattern_for(path, cuff.sources)
        match = _MARKED.fullmatch(cuff.sources.get(pattern, "").strip())
        mark, source = (cast("Mark", match[1]), match[2] or "") if match else ("assumed", "")
        found.append(Figure(path, value, mark, source))
    return tuple(found)


def examine_sources(cuff: Cuff) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the sources of a cuff.

    Parameters
    ----------
    cuff
        The cuff.

    Returns
    -------
    tuple[Diagnostic, ...]
        Errors for figures without a source, sources of nothing and sources without a mark.
    """
    bare = {
        re.sub(r"\[\d+\]", "[*]", path): None
        for path, _ in _figures(cuff)
        if not _pattern_for(path, cuff.sources)
    }
    found = []
    for pattern, text in cuff.sources.items():
        path = step("sources", pattern)
        if not _covers_any(pattern, cuff):
            near = difflib.get_close_matches(pattern, bare, n=1, cutoff=0.7)
            for one in near:
                del bare[one]
            message = f"{pattern!r} is not the path of a figure"
            hint = "correct the path, as in 'chambers[*].girth', 'pump.flow' or 'inlet'."
            hint = f"did you mean {near[0]!r}?" if near else hint
            found.append(Diagnostic("error", "unknown-figure", path, message, hint))
        elif _MARKED.fullmatch(text.strip()) is None:
            message = f"{text!r} has no mark; it starts with {', '.join(MARKS)}, then ': ' and why"
            hint = "write 'assumed', or for example 'found: name and address of the source'."
            found.append(Diagnostic("error", "no-mark", path, message, hint))
    if bare:
        message = f"no source for {', '.join(bare)}; every figure has one, or 'assumed'"
        hint = f"add for example '{next(iter(bare))}: assumed'."
        found.append(Diagnostic("error", "no-source", "sources", message, hint))
    return tuple(found)


def _figures(cuff: Cuff) -> Iterator[tuple[str, str]]:
    """Yield path and value of every figure."""
    for name in (one.name for one in dataclasses.fields(cuff)):
        part = getattr(cuff, name)
        if name in _NO_FIGURES:
            continue
        if name == "chambers":
            for index, chamber in enumerate(cuff.chambers):
                yield from _parts(f"chambers[{index}]", chamber)
        elif dataclasses.is_dataclass(part):
            yield from _parts(name, part)
        else:
            yield name, _text(name, part)


def _parts(path: str, part: object) -> Iterator[tuple[str, str]]:
    """Yield path and value of the figures of a part of a cuff."""
    for one in dataclasses.fields(part):  # type: ignore[arg-type]
        if one.name not in _NO_FIGURES:
            yield f"{path}.{one.name}", _text(one.name, getattr(part, one.name))


def _text(name: str, value: float | tuple[float, float]) -> str:
    """Return a figure with its unit."""
    if isinstance(value, tuple):
        return " to ".join(render(one, "length") for one in value)
    if name in _FORMATS:
        return _FORMATS[name](value)
    return render(value, _KINDS[name]) if name in _KINDS else f"{value:g}"


def _pattern_for(path: str, sources: dict[str, str]) -> str:
    """Return the most exact key of the sources that covers a path, or an empty text."""
    general = re.sub(r"\[\d+\]", "[*]", path)
    tries = [path, general]
    for one in (path, general):
        parent = one.rpartition(".")[0]
        tries += [parent, parent.partition("[")[0]]
    return next((one for one in tries if one and one in sources), "")


def _covers_any(pattern: str, cuff: Cuff) -> bool:
    """Whether a key of the sources covers any figure, even if a more exact key covers it too."""
    return any(_pattern_for(path, {pattern: ""}) for path, _ in _figures(cuff))
