"""Actions that the API does not offer, and why; parameters that nobody outside gives."""

from __future__ import annotations

from typing import Final

from openpresso.clinic.roles import ACTIONS, PEOPLE

OWN: Final = "it is about one's own password, PIN, second factor or screen; an integration has none"
PERSON: Final = "who holds what it gives can act as a person; an integration must not become one"
AUTOMATIC: Final = "the clinic does it by itself; nobody has the role"
LEFT_OUT: Final = {
    "drill.enter": "a person does a drill; the console that ran it enters how it went",
    "feed.make": "it gives a secret address of a calendar; the console shows it to the person once",
    "integration.add": "a token must not make further ones that outlive it; the owner makes them",
    "integration.revoke": "a token must not lock out the others; the owner does it at the console",
    "password.change": OWN,
    "password.reset": PERSON,
    "pin.set": OWN,
    "second-factor.confirm": OWN,
    "second-factor.give-up": OWN,
    "second-factor.offer": OWN,
    "program.release": "it takes what the twin found; the console tries the program itself",
    "second-factor.recovery-codes": OWN,
    "second-factor.recovery-codes-left": OWN,
    "second-factor.remove": PERSON,
    "session.link": "it takes a folder of this computer; the console links what the station wrote",
    "sign-in.end-mine": OWN,
    "sign-in.end-others": OWN,
    "sign-in.list": OWN,
    "staff.roles": "a token must not give rights, not even to others; the owner does it",
}  # fmt: skip
"""By name, with the reason. Those of nobody's role are left out without a line here."""
OMITTED: Final = {
    "consent.record.texts": "the texts are those of the practice",
    "screening.answer.rules": "the rules are those of the practice",
}  # fmt: skip
"""Parameters that have a default which nobody outside may replace, with the reason."""
SUPPLIED: Final = frozenset({"vault"})
"""Parameters that the console fills in from what it was started with."""


def reason(name: str) -> str:
    """Return why an action is not offered; empty for one that is."""
    if not ACTIONS[name].roles & frozenset(PEOPLE):
        return AUTOMATIC
    return LEFT_OUT.get(name, "")


def omitted(name: str) -> frozenset[str]:
    """Return the parameters of an action that are not given from outside."""
    own = {one.removeprefix(f"{name}.") for one in OMITTED if one.startswith(f"{name}.")}
    return frozenset({*own, *SUPPLIED})
