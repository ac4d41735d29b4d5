"""What was delivered: the journal, the waveforms, the dose and the report of a session.

A record is a folder. While the session runs it holds `journal.jsonl` and `waveforms.log`, both only
appended to; when it ends, `waveforms.parquet` and `session.json` are added: the record is closed.
This room knows files and arrays and nothing of the engine that fills them.
"""

from __future__ import annotations

from openpresso.record.dose import ChamberDose, Dose, LegDose, dose, leg_dose
from openpresso.record.export import export
from openpresso.record.printer import Printer
from openpresso.record.quality import Quality, quality
from openpresso.record.read import Record, open_record
from openpresso.record.recorder import Recorder
from openpresso.record.recover import recover, unclosed
from openpresso.record.report import render_report
from openpresso.record.verify import verify

__all__ = [
    "ChamberDose",
    "Dose",
    "LegDose",
    "Printer",
    "Quality",
    "Record",
    "Recorder",
    "dose",
    "export",
    "leg_dose",
    "open_record",
    "quality",
    "recover",
    "render_report",
    "unclosed",
    "verify",
]
