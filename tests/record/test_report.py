"""The report: self-contained, two pages, honest about what is not recorded."""

from __future__ import annotations

import contextlib
import re
import zlib
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.errors import RecordError
from openpresso.record import Printer, Recorder, open_record, render_report, verify
from openpresso.record.header import snapshot
from openpresso.record.pages import render_pdf
from openpresso.record.report import render_html
from tests.record.sessions import header_of, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRecord = Callable[..., Path]


def real(cuff: str, legs: tuple[str, ...], **more: object) -> dict[str, Any]:
    one = cuffs.load(cuff)
    return {
        "cuffs": {leg: snapshot(one) for leg in legs},
        "program": snapshot(programs.load("gradient-drainage")),
        **more,
    }


def pages(pdf: bytes) -> int:
    """Return the number of pages that the page tree of a PDF counts."""
    plain = pdf
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, flags=re.DOTALL):
        with contextlib.suppress(zlib.error):
            plain += zlib.decompress(stream)
    counts = re.findall(rb"/Type /Pages/Kids \[[^]]*\]/Count (\d+)", plain)
    return int(counts[0])


class Balanced(HTMLParser):
    """Fails on a tag that is closed without having been opened."""

    EMPTY = frozenset({"meta", "br", "path", "rect", "circle", "link", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)


def text_of(page: str) -> str:
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return re.sub(r"\s+", " ", " ".join(parser.words))


def test_the_report_is_one_page_that_needs_nothing_else(make_record: MakeRecord) -> None:
    page = render_html(open_record(make_record()))
    text_of(page)
    assert "<script" not in page
    assert not re.search(r"""(src|href)\s*=|url\((?!#)|@import""", page)
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ET.fromstring(drawing)  # noqa: S314 -- our own drawing, made in this test


def test_the_same_record_gives_the_same_report(make_record: MakeRecord) -> None:
    record = open_record(make_record())
    assert render_html(record) == render_html(record)


def test_a_twin_is_plainly_said_to_be_one(make_record: MakeRecord) -> None:
    assert "a simulation" in text_of(render_html(open_record(make_record("one"))))
    real_one = text_of(render_html(open_record(make_record("two", device="cuff"))))
    assert "simulation" not in real_one


def test_what_a_protocol_and_a_payer_ask_for_is_there(make_record: MakeRecord) -> None:
    girths = [{"leg": "left", "place": "20 cm above the sole", "before": 38.5, "after": 38.1}]
    page = text_of(
        render_html(
            open_record(make_record(girths=girths, goal="walk to the shop", operator="A. Hand"))
        )
    )
    for word in (
        "Inflation", "Deflation", "Plateau", "Pause", "Frequency", "Total duration", "Pressure",
        "Minutes of use", "Side", "left and right", "Cuff, left", "leg-4", "38.5 cm", "38.1 cm",
        "walk to the shop", "A. Hand", "Ceiling",
    ):  # fmt: skip
        assert word in page


def test_what_nobody_recorded_is_said_to_be_not_recorded(make_record: MakeRecord) -> None:
    page = text_of(render_html(open_record(make_record())))
    assert re.search(r"Functional goal not recorded", page)
    assert re.search(r"Before: not recorded . After: not recorded", page)


def test_it_is_said_once_that_this_is_no_certified_device(make_record: MakeRecord) -> None:
    page = text_of(render_html(open_record(make_record())))
    assert page.count("Not a certified medical device") == 1


def test_the_digest_of_the_record_is_in_the_report(make_record: MakeRecord) -> None:
    record = open_record(make_record())
    assert record.digest in render_html(record)


def test_text_from_outside_cannot_become_markup(make_record: MakeRecord) -> None:
    page = render_html(open_record(make_record(client="<script>alert(1)</script>", note="x")))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_evidence_and_what_is_not_known_are_told(make_record: MakeRecord) -> None:
    legs = {"left": 8}
    page = text_of(render_html(open_record(make_record(legs=legs, **real("leg-8", ("left",))))))
    program = programs.load("gradient-drainage")
    assert f"Evidence grade {program.evidence.grade}" in page
    for unknown in program.evidence.unknown:
        assert unknown in page


def test_a_session_that_never_ran_is_reported(tmp_path: Path) -> None:
    legs = {"left": 6, "right": 6}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    recorder.event(0.0, "state", None, {"state": "fitting", "before": "checking"})
    play(recorder, legs, 3.0)
    recorder.event(
        3.0, "alarm-raised", "left", {"priority": "high", "text": "chamber 2 leaks", "chamber": 2}
    )
    recorder.event(3.0, "state", None, {"state": "faulted", "before": "fitting"})
    page = text_of(render_html(open_record(recorder.close("faulted", "chamber 2 leaks", {}))))
    assert "Ended by a fault" in page
    assert "never ran" in page
    assert "1 alarm." in page
    assert "high priority: chamber 2 leaks" in page


def test_the_cuff_is_named_as_it_was_checked(tmp_path: Path) -> None:
    legs = {"left": 2}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    recorder.event(
        0.0, "cuff-checked", "left", {"cuff": "leg-2", "serial": "S-77", "firmware": "2"}
    )
    recorder.event(0.0, "state", None, {"state": "running"})
    play(recorder, legs, 3.0)
    page = text_of(render_html(open_record(recorder.close("delivered", "", {}))))
    assert "leg-2, serial S-77, firmware 2" in page


def test_a_skipped_chamber_is_hatched_and_named(tmp_path: Path) -> None:
    legs = {"left": 3}
    recorder = Recorder(tmp_path / "one", header_of(legs), legs)
    recorder.event(0.0, "state", None, {"state": "running"})
    for tick in range(200):
        wanted = np.array([40.0, np.nan, 30.0])
        recorder.frame(0.05 * tick, "left", wanted, np.nan_to_num(wanted), np.zeros(3))
    page = render_html(open_record(recorder.close("delivered", "", {})))
    assert text_of(page).count("not used") == 3


@pytest.mark.parametrize(
    ("cuff", "legs", "seconds"),
    [
        ("foot-1", ("left", "right"), 20.0),
        ("calf-3", ("right",), 30.0),
        ("leg-24", ("left", "right"), 12.0),
        ("arm-8", ("left",), 1.0),
    ],
)
def test_every_cuff_fits_two_pages(
    make_record: MakeRecord, cuff: str, legs: tuple[str, ...], seconds: float
) -> None:
    number = cuffs.load(cuff).n_chambers
    folder = make_record(legs=dict.fromkeys(legs, number), seconds=seconds, **real(cuff, legs))
    html, pdf = render_report(open_record(folder))
    assert html.name == "report.html"
    assert pages(pdf.read_bytes()) == 2
    assert verify(folder) == ()


def test_a_report_may_be_made_again_and_elsewhere(make_record: MakeRecord, tmp_path: Path) -> None:
    record = open_record(make_record(seconds=5.0))
    first = render_report(record, pdf=False)[0].read_bytes()
    (elsewhere,) = render_report(record, tmp_path / "reports", pdf=False)
    assert elsewhere.read_bytes() == first
    assert not (tmp_path / "reports" / "reports.json").exists()
    render_report(record, pdf=False)
    assert verify(record.folder) == ()


def test_a_report_that_cannot_be_written_is_one_clear_message(
    make_record: MakeRecord, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError) as caught:
        render_report(open_record(make_record(seconds=3.0)), tmp_path / "file", pdf=False)
    assert caught.value.code == "folder-unusable"


def test_a_printer_makes_the_pdf_in_its_own_process(make_record: MakeRecord) -> None:
    record = open_record(make_record(seconds=5.0))
    with Printer() as printer:
        _, pdf = render_report(record, printer=printer)
    assert pages(pdf.read_bytes()) == 2
    assert verify(record.folder) == ()


def test_a_printer_that_fails_is_one_clear_message() -> None:
    with Printer() as printer:
        printer.close()
        with pytest.raises(RecordError) as caught:
            printer.pdf("<p>x</p>")
    assert caught.value.code == "no-pdf"


def test_a_page_that_refers_to_something_outside_gets_nothing_from_there() -> None:
    assert pages(render_pdf("<p>x<img src='http://192.0.2.1/x.png'></p>")) == 1
