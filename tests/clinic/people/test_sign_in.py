"""Signing in: locked out after wrong tries, locked when idle, ended, with a second factor."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pyotp
import pytest
import sqlalchemy as sa

from openpresso.clinic.audit.chain import Entry
from openpresso.clinic.audit.verify import verify
from openpresso.clinic.clinic import Clinic
from openpresso.clinic.errors import NotAllowedError, RefusedError, SignInError
from openpresso.clinic.people import (
    client,
    hashing,
    pin,
    second_factor,
    sign_in,
    sign_in_rule,
    staff,
)
from openpresso.clinic.people.sign_in_row import SignIn, SignInTry, fingerprint
from openpresso.errors import InputError
from tests.clinic.conftest import Clock
from tests.clinic.people.conftest import SECRET

PIN = "294705"


def refused(clinic: Clinic, login: str, given: str, code: str = "") -> str:
    """Return the code with which a sign-in is refused."""
    with pytest.raises(SignInError) as e:
        sign_in.enter(clinic, login, given, code)
    return e.value.code


def shut(clinic: Clinic, token: str) -> str:
    """Return the code with which a screen is refused."""
    with pytest.raises(SignInError) as e, sign_in.desk(clinic, token):
        pass
    return e.value.code


def entries(clinic: Clinic, practice: int, *actions: str) -> list[tuple[str, str, int | None]]:
    with clinic.automatic(practice, reading=True) as desk:
        assert verify(desk.db).ok
        rows = desk.db.scalars(
            sa.select(Entry).where(Entry.action.in_(actions)).order_by(Entry.id)
        ).all()
        return [(one.action, one.outcome, one.staff_id) for one in rows]


def test_who_has_signed_in_acts_at_a_desk_of_that_person(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    one = sign_in.enter(clinic, " Technician", SECRET)
    assert (one.staff_id, one.practice_id) == (signed_up.technician, signed_up.practice)
    with sign_in.desk(clinic, one.token, reading=True) as desk:
        assert (desk.staff_id, desk.reading) == (signed_up.technician, True)
    refusal = pytest.raises(NotAllowedError)
    with refusal, sign_in.desk(clinic, one.token) as desk:
        client.register(desk, family="Ruiz", born="1971-03-04")
    with clinic.automatic(signed_up.practice, reading=True) as desk:
        row = desk.db.scalars(sa.select(SignIn)).one()
        assert row.token == fingerprint(one.token) != one.token
    assert len(one.token) >= 43
    assert entries(clinic, signed_up.practice, "sign-in.enter") == [
        ("sign-in.enter", "done", signed_up.technician)
    ]


def test_wrong_login_password_and_code_are_answered_alike_and_entered_in_the_audit(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    said = set()
    for login, given in (("technician", "wrong"), ("nobody", SECRET), ("clinician", ""), ("", "")):
        with pytest.raises(SignInError) as e:
            sign_in.enter(clinic, login, given)
        said.add((str(e.value), e.value.code))
    assert len(said) == 1
    assert entries(clinic, signed_up.practice, "sign-in.enter") == [
        ("sign-in.enter", "wrong-password", signed_up.technician),
        ("sign-in.enter", "wrong-password", None),
        ("sign-in.enter", "wrong-password", signed_up.clinician),
        ("sign-in.enter", "wrong-password", None),
    ]


def test_an_unknown_login_costs_as_many_hashes_as_a_known_one(
    clinic: Clinic, signed_up: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_up.technician
    real = hashing.hasher()
    counted: list[str] = []

    class Counting:
        def verify(self, known: str, given: bytes) -> bool:
            counted.append(known)
            return real.verify(known, given)

        def check_needs_rehash(self, known: str) -> bool:
            return real.check_needs_rehash(known)

    hashing.nobodys()
    monkeypatch.setattr(hashing, "hasher", Counting)
    costs = []
    for login in ("technician", "nobody", "clinician"):
        counted.clear()
        assert refused(clinic, login, "wrong") == "sign-in"
        costs.append(len(counted))
    for _ in range(4):
        refused(clinic, "technician", "wrong")
    counted.clear()
    assert refused(clinic, "technician", SECRET) == "locked-out"
    costs.append(len(counted))
    assert costs == [1, 1, 1, 1]


@pytest.mark.parametrize("login", ["technician", "nobody"])
def test_five_wrong_tries_lock_a_login_for_a_quarter_of_an_hour(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock, login: str
) -> None:
    assert [refused(clinic, login, "wrong") for _ in range(5)] == ["sign-in"] * 5
    with pytest.raises(SignInError, match="Wait 15 min") as e:
        sign_in.enter(clinic, login, SECRET)
    assert e.value.code == "locked-out"
    assert sign_in.enter(clinic, "owner", SECRET).staff_id == signed_up.owner
    clock.pass_by(minutes=14, seconds=59)
    assert refused(clinic, login, SECRET) == "locked-out"
    clock.pass_by(seconds=1)
    if login == "technician":
        assert sign_in.enter(clinic, login, SECRET).staff_id == signed_up.technician
    else:
        assert refused(clinic, login, SECRET) == "sign-in"


def test_a_right_try_clears_the_wrong_ones_before_it(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    for _ in range(2):
        for _ in range(4):
            assert refused(clinic, "technician", "wrong") == "sign-in"
        assert sign_in.enter(clinic, "technician", SECRET).staff_id == signed_up.technician


def test_many_tries_at_the_same_moment_get_no_more_than_five_answers(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: refused(clinic, "technician", "wrong"), range(16)))
    assert codes.count("sign-in") == 5
    assert codes.count("locked-out") == 11
    assert len(entries(clinic, signed_up.practice, "sign-in.enter")) == 16


def test_what_is_typed_as_a_login_is_not_kept(clinic: Clinic, signed_up: SimpleNamespace) -> None:
    refused(clinic, SECRET, "x")
    with clinic.automatic(signed_up.practice, reading=True) as desk:
        assert {len(one) for one in desk.db.scalars(sa.select(SignInTry.login))} == {64}


def test_an_idle_screen_is_locked_and_a_pin_unlocks_it_with_a_new_token(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    token = sign_in.enter(clinic, "technician", SECRET).token
    with sign_in.desk(clinic, token) as desk:
        pin.change(desk, SECRET, PIN)
    for _ in range(4):
        clock.pass_by(minutes=9)
        with sign_in.desk(clinic, token, reading=True):
            pass
    clock.pass_by(minutes=10)
    assert shut(clinic, token) == "locked"
    new = sign_in.unlock(clinic, token, PIN).token
    assert shut(clinic, token) == "no-sign-in"
    with sign_in.desk(clinic, new) as desk:
        assert desk.staff_id == signed_up.technician
    sign_in.lock(clinic, new)
    assert shut(clinic, new) == "locked"
    with pytest.raises(SignInError, match="4 more tries"):
        sign_in.unlock(clinic, new, SECRET)
    assert sign_in.unlock(clinic, new, PIN).staff_id == signed_up.technician
    done = entries(clinic, signed_up.practice, "sign-in.unlock", "sign-in.lock", "pin.set")
    assert done == [
        ("pin.set", "done", signed_up.technician),
        ("sign-in.unlock", "done", signed_up.technician),
        ("sign-in.lock", "done", signed_up.technician),
        ("sign-in.unlock", "wrong-pin", signed_up.technician),
        ("sign-in.unlock", "done", signed_up.technician),
    ]


def test_who_has_no_pin_unlocks_with_the_password_and_five_wrong_tries_end_it(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    token = sign_in.enter(clinic, "technician", SECRET).token
    sign_in.lock(clinic, token)
    token = sign_in.unlock(clinic, token, SECRET).token
    sign_in.lock(clinic, token)
    codes = []
    for _ in range(5):
        with pytest.raises(SignInError) as e:
            sign_in.unlock(clinic, token, "000000")
        codes.append(e.value.code)
    assert codes == ["wrong-pin"] * 4 + ["signed-out"]
    with pytest.raises(SignInError) as e:
        sign_in.unlock(clinic, token, SECRET)
    assert e.value.code == "signed-out"
    assert sign_in.enter(clinic, "technician", SECRET).staff_id == signed_up.technician


def test_the_practice_sets_after_how_many_minutes_a_screen_is_locked(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(signed_up.owner) as desk:
        assert sign_in_rule.idle_minutes(desk) == 10
        sign_in_rule.set_idle_minutes(desk, 3)
        with pytest.raises(InputError, match="1 to 60"):
            sign_in_rule.set_idle_minutes(desk, 0)
    token = sign_in.enter(clinic, "technician", SECRET).token
    clock.pass_by(minutes=3)
    assert shut(clinic, token) == "locked"
    with clinic.desk(signed_up.owner) as desk:
        sign_in_rule.set_idle_minutes(desk, 30)
        assert sign_in_rule.idle_minutes(desk) == 30


def test_a_sign_in_ends_after_twelve_hours_whatever_happens(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    one = sign_in.enter(clinic, "technician", SECRET)
    assert one.expires_at == clock() + dt.timedelta(hours=12)
    for _ in range(80):
        clock.pass_by(minutes=9)
        if clock() < one.expires_at:
            with sign_in.desk(clinic, one.token, reading=True):
                pass
    assert shut(clinic, one.token) == "expired"
    with clinic.automatic(signed_up.practice) as desk:
        assert sign_in.sweep(desk) == 0
    clock.pass_by(days=31)
    with clinic.automatic(signed_up.practice) as desk:
        assert sign_in.sweep(desk) == 4
    assert shut(clinic, one.token) == "no-sign-in"


def test_signing_out_ends_one_and_the_person_or_the_owner_ends_all(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    tokens = [sign_in.enter(clinic, "technician", SECRET).token for _ in range(4)]
    sign_in.leave(clinic, tokens[0])
    sign_in.leave(clinic, tokens[0])
    sign_in.leave(clinic, "never was one")
    assert shut(clinic, tokens[0]) == "signed-out"
    with sign_in.desk(clinic, tokens[1]) as desk:
        assert len(sign_in.mine(desk)) == 3
        with pytest.raises(NotAllowedError):
            sign_in.end_everywhere(desk, signed_up.owner)
    with sign_in.desk(clinic, tokens[1]) as desk:
        assert sign_in.end_mine(desk) == 3
    assert {shut(clinic, one) for one in tokens} == {"signed-out"}
    token = sign_in.enter(clinic, "technician", SECRET).token
    with clinic.desk(signed_up.owner) as desk:
        assert sign_in.end_everywhere(desk, signed_up.technician) == 1
    assert shut(clinic, token) == "signed-out"


def test_who_leaves_the_practice_is_signed_out_and_cannot_sign_in(
    clinic: Clinic, signed_up: SimpleNamespace
) -> None:
    token = sign_in.enter(clinic, "technician", SECRET).token
    with clinic.desk(signed_up.owner) as desk:
        staff.leave(desk, signed_up.technician)
    assert shut(clinic, token) == "signed-out"
    assert refused(clinic, "technician", SECRET) == "sign-in"


def test_a_second_factor_counts_once_confirmed_and_no_code_counts_twice(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(signed_up.technician) as desk:
        address = second_factor.offer(desk, SECRET)
    factor = pyotp.parse_uri(address)
    assert isinstance(factor, pyotp.TOTP)
    assert (factor.name, factor.issuer) == ("technician", "openpresso Practice at the Park")
    assert sign_in.enter(clinic, "technician", SECRET).staff_id == signed_up.technician
    with (
        pytest.raises(SignInError, match="code is not right"),
        clinic.desk(signed_up.technician) as desk,
    ):
        second_factor.confirm(desk, "000000")
    with clinic.desk(signed_up.technician) as desk:
        second_factor.confirm(desk, factor.at(clock()))
    assert refused(clinic, "technician", SECRET) == "code-needed"
    assert refused(clinic, "technician", SECRET, factor.at(clock())) == "sign-in"
    clock.pass_by(seconds=30)
    code = factor.at(clock())
    assert sign_in.enter(clinic, "technician", SECRET, f"{code[:3]} {code[3:]}").staff_id
    assert refused(clinic, "technician", SECRET, code) == "sign-in"
    clock.pass_by(seconds=30)
    assert refused(clinic, "technician", SECRET, code) == "sign-in"
    assert sign_in.enter(clinic, "technician", SECRET, factor.at(clock())).staff_id
    clock.pass_by(minutes=2)
    assert refused(clinic, "technician", SECRET, factor.at(clock() - dt.timedelta(seconds=60)))
    early = factor.at(clock() + dt.timedelta(seconds=30))
    assert sign_in.enter(clinic, "technician", SECRET, early).staff_id
    outcomes = [one[1] for one in entries(clinic, signed_up.practice, "sign-in.enter")]
    assert outcomes.count("wrong-code") == 4
    assert outcomes.count("code-needed") == 1


def test_asking_for_the_code_does_not_clear_wrong_codes(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    with clinic.desk(signed_up.technician) as desk:
        factor = pyotp.parse_uri(second_factor.offer(desk, SECRET))
        assert isinstance(factor, pyotp.TOTP)
        second_factor.confirm(desk, factor.at(clock()))
    for _ in range(5):
        assert refused(clinic, "technician", SECRET) == "code-needed"
        assert refused(clinic, "technician", SECRET, "000000") == "sign-in"
    assert refused(clinic, "technician", SECRET) == "locked-out"


def test_a_second_factor_is_given_up_with_the_password_or_taken_by_the_owner(
    clinic: Clinic, signed_up: SimpleNamespace, clock: Clock
) -> None:
    for end in ("give_up", "remove"):
        with clinic.desk(signed_up.technician) as desk:
            factor = pyotp.parse_uri(second_factor.offer(desk, SECRET))
            assert isinstance(factor, pyotp.TOTP)
            clock.pass_by(minutes=1)
            second_factor.confirm(desk, factor.at(clock()))
        assert refused(clinic, "technician", SECRET) == "code-needed"
        if end == "give_up":
            with clinic.desk(signed_up.technician) as desk:
                second_factor.give_up(desk, SECRET)
        else:
            with clinic.desk(signed_up.owner) as desk:
                second_factor.remove(desk, signed_up.technician)
        assert sign_in.enter(clinic, "technician", SECRET).staff_id == signed_up.technician
    with clinic.desk(signed_up.technician) as desk:
        second_factor.offer(desk, SECRET)
    clock.pass_by(minutes=11)
    with (
        pytest.raises(RefusedError, match="no second factor"),
        clinic.desk(signed_up.technician) as desk,
    ):
        second_factor.confirm(desk, "000000")
