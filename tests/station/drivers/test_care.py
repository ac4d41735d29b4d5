"""The care of a cuff: its log, the trend of its leaks, its cleaning, its calibration, its label."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from openpresso.errors import InputError
from openpresso.session import Identity
from openpresso.station.calibration import Calibration, fitted, zeroed
from openpresso.station.care import CareLog, Entry, fit_test_entry, to_clean, trend
from openpresso.station.label import label, label_text

AT = "2026-05-04T10:00:00+00:00"
NAN = math.nan
CUFF = Identity("leg-12", "OP-2026-00017", "f-1", 12)


def test_a_log_gives_back_what_was_written_in_order(tmp_path: Path) -> None:
    log = CareLog(tmp_path / "cuffs", "S-1")
    assert log.entries() == ()
    written = (
        fit_test_entry(AT, "Ada", [0.25, NAN]),
        Entry("session", AT, "gradient-drainage", {"record": "r-1"}),
        Entry("cleaned", AT, "Böb", {}),
    )
    for entry in written:
        log.append(entry)
    assert log.entries() == written
    assert log.path == tmp_path / "cuffs" / "S-1.jsonl"
    assert log.entries()[0].data == {"leaks": [0.25, None]}


@pytest.mark.parametrize("torn", [b'{"at": "2026', b"\xff\xfe", b'["at"]', b'{"at": "x"}', b"7"])
def test_a_line_that_was_cut_off_costs_that_line_alone(tmp_path: Path, torn: bytes) -> None:
    log = CareLog(tmp_path, "S-1")
    entry = Entry("cleaned", AT, "Ada", {})
    log.append(entry)
    with log.path.open("ab") as file:
        file.write(torn)
    assert log.entries() == (entry,)
    log.append(entry)
    assert log.entries() == (entry, entry)


@given(serial=st.text(max_size=24))
def test_any_serial_number_names_a_file_in_the_folder(serial: str) -> None:
    folder = Path("cuffs")
    path = CareLog(folder, serial).path
    assert path.parent == folder
    assert path.suffix == ".jsonl"
    assert len(path.stem) > 0
    assert re.fullmatch(r"[^/\\\0.]+", path.stem)


def test_different_serial_numbers_have_different_logs() -> None:
    serials = ["", "a", "A b", "a/b", "a%2Fb", "..", "%00", "a.b"]
    assert len({CareLog(Path(), serial).path for serial in serials}) == len(serials)


def fit_tests(rates: list[list[float]]) -> list[Entry]:
    return [fit_test_entry(AT, "Ada", row) for row in rates]


def test_a_leak_that_grows_is_told_from_one_that_does_not() -> None:
    rng = random.Random(1)
    rates = [
        [0.2 + 0.03 * i + rng.gauss(0.0, 0.02), 0.3 + rng.gauss(0.0, 0.02), 0.6 - 0.03 * i]
        for i in range(12)
    ]
    grows, steady, falls = trend(fit_tests(rates))
    assert grows.slope == pytest.approx(0.3, abs=3 * grows.error)
    assert 0.0 < grows.error < 0.05
    assert grows.verdict.startswith("rises: look at the hose")
    assert steady.verdict == "steady"
    assert falls.verdict == "falls"
    assert falls.slope == pytest.approx(-0.3)
    assert grows.last == pytest.approx(rates[-1][0], abs=1e-4)


def test_steady_leaks_are_rarely_called_rising() -> None:
    rng = random.Random(2)
    verdicts = [
        trend(fit_tests([[0.3 + rng.gauss(0.0, 0.15)] for _ in range(8)]))[0].verdict
        for _ in range(1000)
    ]
    # Student's t at 95 %, both sides.
    assert 15 <= 1000 - verdicts.count("steady") <= 85


def test_with_few_fit_tests_nothing_is_said_about_a_trend() -> None:
    (one,) = trend(fit_tests([[0.1 * i] for i in range(5)]))
    assert one.verdict == "too few fit tests to tell: 5 of at least 6"
    assert math.isnan(one.slope)
    assert trend([]) == ()


def test_chambers_that_were_not_tested_are_left_out() -> None:
    rates = [[0.3, NAN] for _ in range(7)]
    first, second = trend(fit_tests(rates))
    assert first.tests == 7
    assert second.tests == 0
    assert math.isnan(second.last)


def test_a_cuff_is_to_be_cleaned_after_a_session_until_a_cleaning_is_noted() -> None:
    session = Entry("session", AT, "x", {})
    cleaned = Entry("cleaned", AT, "Ada", {})
    assert to_clean([], used=False) == ""
    assert "no cleaning was noted" in to_clean([cleaned, session], used=False)
    assert to_clean([session, cleaned], used=False) == ""
    assert "filled after its last cleaning" in to_clean([session, cleaned], used=True)


@given(
    zero=st.floats(-9.0, 9.0),
    span=st.floats(0.91, 1.09),
    was=st.tuples(st.floats(-9.0, 9.0), st.floats(0.91, 1.09)),
    points=st.lists(st.floats(0.0, 150.0), min_size=1, max_size=5),
)
def test_calibration_finds_what_a_sensor_has(
    zero: float, span: float, was: tuple[float, float], points: list[float]
) -> None:
    before = Calibration(*was)
    gauges = [0.0, 60.0, *points]
    raws = [(gauge - zero) / span for gauge in gauges]
    readings = [raw * before.span + before.zero for raw in raws]
    fit = fitted(before, list(zip(gauges, readings, strict=True)))
    assert fit.calibration.zero == pytest.approx(zero, abs=1e-6)
    assert fit.calibration.span == pytest.approx(span, abs=1e-8)
    assert fit.residual < 1e-6


def test_a_zero_makes_a_vented_chamber_read_zero() -> None:
    before = Calibration(0.5, 1.02)
    found = zeroed(before, 1.7)
    assert before.raw(1.7) * found.span + found.zero == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([], "too-close"),
        ([(0.0, 0.0)], "too-close"),
        ([(50.0, 50.0), (60.0, 60.0)], "too-close"),
        ([(0.0, 0.0), (60.0, 50.0)], "span-out-of-range"),
        ([(0.0, 0.0), (30.0, 60.0)], "span-out-of-range"),
        ([(0.0, 0.0), (60.0, 0.0)], "span-out-of-range"),
        ([(0.0, 12.0), (60.0, 72.0)], "zero-out-of-range"),
        ([(0.0, 0.0), (40.0, 46.0), (80.0, 80.0)], "no-line"),
        ([(0.0, 0.0), (60.0, NAN)], "not-finite"),
        ([(0.0, 0.0), (math.inf, 60.0)], "not-finite"),
    ],
)
def test_points_that_are_no_calibration_are_refused(
    points: list[tuple[float, float]], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        fitted(Calibration(), points)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_sensor_far_from_zero_is_not_zeroed() -> None:
    with pytest.raises(InputError, match="-10 to 10 mmHg is allowed"):
        zeroed(Calibration(), 11.0)


def modules(svg: str) -> set[tuple[int, int]]:
    """Dark modules of the code on a label, column and row."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own picture
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path.attrib["d"])
    return {(int(x) + i, int(y)) for x, y, length in runs for i in range(int(length))}


def test_a_label_carries_the_code_of_its_text() -> None:
    address = "modbus:tcp://192.168.7.20"
    code = segno.make(label_text(CUFF, address), error="m", micro=False, boost_error=True)
    dark = {(x, y) for y, row in enumerate(code.matrix) for x, bit in enumerate(row) if bit}
    svg = label(CUFF, address)
    assert modules(svg) == dark
    assert 'width="62mm" height="29mm"' in svg
    assert "leg-12" in label_text(CUFF, address)
    assert "OP-2026-00017" in label_text(CUFF, address)


def test_a_label_keeps_odd_letters_as_letters() -> None:
    svg = label(Identity("leg-8", "<&>\"'", "f", 1))
    texts = [one.text for one in ElementTree.fromstring(svg).iter()]  # noqa: S314 - our own picture
    assert "<&>\"'" in texts
    assert "1 chamber" in texts


@pytest.mark.skipif(
    not (shutil.which("zbarimg") and shutil.which("rsvg-convert")),
    reason="zbarimg and rsvg-convert are not installed: the code is compared, not scanned",
)
def test_a_scanner_reads_the_label(tmp_path: Path) -> None:
    (tmp_path / "label.svg").write_text(label(CUFF, "modbus:tcp://192.168.7.20"))
    subprocess.run(
        ["rsvg-convert", "-z", "6", "label.svg", "-o", "label.png"], cwd=tmp_path, check=True
    )
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", "label.png"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert read.stdout.strip() == label_text(CUFF, "modbus:tcp://192.168.7.20")
