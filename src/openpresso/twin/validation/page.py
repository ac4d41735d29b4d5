"""The page of results: first the table, then a section for each row with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openpresso.errors import InputError
from openpresso.twin.validation import numbers
from openpresso.twin.validation.model import USES, remarks
from openpresso.twin.validation.run import Result, Verdict

TABLE: Final = "table.md"
WORDS: Final[dict[Verdict, str]] = {
    "pass": "pass", "miss": "**miss**", "reported": "not judged",
}  # fmt: skip
MARKS: Final = {
    "found": "found in a public source",
    "memory": "from memory, unverified",
    "derived": "derived from found figures",
    "estimate": "an engineer's estimate",
    "assumed": "assumed",
}


def picture(result: Result) -> str:
    """Return the name of a row's picture."""
    return f"row-{result.row.number.lower()}.svg"


def anchor(result: Result) -> str:
    """Return the link to a row's section on the page."""
    return f"[{result.row.number}](#row-{result.row.number.lower()})"


def counted(results: Sequence[Result]) -> str:
    """Return how many rows of each use pass, as one text."""
    parts = []
    for use, name in USES.items():
        verdicts = [one.verdict for one in results if one.row.use == use]
        if not verdicts:
            continue
        parts.append(f"{name} ({use}) {verdicts.count('pass')} of {len(verdicts)} pass")
    return "; ".join(parts)


def cells(result: Result) -> list[tuple[str, ...]]:
    """Return the table's lines of a row, one for each quantity.

    Row, use, what, published, ours, difference, allowed, verdict.
    """
    row = result.row
    return [
        (
            row.number,
            row.use,
            one.quantity.what,
            numbers.published(one.quantity),
            numbers.ours(one),
            numbers.difference(one),
            numbers.allowed(one.quantity),
            one.verdict,
        )
        for one in result.judged
    ]


def page(results: Sequence[Result]) -> str:
    """Return the whole page as Markdown; the same results give the same text."""
    lines = [
        "# The twin against published measurements",
        "",
        "Made by `openpresso validate`; do not edit. What the columns mean, how tolerances were",
        "set and what a pass is worth: [Validation](README.md).",
        "",
        f"**{len(results)} rows:** {counted(results)}.",
        "",
        "A row of use C may have been used to choose figures of the twin; one of use H was not",
        "(but see row 7), and only H says how well the twin predicts. Q asks for the order alone,",
        "V for agreement with mathematics.",
        "",
        "| row | use | what | published | ours | difference | allowed | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for number, (_, *rest, verdict) in enumerate(cells(result)):
            shown = (anchor(result) if number == 0 else "", *rest, WORDS[_verdict(verdict)])
            lines.append("| " + " | ".join(shown) + " |")
    for result in results:
        lines += ["", *section(result)]
    return "\n".join(lines) + "\n"


def _verdict(text: str) -> Verdict:
    return next(known for known in WORDS if known == text)


def section(result: Result) -> list[str]:
    """Return the section of one row."""
    row = result.row
    remark = remarks().get(row.number)
    lines = [
        f'<a id="row-{row.number.lower()}"></a>',
        "",
        f"## Row {row.number}: {row.title}",
        "",
        f"{WORDS[result.verdict]}, {USES[row.use]}",
        "",
        f"![{row.title}: the twin beside the published values]({picture(result)})",
        "",
        f"- **Source:** {row.source} ({MARKS[row.mark]}).",
        f"- **Measured:** {row.setup}",
        f"- **Simulated:** {row.model}",
    ]
    reasons = dict.fromkeys(q.reason for q in row.quantities)
    lines.append(f"- **Why so much is allowed:** {'; '.join(reasons)}.")
    errors = [
        f"{one.quantity.what} ±{numbers.with_unit(numbers.number(one.error), one.quantity.unit)}"
        for one in result.judged
        if one.error
    ]
    if errors:
        lines.append(f"- **Error of the measurement (SD):** {'; '.join(errors)}.")
    if remark and remark.note:
        lines.append(f"- **To know:** {remark.note}")
    if remark and remark.cause and result.verdict == "miss":
        lines.append(f"- **Likely cause:** {remark.cause}")
    return lines


def write(results: Sequence[Result], folder: Path, *, table: bool) -> list[Path]:
    """Write pictures, and the page if `table`, into a folder.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    from openpresso.twin.validation.plots import draw

    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [draw(one, folder / picture(one)) for one in results]
        if table:
            (folder / TABLE).write_text(page(results), encoding="utf-8")
            written.append(folder / TABLE)
    except OSError as error:
        raise InputError.one(
            str(folder),
            "cannot-write",
            f"the results cannot be written: {error.strerror or error}",
            hint="name a folder that may be written with --output.",
        ) from error
    return written
