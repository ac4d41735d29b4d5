"""YAML files read strictly, with lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from openpresso.documents import load_document, parse_document, validate
from openpresso.documents.fields import Duration, FileModel, Pressure, Within
from openpresso.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from openpresso.errors import Diagnostic


class Pulse(FileModel):
    """One member of a union."""

    kind: Literal["pulse"]
    target: Annotated[Pressure, Within("pressure", 0.0, 200.0)]


class Pause(FileModel):
    """The other member."""

    kind: Literal["pause"]
    time: Duration


class Plan(FileModel):
    """A small file."""

    name: str
    count: int = Field(default=1, ge=1)
    phases: list[Annotated[Pulse | Pause, Field(discriminator="kind")]] = Field(default=[])


def refused(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        validate(parse_document(text, "plan.yaml"), Plan)
    return caught.value.diagnostics


def test_every_value_knows_its_line() -> None:
    text = "name: x\nphases:\n  - kind: pulse\n    target:\n      distal: 1\n"
    document = parse_document(text, "plan.yaml")
    assert document.line_of("phases[0].target.distal") == 5
    assert document.line_of("phases[0].target.missing") == 4
    assert document.line_of("phases[7].target") == 2
    assert document.line_of("") == 1


def test_words_and_clock_times_stay_texts() -> None:
    data = parse_document("a: no\nb: 1:30\nc: 2026-11-22\nd: 010\ne: '5'\nf: on", "x").data
    assert data == {"a": "no", "b": "1:30", "c": "2026-11-22", "d": 10, "e": "5", "f": "on"}


@pytest.mark.parametrize(
    "text, code, line",
    [
        ("a: &x [1]\nb: *x", "alias", 1),
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3),
        ("a: 1\nb: [1, 2\nc: }", "not-yaml", 3),
        ("a: !!python/object:os.system x", "tag", 1),
        ("[" * 5000, "too-deep", 1),
        ("a: 1\n---\nb: 2", "two-documents", 3),
        ("? [1]\n: 2", "bad-key", 1),
        ("", "empty-file", None),
        ("- 1", "not-a-mapping", 1),
        ("only a text", "not-a-mapping", 1),
    ],
)
def test_what_yaml_could_hide_is_refused_with_its_line(
    text: str, code: str, line: int | None
) -> None:
    (found,) = refused(text)
    assert (found.code, found.line) == (code, line)
    assert found.hint


def test_a_billion_laughs_are_refused_at_the_first(tmp_path: Path) -> None:
    lines = ['a0: &a0 ["lol"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    file = tmp_path / "laughs.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_document(file)
    assert [(one.code, one.line) for one in caught.value.diagnostics] == [("alias", 1)]


def test_a_file_of_50_mb_is_refused_by_its_size_before_it_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    start = time.monotonic()
    with pytest.raises(InputError, match=r"50\.0 MB; at most 1 MB") as caught:
        load_document(file)
    assert caught.value.code == "file-too-large"
    assert time.monotonic() - start < 1.0


@pytest.mark.parametrize(
    "content, code",
    [(bytes(range(256)), "not-text"), (b"\x00\x01\x02", "not-yaml"), (b"", "empty-file")],
)
def test_binary_junk_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "junk.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_document(file)
    assert [one.code for one in caught.value.diagnostics] == [code]


def test_a_folder_and_a_missing_file_are_refused_by_name(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "not-a-file"), (tmp_path / "none.yaml", "missing-file")):
        with pytest.raises(InputError) as caught:
            load_document(path)
        assert caught.value.code == code
        assert str(path) in str(caught.value)


def test_a_misspelled_field_gives_one_question_not_two_complaints() -> None:
    (found,) = refused("nmae: x")
    assert (found.code, found.path, found.hint) == ("unknown-field", "nmae", "did you mean 'name'?")


def test_a_finding_inside_a_union_has_the_path_of_the_file() -> None:
    text = (
        "name: x\nphases:\n  - {kind: pulse, target: 45 mmhg}\n  - {kind: pauze}\n  - {time: 1 s}"
    )
    found = refused(text)
    assert [(one.code, one.path, one.line) for one in found] == [
        ("unknown-unit", "phases[0].target", 3),
        ("not-allowed", "phases[1].kind", 4),
        ("missing-field", "phases[2].kind", 5),
    ]
    assert found[1].hint == "did you mean 'pause'?"


def test_a_value_out_of_range_names_the_range() -> None:
    (found,) = refused("name: x\nphases: [{kind: pulse, target: 300 mmHg}]")
    assert found.code == "out-of-range"
    assert "300 mmHg is out of range; allowed is 0 mmHg to 200 mmHg" in found.message


@pytest.mark.parametrize("value", ["yes", "1.5", "'2'", ".nan", "null", "[1]", "9" * 400])
def test_a_count_that_is_not_a_whole_number_is_refused(value: str) -> None:
    (found,) = refused(f"name: x\ncount: {value}")
    assert (found.path, found.line) == ("count", 2)
    assert len(found.message) < 200


@given(text=st.text(max_size=200))
def test_any_text_is_data_or_one_diagnostic(text: str) -> None:
    found = 1
    try:
        parse_document(text, "any.yaml")
    except InputError as error:
        found = len(error.diagnostics)
    assert found == 1
