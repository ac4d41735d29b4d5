"""What every link to a cuff keeps, whatever the driver: one sentence each."""

from __future__ import annotations

import time

import numpy as np
import pytest

from openpresso.law.registers import LEASE, RESTARTED, STOPPED
from openpresso.session import SEAL
from tests.station.drivers.rigs import (
    PERIOD,
    RIGS,
    Rig,
    command,
    play,
    ready,
    tick,
    until,
)

NAN = float("nan")
FILL = command(20.0, 20.0, NAN, NAN)
EVERY = pytest.mark.parametrize("kind", RIGS)


@EVERY
def test_a_link_says_which_cuff_is_there(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await until(rig, lambda: rig.link.identity is not None)
        identity = rig.link.identity
        assert identity is not None
        assert (identity.cuff, identity.n_chambers) == ("leg-4", 4)
        assert identity.serial
        assert identity.firmware
        await tick(rig)
        assert rig.link.identity is identity

    play(kind, sentence)


@EVERY
def test_readings_are_stamped_with_the_stations_clock_and_returned_once(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        first = await ready(rig)
        began = rig.now()
        await tick(rig)
        second = rig.link.read(rig.now())
        assert second is not None
        assert began <= second.time <= rig.now()
        assert second.time > first.time
        assert second.identity is rig.link.identity
        assert second.pressures.shape == second.inlet.shape == second.exhaust.shape == (4,)
        if rig.networked:
            assert rig.link.read(rig.now()) is None

    play(kind, sentence)


@EVERY
def test_a_command_is_obeyed(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: min(rig.pressures()[:2]) > 18.0, FILL)
        assert rig.told()[:2] == [20.0, 20.0]
        assert max(rig.pressures()) < 25.0
        assert rig.link.trouble == ""
        readings = await tick(rig, FILL)
        assert readings is not None
        assert readings.pressures[:2] == pytest.approx(rig.pressures()[:2], abs=3.0)

    play(kind, sentence)


@EVERY
def test_nan_vents_one_chamber_and_leaves_the_others(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: min(rig.pressures()[:2]) > 18.0, FILL)
        half = command(20.0, NAN, NAN, NAN)
        await until(rig, lambda: rig.pressures()[1] < 3.0, half)
        assert np.isnan(rig.told()[1:]).all()
        assert rig.pressures()[0] > 15.0

    play(kind, sentence)


@EVERY
def test_zero_holds_at_zero_and_is_not_the_same_as_venting(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 18.0, FILL)
        await until(rig, lambda: rig.pressures()[0] < 3.0, command(0.0, NAN, NAN, NAN))
        assert rig.told()[0] == 0.0

    play(kind, sentence)


@EVERY
def test_seal_closes_a_chamber(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 18.0, FILL)
        sealed = command(SEAL, NAN, NAN, NAN)
        for _ in range(5):
            await tick(rig, sealed)
        readings = await tick(rig, sealed)
        assert rig.told()[0] == SEAL
        assert rig.pressures()[0] > 15.0
        assert readings is not None
        assert not readings.inlet[0] > 0.0

    play(kind, sentence)


@EVERY
def test_a_command_without_renewal_gives_up_the_lease_and_vents(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 10.0, FILL)
        assert rig.leased()
        await tick(rig, command(NAN, NAN, NAN, NAN, renew=False))
        await tick(rig)
        assert not rig.leased()
        await until(rig, lambda: max(rig.pressures()) < 3.0)
        readings = await tick(rig)
        assert readings is not None
        assert not readings.faults & LEASE

    play(kind, sentence)


@EVERY
def test_silence_ends_the_readings_and_is_said_within_a_fifth_of_a_second(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        assert rig.link.trouble == ""
        rig.silence()
        began = rig.now()
        await until(rig, lambda: rig.link.trouble != "", FILL)
        assert rig.now() - began <= 0.2
        assert rig.link.read(rig.now()) is None
        rig.speak()
        await until(rig, lambda: rig.link.trouble == "")
        await until(rig, lambda: rig.link.read(rig.now()) is not None)

    play(kind, sentence)


@EVERY
def test_after_silence_nothing_is_sent_unasked_and_no_old_command_is_sent_again(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        for _ in range(4):
            await tick(rig, FILL)
        rig.silence()
        await until(rig, lambda: rig.link.trouble != "", FILL)
        await rig.wait(0.3)
        rig.speak()
        told = rig.fills()
        await rig.wait(0.6)
        assert rig.fills() == told
        for _ in range(8):
            await tick(rig)
        assert rig.fills() == told
        assert not rig.leased()

    play(kind, sentence)


@EVERY
def test_a_silent_cuff_vents_and_does_not_fill_again_by_itself(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 15.0, FILL)
        rig.silence()
        for _ in range(16):
            await rig.wait(PERIOD)
        rig.speak()
        await until(rig, lambda: rig.link.read(rig.now()) is not None)
        await until(rig, lambda: max(rig.pressures()) < 3.0, FILL)
        for _ in range(6):
            await tick(rig, FILL)
        assert max(rig.pressures()) < 3.0

    play(kind, sentence)


@EVERY
def test_closing_gives_up_the_lease(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 5.0, FILL)
        assert rig.leased()
        rig.link.close()
        await rig.wait(0.1)
        assert not rig.leased()
        assert rig.link.trouble != ""
        rig.link.write(FILL)
        await rig.wait(0.1)
        assert not rig.leased()
        assert rig.link.read(rig.now()) is None

    play(kind, sentence)


@EVERY
def test_a_restarted_cuff_is_noticed_and_stays_vented(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        before = rig.link.identity
        await until(rig, lambda: rig.pressures()[0] > 5.0, FILL)
        rig.restart()
        noticed = []
        for _ in range(20):
            readings = await tick(rig, FILL)
            if readings is not None and readings.faults & RESTARTED:
                noticed.append(readings)
        assert noticed
        assert noticed[-1].identity is rig.link.identity
        if rig.networked:
            assert rig.link.identity is not before
        assert rig.link.identity == before
        await until(rig, lambda: max(rig.pressures()) < 3.0, FILL)

    play(kind, sentence)


@EVERY
def test_a_vent_empties_the_cuff_and_no_command_fills_it_until_a_reset(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 15.0, FILL)
        rig.link.vent()
        readings = None
        for _ in range(40):
            readings = await tick(rig, FILL) or readings
        assert readings is not None
        assert readings.faults & STOPPED
        assert max(rig.pressures()) < 3.0
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 15.0, FILL)

    play(kind, sentence)


@EVERY
def test_a_reset_forgets_the_faults_and_the_cuff_stays_vented(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 5.0, FILL)
        rig.restart()
        readings = await ready(rig)
        assert readings.faults == 0
        assert not rig.leased()
        await until(rig, lambda: max(rig.pressures()) < 3.0)
        for _ in range(6):
            await tick(rig)
        assert max(rig.pressures()) < 3.0

    play(kind, sentence)


@EVERY
def test_nothing_waits_for_the_line(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        rig.silence()
        for _ in range(6):
            began = time.perf_counter()
            rig.link.read(rig.now())
            rig.link.write(FILL)
            rig.link.reset()
            assert time.perf_counter() - began < 0.01
            await rig.wait(PERIOD)
        rig.speak()

    play(kind, sentence)


@EVERY
def test_an_emergency_vent_is_sent_at_once(kind: str) -> None:
    async def sentence(rig: Rig) -> None:
        await ready(rig)
        await until(rig, lambda: rig.pressures()[0] > 5.0, FILL)
        rig.link.write(command(NAN, NAN, NAN, NAN, renew=False))
        await rig.wait(0.02)
        assert not rig.leased()

    play(kind, sentence)
