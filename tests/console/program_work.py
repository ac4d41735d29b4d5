"""Slow work that is done at once, so that no test waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openpresso.console.trials.slow_work import Piece, SlowWork


class Here:
    """Does work where it is asked for."""

    ready = True

    def do(self, work: Callable[..., Any], given: tuple[Any, ...], limit: float) -> Any:  # noqa: ANN401, ARG002
        return work(*given)

    def close(self) -> None:
        """Nothing runs."""


class AtOnce(SlowWork):
    """Has done a piece when it is asked for."""

    def __init__(self) -> None:
        super().__init__(Here())

    def ask(
        self,
        who: int,
        key: str,
        work: Callable[..., Any],
        *given: object,
        about: Mapping[str, str] | None = None,
    ) -> Piece:
        piece = super().ask(who, key, work, *given, about=about)
        if piece.state == "waiting":
            self._do(piece)
        return piece

    def _begin(self) -> None:
        """There is no thread."""


class Never(AtOnce):
    """Is asked, and never comes to it."""

    def _do(self, piece: Piece) -> None:
        piece.state = "running"
        piece.first = True
