"""Program files: load, name, and write back."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from openpresso.documents import Document, load_document, parse_document, validate
from openpresso.errors import InputError
from openpresso.program.coherence import contradictions
from openpresso.program.model import (
    ByZone,
    Direction,
    Evidence,
    Fit,
    Gradient,
    Order,
    OrderEntry,
    PerChamber,
    PhasePlan,
    Program,
    Pulses,
    RampUp,
    Rest,
    Source,
    Spacing,
    Target,
    Uniform,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from openpresso.program.schema import PhaseForm, ProgramForm

_SPACINGS = ("overlap", "stagger", "sweep")


def names() -> list[str]:
    """Return the names of the programs in the catalog, sorted."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in _catalog().iterdir()
        if entry.name.endswith(".yaml")
    )


def load(name_or_path: str | Path) -> Program:
    """Load a program from the catalog or from a file.

    Parameters
    ----------
    name_or_path
        A catalog name such as `gradient-drainage`, or the path of a YAML file.

    Returns
    -------
    Program
        The program, which does not contradict itself.

    Raises
    ------
    InputError
        With a diagnostic for everything that is wrong.
    """
    return _coherent(read(name_or_path))


def load_text(text: str, source: str) -> Program:
    """Load a program from the text of a YAML file; `source` names it in messages.

    Raises
    ------
    InputError
        With a diagnostic for everything that is wrong.
    """
    return _coherent(from_document(parse_document(text, source)))


def _coherent(program: Program) -> Program:
    """Return a program that does not contradict itself."""
    errors = [found for found in contradictions(program) if found.severity == "error"]
    if errors:
        raise InputError(program.file, errors)
    return program


def read(name_or_path: str | Path) -> Program:
    """Read a program file that has the right form; it may still contradict itself."""
    path, source = _locate(name_or_path)
    return from_document(load_document(path, source=source))


def from_document(document: Document) -> Program:
    """Turn a document into a program.

    Parameters
    ----------
    document
        A YAML document, or one built from data that `to_data` wrote.

    Returns
    -------
    Program
        The program.

    Raises
    ------
    InputError
        If the form is wrong.
    """
    from openpresso.program.schema import ProgramForm

    form = validate(document, ProgramForm)
    return _program(form, document)


def to_data(program: Program) -> dict[str, Any]:
    """Return a program as plain data in the form of its file.

    Parameters
    ----------
    program
        The program.

    Returns
    -------
    dict
        Mappings, lists and texts; read back it gives an equal program.
    """
    from openpresso.program.writing import program_data

    return program_data(program)


def program_schema() -> dict[str, Any]:
    """Return the JSON Schema of a program file, draft 2020-12."""
    from openpresso.program.schema import json_schema

    return json_schema()


def _catalog() -> Traversable:
    return resources.files("openpresso.program") / "catalog"


def _locate(name_or_path: str | Path) -> tuple[Path, str]:
    """Return the path of a file or of the catalog entry with this name, and its name to show."""
    text = str(name_or_path)
    path = Path(name_or_path)
    if isinstance(name_or_path, Path) or path.suffix in {".yaml", ".yml"} or "/" in text:
        return path, text
    if text in names():
        return Path(str(_catalog() / f"{text}.yaml")), text
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if there:
        return path, text
    raise _unknown(text)


def _unknown(name: str) -> InputError:
    import difflib

    near = difflib.get_close_matches(name, names(), n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(repr(one) for one in near)}? " if near else ""
    return InputError.one(
        name[:80],
        "missing-program",
        "there is no such file and no such program in the catalog",
        hint=f"{meant}The catalog has {', '.join(names())}.",
    )


def _program(form: ProgramForm, document: Document) -> Program:
    return Program(
        name=form.name,
        version=form.version,
        title=form.title,
        purpose=form.purpose,
        duration=form.duration,
        ceiling=form.ceiling,
        legs=form.legs,
        fit=Fit(tuple(form.fits.limbs), form.fits.chambers[0], form.fits.chambers[1]),
        phases=tuple(_phase(one) for one in form.phases),
        evidence=Evidence(
            form.evidence.grade,
            form.evidence.finding,
            form.evidence.claim,
            tuple(form.evidence.unknown),
            form.evidence.studied_dose or "",
        ),
        sources=tuple(
            Source(one.figures, one.mark, one.citation, one.address or "") for one in form.sources
        ),
        permission=form.permission,
        warnings=tuple(form.warnings),
        ramp_up=RampUp(form.ramp_up.cycles, form.ramp_up.start) if form.ramp_up else None,
        adaptations=tuple(form.adaptations),
        file=document.source,
        lines=document.lines,
    )


def _phase(form: PhaseForm) -> PhasePlan:
    return PhasePlan(
        name=form.name,
        pattern=form.pattern,
        target=_target(form.target),
        hold=form.hold,
        rest=_rest(form.rest),
        rise=form.rise,
        release=form.release,
        duration=form.duration,
        order=_order(form.order),
        spacing=_spacing(form),
        pulses=Pulses(form.pulses.count, form.pulses.gap, form.pulses.dip)
        if form.pulses
        else Pulses(),
    )


def _target(form: object) -> Target:
    from openpresso.program.schema import GradientForm, ZonesForm

    match form:
        case GradientForm():
            return Gradient(form.distal, form.step, form.minimum)
        case ZonesForm():
            return ByZone(tuple(form.zones.items()))
        case list():
            return PerChamber(tuple(None if value == "vent" else value for value in form))
        case _:
            return Uniform(cast("float", form))


def _order(form: object) -> Order:
    if isinstance(form, str):
        return Order(cast("Direction", form))
    entries = cast("list[int | str | list[int | str]]", form)
    groups: tuple[OrderEntry, ...] = tuple(
        tuple(entry) if isinstance(entry, list) else entry for entry in entries
    )
    return Order(None, groups)


def _spacing(form: PhaseForm) -> Spacing:
    if form.starts is not None:
        return Spacing("starts", tuple(form.starts))
    given: Mapping[str, float | None] = {name: getattr(form, name) for name in _SPACINGS}
    for kind, value in given.items():
        if value is not None:
            return Spacing(cast("Any", kind), (value,))
    return Spacing()


def _rest(form: object) -> Rest:
    from openpresso.program.schema import RestForm

    if not isinstance(form, RestForm):
        return Rest(cast("float", form))
    kind = "waits-for-refill" if form.waits_for_refill else "fixed"
    if isinstance(form.level, str):
        return Rest(form.time, cast("Any", kind), form.level)
    return Rest(form.time, cast("Any", kind), "gradient", form.level.gradient)
