"""Verbs of `openpresso twin` that break and mend cuffs while they are being served."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Final, Literal

import typer

PAGE: Final = "http://127.0.0.1:8101"
"""Where `serve --page` and the commands that speak to it meet when nothing else is said."""

PageOption = Annotated[
    str, typer.Option(metavar="URL", help="The page of the twins: what `serve --page` printed.")
]
CuffNumber = Annotated[int, typer.Option("--cuff", metavar="N", min=1, help="Which cuff, from 1.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def faults(*, as_json: AsJson = False) -> None:
    """List the faults that a twin can have."""
    from openpresso.cli.output import print_json, print_table
    from openpresso.twin.faults import FAULTS
    from openpresso.twin.serving.device import CHAMBER_FAULTS

    rows = [
        {"name": name, "text": text, "of": "chamber" if name in CHAMBER_FAULTS else "cuff"}
        for name, (text, _) in FAULTS.items()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(("name", "of", "what it is"), ((r["name"], r["of"], r["text"]) for r in rows))


def fault(
    name: Annotated[
        str, typer.Argument(metavar="NAME[:CHAMBER]", help="As `openpresso twin faults` lists it.")
    ],
    *,
    page: PageOption = PAGE,
    cuff: CuffNumber = 1,
) -> None:
    """Break a cuff that is being served."""
    broken, colon, chamber = name.partition(":")
    if colon and not chamber.isdigit():
        from openpresso.errors import InputError

        message = f"{name!r} is not NAME[:CHAMBER]"
        raise InputError.one("NAME", "fault-form", message, hint='Give for example "leak:3".')
    body = {"name": broken, "chamber": int(chamber or 1)}
    _post(page, cuff, "fault", body, f"now has {name}")


def mend(*, page: PageOption = PAGE, cuff: CuffNumber = 1) -> None:
    """Undo every fault of a cuff that is being served, give it power and plug its cable in."""
    _post(page, cuff, "mend", {}, "mended, powered and plugged in")


def power(
    what: Annotated[Literal["on", "off", "restart"], typer.Argument(help="What to do.")],
    *,
    page: PageOption = PAGE,
    cuff: CuffNumber = 1,
) -> None:
    """Switch a cuff that is being served off, on, or off and on again."""
    _post(page, cuff, "power", {"on": what != "off"}, f"power {what}")


def cable(
    what: Annotated[Literal["in", "out"], typer.Argument(help="What to do.")],
    *,
    page: PageOption = PAGE,
    cuff: CuffNumber = 1,
) -> None:
    """Pull the cable of a cuff that is being served, or plug it in again."""
    _post(page, cuff, "cable", {"plugged": what == "in"}, f"cable {what}")


VERBS: Final[tuple[Callable[..., None], ...]] = (faults, fault, mend, power, cable)
"""The verbs, in the order of the help."""


def _post(page: str, cuff: int, path: str, body: dict[str, object], done: str) -> None:
    """Tell a page to do something, and say that it is done."""
    import urllib.error
    import urllib.request

    from openpresso.errors import InputError, OpenpressoError

    address = f"{page.rstrip('/')}/cuffs/{cuff}/{path}"
    if not address.startswith("http://"):
        raise InputError.one(
            "--page", "bad-address", f"{page!r} is no address of a page", hint=f"Give {PAGE}."
        )
    request = urllib.request.Request(  # noqa: S310  # checked above
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        urllib.request.urlopen(request, timeout=5.0).close()  # noqa: S310  # checked above
    except urllib.error.HTTPError as error:
        told = _told(error.read())
        raise OpenpressoError(
            str(told.get("error", f"{address} answered {error.code}")),
            code=str(told.get("code", "refused")),
            remedy=str(told.get("remedy", "")),
        ) from error
    except OSError as error:
        raise OpenpressoError(
            f"{page} does not answer: {getattr(error, 'reason', error)}",
            code="no-page",
            remedy="Start `openpresso twin serve --page 127.0.0.1:8101`, or give its --page.",
        ) from error
    print(f"cuff {cuff}: {done}")


def _told(answer: bytes) -> dict[str, object]:
    """Read what a page says of a refusal; empty when it is not one of ours."""
    try:
        told = json.loads(answer)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
