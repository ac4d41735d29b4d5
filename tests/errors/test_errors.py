"""Diagnostics and errors as a person reads them."""

from __future__ import annotations

import pickle

from openpresso.errors import Diagnostic, InputError, OpenpressoError, RecordError


def test_a_diagnostic_says_where_what_and_what_to_do() -> None:
    found = Diagnostic("error", "bad", "phases[0].hold", "-1 s is negative", "write 1 s.", 7)
    assert found.text("a.yaml") == "a.yaml:7: phases[0].hold: -1 s is negative\n  write 1 s."


def test_a_warning_says_that_it_is_one() -> None:
    assert Diagnostic("warning", "w", "", "low").text("a.yaml") == "warning: a.yaml: low"


def test_several_diagnostics_become_one_text() -> None:
    found = [Diagnostic("error", code, code, "wrong", "mend it.") for code in ("one", "two")]
    error = InputError("a.yaml", found)
    assert str(error).splitlines() == [
        "a.yaml: one: wrong",
        "  mend it.",
        "a.yaml: two: wrong",
        "  mend it.",
    ]
    assert (error.code, error.remedy, error.exit_code) == ("one", "mend it.", 2)


def test_an_input_error_crosses_process_borders() -> None:
    error = InputError.one("a.yaml", "bad", "wrong", hint="mend it.", line=3)
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (back.source, back.diagnostics) == (error.source, error.diagnostics)


def test_every_error_has_a_code_and_its_remedy_in_the_text() -> None:
    error = RecordError("the journal is cut", remedy="run recover.")
    assert isinstance(error, OpenpressoError)
    assert (error.code, str(error)) == ("bad-record", "the journal is cut\n  run recover.")
