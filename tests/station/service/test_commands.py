"""What callers send reaches the couch, and what it says comes back as it should."""

from __future__ import annotations

from typing import Any

import pytest

from openpresso.errors import Diagnostic, InputError
from openpresso.session import CommandRefusedError
from openpresso.station.care import Entry
from openpresso.station.drivers.failure import LineError
from openpresso.station.order import Order
from tests.cli.conftest import write_record
from tests.station.service.rooms import Caller, FakeStation

LEFT = {"leg": "left"}
COMMANDS: list[tuple[str, str, Any, tuple[Any, ...]]] = [
    ("POST", "turn-on", LEFT, ("turn_on", "left", "Ana")),
    ("POST", "pause", {}, ("pause", "cycle-end", "vent", "Ana")),
    ("POST", "pause", {"when": "now", "chambers": "hold"}, ("pause", "now", "hold", "Ana")),
    ("POST", "resume", None, ("resume", "Ana")),
    ("POST", "end", None, ("end", "Ana")),
    ("POST", "skip", LEFT | {"chamber": 3}, ("skip", "left", 3, "Ana")),
    ("POST", "soften", LEFT | {"chamber": 3, "share": 0.8}, ("soften", "left", 3, 0.8, "Ana")),
    ("POST", "restore", LEFT | {"chamber": 3}, ("restore", "left", 3, "Ana")),
    ("POST", "trim", {"share": 0.9}, ("trim", 0.9, "Ana")),
    (
        "POST",
        "tighten",
        LEFT | {"value": "4 kPa", "why": "scar"},
        ("tighten", "left", pytest.approx(30.0, abs=0.01), "Ana", "scar"),
    ),
    ("POST", "acknowledge", {"alarm": "leak-1"}, ("acknowledge", "leak-1", "Ana")),
    ("POST", "cleaned", LEFT, ("cleaned", "left", "Ana")),
    ("DELETE", "session", None, ("unload", "Ana")),
    (
        "PUT",
        "session",
        {"program": "gradient-drainage", "duration": "2 min", "ceiling": 55},
        ("load", Order("gradient-drainage", duration=120.0, ceiling=55.0), "Ana"),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "act"), COMMANDS, ids=[f"{one[0]} {one[1]}" for one in COMMANDS]
)
def test_a_command_reaches_the_couch_and_is_answered_with_its_version(
    caller: Caller, room: FakeStation, method: str, path: str, body: object, act: tuple[Any, ...]
) -> None:
    answer = caller.request(method, f"/couches/1/{path}", json=body)
    assert (answer.status_code, answer.json()) == (
        202,
        {"accepted": True, "version": room.fakes["1"].version},
    )
    assert room.fakes["1"].acts == [act]


def test_a_refused_command_is_a_conflict_with_its_remedy(caller: Caller) -> None:
    answer = caller.post("/couches/1/start")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "command-refused",
        "detail": "start is refused: empty",
        "remedy": "load one first.",
        "diagnostics": [],
    }


def test_bad_input_comes_back_with_every_diagnostic(caller: Caller, room: FakeStation) -> None:
    found = Diagnostic("error", "too-high", "phases[0].target", "90 is too high", "lower it.", 7)
    room.fakes["1"].broken = InputError("program", (found,))
    answer = caller.put("/couches/1/session", json={"text": "schema: 1"})
    assert answer.status_code == 422
    assert answer.json()["diagnostics"] == [
        {
            "severity": "error",
            "code": "too-high",
            "path": "phases[0].target",
            "message": "90 is too high",
            "hint": "lower it.",
            "line": 7,
        }
    ]


@pytest.mark.parametrize(
    ("path", "body", "where", "code"),
    [
        ("soften", {"leg": "left", "chamber": 1, "share": 1.2}, "share", "invalid-value"),
        ("soften", {"leg": "left", "chamber": 1, "share": 0.5, "x": 1}, "x", "unknown-field"),
        ("turn-on", {"leg": "middle"}, "leg", "invalid-value"),
        ("tighten", {"leg": "left", "value": "60 bananas", "why": "?"}, "value", "unknown-unit"),
        ("trim", {"share": float("1e400")}, "share", "invalid-value"),
    ],
)
def test_a_wrong_body_is_named_by_its_place(
    caller: Caller, room: FakeStation, path: str, body: object, where: str, code: str
) -> None:
    text = str(body).replace("'", '"').replace("inf", "Infinity")
    answer = caller.post(
        f"/couches/1/{path}", content=text, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    (found,) = answer.json()["diagnostics"]
    assert (found["path"], found["code"]) == (where, code)
    assert room.fakes["1"].acts == []


def test_a_session_needs_a_name_or_a_text_and_not_both(caller: Caller) -> None:
    for body in ({}, {"program": "a", "text": "b"}):
        answer = caller.put("/couches/1/session", json=body)
        assert answer.status_code == 422
        assert answer.json()["diagnostics"][0]["code"] == "program-or-text"


def test_an_unknown_couch_or_cuff_is_not_found(caller: Caller, room: FakeStation) -> None:
    room.fakes["1"].legs = ("left",)
    for path in ("/couches/9/start", "/couches/9/vent", "/couches/1/turn-on"):
        answer = caller.post(path, json={"leg": "right"})
        assert answer.status_code == 404
        assert answer.json()["code"] in {"unknown-couch", "unknown-leg"}


def test_what_nobody_foresaw_is_told_without_a_traceback(
    caller: Caller, room: FakeStation, caplog: pytest.LogCaptureFixture
) -> None:
    room.fakes["1"].broken = RuntimeError("secret of the inside")
    answer = caller.post("/couches/1/resume")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal-error"
    assert "secret" not in answer.text
    assert "secret of the inside" in caplog.text


def test_a_remedy_of_the_session_is_passed_on(caller: Caller, room: FakeStation) -> None:
    room.fakes["1"].broken = CommandRefusedError("no", code="dirty", remedy="clean it.")
    answer = caller.post("/couches/1/turn-on", json={"leg": "left"}).json()
    assert (answer["code"], answer["remedy"]) == ("dirty", "clean it.")


def test_a_cuff_gives_its_care_and_its_label(caller: Caller, room: FakeStation) -> None:
    room.care.log("S-left").append(Entry("session", "2026-11-22T10:00:00Z", "Ana", {"leg": "left"}))
    care = caller.get("/cuffs/1/left/care").json()
    assert (care["serial"], care["kept"]) == ("S-left", None)
    assert care["to_clean"].startswith("a session was done with it on 2026-11-22")
    assert [line["kind"] for line in care["log"]] == ["session"]
    label = caller.get("/cuffs/1/left/label.svg")
    assert label.headers["content-type"] == "image/svg+xml"
    assert "S-left" in label.text
    assert caller.get("/cuffs/1/middle/label.svg").status_code == 404
    room.fakes["1"].links["left"].identity = None
    room.fakes["1"].links["left"].trouble = "plug it in."
    refused = caller.get("/cuffs/1/left/label.svg")
    assert (refused.status_code, refused.json()["remedy"]) == (409, "plug it in.")


def test_a_cuff_that_does_not_answer_is_said_so(caller: Caller, room: FakeStation) -> None:
    room.fakes["1"].broken = LineError("no answer within 50 ms", remedy="check its cable.")
    answer = caller.post("/couches/1/cleaned", json={"leg": "left"})
    assert (answer.status_code, answer.json()["remedy"]) == (503, "check its cable.")


def test_records_are_listed_and_read(caller: Caller, room: FakeStation) -> None:
    write_record(room.records / "20261122-one")
    (room.records / "20261122-one" / "report.html").write_text("<p>delivered</p>", "utf-8")
    (line,) = caller.get("/records").json()
    assert (line["name"], line["outcome"]) == ("20261122-one", "delivered")
    assert "report.html" in line["files"]
    assert caller.get("/records/20261122-one").json()["outcome"] == "delivered"
    report = caller.get("/records/20261122-one/report.html")
    assert (report.text, report.status_code) == ("<p>delivered</p>", 200)
    assert "sandbox" in report.headers["content-security-policy"]
    missing = caller.get("/records/20261122-one/report.pdf")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-file")


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "..%2f..", "one%00", ".hidden", "x" * 121, "two", "link"]
)
def test_a_name_leads_to_no_other_folder(caller: Caller, room: FakeStation, name: str) -> None:
    (room.records.parent / "session.json").write_text("{}", "utf-8")
    (room.records / ".hidden").mkdir()
    (room.records / "link").symlink_to(room.records.parent)
    for path in (f"/records/{name}", f"/records/{name}/session.json"):
        assert caller.get(path).status_code in {404, 422}


def test_a_broken_record_is_in_the_list_and_says_why(caller: Caller, room: FakeStation) -> None:
    folder = write_record(room.records / "one")
    text = (folder / "session.json").read_text("utf-8")
    (folder / "session.json").write_text(text.replace("delivered", "stopped"), "utf-8")
    (line,) = caller.get("/records").json()
    assert line["outcome"] == "changed-file"
    answer = caller.get("/records/one")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-file")
