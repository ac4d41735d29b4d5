"""`openpresso audit`: whether anything in a clinic was changed past the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from openpresso.cli.clinic_desk import HERE, Database

app = typer.Typer(
    help="Verify and seal the audit of a clinic.", no_args_is_help=True, rich_markup_mode=None
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("verify")
def verify(
    *,
    database: Database = HERE,
    seal: Annotated[
        list[Path] | None,
        typer.Option("--seal", metavar="FILE", help="A seal that was kept elsewhere; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare every row with the audit; exit code 2 when anything was changed by hand."""
    from sqlalchemy import orm

    from openpresso.cli.clinic_desk import name_of, opened
    from openpresso.cli.output import print_findings
    from openpresso.clinic.audit.seal import read_seal
    from openpresso.clinic.audit.verify import verify as verdict_of
    from openpresso.errors import Diagnostic

    seals = [read_seal(path) for path in seal or ()]
    with (
        opened(database) as clinic,
        orm.Session(clinic.engine.execution_options(reading=True)) as db,
    ):
        verdict = verdict_of(db, seals)
        name = name_of(clinic.engine)
    found = [Diagnostic("error", "changed-past-the-audit", "", text) for text in verdict.findings]
    if verdict.more:
        text = f"and {verdict.more} more"
        found.append(Diagnostic("error", "changed-past-the-audit", "", text))
    correct = f"true: {verdict.entries} entries and {verdict.rows} rows agree"
    more = {"entries": verdict.entries, "rows": verdict.rows}
    raise typer.Exit(print_findings(name, found, correct, as_json=as_json, more=more))


@app.command("seal")
def seal(
    *,
    database: Database = HERE,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="A new file for the seal.")
    ] = None,
) -> None:
    """Print where the audit ends now; keep it where nobody who can write the database can."""
    from sqlalchemy import orm

    from openpresso.cli.clinic_desk import opened
    from openpresso.clinic.audit.seal import seal as seal_of
    from openpresso.errors import InputError

    with (
        opened(database) as clinic,
        orm.Session(clinic.engine.execution_options(reading=True)) as db,
    ):
        text = seal_of(db, clinic.clock()).text()
    print(text)
    if out is None:
        return
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
    except OSError as error:
        raise InputError.one(
            str(out),
            "not-written",
            f"the seal cannot be written: {error.strerror}",
            hint="Name a new file; the seal is printed above.",
        ) from error
