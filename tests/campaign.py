"""How much is tried: what every change needs, or all that `make campaign` has time for."""

from __future__ import annotations

import os
from typing import Final, TypeVar

Amount = TypeVar("Amount")

CAMPAIGN: Final = os.environ.get("CAMPAIGN", "") not in {"", "0"}
"""Whether this run is a campaign: hours instead of minutes."""


def amount(always: Amount, campaign: Amount) -> Amount:
    """Return how much a test tries: `always`, or what it tries in a campaign."""
    return campaign if CAMPAIGN else always
