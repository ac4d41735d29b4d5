"""Programs as files: reading, writing back, and the published schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from openpresso.documents import Document
from openpresso.program import Program, load, names, program_schema, to_data
from openpresso.program.files import from_document
from tests.program.programs import CUFFS, cuff, programs

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "program.schema.json"


def test_the_published_schema_is_the_schema_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == program_schema()


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(program_schema())


@pytest.mark.parametrize("name", names())
def test_a_shipped_program_obeys_the_schema(name: str) -> None:
    Draft202012Validator(program_schema()).validate(to_data(load(name)))


def test_the_schema_refuses_an_unknown_field() -> None:
    data = to_data(load("heavy-legs"))
    data["phases"][0]["hlod"] = "6 s"
    assert not Draft202012Validator(program_schema()).is_valid(data)


@pytest.mark.parametrize("name", names())
def test_a_shipped_program_written_and_read_back_is_the_same(name: str) -> None:
    wanted = load(name)
    assert from_document(Document("copy", to_data(wanted))) == wanted


@settings(max_examples=settings().max_examples // 2)
@given(st.sampled_from(CUFFS).flatmap(lambda name: programs(cuff(name))))
def test_any_program_written_and_read_back_is_the_same(wanted: Program) -> None:
    assert from_document(Document("copy", to_data(wanted))) == wanted


def test_a_written_program_is_a_file_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "copy.yaml"
    path.write_text(yaml.safe_dump(to_data(load("dvt-sequential"))), encoding="utf-8")
    assert load(path) == load("dvt-sequential")


def test_a_program_knows_its_file_and_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "copy.yaml"
    path.write_text(yaml.safe_dump(to_data(load("heavy-legs"))), encoding="utf-8")
    wanted = load(path)
    assert wanted.file == str(path)
    assert wanted.lines["phases[0].target.distal"] > 1
