"""The locks: hashes, no addresses, and one consistent set."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9.-]+==[^ \\]+)", re.MULTILINE)
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> set[str]:
    return set(PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    for entry in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in entry


def test_a_station_and_a_developer_have_the_same_versions() -> None:
    assert pins("run.txt") <= pins("dev.txt")


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *(n for group in groups.values() for n in group)]
    names = {re.split(r"[<>=~! \[;]", line)[0].lower() for line in wanted}
    locked = {pin.split("==")[0] for pin in pins("dev.txt") | pins("peers.txt")}
    assert names <= locked
