"""What to deliver: programs as data, and what they become on a cuff.

A program is a YAML file (`schema: 1`) that is independent of who wears the cuff. It has phases; a
phase repeats one cycle for a time. A cycle is said with few words:

- `target`: what each chamber reaches: one pressure, a list from distal to proximal (`vent` leaves a
  chamber out), `{distal, step, minimum}` for a gradient, or `{zones: {calf: 40 mmHg}}`.
- `order`: `distal-to-proximal`, `proximal-to-distal`, `zone-by-zone`, `all-at-once`, or a list of
  chamber numbers, zones and groups of them; what it does not name stays vented.
- `pattern`: `cumulative` holds each chamber until the last is full and then releases all; `wave`
  presses each chamber once; `pulse` presses each several times; `pulse-and-hold` does so and then
  holds. See `openpresso.program.patterns`.
- `rise`, `hold`, `release`: times of one press. And one of `overlap`, `stagger`, `sweep`, `starts`:
  how far apart the chambers start. A sweep without a rise is shared by the air that each takes.
- `rest`: a time, or `{time, waits_for_refill, level}`; the level is `vent`, `zero` or a low
  `{gradient: 10 mmHg}`. Every cycle rests.

Beside the phases a program says which cuffs it fits, how the legs are used, how the first cycles
ramp up, its ceiling, who must allow it, and its evidence: a grade (`GRADES`), what was found, what
is not known, the most that may be claimed, and the source of every figure.

`compile` gives the exact set-points for one cuff; nothing is clipped. `fits` says why a cuff cannot
deliver a program, its air included; `nearest` gives the nearest program that it can.
"""

from __future__ import annotations

from openpresso.program.adapt import lowered, nearest
from openpresso.program.check import check, fits
from openpresso.program.compiler import compile  # noqa: A004 -- the verb of the domain
from openpresso.program.diagnostics import ceiling_of, problems
from openpresso.program.feasibility import Move, cannot_follow, feasibility
from openpresso.program.files import load, load_text, names, program_schema, read, to_data
from openpresso.program.model import GRADES, PERMISSIONS, Program
from openpresso.program.plot import plot
from openpresso.program.timeline import Phase, Timeline, whole_cycles

__all__ = [
    "GRADES",
    "PERMISSIONS",
    "Move",
    "Phase",
    "Program",
    "Timeline",
    "cannot_follow",
    "ceiling_of",
    "check",
    "compile",
    "feasibility",
    "fits",
    "load",
    "load_text",
    "lowered",
    "names",
    "nearest",
    "plot",
    "problems",
    "program_schema",
    "read",
    "to_data",
    "whole_cycles",
]
