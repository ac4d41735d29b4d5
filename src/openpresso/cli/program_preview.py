"""A preview of a program on one leg: made from what the command line says, and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from openpresso.cli.output import print_json, print_table
from openpresso.cli.program_page import entry
from openpresso.errors import InputError
from openpresso.units import format_duration, format_pressure

if TYPE_CHECKING:
    from pathlib import Path

    from openpresso.cuff import Cuff
    from openpresso.program import Program, Timeline
    from openpresso.twin.preview.change import Range
    from openpresso.twin.preview.parts import Pressed, Reached
    from openpresso.twin.preview.preview import Preview

NOMINAL: Final = "female"
"""The leg without `--leg`: the mean woman, whose girths the cuffs' files have."""
REACHED: Final[dict[Reached, str]] = {"yes": "passes", "perhaps": "perhaps", "no": "below"}


def show(
    name: str,
    *,
    cuff: str | None,
    leg: str | None,
    posture: str,
    ceiling: str | None,
    duration: str | None,
    out: Path | None,
    as_json: bool,
    papers: bool,
) -> None:
    """Make a preview and print it, and draw it if there is a file to write.

    Raises
    ------
    InputError
        If program, cuff, leg, posture or file are not right, or do not go together.
    """
    from openpresso import program
    from openpresso.program.plot import checked
    from openpresso.twin.preview import picture as preview_picture

    if out is not None:
        checked(out)
    one = program.load(name)
    found = made(one, cuff, leg, posture, ceiling, duration)
    if out is not None:
        preview_picture.draw(found, out, title=one.title)
    if as_json:
        print_json(as_data(one, found, papers=papers))
        return
    print_page(one, found)
    if papers:
        print_papers(found)
    if out is not None:
        print(f"\n{out}")


def made(
    one: Program,
    cuff: str | None,
    leg: str | None,
    posture: str,
    ceiling: str | None,
    duration: str | None,
) -> Preview:
    """Return the preview of a program."""
    from openpresso import cuff as cuffs
    from openpresso import program, units
    from openpresso.cli.programs import first_fitting
    from openpresso.twin.people import text as person_text
    from openpresso.twin.preview.preview import preview

    garment = first_fitting(one) if cuff is None else cuffs.load(cuff)
    limit = None if ceiling is None else units.pressure(ceiling, source="--ceiling")
    person = person_text.parse(NOMINAL if leg is None else leg, source="--leg")
    timeline = compiled(one, garment, limit)
    if duration is not None:
        lasts = units.duration(duration, source="--duration")
        timeline = timeline.cut(program.whole_cycles(timeline, lasts))
    return preview(
        timeline, garment, person, held(posture), program.ceiling_of(one, garment, limit)
    )


def compiled(one: Program, garment: Cuff, limit: float | None) -> Timeline:
    """Return the timeline of the left leg; a program that does not fit is refused."""
    from openpresso import program

    errors = [one for one in program.fits(one, garment, limit) if one.severity == "error"]
    if errors:
        raise InputError(one.file or one.name, errors)
    return program.compile(one, garment, limit, leg="left")


def held(posture: str) -> Posture:
    """Return a posture by its name.

    Raises
    ------
    InputError
        If there is no such posture.
    """
    from openpresso.twin.limb import Posture

    for known in get_args(Posture):
        if posture.casefold() == known:
            found: Posture = known
            return found
    allowed = ", ".join(get_args(Posture))
    message = f"{posture!r} is no posture; allowed are {allowed}"
    raise InputError.one("--posture", "unknown-posture", message, hint="correct the posture.")


def as_data(one: Program, found: Preview, *, papers: bool) -> dict[str, object]:
    """Return all that the page says as plain data."""
    from openpresso.twin.preview import data as preview_data
    from openpresso.twin.preview import words as preview_words

    data: dict[str, object] = {"title": one.title, **preview_data.data(found)}
    if papers:
        data["papers"] = [
            {"source": cited.source, "marks": list(cited.marks), "figures": list(cited.parameters)}
            for cited in preview_words.papers(found)
        ]
    return data


def print_page(one: Program, found: Preview) -> None:
    """Print a preview for a person to read."""
    from openpresso.twin.preview import words

    print(f"{one.name} on {found.cuff}: {one.title}\n")
    for line in (
        *entry(found.limb.capitalize(), f"{words.who(found.person)}; {words.holding(found)}"),
        *entry("Time", f"{format_duration(found.duration)}, {cycles_text(found)}"),
        *entry("Ceiling", format_pressure(found.ceiling)),
        "",
        *labelled("Expected", words.plain(found)),
        "",
    ):
        print(line)
    print_segments(found)
    print()
    print_volumes(found)
    print()
    print("\n".join(labelled("Unknown", words.unknown(found))))
    print("\n".join(entry("Ranges", words.made(found))))
    print("\n".join(entry("Note", words.NOTICE)))


def labelled(label: str, texts: tuple[str, ...]) -> list[str]:
    """Return texts under one label, which stands before the first."""
    return [
        line for number, text in enumerate(texts) for line in entry("" if number else label, text)
    ]


def cycles_text(found: Preview) -> str:
    """Return the phases with the lengths of their cycles."""
    return "; ".join(
        f"{one.phase}: cycles of {format_duration(round(one.averages.duration, 1))}"
        for one in found.cycles
    )


def print_segments(found: Preview) -> None:
    """Print the pressures under each chamber, from the uppermost to the lowest."""
    print_table(
        ("segment", "skin", "fat", "muscle", "tissue fluid", f"{found.threshold:.0f} mmHg",
         "held", "fluid"),
        (
            (
                f"{one.number} {one.zone}",
                pressed(one.skin),
                pressed(one.fat),
                pressed(one.muscle),
                f"{one.head.middle:.0f} ({one.head.low:.0f} to {one.head.high:.0f})",
                REACHED[one.reaches],
                f"{one.held:.0f} s" if one.held else "",
                f"{one.change:+.0f} mL".replace("-", "−"),
            )
            for one in reversed(found.segments)
        ),
    )  # fmt: skip
    print("Pressures [mmHg]: mean over the session / highest. Fluid: change from begin to end.")


def pressed(one: Pressed) -> str:
    """Return mean and highest pressure."""
    return f"{one.mean:.0f} / {one.peak:.0f}"


def print_volumes(found: Preview) -> None:
    """Print what the session moves, each with its range or its error of measurement."""
    change, blood = found.change, found.blood
    print_table(
        ("expected", "middle", "low", "high", "unit"),
        [
            *(
                (label, *spread(one), "mL")
                for label, one in (
                    ("fluid, end against begin", change.session),
                    ("fluid, without the cuff", change.without),
                    ("fluid, difference at the end", change.effect),
                    ("fluid, left after an hour", change.hour),
                    ("fluid, left after a day", change.day),
                )
            ),
            ("blood moved in a cycle", f"{blood.ejected.value:.0f}", "", "", "mL"),
            ("blood out at the end, soon back", f"{blood.kept_out:.0f}", "", "", "mL"),
            *(
                (label, f"{one.value:.0f}", f"{one.value - one.error:.0f}",
                 f"{one.value + one.error:.0f}", f"{one.unit}, error of ultrasound")
                for label, one in (
                    ("femoral vein, peak velocity", blood.peak),
                    ("femoral vein, peak at rest", blood.rest),
                )
                if one is not None
            ),
        ],
    )  # fmt: skip


def spread(one: Range) -> tuple[str, str, str]:
    """Return middle, low and high of a change."""
    from openpresso.twin.preview.words import millilitres

    return millilitres(one.middle), millilitres(one.low), millilitres(one.high)


def print_papers(found: Preview) -> None:
    """Print the sources that a preview rests on, the surest first."""
    from openpresso.twin.preview.words import papers

    print("\nWhat this rests on, the surest first:")
    for one in papers(found):
        figures = ", ".join(one.parameters)
        print("\n".join(entry(one.marks[0], f"{one.source} ({figures})")))


if TYPE_CHECKING:
    from openpresso.twin.limb import Posture
