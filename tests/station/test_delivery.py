"""A whole session, from a request to a verified record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from openpresso.errors import InputError, RecordError
from openpresso.record import open_record, verify
from openpresso.station import Progress, RunRequest, deliver

if TYPE_CHECKING:
    from pathlib import Path

SHORT = """\
schema: 1
name: two-minutes
version: 1
title: Two minutes
purpose: Tests.
permission: none
warnings: [Only for tests.]
duration: 2 min
ceiling: 60 mmHg
legs: together
fits: {limbs: [leg, arm], chambers: [4, 24]}
phases:
  - name: squeeze
    pattern: cumulative
    target: {distal: 40 mmHg, step: 3 mmHg, minimum: 15 mmHg}
    order: distal-to-proximal
    sweep: 24 s
    hold: 4 s
    release: 3 s
    rest: 9 s
evidence:
  grade: D
  finding: None.
  claim: Nothing.
  unknown: [Everything.]
sources:
  - {figures: All., mark: derived, citation: This test., address: none}
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    file = tmp_path / "two-minutes.yaml"
    file.write_text(SHORT)
    return file


def asked(short: Path, out: Path, **more: object) -> RunRequest:
    return RunRequest(str(short), "leg-8", out=out, pdf=False, **more)  # type: ignore[arg-type]


def test_a_session_is_delivered_recorded_verified_and_reported(short: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    summary = deliver(asked(short, tmp_path / "record"), seen.append)
    assert (summary.outcome, summary.legs) == ("delivered", "both")
    assert verify(summary.record) == ()
    assert summary.report is not None
    assert summary.report.read_text().startswith("<!doctype html>")
    record = open_record(summary.record)
    assert {leg: dose.minutes for leg, dose in record.dose.items()} == pytest.approx(
        {"left": 2.0, "right": 2.0}, abs=0.1
    )
    assert seen[-1].duration == 120.0
    assert json.dumps(summary.to_json())


def test_the_same_seed_gives_the_same_dose_and_another_seed_another(
    short: Path, tmp_path: Path
) -> None:
    one, same, other = (
        deliver(asked(short, tmp_path / name, seed=seed)).dose
        for name, seed in (("one", 5), ("same", 5), ("other", 6))
    )
    assert one == same
    assert one != other


def test_an_interruption_vents_and_closes_the_record_as_stopped(
    short: Path, tmp_path: Path
) -> None:
    pending = [KeyboardInterrupt]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("openpresso.station.delivery.SHOW_EVERY", 0.0)

        def once(progress: Progress) -> None:
            if pending and progress.time > 5.0:
                raise pending.pop()

        summary = deliver(asked(short, tmp_path / "record"), once)
    assert summary.outcome == "stopped"
    assert "emergency vent" in summary.reason
    assert verify(summary.record) == ()
    pressures = open_record(summary.record).waveforms("left").pressures
    assert float(pressures[-1].max()) < 20.0


def test_a_fault_ends_in_a_record_that_says_why(short: Path, tmp_path: Path) -> None:
    summary = deliver(asked(short, tmp_path / "record", faults=("nan-sensor@20:right.3",)))
    assert summary.outcome == "faulted"
    assert "right cuff, chamber 3" in summary.reason
    assert verify(summary.record) == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("leek@5", "unknown-fault"),
        ("leak", "fault-form"),
        ("leak@5:99", "fault-chamber"),
        ("leak@5 parsecs", "unknown-unit"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_before_anything_is_written(
    short: Path, tmp_path: Path, fault: str, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        deliver(asked(short, tmp_path / "record", faults=(fault,)))
    assert caught.value.diagnostics[0].code == code
    assert not (tmp_path / "record").exists()


def test_a_fault_of_a_leg_without_a_cuff_is_refused(short: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no cuff on the right leg"):
        deliver(asked(short, tmp_path / "record", legs="left", faults=("leak@5:right.1",)))


def test_a_ceiling_below_the_program_is_refused_with_both_figures(
    short: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="30 mmHg"):
        deliver(asked(short, tmp_path / "record", ceiling=30.0))
    assert not (tmp_path / "record").exists()


def test_a_folder_that_holds_something_is_never_written_over(short: Path, tmp_path: Path) -> None:
    folder = tmp_path / "record"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(RecordError):
        deliver(asked(short, folder))
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
