"""`openpresso run`: deliver one session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer


def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="Name in the catalog, or a YAML file.")
    ],
    *,
    cuff: Annotated[
        str, typer.Option(metavar="CUFF", help="Name in the catalog, or a YAML file.")
    ] = "leg-8",
    legs: Annotated[
        Literal["both", "left", "right", "alternate"] | None,
        typer.Option(help="Which limbs; without it as the program says."),
    ] = None,
    ceiling: Annotated[
        str | None,
        typer.Option(metavar="PRESSURE", help='Highest pressure allowed, such as "60 mmHg".'),
    ] = None,
    posture: Annotated[
        Literal["supine", "elevated", "sitting"], typer.Option(help="How the twin's leg lies.")
    ] = "supine",
    duration: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help='Only as many whole cycles as fit in a time such as "2 min".'
        ),
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="At the pace of the clock, not as fast as possible.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the twin's noise.")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME@TIME[:CHAMBER]",
            help='Fault of the twin, such as "leak@5 min:3"; may be given several times.',
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="New folder of the record; without it one in sessions/."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Deliver a program to twins of cuff and leg, and write its record and report.

    The program is compiled for the cuff and tried for what pump and valves can follow; then one or
    two cuffs on twin legs run it with all limits, alarms and the recorder, faster than real time.
    """
    from openpresso import units
    from openpresso.cli.progress import watch
    from openpresso.station import RunRequest, deliver

    request = RunRequest(
        program=program,
        cuff=cuff,
        legs=legs,
        ceiling=None if ceiling is None else units.pressure(ceiling, source="--ceiling"),
        posture=posture,
        duration=None if duration is None else units.duration(duration, source="--duration"),
        realtime=realtime,
        seed=seed,
        faults=tuple(fault or ()),
        out=out,
    )
    with watch(title=program, quiet=as_json) as show:
        summary = deliver(request, on_progress=show)
    if as_json:
        print(json.dumps(summary.to_json(), indent=2, ensure_ascii=False))
    else:
        from openpresso.cli.summary import show_summary

        show_summary(summary)
    if summary.outcome != "delivered":
        raise typer.Exit(1)
