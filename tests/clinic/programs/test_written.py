"""Programs of the practice's own: versions, release, retirement, and who may."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import (
    ChangedError,
    ClashError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from openpresso.clinic.programs import draft, written
from openpresso.clinic.programs.trial import Trial
from openpresso.errors import InputError
from tests.clinic.conftest import make_people
from tests.clinic.programs.texts import copied

TEXT = copied()


def passed(text: str) -> dict[str, Trial]:
    return {"leg-8": Trial(draft.digest(text), "leg-8")}


def write(clinic: Clinic, who: int, text: str = TEXT, after: int = 0) -> int:
    with clinic.desk(who) as desk:
        return written.write(desk, text, after=after).id


def release(clinic: Clinic, who: int, key: int) -> None:
    with clinic.desk(who) as desk:
        row = written.find(desk, key)
        written.release(desk, key, row.version, passed(row.text))


def states(clinic: Clinic, who: int) -> list[tuple[int, str]]:
    with clinic.desk(who, reading=True) as desk:
        return [(one.number, one.state) for one in written.versions(desk, "own-evening")]


def test_every_version_is_kept_with_its_number_in_its_text(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    first = write(clinic, people.clinician)
    second = write(clinic, people.owner, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    with clinic.desk(people.technician, reading=True) as desk:
        one, two = written.find(desk, first), written.find(desk, second)
        assert ("hold: 8 s" in one.text, "hold: 9 s" in two.text) == (True, True)
        assert [draft.program(row.text).version for row in (one, two)] == [1, 2]
        assert [row.number for row in written.versions(desk, "own-evening")] == [2, 1]
        assert [row.id for row in written.newest(desk)] == [second]
        assert two.title == "Heavy legs"


def test_who_began_with_an_older_version_is_told_and_nothing_is_written(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    write(clinic, people.clinician)
    write(clinic, people.owner, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    with pytest.raises(ChangedError, match="version 2"):
        write(clinic, people.clinician, TEXT.replace("hold: 8 s", "hold: 7 s"), after=1)
    assert states(clinic, people.owner) == [(2, "draft"), (1, "draft")]


def test_a_new_program_does_not_take_the_name_of_another(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    write(clinic, people.clinician)
    with pytest.raises(ClashError, match="own-evening"):
        write(clinic, people.owner)


def test_a_version_keeps_the_name_of_its_program(clinic: Clinic, people: SimpleNamespace) -> None:
    write(clinic, people.clinician)
    with pytest.raises(RefusedError, match="own-morning"):
        write(clinic, people.clinician, copied(own="own-morning"), after=1)


def test_a_text_that_did_not_change_is_no_version(clinic: Clinic, people: SimpleNamespace) -> None:
    write(clinic, people.clinician)
    with pytest.raises(RefusedError, match="nothing was changed"):
        write(clinic, people.clinician, TEXT.replace("version: 1", "version: 9"), after=1)


@pytest.mark.usefixtures("place")
def test_a_draft_may_be_wrong_but_is_then_not_released(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    key = write(clinic, people.clinician, "name: own-evening\n")
    with pytest.raises(RefusedError, match="not released"):
        release(clinic, people.clinician, key)
    assert states(clinic, people.owner) == [(1, "draft")]


@pytest.mark.usefixtures("place")
def test_a_program_that_was_not_tried_on_the_twin_is_not_released(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    key = write(clinic, people.clinician)
    with clinic.desk(people.clinician) as desk, pytest.raises(RefusedError, match="not tried"):
        written.release(desk, key, 1, {})


@pytest.mark.usefixtures("place")
def test_a_release_retires_the_version_before_and_says_who_and_with_which_cuffs(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    release(clinic, people.clinician, write(clinic, people.clinician))
    newer = write(clinic, people.owner, TEXT.replace("hold: 8 s", "hold: 9 s"), after=1)
    assert states(clinic, people.owner) == [(2, "draft"), (1, "released")]
    release(clinic, people.clinician, newer)
    assert states(clinic, people.owner) == [(2, "released"), (1, "retired")]
    with clinic.desk(people.technician, reading=True) as desk:
        row, before = written.versions(desk, "own-evening")
        assert (row.released_by, row.tried) == (people.clinician, ["leg-8"])
        assert before.retired_why == "replaced by version 2"
        assert verify(desk.db).ok


@pytest.mark.usefixtures("place")
def test_only_a_draft_is_released_and_only_as_it_was_read(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    key = write(clinic, people.clinician)
    release(clinic, people.clinician, key)
    with pytest.raises(RefusedError, match="is released"):
        release(clinic, people.clinician, key)
    with clinic.desk(people.clinician) as desk, pytest.raises(ChangedError):
        written.retire(desk, key, 1, "an older page")


def test_a_retired_version_says_why_and_stays_readable(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    key = write(clinic, people.clinician)
    with clinic.desk(people.clinician) as desk:
        with pytest.raises(InputError):
            written.retire(desk, key, 1, " ")
        written.retire(desk, key, 1, "too strong for the evening")
    with clinic.desk(people.technician, reading=True) as desk:
        row = written.find(desk, key)
        assert (row.state, row.retired_why) == ("retired", "too strong for the evening")
        assert row.text == TEXT


@pytest.mark.parametrize("role", ["technician", "front_desk", "auditor"])
def test_who_does_not_write_programs_is_refused(
    clinic: Clinic, people: SimpleNamespace, role: str
) -> None:
    with pytest.raises(NotAllowedError):
        write(clinic, getattr(people, role))


@pytest.mark.usefixtures("place")
def test_the_owner_writes_but_a_clinician_releases(clinic: Clinic, people: SimpleNamespace) -> None:
    key = write(clinic, people.owner)
    with pytest.raises(NotAllowedError):
        release(clinic, people.owner, key)


def test_a_program_of_another_practice_is_not_found_and_takes_no_name(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    others = make_people(clinic, "Practice on the Hill")
    key = write(clinic, others.clinician)
    with clinic.desk(people.clinician) as desk:
        with pytest.raises(NotFoundError):
            written.find(desk, key)
        with pytest.raises(NotFoundError):
            written.retire(desk, key, 1, "not ours")
        assert written.newest(desk) == []
        assert written.versions(desk, "own-evening") == []
    write(clinic, people.clinician)
