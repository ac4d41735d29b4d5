"""What the live page says from its script: the same texts as in the templates, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpresso.session.alarm_table import load_alarms

if TYPE_CHECKING:
    from openpresso.console.words import Words

STATES: Final = {
    "empty": ("Nothing is loaded", "Prepare a session, then hand it over to this room."),
    "idle": ("A cuff is to be turned on", "Put the cuffs on, then turn each one on."),
    "checking": ("A cuff is checked", "Wait; nothing is to be done."),
    "fitting": ("The fit is tested", "The cuff fills a little, holds, and vents. Wait."),
    "ready": ("Ready to start", "Ask the client, then start."),
    "running": ("Running", "Watch the client and the legs."),
    "pausing": ("Pauses at the end of the cycle", "It goes on until then."),
    "paused": ("Paused", "Go on when the client is ready, or end."),
    "ending": ("Ending: the cuffs empty", "Wait until they are empty."),
    "done": ("Delivered", "Take the cuffs off, look at the skin, write down what you see."),
    "stopped": ("Stopped", "Take the cuffs off, look at the skin, write down why."),
    "faulted": ("Ended by a fault", "See that the cuffs are empty. Read the alarm."),
}
"""What a state is called, and what comes next for the person at the couch."""
WORDS: Final = {
    "again": "Press once more: {what}",
    "stale": "No news from the station for {seconds} s: what you see is old. Press STOP; if in "
    "doubt, press the button on the cuff or open it.",
    "out": "You are signed out, or the screen is locked. Reload the page. STOP needs no sign-in.",
    "lost": "You no longer have the control seat.",
    "unreached": "The console does not answer. STOP goes straight to the station.",
    "sent": "Sent.",
    "watching": "You watch. {name} has the control seat.",
    "free": "Nobody has the control seat.",
    "mine": "You have the control seat.",
    "silent": "{name} has been silent for {seconds} s.",
    "left": "left",
    "right": "right",
    "clean-first": "Clean the cuffs first, and say so.",
    "one-more-left": "Now turn on the left cuff.",
    "one-more-right": "Now turn on the right cuff.",
    "mean": "Mean of all chambers",
    "chamber": "Chamber {n}",
    "label": "{leg}, chamber {n}: {pressure} mmHg, set {target}",
    "vented": "vented",
    "sealed": "sealed for a test",
    "skipped": "left out",
    "softened": "softened to {share} %",
    "trimmed": "Everything is softened to {share} %.",
    "acknowledge": "I have seen it: sound off for at most 2 minutes",
    "seen": "Seen by {name}.",
    "paused": "The sound is paused and comes back by itself.",
    "over": "The condition is over.",
    "cause": "Cause",
    "remedy": "What to do",
    "high": "High priority",
    "medium": "Medium priority",
    "low": "Low priority",
    "check": "This is only a check: so it looks and sounds.",
    "station": "Station",
    "place": "{leg}",
    "place-chamber": "{leg}, chamber {n}",
    "cuff-left": "Left cuff",
    "cuff-right": "Right cuff",
    "unknown": "unknown",
    "summary": "{state}. {left} left. Left leg {a} mmHg, right leg {b} mmHg. {alarms} alarms.",
    "to-clean": "to be cleaned",
    "no-cuff": "not connected",
    "stage-none": "Not in this session",
    "stage-off": "Off",
    "stage-checking": "Being checked",
    "stage-fitting": "Fit is being tested",
    "stage-on": "Fit test passed",
    "stage-failed": "Fit test not passed",
    "sound-on": "Sound is on",
    "sound-off": "Sound is off: switch it on",
}


def states(words: Words) -> dict[str, tuple[str, str]]:
    """Return the name of each state and what comes next."""
    return {key: (words.text(name), words.text(then)) for key, (name, then) in STATES.items()}


def words_of(words: Words) -> dict[str, str]:
    """Return the texts of the script; `{name}` in them is filled in by it."""
    return {key: words.text(text) for key, text in WORDS.items()}


def alarms(words: Words) -> dict[str, dict[str, str]]:
    """Return text, cause and remedy of each alarm by its condition, where the language has them.

    The English of the station's own table is their message; of a condition that is not here, the
    page shows what the station says.
    """
    found = {}
    for name, row in load_alarms().conditions.items():
        said = {part: words.text(getattr(row, part)) for part in ("text", "cause", "remedy")}
        if said["text"] != row.text:
            found[name] = said | {"unit": row.unit}
    return found
