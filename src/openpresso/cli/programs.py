"""`openpresso program`: the programs of the catalog, and files of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from openpresso.cuff import Cuff
    from openpresso.program import Program

app = typer.Typer(
    help="List, show, check, plot and preview programs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name in the catalog, or a YAML file.")]
CuffName = Annotated[
    str | None,
    typer.Option("--cuff", metavar="CUFF", help="Cuff: name in the catalog, or a YAML file."),
]
Ceiling = Annotated[
    str | None,
    typer.Option(metavar="PRESSURE", help='Highest pressure allowed, such as "60 mmHg".'),
]


@app.command("list")
def list_programs(*, as_json: AsJson = False) -> None:
    """List the programs of the catalog with the grade of their evidence."""
    from openpresso import program
    from openpresso.cli.output import print_json, print_table
    from openpresso.units import format_duration, format_pressure

    programs = [program.load(name) for name in program.names()]
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "duration": one.duration,
                    "ceiling": one.ceiling,
                    "grade": one.evidence.grade,
                    "permission": one.permission,
                }
                for one in programs
            ]
        )
        return
    print_table(
        ("name", "time", "ceiling", "grade", "permission", "title"),
        (
            (
                one.name,
                format_duration(one.duration),
                format_pressure(one.ceiling),
                one.evidence.grade,
                "" if one.permission == "none" else one.permission,
                one.title,
            )
            for one in programs
        ),
        wide="title",
    )
    print("\nGrade of evidence: A best, D practice only, U unknown; see openpresso program show.")


@app.command("show")
def show(name: Name, *, as_json: AsJson = False) -> None:
    """Show a program: purpose, warnings, phases, evidence, sources and the cuffs it fits."""
    from openpresso import program
    from openpresso.cli.output import print_json
    from openpresso.cli.program_page import page

    one = program.load(name)
    if as_json:
        print_json(program.to_data(one))
    else:
        print(page(one))


@app.command("check")
def check(
    name: Name,
    *,
    cuff: CuffName = None,
    ceiling: Ceiling = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--nearest", metavar="FILE", help="Write the nearest program that the cuff can deliver."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a program, alone or for a cuff; exit code 2 on errors.

    For a cuff it also checks limits, and whether pump and valves can follow. Where they cannot, it
    says what the nearest program that they can deliver would change.
    """
    from openpresso import cuff as cuffs
    from openpresso import program, units
    from openpresso.cli import program_repair
    from openpresso.cli.output import print_findings

    if cuff is None and (ceiling or write):
        message = "--ceiling and --nearest need --cuff"
        raise typer.BadParameter(message)
    garment = None if cuff is None else cuffs.load(cuff)
    limit = None if ceiling is None else units.pressure(ceiling, source="--ceiling")
    findings = program.check(name, cuff=garment, ceiling=limit)
    near = None
    if garment and findings and not program.check(name):
        near = program_repair.nearest(program.load(name), garment, limit)
        if near and write:
            program_repair.write(near, write)
    correct = "a correct program" + (f" for {garment.name}" if garment else "")
    more = {"nearest": list(near.adaptations) if near else None}
    code = print_findings(name, findings, correct, as_json=as_json, more=more)
    if near and not as_json:
        where = f"written to {write}" if write else "take it with --nearest FILE"
        print(f"The nearest that can be delivered, {where}:")
        print("\n".join(f"  {change}" for change in near.adaptations))
    raise typer.Exit(code)


@app.command("plot")
def plot(
    name: Name,
    *,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="Picture: .png, .svg or .pdf.")
    ],
    cuff: CuffName = None,
    ceiling: Ceiling = None,
) -> None:
    """Plot the set-point of every chamber over a cycle and the session.

    Without --cuff on leg-8, or else on the first cuff of the catalog that the program fits.
    """
    from openpresso import cuff as cuffs
    from openpresso import program, units

    one = program.load(name)
    garment = first_fitting(one) if cuff is None else cuffs.load(cuff)
    limit = None if ceiling is None else units.pressure(ceiling, source="--ceiling")
    left = program.compile(one, garment, limit, leg="left")
    if one.legs == "alternating":
        right = program.compile(one, garment, limit, leg="right")
        program.plot({"left": left, "right": right}, out, title=one.title, cuff=garment)
    else:
        program.plot(left, out, title=one.title, cuff=garment)
    print(out)


@app.command("preview")
def preview(
    name: Name,
    *,
    cuff: CuffName = None,
    leg: Annotated[
        str | None,
        typer.Option(
            metavar="LEG",
            help='Whose leg, such as "female, 165 cm, 60 kg, lymphoedema"; the mean woman if not.',
        ),
    ] = None,
    posture: Annotated[
        str, typer.Option(metavar="POSTURE", help="supine, elevated, sitting or standing.")
    ] = "supine",
    ceiling: Ceiling = None,
    duration: Annotated[
        str | None, typer.Option(metavar="TIME", help='Shorter, such as "20 min".')
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Picture: .png, .svg or .pdf."),
    ] = None,
    papers: Annotated[bool, typer.Option("--papers", help="Add what it rests on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a program is expected to do to one leg, and what is not known.

    Pressure in skin, fat and muscle, blood, tissue fluid and volume, from the twin. Without --cuff
    on leg-8, or else on the first cuff of the catalog that the program fits. A model, not a
    certified medical device.
    """
    from openpresso.cli import program_preview

    program_preview.show(
        name,
        cuff=cuff,
        leg=leg,
        posture=posture,
        ceiling=ceiling,
        duration=duration,
        out=out,
        as_json=as_json,
        papers=papers,
    )


def first_fitting(one: Program) -> Cuff:
    """Return the cuff to show a program on: leg-8, or else the first of the catalog it fits."""
    from openpresso import cuff, program

    choices = [cuff.load(name) for name in ("leg-8", *cuff.names())]
    return next((choice for choice in choices if not program.fits(one, choice)), choices[0])
