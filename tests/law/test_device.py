"""A cuff behind its registers: who may write what, and what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso import cuff
from openpresso.cuff.controller import chamber_settings, cuff_settings
from openpresso.law import controller as law
from openpresso.law import counters
from openpresso.law.device import BUSY, DONE, GIVE_UP, NO_ADDRESS, NO_VALUE, Device, text_words
from openpresso.law.guard import LEASE_TICKS
from openpresso.law.registers import ADDRESSES, MOST_CHAMBERS, REGISTERS, RESTARTED, STOPPED, TYPES
from openpresso.law.regulator import SEAL, VENT

AT = {name: address for address, name, *_ in REGISTERS}
WIDTH = dict(TYPES)
TAKEN = {
    address + k: row
    for row in REGISTERS
    for address in [row[0]]
    for k in range(row[2] * WIDTH[row[3]])
}
MINE, OTHER = 7, 8


class Rig:
    """A device and the law behind it, with readings that tremble round a level."""

    def __init__(self, name: str = "leg-8") -> None:
        garment = cuff.load(name)
        self.n = n = garment.n_chambers
        self.settings, self.chambers = cuff_settings(garment), chamber_settings(garment)
        self.readings, self.inlet, self.exhaust = [0] * n, [0] * n, [0] * n
        self.state, self.memory = [0] * law.CUFF_STATE, [0] * (n * law.WIDTH)
        self.outputs = [0] * law.CUFF_OUTPUTS
        self.counts = [0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS)
        law.start_up(self.state)
        self.device = Device(
            (name, "A-17", "test 1"), n, self.readings, self.state, self.memory, self.inlet,
            self.exhaust, self.outputs, self.counts,
        )  # fmt: skip
        self.ticks = 0

    def run(self, ticks: int, level: int = 0) -> None:
        for _ in range(ticks):
            self.ticks += 1
            self.readings[:] = [level + 5 * (self.ticks % 2)] * self.n
            law.tick(
                self.settings, self.chambers, self.device.set_points, self.readings, 0, self.state,
                self.memory, self.inlet, self.exhaust, self.outputs,
            )  # fmt: skip
            counters.count(self.n, self.state, self.inlet, self.exhaust, self.outputs, self.counts)

    def read(self, name: str, count: int = 1) -> list[int]:
        image = [0] * count
        assert self.device.read(AT[name], count, image) == DONE
        return image

    def command(self, station: int, *points: int, ceiling: int = 6000) -> int:
        enabled = (1 << self.n) - 1
        words = [station, ceiling, enabled >> 16, enabled & 65535]
        words += [point & 65535 for point in points]
        return self.device.write(AT["lease"], words, len(words))

    def reset(self) -> int:
        return self.device.write(AT["reset"], [1], 1)


def ready() -> Rig:
    rig = Rig()
    assert rig.reset() == DONE
    rig.run(1)
    return rig


def test_after_power_on_nothing_moves_until_a_reset() -> None:
    rig = Rig()
    rig.run(10)
    assert rig.read("faults", 2) == [0, RESTARTED]
    assert rig.command(MINE, *[4000] * 8) == DONE
    rig.run(50)
    assert not any(rig.inlet)
    assert all(rig.exhaust)
    assert rig.outputs[law.DUTY] == 0
    assert rig.reset() == DONE
    assert rig.command(MINE, *[4000] * 8) == DONE
    rig.run(20)
    assert rig.outputs[law.DUTY] > 0


def test_a_lease_is_its_holders_alone() -> None:
    rig = ready()
    assert rig.command(MINE, *[4000] * 8) == DONE
    rig.run(1)
    assert rig.read("holder") == [MINE]
    assert rig.read("lease-left")[0] <= 500
    points = rig.device.set_points
    for attempt in (OTHER, OTHER | GIVE_UP):
        assert rig.command(attempt, *[0] * 8) == BUSY
    assert rig.reset() == BUSY
    assert rig.device.write(AT["zeros"], [0], 1) == BUSY
    assert rig.device.set_points is points
    rig.run(LEASE_TICKS + 1)
    assert rig.read("holder") == [0]
    assert rig.command(OTHER, *[0] * 8) == DONE


def test_a_lease_that_is_given_up_is_no_fault() -> None:
    rig = ready()
    assert rig.command(MINE, *[4000] * 8) == DONE
    rig.run(5)
    assert rig.command(MINE | GIVE_UP, *[VENT] * 8) == DONE
    rig.run(2 * LEASE_TICKS)
    assert rig.state[law.FAULT_BITS] == 0
    assert all(rig.exhaust)
    assert rig.outputs[law.DUTY] == 0
    assert rig.read("leases-lost", 2) == [0, 0]


def test_anyone_may_vent_and_only_a_reset_ends_it() -> None:
    rig = ready()
    rig.command(MINE, *[4000] * 8)
    rig.run(5)
    assert rig.device.write(AT["vent"], [1], 1) == DONE
    for _ in range(20):
        assert rig.command(MINE, *[4000] * 8) == DONE
        rig.run(10)
    assert rig.state[law.FAULT_BITS] == STOPPED
    assert all(rig.exhaust)
    assert rig.outputs[law.DUTY] == 0
    assert rig.reset() == DONE
    rig.run(1)
    assert rig.state[law.FAULT_BITS] == 0


def test_a_lasting_fault_outlives_a_reset() -> None:
    rig = ready()
    rig.device.lasting = STOPPED
    assert rig.reset() == DONE
    assert rig.state[law.FAULT_BITS] == STOPPED


def test_how_long_a_chamber_was_compressed_outlives_a_reset() -> None:
    rig = ready()
    rig.command(MINE, *[SEAL] * 8)
    for _ in range(40):
        rig.command(MINE)
        rig.run(50, level=3000)
    held = rig.memory[law.HELD]
    assert held > 1000
    rig.device.write(AT["vent"], [1], 1)
    rig.run(1, level=3000)
    rig.reset()
    assert rig.memory[law.HELD] > held


def test_a_chamber_that_is_not_enabled_is_vented() -> None:
    rig = ready()
    words = [MINE, 6000, 0, 0b101, *[4000] * 8]
    assert rig.device.write(AT["lease"], words, 12) == DONE
    assert rig.device.set_points == [4000, VENT, 4000, *[VENT] * 5]


def test_the_first_filling_makes_a_cuff_one_to_be_cleaned() -> None:
    rig = ready()
    assert rig.read("used") == [0]
    rig.command(MINE, *[4000] * 8)
    assert rig.read("used") == [1]
    assert rig.device.changed
    rig.command(MINE | GIVE_UP, *[VENT] * 8)
    assert rig.device.write(AT["used"], [0, 0, 20261122 >> 16, 20261122 & 65535], 4) == DONE
    assert rig.read("used", 4) == [0, 0, 20261122 >> 16, 20261122 & 65535]


@given(
    zeros=st.lists(st.integers(-1500, 1500), min_size=8, max_size=8),
    spans=st.lists(st.integers(8000, 12000), min_size=8, max_size=8),
)
def test_a_calibration_is_taken_whole_or_not_at_all(zeros: list[int], spans: list[int]) -> None:
    rig = ready()
    words = [zero & 65535 for zero in zeros] + [0] * 16 + spans
    good = all(abs(one) <= 1000 for one in zeros) and all(9000 <= one <= 11000 for one in spans)
    answer = rig.device.write(AT["zeros"], words, len(words))
    assert answer == (DONE if good else NO_VALUE)
    assert rig.device.zeros == (zeros if good else [0] * 8)
    assert rig.device.spans == (spans if good else [10000] * 8)


@given(st.integers(-5, ADDRESSES + 5), st.integers(0, 130))
def test_every_address_below_the_end_can_be_read_and_unknown_ones_are_zero(
    address: int, count: int
) -> None:
    rig = ready()
    image = [-1] * max(count, 1)
    answer = rig.device.read(address, count, image)
    if address < 0 or count < 1 or address + count > ADDRESSES:
        assert answer == NO_ADDRESS
        return
    assert answer == DONE
    assert all(0 <= word <= 65535 for word in image)
    assert all(image[k] == 0 for k in range(count) if address + k not in TAKEN)
    for k in range(count):
        alone = [0]
        rig.device.read(address + k, 1, alone)
        assert alone == [image[k]]


@given(
    st.integers(0, ADDRESSES + 5),
    st.lists(st.integers(0, 65535), min_size=1, max_size=40),
    st.booleans(),
)
def test_no_write_changes_what_only_the_cuff_says(
    address: int, words: list[int], leased: bool
) -> None:
    rig = ready()
    if leased:
        rig.command(MINE, *[0] * 8)
    before = [rig.read(name, 40) for name in ("map-major", "powered")]
    answer = rig.device.write(address, words, len(words))
    assert answer in {DONE, NO_ADDRESS, NO_VALUE, BUSY}
    assert [rig.read(name, 40) for name in ("map-major", "powered")] == before
    assert all(point >= 0 or point in {VENT, SEAL} for point in rig.device.set_points)
    assert len(rig.device.set_points) == rig.n
    if answer == DONE:
        assert TAKEN[address][6] == "rw"


def test_counts_tell_time_air_wear_and_trips() -> None:
    rig = ready()
    rig.command(MINE, *[4000] * 8)
    for _ in range(30):
        rig.command(MINE)
        rig.run(20, level=1000)
    rig.run(2 * LEASE_TICKS, level=1000)
    open_for = rig.read("inlet-ticks", 8)
    assert sum(open_for) > 100
    assert rig.read("inlet-cycles", 2) != [0, 0]
    assert rig.read("exhaust-cycles", 2) == [0, 1]
    assert rig.read("trips", 2) == [0, 1]
    assert rig.read("leases-lost", 2) == [0, 1]
    assert rig.read("ticks", 2) == [0, rig.ticks]


def test_counts_wrap_and_stay_small() -> None:
    rig = ready()
    rig.counts[counters.TICKS] = counters.WRAP
    at = counters.CUFF_COUNTS
    rig.counts[at + counters.EXHAUST_OPEN_FOR] = counters.WRAP_VALVE
    rig.counts[counters.POWERED_TICKS] = counters.CENTIHOUR - 1
    rig.run(1)
    assert rig.read("ticks", 2) == [0, 0]
    assert rig.read("exhaust-ticks") == [0]
    assert rig.read("powered", 2) == [0, 1]


def test_texts_are_two_characters_in_a_register() -> None:
    assert text_words("leg-8", 4) == [0x6C65, 0x672D, 0x3800, 0]
    rig = Rig("leg-24")
    assert rig.read("chambers") == [24]
    assert rig.n == MOST_CHAMBERS


@pytest.mark.parametrize("count", [2, 3, 29])
def test_commands_come_in_one_piece(count: int) -> None:
    rig = ready()
    assert rig.device.write(AT["lease"], [MINE] * count, count) == NO_ADDRESS
    assert rig.device.write(AT["ceiling"], [6000], 1) == NO_ADDRESS
    assert rig.device.write(AT["lease"], [0], 1) == NO_VALUE
