"""Reading and exporting a closed record."""

from __future__ import annotations

import csv
import json
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from openpresso.errors import InputError, RecordError
from openpresso.record import Recorder, dose, export, open_record
from tests.record.sessions import header_of, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., Path]


def test_a_record_says_what_was_delivered(make_record: MakeRecord) -> None:
    record = open_record(make_record(operator="A. Technician"))
    assert record.header["operator"] == "A. Technician"
    assert record.header["posture"] == "supine"
    left = record.dose["left"]
    assert left.cycles == 3
    assert left.delivered == pytest.approx(0.98, abs=0.002)
    assert left.minutes == pytest.approx(0.5)
    assert record.quality.hold_error_p95 == pytest.approx(1.0, abs=0.02)
    assert record.cycles("left") == (0.0, 10.0, 20.0)
    with pytest.raises(FrozenInstanceError):
        record.outcome = "stopped"  # type: ignore[misc]


def test_the_dose_in_the_record_is_the_dose_of_its_waveforms(make_record: MakeRecord) -> None:
    record = open_record(make_record())
    again = dose(
        {leg: record.waveforms(leg) for leg in record.legs},
        window=record.course.window,
        minutes=record.course.minutes,
    )
    assert again == record.dose


def test_the_fit_test_and_the_pauses_are_no_minutes_of_use(tmp_path: Path) -> None:
    legs = {"left": 2}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    for time, state in ((0.0, "fitting"), (10.0, "running"), (20.0, "paused"), (25.0, "running")):
        recorder.event(time, "state", None, {"state": state})
    play(recorder, legs, 40.0)
    recorder.event(40.0, "state", None, {"state": "done"})
    record = open_record(recorder.close("delivered", "", {}))
    assert record.dose["left"].minutes == pytest.approx(25 / 60)
    assert record.course.window == (10.0, 40.0)
    assert record.dose["left"].cycles == 3


def test_a_session_that_never_ran_has_no_dose(tmp_path: Path) -> None:
    legs = {"left": 2}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    recorder.event(0.0, "state", None, {"state": "fitting"})
    play(recorder, legs, 10.0)
    recorder.event(10.0, "state", None, {"state": "faulted"})
    record = open_record(recorder.close("faulted", "leak", {}))
    assert record.dose["left"].pressure_time == 0.0
    assert record.dose["left"].minutes == 0.0
    assert record.quality.hold_error_p95 is None


def test_an_unknown_leg_is_refused(make_record: MakeRecord) -> None:
    with pytest.raises(RecordError, match="left, right"):
        open_record(make_record(seconds=3.0)).waveforms("middle")


def test_the_parquet_file_says_its_units(make_record: MakeRecord) -> None:
    folder = make_record(legs={"left": 2, "right": 3}, seconds=3.0)
    schema = pq.read_schema(folder / "waveforms.parquet")
    assert schema.field("pressure_3").metadata[b"unit"] == b"mmHg"
    assert schema.field("time").metadata[b"unit"] == b"s"
    assert schema.metadata[b"program"] == b"test-program"
    table = pq.read_table(folder / "waveforms.parquet")
    assert table.num_rows == 120
    left = table.filter(np.array(table["leg"]) == "left")
    assert left["pressure_3"].null_count == 60


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
def test_a_record_is_exported(make_record: MakeRecord, tmp_path: Path, form: str) -> None:
    record = open_record(make_record(seconds=3.0))
    path = export(record, tmp_path / f"out.{form}")
    if form == "csv":
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == 120
        assert float(rows[40]["set_point_1 [mmHg]"]) == pytest.approx(50.0)
        assert rows[40]["leg"] == "left"
    elif form == "parquet":
        assert path.read_bytes() == (record.folder / "waveforms.parquet").read_bytes()
    else:
        found = json.loads(path.read_bytes())
        assert found["summary"]["outcome"] == "delivered"
        assert found["events"][0]["kind"] == "record-begin"


def test_an_unknown_form_or_an_existing_file_is_refused(
    make_record: MakeRecord, tmp_path: Path
) -> None:
    record = open_record(make_record(seconds=3.0))
    with pytest.raises(InputError, match="allowed are") as caught:
        export(record, tmp_path / "out.xlsx")
    assert caught.value.code == "unknown-form"
    (tmp_path / "out.csv").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        export(record, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "mine"
    with pytest.raises(RecordError):
        export(record, tmp_path / "nowhere" / "out.csv")
