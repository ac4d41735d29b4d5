"""`openpresso record`: what was delivered, read, checked, exported and reported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List, show, verify, export and report records.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path, typer.Argument(metavar="RECORD", help="Folder of the record.")]


@app.command("list")
def list_records(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder that holds the records.")
    ] = Path("sessions"),
    *,
    as_json: AsJson = False,
) -> None:
    """List the records in a folder, oldest first, with their outcome."""
    from openpresso.cli.output import print_json, print_table
    from openpresso.errors import InputError

    if not folder.is_dir():
        raise InputError.one(
            str(folder),
            "missing-folder",
            "there is no such folder; a folder that holds records is allowed",
            hint="name the folder that was given to openpresso run with --out.",
        )
    rows = sorted(
        (_line(found) for found in folder.iterdir() if _holds_record(found)),
        key=lambda row: row["started_at"],
    )
    if as_json:
        print_json(rows)
    elif rows:
        headings = ("started", "program", "cuff", "minutes", "outcome", "record")
        print_table(headings, (list(row.values()) for row in rows), wide="record")
    else:
        print(f"{folder}: no records")


@app.command("show")
def show(record: Folder, *, as_json: AsJson = False) -> None:
    """Show a record: outcome, dose per chamber, quality of delivery."""
    from openpresso.cli.output import print_json
    from openpresso.record import open_record

    one = open_record(record)
    if as_json:
        print_json(dict(one.summary))
        return
    from openpresso.cli.record_page import print_record

    print_record(one)


@app.command("verify")
def verify(record: Folder, *, as_json: AsJson = False) -> None:
    """Check every byte of a record; exit code 2 when something was changed."""
    from openpresso.cli.output import print_findings
    from openpresso.record import verify as findings_of

    findings = findings_of(record)
    correct = "true: every file is as it was recorded"
    raise typer.Exit(print_findings(str(record), findings, correct, as_json=as_json))


@app.command("export")
def export(
    record: Folder,
    *,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="FILE", help="x.csv, x.parquet: waveforms; x.json: all else."
        ),
    ],
) -> None:
    """Write a record for another program; the ending of FILE says in which form."""
    from openpresso.record import export as write
    from openpresso.record import open_record

    print(write(open_record(record), out))


@app.command("report")
def report(
    record: Folder,
    *,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for the report.")
    ] = None,
    pdf: Annotated[bool, typer.Option(help="Make a PDF beside the HTML.")] = True,
) -> None:
    """Make the report of a record again, as HTML and PDF."""
    from openpresso.record import open_record, render_report

    for path in render_report(open_record(record), out, pdf=pdf):
        print(path)


def _holds_record(folder: Path) -> bool:
    return (folder / "journal.jsonl").exists() or (folder / "session.json").exists()


def _line(folder: Path) -> dict[str, str]:
    """Return one line of the list; a record that cannot be read says so as its outcome."""
    from openpresso.errors import OpenpressoError
    from openpresso.record import open_record

    line = dict.fromkeys(("started_at", "program", "cuff", "minutes", "outcome"), "")
    line["record"] = str(folder)
    try:
        one = open_record(folder)
    except OpenpressoError as error:
        return line | {"outcome": error.code}
    minutes = max((leg.minutes for leg in one.dose.values()), default=0.0)
    return line | {
        "started_at": str(one.header["started_at"]),
        "program": str(one.header["program"]["name"]),
        "cuff": ", ".join(sorted({str(cuff["name"]) for cuff in one.header["cuffs"].values()})),
        "minutes": f"{minutes:.1f}",
        "outcome": one.outcome,
    }
