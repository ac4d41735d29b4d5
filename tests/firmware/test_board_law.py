"""The law as it is built for boards: the same text as its source says, for every machine."""

from __future__ import annotations

import ast
import types
from typing import Any

import pytest

from openpresso.law import controller, counters, guard, regulator
from scripts import board_law
from scripts.law_translation import Translation, UnknownFormError
from tests.law.places import SCALARS, Place, Play, inputs

TYPES = ("foot-1", "leg-8", "leg-24")


def module(source: types.ModuleType, *, wide: bool) -> dict[str, Any]:
    """The functions of a built module, run by Python: a pointer is then the buffer itself."""
    viper = types.SimpleNamespace(viper=lambda function: function)
    namespace: dict[str, Any] = {"ptr32": lambda buffer: buffer}
    text = board_law.module_text(source, wide=wide).replace("import micropython\n", "")
    # A 64-bit machine needs the sign of what it loads; Python's integers have it.
    code = text.replace(" << 32 >> 32", "")
    exec(code, namespace | {"micropython": viper}, namespace)  # noqa: S102 (our own text)
    return namespace


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", TYPES)
def test_whole_ticks_are_those_of_the_source(name: str, wide: bool) -> None:
    tick, count = module(controller, wide=wide)["tick"], module(counters, wide=wide)["count"]
    for seed in range(3):
        play = Play(name, ticks=200, seed=seed)
        assert play.performed(tick, list, count) == Place().performs(play), seed


@pytest.mark.parametrize("source", [guard, regulator])
def test_functions_answer_as_the_source_does(source: types.ModuleType) -> None:
    built = module(source, wide=False)
    for name, function in SCALARS.items():
        if function.__module__ == source.__name__:
            rows = inputs(name, 300, seed=2)
            assert [built[name](*row) for row in rows] == Place().answers(name, rows), name


@pytest.mark.parametrize("source", board_law.MODULES)
def test_a_built_module_names_the_constants_of_its_source(source: types.ModuleType) -> None:
    built = module(source, wide=False)
    own = board_law.constants(source)
    assert own
    assert {name: built[name] for name in own} == own


def test_a_built_tick_calls_nothing_of_the_law() -> None:
    tree = ast.parse(board_law.module_text(controller, wide=False))
    tick = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    called = {ast.unparse(node.func) for node in ast.walk(tick) if isinstance(node, ast.Call)}
    assert called == {"int", "len", "ptr32", "range"}


@pytest.mark.parametrize(
    "body",
    [
        "while n: n = 0",
        "for i in range(n):\n  return i\n return 0",
        "return n / 2",
        "return [n][0]",
        "if n:\n  if n > 2:\n   return 1\n return 0",
    ],
)
def test_a_form_that_it_does_not_know_is_refused(body: str) -> None:
    function = ast.parse(f"def odd(n: int) -> int:\n {body}\n").body[0]
    assert isinstance(function, ast.FunctionDef)
    with pytest.raises((UnknownFormError, KeyError)):
        Translation({"odd": function}, {}, wide=False).function(function)
