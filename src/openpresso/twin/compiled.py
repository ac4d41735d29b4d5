"""Where the twin meets numba: the one decorator, the cache, and the law compiled unchanged."""

from __future__ import annotations

import hashlib
import os
import types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
import platformdirs

from openpresso.law import controller, counters, guard, registers, regulator

P = ParamSpec("P")
R = TypeVar("R")

LAW = (registers, regulator, guard, controller, counters)
"""What runs inside the twin, in the order in which it is built."""
KERNEL = ("compiled", "kernel", "layout", "limb", "rig/outside", "parameters", "physics")
"""Files of this folder that end up in a kernel."""


def sources_digest() -> str:
    """Digest of every file that ends up in a kernel.

    numba notices a change only in the outermost function's file; a stale law would be unsafe.
    """
    law = [Path(str(module.__file__)) for module in LAW]
    own = [Path(__file__).parent / f"{name}.py" for name in KERNEL]
    figures = sorted(Path(__file__).with_name("parameters").glob("*.yaml"))
    files = [path for path in law + own + figures if path.exists()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(  # type: ignore[attr-defined]
        Path(platformdirs.user_cache_dir("openpresso")) / f"kernels-{sources_digest()}"
    )


_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""Kernels allocate nothing: without numba's reference counts a view of an array costs nothing."""


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that Python calls; kept on disk between runs."""
    compiled: Callable[P, R] = numba.njit(cache=True, **_OPTIONS)(function)
    return compiled


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call."""
    compiled: Callable[P, R] = numba.njit(**_OPTIONS)(function)
    return compiled


@cache
def compiled_law() -> dict[str, Any]:
    """Every function of `openpresso.law` compiled by numba, its source unchanged, by name.

    Each is rebuilt over one namespace in which the names of the other functions stand for their
    compiled form, for compiled code cannot call a plain Python function.
    """
    namespace: dict[str, Any] = {"__name__": __name__}
    for module in LAW:
        namespace |= {k: v for k, v in vars(module).items() if isinstance(v, int)}
    for module in LAW:
        for name, function in vars(module).items():
            if isinstance(function, types.FunctionType) and function.__module__ == module.__name__:
                namespace[name] = inner(types.FunctionType(function.__code__, namespace, name))
    return namespace
