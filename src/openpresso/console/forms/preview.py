"""The form of a preview: which program on which cuff, and whose leg."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from openpresso.clinic.programs import draft
from openpresso.console.trials.trying import Wanted
from openpresso.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpresso.console.forms.typed import Typed
    from openpresso.program import Program

POSTURES: Final = ("supine", "elevated", "sitting", "standing")
CONDITIONS: Final = (
    "healthy", "venous-insufficiency", "lymphoedema", "lipoedema", "after-sport",
)  # fmt: skip
SITES: Final = ("ankle", "calf", "knee", "thigh")
"""As the twin has them; a test compares them. Named here so that the form needs no twin."""
FIELDS: Final = (
    "program", "text", "cuff", "posture", "sex", "condition", "height", "weight", "client", "side",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, as it was typed.

    Parameters
    ----------
    program
        Name in the catalog, or the key of a version of an own program; empty with a text.
    text
        A program that is not kept.
    cuff, posture, sex, condition, height, weight, girths
        Whose leg, how it is held, by what it is pressed.
    client, side
        Whose measurements to take over.
    """

    program: str = ""
    text: str = ""
    cuff: str = ""
    posture: str = "supine"
    sex: str = "female"
    condition: str = "healthy"
    height: str = ""
    weight: str = ""
    client: str = ""
    side: str = "left"
    girths: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, str]:
        """Return it as plain texts."""
        found = asdict(self)
        girths = found.pop("girths")
        return found | {f"girth-{site}": value for site, value in girths.items()}

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Asked:
        """Return it from plain texts."""
        own = {name: kept[name] for name in FIELDS if name in kept}
        return cls(**own, girths={site: kept.get(f"girth-{site}", "") for site in SITES})


def read(typed: Typed) -> Asked:
    """Return what was typed into the form."""
    found = {name: typed.one(name) for name in FIELDS if typed.one(name) and name != "text"}
    found |= {f"girth-{site}": typed.one(f"girth-{site}") for site in SITES}
    return Asked.of(found | {"text": typed.fields.get("text", ("",))[0]})


def wanted(asked: Asked) -> Wanted:
    """Return whose leg it is, as the twin takes it; whether it can be, the twin says.

    Raises
    ------
    InputError
        If a number is none, or a choice is not one of the form.
    """
    for name, allowed in (
        ("posture", POSTURES),
        ("condition", CONDITIONS),
        ("sex", ("female", "male")),
    ):
        value = getattr(asked, name)
        if value not in allowed:
            message = f"{value[:40]!r}; allowed are {', '.join(allowed)}"
            raise InputError.one("preview", "not-allowed", message, path=name, hint="Choose one.")
    girths = [(site, number(asked.girths.get(site, ""), site)) for site in SITES]
    return Wanted(
        asked.posture,
        asked.sex,
        asked.condition,
        number(asked.height, "height"),
        number(asked.weight, "weight"),
        tuple((site, value) for site, value in girths if value is not None),
    )


def number(text: str, name: str) -> float | None:
    """Return a number of the form; None where nothing was typed. A comma is a point.

    Raises
    ------
    InputError
        If it is no number.
    """
    if not text:
        return None
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = float("nan")
    if not 0.0 < found < 1000.0:
        message = f"{text[:40]!r} is no {name}; allowed is a number above 0"
        raise InputError.one("preview", "bad-number", message, path=name, hint="Correct it.")
    return found


def parsed(text: str) -> Program | None:
    """Return the program of a text; None while it is none."""
    try:
        return draft.program(text)
    except InputError:
        return None
