"""Passwords and PINs: what is refused, how they are hashed, changed and set anew."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import argon2
import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic, found
from openpresso.clinic.errors import NotAllowedError, SignInError
from openpresso.clinic.people import hashing, password, pin, sign_in, staff
from openpresso.clinic.people.password import PasswordCode
from openpresso.clinic.people.security import security
from openpresso.clinic.people.sign_in_row import fingerprint
from openpresso.errors import InputError
from tests.clinic.conftest import Clock
from tests.clinic.people.conftest import SECRET

OTHER = "saddle mango turbine hush"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("elevenchars", "too-short"),
        ("ñ" * 11, "too-short"),
        ("x" * 201, "too-long"),
        ("aaaaaaaaaaaaaa", "too-simple"),
        ("121212121212", "too-simple"),
        ("123456789012", "too-simple"),
        ("abcdefghijklmn", "too-simple"),
        ("Password1234!", "too-common"),
        ("P@ssw0rd-2026", "too-common"),
        ("qwertyuiop12", "too-common"),
        ("AdminAdmin123", "too-common"),
        ("iloveyou!!2026", "too-common"),
        ("Ruiz-19710304", "too-common"),
        ("ana.ruiz.2026", "too-common"),
        ("openpresso 2026", "too-common"),
    ],
)
def test_what_is_tried_first_is_refused_and_not_repeated(bad: str, code: str) -> None:
    with pytest.raises(InputError) as e:
        password.check(bad, ("Ana", "Ruiz"))
    assert e.value.code == code
    assert bad not in str(e.value)


@pytest.mark.parametrize(
    "good",
    [
        SECRET, "twelve chars", "        hi  there", "correcthorsebattery",
        "山田さんの猫は白いですよね", "ana likes to swim", "7391 5028 4460",
        "x" + "kqjzvw" * 33, "passwordless garden fork",
    ],
)  # fmt: skip
def test_a_long_password_of_any_characters_is_taken(good: str) -> None:
    password.check(good, ("Ana", "Ruiz"))
    assert hashing.matches(hashing.hashed(good), good)


@pytest.mark.parametrize("bad", ["", "12345", "1234567890123", "12345a", "١٢٣٤٥٦"])
def test_a_pin_has_six_to_twelve_digits(bad: str) -> None:
    with pytest.raises(InputError, match="6 to 12 digits"):
        pin.check(bad)


def test_a_pin_that_anybody_tries_first_is_refused() -> None:
    for bad in ("111111", "123456", "987654", "135791", "123123", "121212", "112112", "890123"):
        with pytest.raises(InputError, match="one figure, a row"):
            pin.check(bad)
    for good in ("294705", "112233", "860429157"):
        pin.check(good)


def test_the_shipped_parameters_are_those_of_rfc_9106_with_their_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    known = hashing.hashed("lantern river oatmeal kite")
    low = argon2.profiles.RFC_9106_LOW_MEMORY
    assert argon2.extract_parameters(known) == low
    assert known.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hashing.matches(known, "lantern river oatmeal kite")
    assert not hashing.matches(known, "lantern river oatmeal kit")
    assert len(known) <= 200


def test_nothing_matches_where_there_is_no_hash() -> None:
    assert not hashing.matches("", "")
    assert not hashing.matches("not a hash", SECRET)
    assert not hashing.matches(hashing.hashed("a" * 200), "a" * 201)
    assert not hashing.matches(hashing.hashed(SECRET), "\ud800" * 20)
    assert hashing.matches(hashing.hashed("ﬁnely weaved \u00e9"), "finely weaved e\u0301")


def test_a_file_of_figures_that_lacks_one_or_has_another_is_refused(tmp_path: Path) -> None:
    from openpresso.clinic.people import security as module

    text = module.SHIPPED.read_text()
    for edit in (
        text.replace("  pin-tries:", "  pin-trials:"),
        text.replace("schema: 1", "schema: 2"),
        "\n".join(line for line in text.splitlines() if "pin-tries" not in line),
    ):
        path = tmp_path / "security.yaml"
        path.write_text(edit)
        security.cache_clear()
        with pytest.raises(InputError, match=r"pin-t|schema"):
            security(path)
    security.cache_clear()


def test_a_password_is_changed_with_the_old_one_and_all_sign_ins_end(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    token = sign_in.enter(clinic, "technician", SECRET).token
    with pytest.raises(InputError) as e, sign_in.desk(clinic, token) as desk:
        password.change(desk, SECRET, "password1234")
    assert e.value.code == "too-common"
    with sign_in.desk(clinic, token) as desk:
        password.change(desk, SECRET, OTHER)
    with pytest.raises(SignInError), sign_in.desk(clinic, token):
        pass
    with pytest.raises(SignInError):
        sign_in.enter(clinic, "technician", SECRET)
    assert sign_in.enter(clinic, "technician", OTHER).staff_id == signed_up.technician


def test_the_old_password_cannot_be_guessed_at_an_open_desk(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    codes = []
    for _ in range(6):
        with pytest.raises(SignInError) as e, clinic.desk(signed_up.technician) as desk:
            password.change(desk, "a wrong password", OTHER)
        codes.append(e.value.code)
    assert codes == ["wrong-password"] * 5 + ["locked-out"]
    clock.pass_by(minutes=16)
    with clinic.desk(signed_up.technician) as desk:
        password.change(desk, SECRET, OTHER)


def test_an_owner_gives_a_code_that_works_once_and_for_a_day(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(signed_up.owner) as desk:
        first = password.reset(desk, signed_up.clinician)
        second = password.reset(desk, signed_up.clinician)
        kept = desk.db.scalars(sa.select(PasswordCode.code)).all()
    assert len(second.replace("-", "")) == 24
    assert first not in kept
    assert fingerprint(second.replace("-", "")) in kept
    for code in (first, "", "A" * 24):
        with pytest.raises(SignInError, match="not right"):
            sign_in.set_password(clinic, "clinician", code, SECRET)
    with pytest.raises(InputError, match="at least 12"):
        sign_in.set_password(clinic, "clinician", second, "short")
    sign_in.set_password(clinic, "CLINICIAN ", second.lower().replace("-", " "), SECRET)
    assert sign_in.enter(clinic, "clinician", SECRET).staff_id == signed_up.clinician
    with pytest.raises(SignInError, match="not right"):
        sign_in.set_password(clinic, "clinician", second, OTHER)
    with clinic.desk(signed_up.owner) as desk:
        third = password.reset(desk, signed_up.clinician)
    clock.pass_by(hours=24)
    with pytest.raises(SignInError, match="not right"):
        sign_in.set_password(clinic, "clinician", third, OTHER)
    with clinic.automatic(signed_up.practice, reading=True) as desk:
        assert verify(desk.db).ok


def test_the_clinic_itself_gives_a_code_only_before_the_first_password(
    clinic: Clinic, people: SimpleNamespace
) -> None:
    with clinic.automatic() as desk:
        place = found(desk, "New", country="DE", zone="Europe/Berlin").id
    with clinic.automatic(place) as desk:
        boss = staff.hire(desk, given="Bo", family="Berg", login="bo", roles=["owner"])
        code = password.reset(desk, boss.id)
    sign_in.set_password(clinic, "bo", code, SECRET, practice=place)
    with pytest.raises(NotAllowedError, match="only an owner"), clinic.automatic(place) as desk:
        password.reset(desk, boss.id)
    assert sign_in.enter(clinic, "bo", SECRET, practice=place).practice_id == place
    with pytest.raises(SignInError, match="several practices") as e:
        sign_in.enter(clinic, "bo", SECRET)
    assert e.value.code == "which-practice"
    for elsewhere in (people.practice, 999):
        with pytest.raises(SignInError, match="not right"):
            sign_in.enter(clinic, "bo", SECRET, practice=elsewhere)
