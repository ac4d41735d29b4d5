"""The pages of the reference that are made from the product: written, or checked to be true.

`python -m scripts.reference` writes them, `python -m scripts.reference --check` compares them and
exits with 1 when one is not true any more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from scripts.api_page import api_page
from scripts.command_page import command_page
from scripts.http_page import http_page
from scripts.state_picture import state_picture

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "reference"
NOTE: Final = "<!-- Made from the product by `make reference`; change the product instead. -->\n\n"


def table(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def programs_page() -> str:
    """Return the page of the catalog of programs."""
    from openpresso import cuff, program
    from openpresso.units import format_duration, format_pressure

    cuffs = [cuff.load(name) for name in cuff.names()]

    def rows() -> Iterator[tuple[str, ...]]:
        for name in program.names():
            one = program.load(name)
            fitting = [garment.name for garment in cuffs if not program.fits(one, garment)]
            yield (
                f"`{name}`",
                one.title,
                format_duration(one.duration),
                format_pressure(one.ceiling),
                one.evidence.grade,
                "" if one.permission == "none" else program.PERMISSIONS[one.permission],
                ", ".join(fitting),
            )

    heads = ("name", "title", "time", "ceiling", "grade", "permission", "cuffs")
    grades = "".join(f"- **{grade}** {text}\n" for grade, text in program.GRADES.items())
    return (
        "# Programs of the catalog\n\n"
        "`openpresso program show NAME` gives purpose, warnings, evidence and sources of each.\n\n"
        f"{table(heads, rows())}\n## Grades of evidence\n\n{grades}"
    )


def cuffs_page() -> str:
    """Return the page of the catalog of cuffs."""
    from openpresso import cuff
    from openpresso.units import format_flow, format_pressure

    def rows() -> Iterator[tuple[str, ...]]:
        for name in cuff.names():
            one = cuff.load(name)
            zones = dict.fromkeys(chamber.zone for chamber in one.chambers)
            yield (
                f"`{name}`",
                one.title,
                str(one.n_chambers),
                ", ".join(zones),
                format_pressure(one.max_pressure),
                format_flow(one.pump.flow),
            )

    heads = ("name", "title", "chambers", "zones", "limit", "pump")
    return (
        "# Cuffs of the catalog\n\n"
        "`openpresso cuff show NAME` gives every figure with its source.\n\n"
        f"{table(heads, rows())}"
    )


def states_page() -> str:
    """Return the page of the states of a session."""
    from openpresso.session import state_page

    return (
        "# States of a session\n\n![States and what moves a session between them](states.svg)\n\n"
        "Not drawn, for they lead out of almost every state: `end`, `emergency-vent`, `fault` and "
        f"`recorder-failed`.\n\n{state_page().strip()}\n"
    )


def alarms_page() -> str:
    """Return the page of the alarm conditions of a session."""
    from openpresso.session import alarm_page

    return (
        "# Alarms\n\n"
        "In the terms of IEC 60601-1-8. The delay is how long a condition must hold before it "
        "alarms. Response: `vent` empties the cuffs at once and ends the session as faulted, `end` "
        "lets them down and ends it as faulted, `inform` tells and goes on. A latching signal "
        "stays until a person acknowledges it. Each says which cuff and chamber, what was measured "
        "and what is allowed.\n\n"
        "What a cuff's own guard finds ([Faults of a cuff](faults.md)) alarms under the same name, "
        "without delay: the cuff has vented by then.\n\n"
        f"{alarm_page().strip()}\n"
    )


def faults_page() -> str:
    """Return the page of the fault bits of a cuff."""
    from openpresso.law.registers import FAULTS

    rows = ((str(bit), f"`{name}`", text) for bit, name, text in FAULTS)
    return (
        "# Faults of a cuff\n\n"
        "The cuff's own guard sets these bits, vents, and keeps them until it is reset. It also "
        "says which chamber the first fault means; `lease` and `pump-stuck` mean the whole cuff."
        "\n\n"
        f"{table(('bit', 'name', 'meaning'), rows)}"
    )


def registers_page() -> str:
    """Return the page of the register map of a cuff."""
    from openpresso.law.registers import BLOCKS, MAP_VERSION, REGISTERS

    def rows(first: int) -> Iterator[tuple[str, ...]]:
        for address, name, count, kind, unit, per_unit, access, text in REGISTERS:
            if first <= address < first + 100:
                scale = f"1/{per_unit}" if per_unit > 1 else ""
                counted = "" if count == 1 else str(count)
                yield (str(address), f"`{name}`", counted, kind, unit, scale, access, text)

    heads = ("address", "name", "values", "type", "unit", "step", "access", "meaning")
    blocks = "".join(
        f"\n## {title}\n\n{purpose}\n\n{table(heads, rows(first))}"
        for first, title, purpose in BLOCKS
    )
    version = ".".join(map(str, MAP_VERSION))
    return (
        "# Registers of a cuff\n\n"
        f"Version {version} of the map. Station and cuff of different minor versions work "
        "together; of different major versions they refuse each other.\n\n"
        "All are Modbus holding registers, addressed from 0. A value of two registers (`u32`, "
        "`bits32`) has its high word first; a `text` has two ASCII characters in each register "
        "and ends with zeros. The first of many values, and the lowest bit of a mask, belong to "
        "chamber 1, the most distal. Reading changes nothing; what wraps begins again from 0. "
        "Function code 23 writes all commands and reads the whole state in one request.\n"
        f"{blocks}"
    )


def program_schema() -> str:
    """Return the JSON Schema of program files."""
    from openpresso.program import program_schema as schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def cuff_schema() -> str:
    """Return the JSON Schema of cuff files."""
    from openpresso.cuff import cuff_schema as schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def permissions_page() -> str:
    """Return the matrix of roles and actions."""
    from openpresso.clinic.people import permission

    return permission.page()


def screening_page() -> str:
    """Return what is asked before a course and before each session, and what follows from it."""
    from openpresso.clinic.screening.rule_table import question_table, rule_table
    from openpresso.clinic.screening.rules import current

    rules = current()
    return (
        f"# Screening\n\nVersion {rules.version}. How rules decide: "
        "[explanation](../explanation/screening.md). A checklist for a person who decides; not "
        f"medical advice.\n\n## Questions\n\n{question_table(rules, 'en').strip()}\n\n"
        f"## Rules\n\n{rule_table(rules, 'en').strip()}\n"
    )


PAGES: Final[dict[str, Callable[[], str]]] = {
    "cli.md": command_page,
    "programs.md": programs_page,
    "cuffs.md": cuffs_page,
    "states.md": states_page,
    "states.svg": state_picture,
    "alarms.md": alarms_page,
    "faults.md": faults_page,
    "registers.md": registers_page,
    "http.md": http_page,
    "api.md": api_page,
    "permissions.md": permissions_page,
    "screening.md": screening_page,
    "program.schema.json": program_schema,
    "cuff.schema.json": cuff_schema,
}


def text_of(name: str) -> str:
    """Return the whole text that a page must have."""
    return (NOTE if name.endswith(".md") else "") + PAGES[name]()


def main() -> None:
    """Write or check all pages."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name in PAGES:
        path = FOLDER / name
        text = text_of(name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    if check and stale:
        print(f"not true any more: {', '.join(stale)}; run make reference")
        sys.exit(1)


if __name__ == "__main__":
    main()
