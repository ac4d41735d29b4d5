"""Deliver one session on twin cuffs: prepare, rehearse, run, record, report."""

from __future__ import annotations

import contextlib
import datetime
import resource
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from openpresso import cuff as cuffs
from openpresso import program as programs
from openpresso.cuff.model import Cuff
from openpresso.errors import InputError, RecordError
from openpresso.record import (
    Printer,
    Record,
    Recorder,
    open_record,
    quality,
    recover,
    render_report,
    unclosed,
)
from openpresso.session import Leg, Readings, Session, Step
from openpresso.station.order import Order
from openpresso.station.preparation import Prepared, prepare
from openpresso.station.rehearsal import rehearse
from openpresso.station.request import Progress, RunRequest, Summary
from openpresso.station.runner import Room, Technician, run, stop
from openpresso.station.twin_clock import TwinClock
from openpresso.station.twin_link import TwinLink
from openpresso.twin.faults import Fault, parse
from openpresso.twin.twin import Twin

SHOW_EVERY = 0.1
"""Time between two reports of progress, on the computer's clock [s]."""
SESSIONS = Path("sessions")
"""Where records are made when nobody says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is known before the first tick."""

    prepared: Prepared
    faults: tuple[Fault, ...]


def plan(request: RunRequest) -> Plan:
    """Load, compile and check what a request asks for.

    Raises
    ------
    InputError
        If anything does not fit: the message says what, where and what to do.
    """
    program = programs.load(request.program)
    cuff = cuffs.load(request.cuff)
    order = Order(
        ceiling=request.ceiling,
        legs=request.legs,
        posture=request.posture,
        duration=request.duration,
    )
    prepared = prepare(program, {"left": cuff, "right": cuff}, order)
    faults = tuple(parse(text) for text in request.faults)
    for fault in faults:
        _check(fault, tuple(prepared.cuffs), cuff)
    return Plan(prepared, faults)


def _check(fault: Fault, wearing: tuple[Leg, ...], cuff: Cuff) -> None:
    """Refuse a fault of a cuff or chamber that is not there."""
    if fault.leg is not None and fault.leg not in wearing:
        message = f"no cuff on the {fault.leg} leg; there is {' and '.join(wearing)}"
        raise InputError.one("--fault", "fault-leg", message, hint="name a leg that wears one.")
    if not 1 <= fault.chamber <= cuff.n_chambers:
        message = f"no chamber {fault.chamber}; {cuff.name} has 1 to {cuff.n_chambers}"
        raise InputError.one("--fault", "fault-chamber", message, hint="choose one of them.")


class Watcher:
    """Follows a run: injects faults in time, keeps true pressures, reports progress."""

    def __init__(
        self, plan: Plan, twin: Twin, session: Session, show: Callable[[Progress], None]
    ) -> None:
        self._plan = plan.prepared
        self._twin = twin
        self._session = session
        self._show = show
        self._faults = list(plan.faults)
        self._legs = tuple(plan.prepared.cuffs)
        self._next = 0.0
        self.first_tick = 0.0
        self._true = {leg: bytearray() for leg in self._legs}

    def __call__(self, step: Step, readings: Mapping[Leg, Readings | None]) -> None:
        """Look at one tick."""
        wall = time.perf_counter()
        self.first_tick = self.first_tick or wall
        for index, leg in enumerate(self._legs):
            if readings[leg] is not None:
                self._true[leg] += self._twin.true_pressures(index).tobytes()
        if self._faults and step.state not in {"idle", "checking", "fitting", "ready"}:
            for fault in [one for one in self._faults if step.program_time >= one.time]:
                self._faults.remove(fault)
                fault.inject(self._twin, self._legs.index(fault.leg or self._legs[0]))
        if wall >= self._next:
            self._next = wall + SHOW_EVERY
            self._show(self._progress(step, readings))

    def _progress(self, step: Step, readings: Mapping[Leg, Readings | None]) -> Progress:
        lead = self._plan.timelines[self._legs[0]]
        at = step.program_time
        phase = next((one.name for one in lead.phases if one.start <= at < one.end), "")
        return Progress(
            time=at,
            duration=lead.duration,
            state=step.state,
            phase=phase,
            cycle=int(np.searchsorted(lead.cycles, at, side="right")),
            pressures={
                leg: np.full(self._plan.cuffs[leg].n_chambers, np.nan)
                if reading is None
                else reading.pressures
                for leg, reading in readings.items()
            },
            set_points={leg: one.set_points for leg, one in step.commands.items()},
            alarms=tuple(alarm.text for alarm in self._session.alarms if alarm.active),
        )

    def _true_pressures(self, leg: Leg) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Pressures at every frame of a leg [mmHg], shape `(n_frames, n_chambers)`."""
        return np.frombuffer(self._true[leg]).reshape(-1, self._plan.cuffs[leg].n_chambers)

    def true_quality(self, record: Record) -> dict[str, float | None]:
        """Quality against the true pressures; see `openpresso.record.quality`."""
        frames = {leg: record.waveforms(leg) for leg in self._legs}
        found = quality(
            (one.time, one.set_points.astype(np.float64), self._true_pressures(leg))
            for leg, one in frames.items()
        )
        names = ("hold_error_p95", "hold_over_max", "overshoot_max", "neighbour_rise_max")
        return {name: _rounded(getattr(found, name)) for name in names}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def deliver(
    request: RunRequest, on_progress: Callable[[Progress], None] = lambda _: None
) -> Summary:
    """Deliver one session on twin cuffs.

    An interruption from the keyboard is a stop: the cuffs vent and the record is closed.

    Parameters
    ----------
    request
        What to deliver.
    on_progress
        Called about ten times a second.

    Returns
    -------
    Summary
        How it ended.

    Raises
    ------
    InputError
        If the request cannot be delivered: nothing was started and nothing written.
    RecordError
        If the record cannot be written.
    """
    began = time.perf_counter()
    ready = plan(request)
    with contextlib.ExitStack() as stack:
        printer = stack.enter_context(Printer()) if request.pdf else None
        return _deliver(request, ready, on_progress, printer, began)


def _deliver(
    request: RunRequest,
    ready: Plan,
    on_progress: Callable[[Progress], None],
    printer: Printer | None,
    began: float,
) -> Summary:
    """Rehearse, run, record, report."""
    prepared = ready.prepared
    rehearse(prepared.timelines, prepared.cuffs, prepared.ceiling, prepared.posture)
    twin = Twin(list(prepared.cuffs.values()), prepared.posture, request.seed)
    folder = _folder(request)
    clock = TwinClock(twin, realtime=request.realtime)
    room = Room(
        prepared.session(),
        {leg: TwinLink(twin, index, leg) for index, leg in enumerate(prepared.cuffs)},
        clock,
        Recorder(
            folder,
            prepared.header("twin") | {"seed": request.seed, "faults": list(request.faults)},
            {leg: cuff.n_chambers for leg, cuff in prepared.cuffs.items()},
            threaded=request.realtime,
        ),
    )
    watcher = Watcher(ready, twin, room.session, on_progress)
    try:
        run(room, Technician(tuple(prepared.cuffs)), watcher)
    except KeyboardInterrupt:
        stop(room, "the keyboard", watcher)
    for link in room.links.values():
        link.close()
    outcome = room.session.outcome or "faulted"
    room.recorder.close(outcome, room.session.reason, {})
    record = open_record(folder)
    measured = record.quality
    return Summary(
        outcome=outcome,
        reason=room.session.reason,
        program=prepared.program.name,
        cuff=next(iter(prepared.cuffs.values())).name,
        legs=prepared.legs,
        report=_report(record, printer),
        hold_error_p95=measured.hold_error_p95,
        hold_over_max=measured.hold_over_max,
        overshoot_max=measured.overshoot_max,
        neighbour_rise_max=measured.neighbour_rise_max,
        true=watcher.true_quality(record),
        dose=record.summary["dose"],
        record=folder,
        wall_s=time.perf_counter() - began,
        first_tick_s=watcher.first_tick - began,
        kernel_s=clock.advancing,
        peak_rss_mb=_peak_memory(),
    )


def _report(record: Record, printer: Printer | None) -> Path:
    """Write the report; where the PDF's libraries are missing, the page alone."""
    try:
        return render_report(record, pdf=printer is not None, printer=printer)[-1]
    except RecordError as error:
        if error.code != "no-pdf":
            raise
        return render_report(record, pdf=False)[-1]


def _peak_memory() -> float:
    """Largest memory of this process and of the printer together [MB].

    The kernel's figure for a process counts what it was before it became this program; where the
    system keeps one for the program alone, that is taken.
    """
    printer = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    high = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    own = int(high) if high else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + printer) / 1024.0


def _folder(request: RunRequest) -> Path:
    """Folder of the record: as asked, or a new one named by time and program."""
    if request.out is not None:
        return request.out
    for left in unclosed(SESSIONS):
        _close(left)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d-%H%M%S")
    return SESSIONS / f"{stamp}-{Path(request.program).stem}-{secrets.token_hex(2)}"


def _close(left: Path) -> None:
    """Close a record that a crash left open; one that is still being written is let be."""
    with contextlib.suppress(RecordError):
        recover(left)
