"""What functions and classes of the clinic say of themselves: types of names, and docstrings."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import inspect
import itertools
import re
import sys
import textwrap
import typing
from functools import cache
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SECTION: Final = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)


@cache
def namespace(module: ModuleType) -> dict[str, Any]:
    """Return every name that the annotations of a module use.

    What a module imports for type checkers alone is not there when it runs; here it is wanted, so
    those lines are read from the source and done.
    """
    # An alias of another module may say "dt.date" in quotation marks; every module means the same.
    found = {"dt": dt, **vars(module)}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module.__name__, "exec"), found)  # noqa: S102
    return found


def of_function(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of a function's parameters and of what it returns."""
    plain = inspect.unwrap(function)
    module = sys.modules[plain.__module__]
    return typing.get_type_hints(plain, namespace(module), include_extras=True)


def of_class(cls: type) -> dict[str, Any]:
    """Return the types of a class's fields."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("openpresso"):
            names = {**namespace(sys.modules[base.__module__]), base.__name__: base}
            own = typing.get_type_hints(_bare(base), names, names, include_extras=True)
            found |= own
    return found


def _bare(base: type) -> type:
    """Return a class with the annotations of one class alone, none of its bases'."""
    return type(base.__name__, (), {"__annotations__": inspect.get_annotations(base)})


def described(thing: type | FunctionType | Callable[..., Any]) -> dict[str, str]:
    """Return what a docstring in numpydoc's form says of each parameter or field.

    Names that share a text, as `given, family`, each get the whole of it. Fields that have a
    docstring of their own below them are described by that.
    """
    text = inspect.getdoc(thing) or ""
    found = dict(_listed(text))
    if isinstance(thing, type):
        found |= _below(thing)
    return found


def summary(thing: Callable[..., Any]) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def story(thing: Callable[..., Any]) -> str:
    """Return what a docstring says beside its first line: further text, and the errors."""
    text = (inspect.getdoc(thing) or "").partition("\n")[2].strip()
    head, *rest = _SECTION.split(text)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    parts = [head.strip()]
    if "Returns" in sections:
        parts.append(f"Gives: {_joined(sections['Returns'])}.")
    parts += [f"Refused: {text}" for _, text in _items(sections.get("Raises", ""))]
    return "\n\n".join(part for part in parts if part)


def _joined(section: str) -> str:
    """Return what a section says, without the types."""
    text = " ".join(text for _, text in _items(section))
    return text.rstrip(".")


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the section of parameters."""
    _, *rest = _SECTION.split(text)
    for head, body in zip(rest[::2], rest[1::2], strict=True):
        if head in {"Parameters", "Attributes"}:
            for names, said in _items(body):
                for name in names.partition(":")[0].split(","):
                    yield name.strip().lstrip("*"), said


def _items(body: str) -> Iterator[tuple[str, str]]:
    """Yield the unindented lines of a section, each with the text indented below it."""
    for block in re.split(r"\n(?=\S)", body.strip("\n")):
        head, _, below = block.partition("\n")
        if head.strip():
            yield head.strip(), " ".join(textwrap.dedent(below).split())


@cache
def _below(cls: type) -> Mapping[str, str]:
    """Return the texts that stand below the fields of a class, its bases' too."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if not base.__module__.startswith("openpresso"):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError):
            continue
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for field, below in itertools.pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                found[field.target.id] = " ".join(below.value.value.split())
    return found


def is_dataclass_type(kind: Any) -> bool:  # noqa: ANN401 -- whatever an annotation is
    """Return whether an annotation is a dataclass."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)
