"""What the source can say to a person: every text in it, as a template with named holes.

`f"room {row.name} is {row.state}"` is the template `room {name} is {state}`. A text that is put
together by `+` or by `a if b else c` gives each text that can come of it.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import openpresso
from openpresso.clinic import rooms
from openpresso.clinic.roles import ACTIONS

WORDS = re.compile(
    r"""[A-Za-z]{2,}[,;:.]?\ \(?'?[A-Za-z] | ^[a-z]+\ [^\ ]+$ | \0\ [a-z]{4,}\b(?![.\[])
    | [A-Za-z]{3,}:?\ \0""",
    re.VERBOSE,
)
"""What makes a text a sentence: two words beside each other, or a word beside a value."""


NOT_SAID = frozenset({
    "REPEATABLE READ", "unit {unit}", "L/(min bar)", "slow work", "A {kind} with its unit.",
    "Content Too Large", "Unprocessable Content", "Bearer {key}",
    "practice {here} client {client_id}", "{at} {view} {id}.jpg", "name: {name}",
    "version: {number}", "try {staff_id} {row} {text}", "preview {who} {cuff} {wanted} {text}",
    # Of those who write this program.
    "the picture of a QR code has another form than it used to have",
    "two actions have the name {name}", "{found} were written outside of an action",
    "rows are changed one by one, so that the audit knows each of them",
    "{kept} kept and {lost} lost of {clients} clients", "the words are made anew",
    "photographs are sealed to the client they were taken of, and so is their key",
    "as client_key; the pages of the kept client look at `gone_into` too",
    # Of those who write programs that call the station or the API.
    "Send `Authorization: Bearer` and a token that the owner made.",
    (
        "A key of `openpresso station key add`, or the one in the station's `local-key`. "
        "Scopes: `observer` reads, `technician` also commands."
    ),
    "The token of the couch's control seat, from `POST /couches/{{couch}}/seat`.",
    "No key, or one that is not known.",
    "The key's role or the missing control seat does not allow it.",
    "There is no such couch, cuff or record.",
    "The present state does not allow it; nothing has changed.",
    "What was sent cannot be used; `diagnostics` says what and where.",
    "The cuff does not answer, or too many streams are open.",
})  # fmt: skip
"""Texts that nobody meets at a page."""
OTHER_NAMES = frozenset({
    "not-found", "not-allowed", "not-written", "sign-in", "changed-meanwhile", "clash", "bad-input",
    "locked", "acknowledge", "automatic", "begin", "change", "cleaned", "confirmation", "draft",
    "emergency-vent", "ended", "ending", "extend", "false", "follow-up-due", "idle", "load",
    "moved", "nobody", "observer", "pause", "pause-at-cycle-end", "pause-now", "pausing", "ready",
    "released", "reminder", "restore", "resume", "retired", "skip", "soften", "start", "stop",
    "trim", "true", "turn-on", "unload", "waiting-list-offer", "year",
})  # fmt: skip
"""Words that fill a text and are in a data file, or are the station's."""
IN_TWO_LANGUAGES = frozenset({"Words"})
"""Calls whose texts are in every language already."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A value in a text."""

    name: str


Part = str | Hole


SOURCE = Path(openpresso.__file__).parent
ROOMS = (
    "clinic", "console", "cuff", "documents", "program", "session", "units.py",
    "station/carebook.py", "station/couch.py", "station/delivery.py", "station/preparation.py",
    "station/rehearsal.py", "station/seat.py", "station/client/calls.py",
    "station/service/callers.py", "station/service/problems.py",
)  # fmt: skip
"""Where what a person reads at the console comes from."""
ELSEWHERE = re.compile(
    r"""clinic/(store|demo)/ | clinic/audit/(ledger|seal) | clinic/courses/report_chart
    | clinic/people/(permission|security) | clinic/screening/rule_(check|table)
    | clinic/sessions/checklist | clinic/messages/templates | clinic/privacy/erased
    | console/api/ | console/borders | console/live_words
    | cuff/(geometry|sources) | program/(lanes|plot) | session/(alarm_table|states)
    | _file\.py | demo""",
    re.VERBOSE,
)
"""Modules whose texts nobody meets at a page: they read the shipped files, are said by the command
line or by the API, or draw; `live_words` is in the catalog of the pages."""
NO_SENTENCE = re.compile(
    r"""^\s*< | ^\| | ^\#\ | <> | \sAND\s | ^state\ (IN|") | ^(PRAGMA|NOT|BEGIN|SELECT)\s
    | ^This\ is\ a\ copy\ of | filename= | %s | ^text/ | ^dict\[ | ^bool\ \| | ^Input\ should
    | ^(Value|Assertion)\s | ^openpresso\s""",
    re.VERBOSE,
)
"""Markup, queries and types."""


def modules() -> list[Path]:
    """Return the modules whose texts are shown."""
    found = [
        path
        for room in ROOMS
        for path in (
            [SOURCE / room] if room.endswith(".py") else sorted((SOURCE / room).rglob("*.py"))
        )
    ]
    return [one for one in found if not ELSEWHERE.search(one.relative_to(SOURCE).as_posix())]


def sentences() -> dict[str, str]:
    """Return every text that a person can be told, and the module that says it first."""
    found: dict[str, str] = {}
    for path in modules():
        for text in texts(path):
            if is_said(text) and text not in NOT_SAID and not NO_SENTENCE.search(text):
                found.setdefault(text, path.relative_to(SOURCE).as_posix())
    return found


DATA = {
    "program/catalog/*.yaml": (
        "title", "purpose", "warnings", "evidence.finding", "evidence.claim", "evidence.unknown",
        "evidence.studied_dose", "phases.name",
    ),
    "clinic/money/alternatives.yaml": (
        "ways.adherence.text", "ways.careful", "ways.grades.claim", "ways.found.text",
    ),
    "clinic/money/economics.yaml": ("inputs.source",),
}  # fmt: skip
"""Texts of shipped files that pages show: the file, the ways to them. Citations stay English."""


def data_texts() -> dict[str, str]:
    """Return the texts of the shipped files, and what each action does, with where they are."""
    found: dict[str, str] = {}
    for files, ways in DATA.items():
        for path in sorted(SOURCE.glob(files)):
            content = yaml.safe_load(path.read_text("utf-8"))
            for way in ways:
                for text in _reached(content, way.split(".")):
                    found.setdefault(text, path.relative_to(SOURCE).as_posix())
    rooms.every()
    for name, one in sorted(ACTIONS.items()):
        found.setdefault(one.summary, name)
    return found


def _reached(content: Any, way: list[str]) -> Iterator[str]:  # noqa: ANN401 -- of YAML
    """Yield the texts at the end of a way; it goes through every item of a list."""
    if isinstance(content, list):
        for one in content:
            yield from _reached(one, way)
    elif isinstance(content, dict) and way:
        yield from _reached(content.get(way[0]), way[1:])
    elif isinstance(content, str) and not way:
        yield " ".join(content.split())


def texts(path: Path) -> Iterator[str]:
    """Yield the templates of a module."""
    tree = ast.parse(path.read_text("utf-8"))
    yield from _walk(tree)


def _walk(node: ast.AST) -> Iterator[str]:
    """Yield the templates under a node; those within a text belong to it."""
    for child in ast.iter_child_nodes(node):
        if _is_docstring(child) or _is_translated(child) or isinstance(child, ast.arg):
            continue
        if isinstance(child, ast.AnnAssign):
            yield from _walk(ast.Tuple(elts=[child.value] if child.value else []))
        elif _is_text(child):
            for parts in _alternatives(child):
                yield template(parts)
            yield from _inside(child)
        else:
            yield from _walk(child)


def _is_docstring(node: ast.AST) -> bool:
    """Whether it is a text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_translated(node: ast.AST) -> bool:
    """Whether it is a call that is given every language."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in IN_TWO_LANGUAGES


def _is_text(node: ast.AST) -> bool:
    """Whether an expression is a text that is written here."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.IfExp) and (_is_text(node.body) or _is_text(node.orelse))


def _alternatives(node: ast.AST) -> Iterator[tuple[Part, ...]]:
    """Yield the texts that an expression can be."""
    if isinstance(node, ast.Constant):
        yield (str(node.value),) if node.value is not None else ()
    elif isinstance(node, ast.JoinedStr):
        for parts in itertools.product(*(list(_alternatives(one)) for one in node.values)):
            yield tuple(itertools.chain(*parts))
    elif isinstance(node, ast.FormattedValue) and _is_text(node.value):
        yield from _alternatives(node.value)
    elif isinstance(node, ast.BinOp) and _is_text(node):
        for left, right in itertools.product(_alternatives(node.left), _alternatives(node.right)):
            yield left + right
    elif isinstance(node, ast.IfExp) and _is_text(node):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    else:
        yield (Hole(_name(node)),)


def _inside(node: ast.AST) -> Iterator[str]:
    """Yield the texts within the holes of a text, for example in a `join`."""
    if isinstance(node, ast.JoinedStr | ast.BinOp | ast.IfExp):
        for child in ast.iter_child_nodes(node):
            yield from _inside(child)
    elif isinstance(node, ast.FormattedValue):
        yield from _inside(node.value) if _is_text(node.value) else _walk(node)
    elif not isinstance(node, ast.Constant):
        yield from _walk(node)


def _name(node: ast.AST) -> str:
    """Return how a value is called: the last name in it."""
    value = node.value if isinstance(node, ast.FormattedValue) else node
    names = [
        (one.end_lineno or 0, one.end_col_offset or 0, getattr(one, "attr", getattr(one, "id", "")))
        for one in ast.walk(value)
        if isinstance(one, ast.Name | ast.Attribute) and not _called(value, one)
    ]
    return max(names)[2].strip("_") if names else "value"


def _called(value: ast.AST, one: ast.AST) -> bool:
    """Whether a name is of a function that is called."""
    return any(isinstance(call, ast.Call) and call.func is one for call in ast.walk(value))


def template(parts: tuple[Part, ...]) -> str:
    """Return a template; holes of one name are numbered from the second on."""
    seen: dict[str, int] = {}
    found = []
    for part in parts:
        if isinstance(part, str):
            found.append(part.replace("{", "{{").replace("}", "}}"))
            continue
        seen[part.name] = seen.get(part.name, 0) + 1
        number = "" if seen[part.name] == 1 else str(seen[part.name])
        found.append(f"{{{part.name}{number}}}")
    return "".join(found)


def is_said(text: str) -> bool:
    """Whether a text is a sentence or a part of one, and no name."""
    return WORDS.search(re.sub(r"\{\w+\}", "\0", text)) is not None


def names() -> set[str]:
    """Return the words that fill a text: values of types, names of tables, `OTHER_NAMES`."""
    found = set(OTHER_NAMES)
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found |= set(_values(node))
    return found


def _values(node: ast.AST) -> Iterator[str]:
    """Yield the words of a `Literal`, and the name of a table with and without underscores."""
    if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal":
        yield from (str(one.value) for one in ast.walk(node.slice) if isinstance(one, ast.Constant))
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__tablename__":
        assert isinstance(node.value, ast.Constant)
        yield from (str(node.value.value), str(node.value.value).replace("_", " "))
