"""The command line as a whole: help, version, wrong usage, errors, pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from openpresso.cli.app import execute
from openpresso.errors import InputError

HEAVY = {
    "numpy",
    "numba",
    "pyarrow",
    "matplotlib",
    "weasyprint",
    "pint",
    "pydantic",
    "rich",
    "yaml",
}


def run(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    code = "from openpresso.cli.app import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload, no-any-return]


def test_help_answers_without_any_heavy_library() -> None:
    code = (
        "import sys; from openpresso.cli.app import execute; code = execute(['--help']); "
        "print(code, sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    last = answer.stdout.splitlines()[-1]
    assert last.startswith("0 ")
    assert {name for name in HEAVY if f"'{name}'" in last} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("program", "list"),
        ("program", "plot"),
        ("cuff", "check"),
        ("record", "verify"),
        ("doctor",),
    ],
)
def test_every_verb_has_help(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute([*arguments, "--help"]) == 0
    assert " ".join(("openpresso", *arguments)) in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    from openpresso import __version__

    assert execute(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"openpresso {__version__}"


@pytest.mark.parametrize(
    "arguments", [["fly"], ["run"], ["run", "x", "--legs", "three"], ["run", "x", "--seed", "-1"]]
)
def test_a_wrong_command_line_is_refused_in_words(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Error: " in said.err
    assert "Traceback" not in said.err


def test_a_wrong_command_line_with_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["run", "x", "--legs", "three", "--json"]) == 2
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert answer["code"] == "usage"
    assert "three" in answer["error"]
    assert said.err == ""


def test_bad_input_is_text_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["cuff", "show", "leg-9"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("openpresso: leg-9: there is no such")
    assert "did you mean" in said.err


def test_bad_input_with_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["cuff", "show", "leg-9", "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"error", "code", "remedy", "source", "diagnostics"}
    assert answer["code"] == "missing-cuff"
    assert answer["diagnostics"][0]["message"] in answer["error"]


def test_ctrl_c_ends_with_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("openpresso.cuff.names", interrupted)
    assert execute(["cuff", "list"]) == 130
    assert execute(["cuff", "list", "--json"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_goes_away_leaves_no_noise() -> None:
    code = "from openpresso.cli.app import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "cuff", "show", "leg-24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    noise = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert noise == ""


def test_a_terminal_without_unicode_still_gets_its_answer() -> None:
    import os

    answer = run("cuff", "list", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert answer.returncode == 0
    assert "leg-8" in answer.stdout


def test_an_error_inside_another_process_is_the_same() -> None:
    answer = run("record", "verify", "nowhere", cwd=Path(__file__).parent)
    assert answer.returncode == 2
    assert "nowhere" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_error_on_a_terminal_is_framed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from openpresso.cli.failure import show_failure

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    error = InputError.one("my.yaml", "unknown-field", "'tagret' is unknown", hint="target?")
    show_failure(error, as_json=False)
    said = capsys.readouterr().err
    assert "unknown-field" in said
    assert "my.yaml: 'tagret' is unknown" in said
    assert "╭" in said
