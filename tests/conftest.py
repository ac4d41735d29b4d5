"""What all tests share: property tests that give the same answer on every run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.campaign import amount

settings.register_profile(
    "ci",
    derandomize=True,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", amount("ci", "search")))
