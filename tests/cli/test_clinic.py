"""`openpresso clinic` and `openpresso audit`: thin commands with clear errors and exit codes."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from openpresso.cli.app import execute

Captured = pytest.CaptureFixture[str]
PASSWORD = "seven green umbrellas"  # noqa: S105 -- of a made-up person
NEW = (
    "--country", "DE", "--zone", "Europe/Berlin", "--owner", "Olga Owner", "--login", "olga",
)  # fmt: skip


def said(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the person types."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> str:
    """A clinic that was made by the command, with one client and an owner who can sign in."""
    from openpresso.clinic.clinic import Clinic
    from openpresso.clinic.people import client, staff

    path = tmp_path / "clinic.sqlite"
    assert execute(["clinic", "new", "Park", *NEW, "--database", str(path)]) == 0
    out = capsys.readouterr().out
    code = re.search(r"password: (\S+)", out)
    assert code is not None, out
    said(monkeypatch, code[1], PASSWORD)
    assert execute(["clinic", "password", "--login", "olga", "--database", str(path)]) == 0
    clinic = Clinic(str(path))
    with clinic.desk(1) as desk:
        desk_staff = staff.hire(
            desk, given="Fay", family="Desk", login="fay", roles=["front-desk"]
        ).id
    with clinic.desk(desk_staff) as desk:
        client.register(desk, given="Ana", family="Ruiz", born="1971-03-04")
    clinic.close()
    capsys.readouterr()
    return str(path)


def test_the_audit_is_verified_and_sealed_from_the_command_line(
    database: str, tmp_path: Path, capsys: Captured
) -> None:
    seal = tmp_path / "seal.json"
    assert execute(["audit", "seal", "--database", database, "-o", str(seal)]) == 0
    assert execute(["audit", "seal", "--database", database, "-o", str(seal)]) == 2
    assert "not be written" not in capsys.readouterr().out
    assert execute(["audit", "verify", "--database", database, "--seal", str(seal)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"clinic\.sqlite: true: \d+ entries and \d+ rows agree\n$", out)
    with sqlite3.connect(database) as raw:
        raw.execute("UPDATE client SET note = 'changed'")
    raw.close()
    assert execute(["audit", "verify", "--database", database]) == 2
    assert "client 1: the row was changed past the audit" in capsys.readouterr().err
    assert execute(["audit", "verify", "--database", database, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["correct"] is False


def test_a_client_is_exported_and_erased_and_an_old_backup_does_not_bring_it_back(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    old, out, restored = (str(tmp_path / name) for name in ("old.zip", "ana.zip", "again.sqlite"))
    who = ["--login", "olga", "--database", database]
    assert execute(["clinic", "backup", old, "--database", database]) == 0
    said(monkeypatch, PASSWORD)
    assert execute(["clinic", "export", "C-000001", "-o", out, *who]) == 0
    with zipfile.ZipFile(out) as packed:
        assert "Ruiz" in packed.read("client.json").decode()
    capsys.readouterr()
    said(monkeypatch, PASSWORD)
    assert execute(["clinic", "erase", "c-000001", "--basis", "consent", *who]) == 0
    assert "nothing is done without --yes" in capsys.readouterr().out
    said(monkeypatch, PASSWORD)
    assert execute(["clinic", "erase", "C-000001", "--basis", "consent", "--yes", *who]) == 0
    assert "C-000001: erase: " in capsys.readouterr().out
    said(monkeypatch, PASSWORD)
    assert execute(["clinic", "export", "C-000001", "-o", str(tmp_path / "no.zip"), *who]) == 2
    assert "erased" in capsys.readouterr().err
    assert not (tmp_path / "no.zip").exists()
    listed = f"{database}.erased.jsonl"
    told = ["clinic", "restore", old, "--database", restored, "--erased", listed]
    assert execute(told) == 0
    assert "C-000001: erased again" in capsys.readouterr().out
    assert execute(["audit", "verify", "--database", restored]) == 0
    assert execute(told) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_a_wrong_password_exports_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    said(monkeypatch, "wrong")
    out = tmp_path / "ana.zip"
    words = ["clinic", "export", "C-000001", "-o", str(out), "--login", "olga"]
    assert execute([*words, "--database", database]) == 2
    assert "openpresso: " in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["clinic", "backup", "b.zip"],
        ["clinic", "migrate"],
        ["clinic", "restore", "b.zip", "--database", "new.sqlite"],
        ["audit", "verify"],
        ["audit", "seal"],
    ],
)
def test_a_database_or_backup_that_is_not_there_is_told_and_not_made(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(words) == 2
    assert "there is no such" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--country", "Germany", "two capital letters"), ("--zone", "Berlin", "is no time zone")],
)
def test_a_practice_in_no_place_is_not_founded(
    option: str, value: str, message: str, tmp_path: Path, capsys: Captured
) -> None:
    words = [*NEW]
    words[words.index(option) + 1] = value
    path = tmp_path / "x.sqlite"
    assert execute(["clinic", "new", "Park", *words, "--database", str(path)]) == 2
    assert message in capsys.readouterr().err
    assert not path.exists()
