"""A client who can be written to, and a sender that keeps what it is given."""

from __future__ import annotations

import pytest

from openpresso.clinic.consent import consent
from openpresso.clinic.messages.sender import Letter, SendError


class Box:
    """A sender that keeps letters, or fails as it is told."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.errors: list[Exception] = []

    def send(self, letter: Letter) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.letters.append(letter)

    def fail(self, *kinds: str) -> None:
        self.errors += [SendError("no luck", kind) for kind in kinds]  # type: ignore[arg-type]


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture(autouse=True)
def agreed(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Keys of clients who have agreed to be written to; a test adds to it."""
    keys: set[int] = set()

    def standing(_: object, client_id: int) -> dict[str, object]:
        return {"reminders": object()} if client_id in keys else {}

    monkeypatch.setattr(consent, "standing", standing, raising=False)
    return keys
