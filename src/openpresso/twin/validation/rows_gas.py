"""Rows about air: valves."""

from __future__ import annotations

from typing import Final

import numpy as np

from openpresso.twin.physics import laminar_patch, valve_flow
from openpresso.twin.validation.outcome import Curves, Outcome, line

MMHG_PER_MPA: Final = 7500.62
ANR: Final = 101.325 / 100.0 * 60.0 / 1000.0
"""From mL/s at 760 mmHg to L/min at 100 kPa."""


def row_1(seed: int) -> Outcome:  # noqa: ARG001 -- nothing random in a formula
    """Flow of a valve of C 2, b 0.3 from 0.4 to 0.3 MPa, both gauge [L/min]."""
    span, patch = laminar_patch(0.3)

    def flow(downstream: float) -> float:
        pressures = (0.4 * MMHG_PER_MPA, downstream * MMHG_PER_MPA)
        return float(valve_flow(*pressures, 2.0, 0.3, span, patch)) * ANR

    sweep = np.linspace(0.0, 0.4, 81)
    return Outcome(
        {"flow": flow(0.3)},
        Curves(
            "pressure behind the valve [MPa, gauge]",
            "flow [L/min]",
            (
                line(sweep, [flow(float(one)) for one in sweep], "the twin's valve"),
                line([0.3], [420.0], "data sheet", points=True),
            ),
        ),
    )
