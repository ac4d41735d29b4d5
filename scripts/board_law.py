"""The law as a board runs it fast: its functions put into one another, then compiled to words.

The law's source knows integers, flat buffers and plain functions alone. So a call can be replaced
by the body of what it calls and a name by its constant, and what remains is arithmetic on machine
words, which MicroPython's viper compiles well. Decisions stay the same, bit for bit: the tests hold
the result against the source (`tests/law/test_three_places.py`).
"""

from __future__ import annotations

import ast
import inspect
import types
from typing import Final

from openpresso.law import controller, counters, guard, registers, regulator
from scripts.law_translation import Translation, stored

MODULES: Final = (regulator, guard, controller, counters)
ENTRIES: Final = {controller: ("tick", "start_up", "reset"), counters: ("count",)}
"""Functions that remain of a module; of the others all remain."""


def functions(*modules: types.ModuleType) -> dict[str, ast.FunctionDef]:
    """Return every function of some modules, or of the law, by name."""
    trees = (ast.parse(inspect.getsource(module)) for module in modules or MODULES)
    return {node.name: node for tree in trees for node in tree.body
            if isinstance(node, ast.FunctionDef)}  # fmt: skip


def constants(module: types.ModuleType) -> dict[str, int]:
    """Return the integers that a module names itself."""
    body = ast.parse(inspect.getsource(module)).body
    values = vars(module)
    names = [name for node in body if isinstance(node, ast.Assign) for name in stored(node)]
    return {name: values[name] for name in names if isinstance(values.get(name), int)}


def module_text(module: types.ModuleType, *, wide: bool) -> str:
    """Return a module of the law for a board.

    Parameters
    ----------
    module
        One of `MODULES`, or another that keeps to the law's forms.
    wide
        Whether the machine's words have 64 bits: there a word loaded from a buffer of 32 needs its
        sign.
    """
    known = functions() | functions(module)
    values = {name: value for one in (registers, *MODULES, module)
              for name, value in constants(one).items()}  # fmt: skip
    own = [name for name, one in known.items() if one.name in vars(module)
           and vars(module)[name].__module__ == module.__name__]  # fmt: skip
    kept = ENTRIES.get(module, tuple(own))
    title = (module.__doc__ or "").partition("\n")[0]
    parts = [
        f'"""{title} Made from its source for a board."""\n\nimport micropython\n',
        "".join(f"{name} = {value}\n" for name, value in constants(module).items()),
        *(Translation(known, values, wide=wide).function(known[name]) for name in kept),
    ]
    return "\n".join(parts)
