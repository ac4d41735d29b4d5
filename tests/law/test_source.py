"""The law's files are such that a microcontroller and a compiler can take them as they stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import openpresso.law
from openpresso.law import controller
from openpresso.twin.compiled import LAW, compiled_law

FOLDER = Path(openpresso.law.__file__).parent
FILES = {path.stem: ast.parse(path.read_text("utf-8")) for path in FOLDER.glob("*.py")}
TREES = {name: tree for name, tree in FILES.items() if name != "device"}
"""The law itself; `device` only stands between it and a line."""
FUNCTIONS = {
    node.name: node
    for tree in TREES.values()
    for node in tree.body
    if isinstance(node, ast.FunctionDef)
}
BUILTINS = {"len", "max", "min", "range"}
"""The only functions from outside: they make nothing on integers that fit into a word."""


def names_of(tree: ast.Module) -> list[str]:
    """Names that a module itself gives to something."""
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [part.id for part in ast.walk(node) if isinstance(part, ast.Name)
                      and isinstance(part.ctx, ast.Store)]  # fmt: skip
    return [name for name in names if not name.startswith("_")]


def test_the_modules_of_the_law_share_one_namespace_without_a_clash() -> None:
    modules = {module.__name__.rpartition(".")[2] for module in LAW}
    assert modules == TREES.keys() - {"__init__"}
    names = [name for module in modules for name in names_of(TREES[module])]
    constants = [name for name in names if name.isupper() or name in FUNCTIONS]
    assert sorted(constants) == sorted(set(constants))
    assert compiled_law().keys() >= set(FUNCTIONS)


@pytest.mark.parametrize("name", FILES)
def test_the_law_imports_nothing_from_outside(name: str) -> None:
    for node in ast.walk(FILES[name]):
        assert not isinstance(node, ast.Import)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1
            assert node.module is None or node.module in TREES


@pytest.mark.parametrize("name", TREES)
def test_the_law_knows_no_fractions_and_no_classes(name: str) -> None:
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Constant) or not isinstance(node.value, float | complex)
        assert not isinstance(getattr(node, "op", None), ast.Div | ast.Pow)
        assert not isinstance(node, ast.ClassDef)


MADE = (
    ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp,
    ast.GeneratorExp, ast.Lambda, ast.JoinedStr, ast.Slice, ast.Starred, ast.Yield, ast.Try,
    ast.With, ast.Raise, ast.Global, ast.Nonlocal, ast.FunctionDef,
)  # fmt: skip
"""What takes memory while it runs, or leads out of the law by a way of its own."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_the_law_makes_nothing_while_it_runs(name: str) -> None:
    for statement in FUNCTIONS[name].body:
        for node in ast.walk(statement):
            assert not isinstance(node, MADE), ast.unparse(node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert statement is FUNCTIONS[name].body[0], "a docstring is no work"
            if isinstance(node, ast.Call):
                assert isinstance(node.func, ast.Name)
                assert node.func.id in BUILTINS | FUNCTIONS.keys()
                assert not node.keywords


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_the_law_takes_integers_and_buffers_and_returns_an_integer(name: str) -> None:
    function = FUNCTIONS[name]
    arguments = function.args
    assert ast.unparse(arguments).count(":") == len(arguments.args), "plain arguments only"
    assert not arguments.defaults
    for argument in arguments.args:
        assert argument.annotation is not None
        assert ast.unparse(argument.annotation) in {"int", "list[int]"}
    assert function.returns is not None
    assert ast.unparse(function.returns) in {"int", "None"}


def test_buffers_are_as_long_as_their_names() -> None:
    assert controller.HIGHEST_TARGET + 1 == controller.CUFF_STATE
    assert controller.FROZEN_TICKS + 1 == controller.CUFF_SETTINGS
    assert controller.MOVED + 1 == controller.WIDTH
    assert controller.AIR_BUDGET + 1 == controller.CHAMBER_SETTINGS
    assert controller.DUMP_OPEN + 1 == controller.CUFF_OUTPUTS
