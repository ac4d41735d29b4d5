"""Local time: the clocks of Berlin and New York go forward and back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.booking.local import Which, edge, instant
from openpresso.errors import InputError

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FORWARD = [(BERLIN, dt.date(2026, 3, 29)), (NEW_YORK, dt.date(2026, 3, 8))]
BACK = [(BERLIN, dt.date(2026, 10, 25)), (NEW_YORK, dt.date(2026, 11, 1))]


@pytest.mark.parametrize(("zone", "day", "offset"), [(*FORWARD[0], 1), (*FORWARD[1], -5)])
@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_time_that_the_clocks_skip_is_refused_with_the_nearest_one(
    zone: ZoneInfo, day: dt.date, offset: int, minute: int
) -> None:
    with pytest.raises(InputError, match="the nearest time is 03:00") as caught:
        instant(zone, day, dt.time(2, minute))
    assert caught.value.code == "nonexistent-time"
    jump = dt.datetime(day.year, day.month, day.day, 2, tzinfo=dt.UTC) - dt.timedelta(hours=offset)
    assert instant(zone, day, dt.time(3)) == jump
    assert instant(zone, day, dt.time(1, 59)) == jump - dt.timedelta(minutes=1)


def test_new_york_skips_an_hour_at_two_and_repeats_the_one_before_two() -> None:
    with pytest.raises(InputError, match="show 01:30 twice"):
        instant(NEW_YORK, dt.date(2026, 11, 1), dt.time(1, 30))
    first = instant(NEW_YORK, dt.date(2026, 11, 1), dt.time(1, 30), "first")
    second = instant(NEW_YORK, dt.date(2026, 11, 1), dt.time(1, 30), "second")
    assert first == dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)
    assert second - first == dt.timedelta(hours=1)


def test_berlin_asks_which_of_two_times_between_two_and_three() -> None:
    day = dt.date(2026, 10, 25)
    with pytest.raises(InputError, match=r"first .* or second") as caught:
        instant(BERLIN, day, dt.time(2, 15))
    assert (caught.value.code, caught.value.diagnostics[0].path) == ("ambiguous-time", "which")
    assert instant(BERLIN, day, dt.time(2, 15), "first") == dt.datetime(
        2026, 10, 25, 0, 15, tzinfo=dt.UTC
    )
    assert instant(BERLIN, day, dt.time(2, 15), "second") == dt.datetime(
        2026, 10, 25, 1, 15, tzinfo=dt.UTC
    )
    assert instant(BERLIN, day, dt.time(3)) == dt.datetime(2026, 10, 25, 2, 0, tzinfo=dt.UTC)
    assert instant(BERLIN, day, dt.time(1, 59)) == dt.datetime(2026, 10, 24, 23, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(("zone", "day"), FORWARD + BACK)
def test_a_day_from_midnight_to_midnight_is_an_hour_shorter_or_longer(
    zone: ZoneInfo, day: dt.date
) -> None:
    length = edge(zone, day + dt.timedelta(days=1), dt.time.min) - edge(zone, day, dt.time.min)
    assert length == dt.timedelta(hours=23 if (zone, day) in FORWARD else 25)


def test_an_edge_in_the_gap_is_the_jump_and_one_in_the_repeated_hour_takes_in_all_of_it() -> None:
    jump = instant(BERLIN, dt.date(2026, 3, 29), dt.time(3))
    assert edge(BERLIN, dt.date(2026, 3, 29), dt.time(2, 40)) == jump
    opens = edge(BERLIN, dt.date(2026, 10, 25), dt.time(2, 30))
    closes = edge(BERLIN, dt.date(2026, 10, 25), dt.time(2, 45), closing=True)
    assert closes - opens == dt.timedelta(hours=1, minutes=15)


@given(
    st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")]),
    st.integers(26_297_280, 34_186_080).map(lambda minute: EPOCH + dt.timedelta(minutes=minute)),
)
def test_every_instant_comes_back_from_its_local_time(zone: ZoneInfo, moment: dt.datetime) -> None:
    local = moment.astimezone(zone)
    which: Which = "second" if local.fold else "first"
    assert instant(zone, local.date(), local.time(), which) == moment
