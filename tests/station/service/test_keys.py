"""Keys: kept as digests, private, read again when their file changes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from openpresso.errors import InputError
from openpresso.station.service.keys import Keys


def test_a_key_is_found_by_its_secret_and_by_nothing_else(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    secret = keys.add("desk", "observer")
    found = keys.find(secret)
    assert found is not None
    assert (found.name, found.role) == ("desk", "observer")
    assert keys.find(secret[:-1]) is None
    assert keys.find("") is None


def test_a_secret_is_256_bits_and_stands_in_no_file(tmp_path: Path) -> None:
    secret = Keys(tmp_path).add("desk", "technician")
    assert len(secret) == 43  # 32 bytes in base64
    assert all(secret not in path.read_text("utf-8") for path in tmp_path.iterdir())


def test_the_files_are_private(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "station")
    local = keys.local()
    for path in (keys.path, local):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_another_process_makes_or_removes_is_known_at_once(tmp_path: Path) -> None:
    serving, command = Keys(tmp_path), Keys(tmp_path)
    secret = command.add("desk", "observer")
    assert serving.find(secret) is not None
    command.remove("desk")
    assert serving.find(secret) is None


def test_what_is_remembered_needs_no_disk(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    secret = keys.add("desk", "observer")
    keys.path.unlink()
    assert keys.remembered(secret) is not None


def test_the_local_key_stays_the_same_until_it_is_removed(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    first = keys.local().read_text("utf-8")
    assert Keys(tmp_path).local().read_text("utf-8") == first
    keys.remove("local")
    second = Keys(tmp_path).local().read_text("utf-8")
    assert second != first
    assert [(key.name, key.role) for key in keys.all()] == [("local", "technician")]


def test_a_name_is_taken_once_and_must_be_one(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.add("desk", "observer")
    for name, code in (("desk", "name-taken"), ("a/b", "bad-name"), ("", "bad-name")):
        with pytest.raises(InputError) as caught:
            keys.add(name, "observer")
        assert caught.value.code == code


def test_an_unknown_key_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no key named 'desk'; keys: none"):
        Keys(tmp_path).remove("desk")


def test_a_broken_file_is_refused_at_the_start_and_keeps_the_keys_later(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    secret = keys.add("desk", "observer")
    keys.path.write_text('{"keys": [{"name": "desk"}]}', "utf-8")
    os.utime(keys.path, ns=(1, 1))
    with pytest.raises(InputError, match="role: Field required"):
        Keys(tmp_path)
    assert keys.find(secret) is not None
    assert "Field required" in keys.trouble
