"""Comfort during a session: what the client answered when asked, where, and how far in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from openpresso.clinic.desk import action
from openpresso.clinic.errors import RefusedError
from openpresso.clinic.roles import CARE
from openpresso.clinic.sessions.session import Session
from openpresso.errors import InputError

if TYPE_CHECKING:
    from openpresso.clinic.desk import Desk

Feeling = Literal["too-strong", "right", "too-weak"]
Side = Literal["both", "left", "right"]

MOST: Final = 50
"""Answers that one session keeps."""
LONGEST: Final = 86_400.0
"""[s]"""


@action("session.comfort", *CARE)
def answer(
    desk: Desk,
    session_id: int,
    feeling: str,
    side: str = "both",
    *,
    score: int | None = None,
    program_time: float | None = None,
) -> Session:
    """Keep what the client said of the pressure, with the session.

    Parameters
    ----------
    desk, session_id
        Where, and the session: it runs.
    feeling
        `too-strong`, `right` or `too-weak`.
    side
        Of which leg: `both`, `left` or `right`.
    score
        0 (could not be worse) to 10 (could not be better); None where nobody asked for a number.
    program_time
        Position in the program [s]; None where it is not known.

    Raises
    ------
    RefusedError
        If the session does not run.
    InputError
        If an answer is none.
    """
    for name, value, allowed in (
        ("feeling", feeling, get_args(Feeling)),
        ("side", side, get_args(Side)),
    ):
        if value not in allowed:
            raise _wrong(name, f"{value!r}; allowed are {', '.join(allowed)}")
    if score is not None and score not in range(11):
        raise _wrong("score", f"{score!r}; a whole number from 0 to 10 is allowed")
    if program_time is not None and not 0.0 <= program_time <= LONGEST:
        raise _wrong("program_time", f"{program_time!r} s; 0 to {LONGEST:g} s is allowed")
    session = desk.find(Session, session_id)
    if session.state != "running":
        raise RefusedError(
            f"session {session_id} is {session.state}",
            ("it would have to be running",),
            code="wrong-state",
        )
    known = list(session.comfort or [])
    if len(known) >= MOST:
        raise RefusedError(f"the session keeps {MOST} answers", code="too-many")
    line = {
        "at": desk.now().isoformat(timespec="seconds"),
        "program_time": None if program_time is None else round(program_time, 1),
        "side": side,
        "feeling": feeling,
        "score": score,
        "by": desk.staff_id,
    }
    # A new list: one that is edited in place would not be seen as changed.
    session.comfort = [*known, line]
    return session


@action("session.comfort-list", *CARE, kind="read")
def of_session(desk: Desk, session_id: int) -> list[dict[str, Any]]:
    """Return the answers of a session in order: `at`, `program_time` [s], `side`, `feeling` ..."""
    return list(desk.find(Session, session_id).comfort or [])


def _wrong(field: str, message: str) -> InputError:
    return InputError.one("comfort", "not-allowed", message, path=field, hint="correct it.")
