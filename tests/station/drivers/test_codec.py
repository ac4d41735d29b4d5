"""The host's codec and the cuff's registers mean the same by every value."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.law import controller, counters
from openpresso.law.device import DONE, Device
from openpresso.law.guard import INVALID
from openpresso.law.registers import BLOCKS, MAP_VERSION, REGISTERS
from openpresso.law.regulator import SEAL as SEAL_WORD
from openpresso.law.regulator import VENT
from openpresso.session import SEAL
from openpresso.station.drivers import codec
from openpresso.station.drivers.codec import (
    CARE,
    COMMANDS,
    COUNTERS,
    IDENTITY,
    ROWS,
    STATE,
    encode_command,
)

NAN = math.nan
chambers = st.integers(1, 24)


class Cuff:
    """A device on buffers that a test fills as it likes."""

    def __init__(self, n: int, identity: tuple[str, str, str] = ("leg-8", "S-1", "f-1")) -> None:
        self.n = n
        self.state = [0] * controller.CUFF_STATE
        self.state[controller.LEASE_AGE] = -1
        self.readings = [0] * n
        self.inlet, self.exhaust = [0] * n, [0] * n
        self.outputs = [0] * controller.CUFF_OUTPUTS
        self.counts = [0] * (counters.CUFF_COUNTS + n * counters.CHAMBER_COUNTS)
        self.device = Device(
            identity, n, self.readings, self.state, [0] * (n * controller.WIDTH), self.inlet,
            self.exhaust, self.outputs, self.counts,
        )  # fmt: skip

    def raw(self, block: codec.Block) -> bytes:
        """The registers of a block as they go over a line."""
        image = [0] * block.count
        assert self.device.read(block.address, block.count, image) == DONE
        return struct.pack(f">{block.count}H", *image)


def test_every_row_of_the_map_is_in_exactly_one_block() -> None:
    blocks = (IDENTITY, STATE, COMMANDS, COUNTERS, CARE, codec.SERVICE)
    assert [block.address for block in blocks] == [first for first, _, _ in BLOCKS]
    assert [row.name for block in blocks for row in block.rows] == [row[1] for row in REGISTERS]


text = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=24)


@given(n=chambers, cuff=text, serial=text, firmware=text)
def test_identity_is_read_as_the_device_says_it(
    n: int, cuff: str, serial: str, firmware: str
) -> None:
    values = IDENTITY.decode(Cuff(n, (cuff, serial, firmware)).raw(IDENTITY))
    assert (values["map-major"], values["map-minor"]) == MAP_VERSION
    assert values["chambers"] == n
    assert (values["cuff-type"], values["serial"], values["firmware"]) == (cuff, serial, firmware)


@given(data=st.data(), n=chambers)
def test_a_state_is_read_as_the_device_says_it(data: st.DataObject, n: int) -> None:
    cuff = Cuff(n)
    word = st.integers(0, 65535)
    cuff.readings[:] = data.draw(st.lists(st.integers(-32768, 32767), min_size=n, max_size=n))
    cuff.inlet[:] = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    cuff.exhaust[:] = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    cuff.outputs[:] = [data.draw(st.integers(0, 100)), data.draw(st.integers(0, 1))]
    cuff.counts[counters.TICKS] = data.draw(st.integers(0, counters.WRAP))
    cuff.counts[counters.PUMP_GIVEN] = data.draw(st.integers(0, counters.WRAP))
    cuff.state[controller.FAULT_BITS] = data.draw(st.integers(0, (1 << 30) - 1))
    cuff.state[controller.FAULT_CHAMBER] = data.draw(st.integers(0, n))
    opened = data.draw(st.lists(word, min_size=n, max_size=n))
    for i, ticks in enumerate(opened):
        cuff.counts[counters.CUFF_COUNTS + i * counters.CHAMBER_COUNTS] = ticks
    raw = cuff.raw(STATE)
    values = STATE.decode(raw[: 2 * STATE.needed(n)], n)
    expected = [NAN if one == INVALID else one / 100.0 for one in cuff.readings]
    np.testing.assert_array_equal(values["pressures"], expected)
    assert values["inlet-ticks"].tolist() == opened
    assert values["ticks"] == cuff.counts[counters.TICKS]
    assert values["pump-given"] == cuff.counts[counters.PUMP_GIVEN]
    assert values["faults"] == cuff.state[controller.FAULT_BITS]
    assert values["fault-chamber"] == cuff.state[controller.FAULT_CHAMBER]
    assert [values["pump-duty"], values["dump-open"]] == cuff.outputs
    assert [values["inlets-open"] >> i & 1 for i in range(n)] == cuff.inlet
    assert [values["exhausts-open"] >> i & 1 for i in range(n)] == cuff.exhaust


points = st.one_of(
    st.floats(), st.sampled_from([NAN, SEAL, 0.0, -0.0, 327.67, 327.68]), st.floats(0.0, 150.0)
)


@given(data=st.data(), n=chambers, ceiling=st.floats(), station=st.integers(1, 32767))
def test_a_command_is_taken_by_the_device_as_it_was_meant(
    data: st.DataObject, n: int, ceiling: float, station: int
) -> None:
    cuff = Cuff(n)
    wanted = data.draw(st.lists(points, min_size=n, max_size=n))
    words = encode_command(np.array(wanted), ceiling, station, renew=True)
    assert cuff.device.write(COMMANDS.address, words, len(words)) == DONE
    for point, taken in zip(wanted, cuff.device.set_points, strict=True):
        if point == SEAL:
            assert taken == SEAL_WORD
        elif 0.0 <= point <= 327.67:
            assert abs(taken / 100.0 - point) <= 0.005 + 1e-9
        else:
            assert taken == VENT
    taken = cuff.state[controller.CEILING]
    assert 0 <= taken <= 65535
    if 0.0 <= ceiling <= 655.35:
        assert abs(taken / 100.0 - ceiling) <= 0.005 + 1e-9
    assert math.isfinite(ceiling) or taken in {0, 65535}
    assert cuff.device.leased()
    assert STATE.decode(cuff.raw(STATE), n)["holder"] == station


@given(n=chambers, station=st.integers(1, 32767))
def test_a_command_that_gives_the_lease_up_vents_whatever_it_asks_for(n: int, station: int) -> None:
    cuff = Cuff(n)
    asked = np.full(n, 40.0)
    for renew in (True, False):
        words = encode_command(asked, 60.0, station, renew=renew)
        assert cuff.device.write(COMMANDS.address, words, len(words)) == DONE
    assert not cuff.device.leased()
    assert cuff.device.set_points == [VENT] * n


@given(
    n=chambers,
    zero=st.floats(-10.0, 10.0),
    span=st.floats(0.9, 1.1),
    who=text,
    day=st.integers(20000101, 20991231),
)
def test_calibration_is_stored_as_it_was_written(
    n: int, zero: float, span: float, who: str, day: int
) -> None:
    cuff = Cuff(n)
    address, words = CARE.encode(
        {
            "calibrated-on": day,
            "calibrated-by": who,
            "zeros": np.full(n, zero),
            "spans": np.full(n, span),
        }
    )
    assert cuff.device.write(address, words, len(words)) == DONE
    values = CARE.decode(cuff.raw(CARE), n)
    assert values["zeros"] == pytest.approx(np.full(n, zero), abs=0.0051)
    assert values["spans"] == pytest.approx(np.full(n, span), abs=0.000051)
    assert (values["calibrated-by"], values["calibrated-on"]) == (who, day)
    assert (values["used"], values["cleaned-on"]) == (0, 0)


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_row_decodes_what_it_encodes(row: codec.Row) -> None:
    block = next(
        block
        for block in (IDENTITY, STATE, COMMANDS, COUNTERS, CARE, codec.SERVICE)
        if row in block.rows
    )
    count = 24 if row.per_chamber else row.count
    value: codec.Value
    if row.kind == "text":
        value = "leg-8"
    elif row.per_chamber:
        value = np.arange(count) / row.per_unit
    else:
        value = 7 / row.per_unit
    image = [0] * block.count
    encoded = row.encode(value)
    image[row.address - block.address : row.address - block.address + len(encoded)] = encoded
    found = block.decode(struct.pack(f">{block.count}H", *image))[row.name]
    np.testing.assert_array_equal(found, value)


def test_a_value_that_does_not_fit_its_register_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        CARE.encode({"spans": np.array([7.0])})
    with pytest.raises(ValueError, match="follow each other"):
        CARE.encode({"used": 0, "spans": np.array([1.0])})
    with pytest.raises(ValueError, match="follow each other"):
        CARE.encode({"used": 0, "ceiling": 1.0})


@given(raw=st.binary(min_size=2 * 112, max_size=2 * 112))
def test_any_bytes_decode_without_a_crash(raw: bytes) -> None:
    for block in (IDENTITY, STATE, COMMANDS, COUNTERS, CARE):
        assert set(block.decode(raw)) == {row.name for row in block.rows}
