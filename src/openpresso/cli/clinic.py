"""`openpresso clinic`: make a clinic, keep its data safe, give them back, take them away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from openpresso.cli.clinic_desk import HERE, Database, Login

if TYPE_CHECKING:
    from openpresso.clinic.privacy.retention import Basis

app = typer.Typer(
    help="Make, migrate, back up and restore a clinic; export and erase clients.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Number, for example C-000123.")]


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the practice.")],
    *,
    country: Annotated[str, typer.Option(help="ISO 3166, for example DE.")],
    zone: Annotated[str, typer.Option(help="Time zone, for example Europe/Berlin.")],
    owner: Annotated[str, typer.Option(help="Given and family name of the first owner.")],
    login: Annotated[str, typer.Option(help="What the owner signs in with.")],
    email: Annotated[str, typer.Option(help="Of the owner.")] = "",
    language: Annotated[str, typer.Option(help="Of letters and documents.")] = "en",
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "EUR",
    database: Database = HERE,
) -> None:
    """Found a practice with its first owner; the tables are made where there are none."""
    from openpresso.cli.clinic_desk import engine_of
    from openpresso.clinic.clinic import Clinic, found
    from openpresso.clinic.people import password, staff
    from openpresso.clinic.store import migrate

    _check_place(country, zone)
    engine = engine_of(database, new=True)
    try:
        migrate.migrate(engine)
    finally:
        engine.dispose()
    clinic = Clinic(database)
    given, _, family = owner.strip().partition(" ")
    try:
        # One transaction each: a practice is there before somebody can work in it.
        with clinic.automatic() as desk:
            practice = found(
                desk, name, country=country, zone=zone, language=language, currency=currency
            )
        with clinic.automatic(practice.id) as desk:
            person = staff.hire(
                desk, given=given, family=family, login=login, email=email, roles=["owner"]
            )
            code = password.reset(desk, person.id)
    finally:
        clinic.close()
    print(f"{name}: practice {practice.id}, owner {person.name}, login {person.login}")
    print(f"one-time code for the password: {code}")


@app.command("password")
def set_password(*, login: Login, database: Database = HERE) -> None:
    """Set a password with a one-time code; both are asked for."""
    from openpresso.cli.clinic_desk import ask, opened
    from openpresso.clinic.people import sign_in

    with opened(database) as clinic:
        sign_in.set_password(clinic, login, ask("One-time code"), ask("New password"))
    print(f"{login}: the password is set")


@app.command("migrate")
def migrate(*, database: Database = HERE) -> None:
    """Bring the tables to this version of openpresso, all the way or not at all."""
    from openpresso.cli.clinic_desk import engine_of, name_of
    from openpresso.clinic.store import migrate as migration

    engine = engine_of(database)
    try:
        before = migration.current(engine)
        migration.migrate(engine)
        after = migration.current(engine)
    finally:
        engine.dispose()
    what = f"already has version {after}" if before == after else f"{before or 'none'} -> {after}"
    print(f"{name_of(engine)}: {what or 'no version'}")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    *,
    database: Database = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the whole database into one file; people can work meanwhile."""
    from dataclasses import asdict

    from openpresso.cli.clinic_desk import engine_of
    from openpresso.cli.output import print_json
    from openpresso.clinic.clinic import utc_now
    from openpresso.clinic.store.backup import backup as write

    engine = engine_of(database)
    try:
        manifest = write(engine, file, utc_now())
    finally:
        engine.dispose()
    if as_json:
        print_json(asdict(manifest))
        return
    print(f"{file}: {manifest.size / 1e6:.1f} MB of {manifest.database}, {manifest.entries} acts")
    print(f"audit ends at {manifest.head}; keep this line elsewhere, and the keys of photographs")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    *,
    database: Annotated[
        str, typer.Option("--database", metavar="NEW", help="A new file, or an empty database.")
    ],
    erased: Annotated[
        list[Path] | None,
        typer.Option("--erased", metavar="LIST", help="A list of erased clients; repeatable."),
    ] = None,
) -> None:
    """Restore a backup into a new database, verify it, and erase again who was erased since."""
    from openpresso.clinic.store.restore import restore as read

    done = read(file, database, lists=erased or ())
    if not done.lists:
        print("no list of erased clients was found: whoever was erased since is back")
    for number in done.erased:
        print(f"{number}: erased again")
    if done.verdict is None:
        print(f"{database}: restored with tables of version {done.manifest.tables}")
        print(f"next: openpresso clinic migrate --database {database}, then audit verify")
        return
    for finding in done.verdict.findings:
        typer.echo(finding, err=True)
    if not done.verdict.ok:
        typer.echo(f"{database}: restored as it was, and it was changed by hand before", err=True)
        raise typer.Exit(2)
    print(
        f"{database}: restored; {done.verdict.entries} entries and {done.verdict.rows} rows agree"
    )


@app.command("export")
def export(
    client: Client,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="A new ZIP file.")],
    login: Login,
    vault: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the photographs.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key of the practice's photographs.")
    ] = None,
    database: Database = HERE,
) -> None:
    """Write all that is kept about a client: JSON, CSV, PDF and photographs in one ZIP."""
    from openpresso.cli.clinic_desk import opened, signed_in
    from openpresso.clinic.measures.vault import Vault, read_key_file
    from openpresso.clinic.privacy import copy
    from openpresso.clinic.privacy.extent import by_number
    from openpresso.clinic.store.backup import refuse_existing
    from openpresso.errors import InputError

    if (vault is None) != (key is None):
        raise InputError.one(
            "--vault", "half-a-vault", "photographs need both --vault and --key",
            hint="Name both, or none for a copy without photographs.",
        )  # fmt: skip
    refuse_existing(out)
    pictures = Vault(vault, read_key_file(key)) if vault and key else None
    with (
        opened(database) as clinic,
        signed_in(clinic, login) as person,
        clinic.desk(person.staff_id, reading=True) as desk,
    ):
        made = copy.of_client(desk, by_number(desk, client), vault=pictures)
    print(copy.write(made, out))
    if pictures is None and made.content["tables"].get("photograph", {}).get("rows"):
        print("without the photographs; name --vault and --key for them")


@app.command("erase")
def erase(
    client: Client,
    *,
    login: Login,
    basis: Annotated[
        str,
        typer.Option(help="Why data are held: health-care (professional secrecy) or consent."),
    ],
    unproved: Annotated[bool, typer.Option(help="It is not proved who asks.")] = False,
    claim: Annotated[bool, typer.Option(help="A legal claim is open.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Decide now, as the rules say.")] = False,
    erased: Annotated[
        Path | None,
        typer.Option("--erased", metavar="LIST", help="List to keep; beside a file of SQLite."),
    ] = None,
    vault: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the photographs.")
    ] = None,
    database: Database = HERE,
) -> None:
    """Enter that a client wants to be erased, say what the rules say, and with --yes do it."""
    from openpresso.cli.clinic_desk import opened, signed_in
    from openpresso.clinic.privacy import erasure
    from openpresso.clinic.privacy.erased import beside, gather, keep
    from openpresso.clinic.privacy.extent import by_number
    from openpresso.errors import InputError

    with opened(database) as clinic, signed_in(clinic, login) as person:
        place = erased or beside(clinic.engine)
        if place is None:
            raise InputError.one(
                "--erased", "no-list", "a server has no place for the list of erased clients",
                hint="Name a file that is kept with the backups, for example erased.jsonl.",
            )  # fmt: skip
        with clinic.desk(person.staff_id) as desk:
            key = by_number(desk, client)
            open_one = erasure.open_request(desk, key) or erasure.request(
                desk,
                key,
                basis=cast("Basis", basis),  # checked there
                identity="unproved" if unproved else "proved",
                claim="open" if claim else "none",
            )
            found = erasure.proposal(desk, open_one.id)
            if yes:
                open_one = erasure.decide(desk, open_one.id, open_one.version, vault=vault)
        if yes:
            keep(place, gather(clinic.engine))
    print(f"{client}: {found.outcome}: {found.reason}")
    for kind, until, law in found.kept:
        print(f"  {kind} stays until {until or 'somebody has looked up how long'} ({law})")
    print("done" if yes else f"to be answered by {open_one.due_on}; nothing is done without --yes")


def _check_place(country: str, zone: str) -> None:
    """Refuse a country or a time zone that cannot be one."""
    from zoneinfo import available_timezones

    from openpresso.errors import InputError

    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise InputError.one(
            "--country", "bad-country", f"{country!r}; two capital letters are allowed",
            hint="For example DE.",
        )  # fmt: skip
    if zone not in available_timezones():
        raise InputError.one(
            "--zone", "bad-zone", f"{zone!r} is no time zone", hint="For example Europe/Berlin."
        )
