"""A station at a glance: couches, cuffs, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from openpresso.cli.output import clock_text, console, print_table

COLOURS = {"running": "green", "done": "green", "faulted": "bold red", "stopped": "yellow"}


def show_status(couches: Sequence[dict[str, Any]]) -> None:
    """Print the snapshots of couches for a person."""
    screen = console()
    for index, now in enumerate(couches):
        if index:
            screen.print()
        state = now["state"]
        head = Text.assemble(
            (f"couch {now['couch']}", "bold"), " · ", (state, COLOURS.get(state, ""))
        )
        if now["program"]:
            at, whole = clock_text(now["program_time"]), clock_text(now["program"]["duration"])
            head.append(f" · {now['program']['name']} {at} of {whole}")
        holder = now["seat"]["holder"]
        head.append(f" · {holder} has the seat" if holder else " · the seat is free")
        screen.print(head)
        if now["reason"]:
            screen.print(f"  {now['reason']}")
        for alarm in now["alarms"]:
            screen.print(Text(f"  {alarm['priority']}: {alarm['text']}", style="red"))
            screen.print(f"    {alarm['remedy']}")
        print_table(
            ("  cuff", "type", "serial", "pressures [mmHg]", "age", ""),
            (_cuff(leg, cuff) for leg, cuff in now["cuffs"].items()),
            wide="",
        )
        if now["trouble"]:
            screen.print(Text(f"  {now['trouble']}", style="red"))


def _cuff(leg: str, cuff: dict[str, Any]) -> tuple[str, ...]:
    known = cuff["identity"] or {"cuff": "?", "serial": "?"}
    pressures = " ".join("--" if one is None else str(round(one)) for one in cuff["pressures"])
    age = "" if cuff["age"] is None else f"{cuff['age']:.1f} s"
    wrong = [cuff["trouble"], *(fault["text"] for fault in cuff["faults"])]
    if cuff["used"]:
        wrong.append("to be cleaned")
    words = "; ".join(filter(None, wrong))
    return f"  {leg}", known["cuff"], known["serial"], pressures, age, words
