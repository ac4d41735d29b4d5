"""`openpresso cuff`: the cuffs of the catalog, and files of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="List, show and check cuffs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name in the catalog, or a YAML file.")]


@app.command("list")
def list_cuffs(*, as_json: AsJson = False) -> None:
    """List the cuffs of the catalog."""
    from openpresso import cuff
    from openpresso.cli.output import print_json, print_table
    from openpresso.units import format_pressure

    cuffs = [cuff.load(name) for name in cuff.names()]
    if as_json:
        print_json(
            [
                {"name": one.name, "title": one.title, "limb": one.limb, "chambers": one.n_chambers}
                for one in cuffs
            ]
        )
        return
    print_table(
        ("name", "limb", "chambers", "limit", "title"),
        (
            (one.name, one.limb, str(one.n_chambers), format_pressure(one.max_pressure), one.title)
            for one in cuffs
        ),
        wide="title",
    )


@app.command("show")
def show(name: Name, *, as_json: AsJson = False) -> None:
    """Show a cuff: every figure with its source."""
    from openpresso import cuff
    from openpresso.cli.output import console, print_json, print_table

    one = cuff.load(name)
    figures = cuff.describe(one)
    if as_json:
        print_json(
            {
                "name": one.name,
                "version": one.version,
                "title": one.title,
                "limb": one.limb,
                "chambers": one.n_chambers,
                "figures": [
                    {"path": f.path, "value": f.value, "mark": f.mark, "source": f.source}
                    for f in figures
                ],
            }
        )
        return
    console().print(f"{one.name} (version {one.version}): {one.title}\n")
    print_table(
        ("figure", "value", "mark", "source"),
        ((f.path, f.value, f.mark, f.source) for f in figures),
        wide="source",
    )


@app.command("check")
def check(name: Name, *, as_json: AsJson = False) -> None:
    """Check a cuff file; exit code 2 when it has errors."""
    from openpresso import cuff
    from openpresso.cli.output import print_findings

    code = print_findings(name, cuff.check(name), "a correct cuff", as_json=as_json)
    raise typer.Exit(code)
