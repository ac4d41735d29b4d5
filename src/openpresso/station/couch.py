"""A couch: one or two cuffs, a control seat, and at most one session at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from openpresso.errors import OpenpressoError
from openpresso.session import Command, CommandRefusedError, Identity, Leg, Readings, Session, Step
from openpresso.station.carebook import CareBook
from openpresso.station.clock import WallClock
from openpresso.station.filing import begin_record
from openpresso.station.lateness import Lateness, Lost, ticks
from openpresso.station.link import Contested, Link
from openpresso.station.order import Order
from openpresso.station.picture import picture
from openpresso.station.preparation import Prepared, cuff_of
from openpresso.station.runner import VENTING, Room, tick
from openpresso.station.seat import GONE, SILENT, Seat
from openpresso.station.workshop import Workshop, made_ready, put_away

if TYPE_CHECKING:
    from openpresso.session import JSON

log = logging.getLogger(__name__)

CEILING_OF_NOTHING: Final = 20.0
"""Ceiling that goes with a vent where no session gives one [mmHg]."""
NOT_NOW: Final = CommandRefusedError.default_code


class Couch:
    """One place to lie, with the cuffs that belong to it.

    It reads its cuffs 20 times a second for as long as it runs, with a session or without; without
    one it takes no lease. People's acts are methods; each names who acts.

    Parameters
    ----------
    name
        Name of the couch.
    links, addresses
        The line to the cuff of each leg, and how people call it.
    folder
        Folder in which records are made.
    workshop
        Where slow work is done.
    care
        The station's book on its cuffs.
    clock
        The station's clock.
    """

    def __init__(
        self,
        name: str,
        links: Mapping[Leg, Link],
        addresses: Mapping[Leg, str],
        folder: Path,
        workshop: Workshop,
        care: CareBook,
        clock: WallClock,
    ) -> None:
        """Begin without a session."""
        self.name = name
        self.links = dict(links)
        self.addresses = dict(addresses)
        self._contested = {leg: one for leg, one in links.items() if isinstance(one, Contested)}
        self.seat = Seat()
        self.prepared: Prepared | None = None
        self.session: Session | None = None
        self.readings: dict[Leg, Readings] = {}
        """Newest readings of each cuff."""
        self.commands: dict[Leg, Command] = {}
        """Newest commands to each cuff."""
        self.program_time = 0.0
        self.record: Path | None = None
        self.trouble = ""
        """What went wrong beside the session, such as a report that could not be made."""
        self.lateness = Lateness()
        self.answers = Lateness()
        """Times from the instant at which a tick was due to the answers of its cuffs."""
        self._folder = folder
        self._workshop = workshop
        self._care = care
        self._clock = clock
        self._room: Room | None = None
        self._worn: dict[Leg, Identity] = {}
        """The cuffs that were turned on."""
        self._due = math.nan
        self._ended = math.inf
        self._pausing_for_seat = False
        self._version = 0
        self._news = asyncio.Event()
        self._going = True
        self._busy = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Legs that have a cuff."""
        return tuple(self.links)

    @property
    def version(self) -> int:
        """Grows with every tick and every act."""
        return self._version

    def now(self) -> float:
        """Return the station's monotonic time [s]."""
        return self._clock.now()

    # What people do

    async def load(self, order: Order, who: str) -> Prepared:  # noqa: ARG002 -- every act names who acts
        """Prepare a program for the cuffs at hand and rehearse it on the twin.

        It takes the place of a session that is over or has not begun.

        Raises
        ------
        InputError
            If the program cannot be delivered here.
        CommandRefusedError
            If a session is under way, or a cuff has not said what it is.
        """
        async with self._busy:
            self._require_free("load")
            there = {
                leg: await asyncio.to_thread(cuff_of, leg, identity)
                for leg, link in self.links.items()
                if (identity := link.identity)
            }
            if not there:
                leg = self.legs[0]
                raise _refused("load", "no cuff has answered yet", self.links[leg].trouble)
            for leg in there:
                with contextlib.suppress(OpenpressoError):
                    await self._care.look(self.links[leg])
            prepared = await self._workshop.do(made_ready, order, there)
            self._require_free("load")
            self._forget()
            self.prepared = prepared
            self.session = prepared.session()
            self._tell()
            return prepared

    async def unload(self, who: str) -> None:  # noqa: ARG002 -- every act names who acts
        """Put away a session that is over or has not begun."""
        async with self._busy:
            self._require_free("unload")
            self._forget()
            self._tell()

    async def turn_on(self, leg: Leg, who: str) -> None:
        """Turn one cuff on: it must be clean, it is reset, and its tests begin.

        Raises
        ------
        CommandRefusedError
            If there is no session, or the cuff cannot be turned on now.
        RecordError
            If no record can be made.
        """
        async with self._busy:
            session = self._require_session("turn-on")
            link = self._link(leg)
            if link.identity is None or link.trouble:
                text = link.trouble or f"the {leg} cuff has not answered yet"
                raise _refused("turn-on", text, "check its cable and power.")
            if holder := self._held_by(leg):
                raise _refused("turn-on", holder, "end its session there.", "held-by-another")
            await self._care.require_clean(leg, link)
            if self._room is None:
                await self._open_record(session, who)
            link.reset()
            session.turn_on(leg, who)
            if link.identity is not None:
                self._worn[leg] = link.identity
            self._tell()

    def start(self, who: str) -> None:
        """Start the program."""
        self._require_session("start").start(who)
        self._tell()

    def pause(
        self, when: Literal["cycle-end", "now"], chambers: Literal["hold", "vent"], who: str
    ) -> None:
        """Pause at the cycle's end, or now."""
        self._require_session("pause").pause(when, chambers, who)
        self._tell()

    def resume(self, who: str) -> None:
        """Go on after a pause."""
        self._require_session("resume").resume(who)
        self._tell()

    def end(self, who: str) -> None:
        """End with a controlled vent; before any cuff was turned on, put the session away."""
        session = self._require_session("end")
        if self._room is None:
            self._forget()
        else:
            session.end(who)
        self._tell()

    def skip(self, leg: Leg, chamber: int, who: str) -> None:
        """Leave a chamber out."""
        self._require_session("skip").skip(leg, chamber, who)
        self._tell()

    def soften(self, leg: Leg, chamber: int, share: float, who: str) -> None:
        """Give a chamber only a share of the program's set-points."""
        self._require_session("soften").soften(leg, chamber, share, who)
        self._tell()

    def restore(self, leg: Leg, chamber: int, who: str) -> None:
        """Take a chamber back."""
        self._require_session("restore").restore(leg, chamber, who)
        self._tell()

    def trim(self, share: float, who: str) -> None:
        """Trim everything down."""
        self._require_session("trim").trim(share, who)
        self._tell()

    def tighten(self, leg: Leg, value: float, who: str, why: str) -> None:
        """Add a limit [mmHg] to one cuff."""
        self._require_session("tighten").tighten(leg, value, who, why)
        self._tell()

    def acknowledge(self, alarm: str, who: str) -> None:
        """Silence one alarm."""
        self._require_session("acknowledge").acknowledge(alarm, who)
        self._tell()

    def vent(self, who: str) -> float:
        """Vent every cuff at once, from whatever is under way; return when it was sent [s].

        Nothing is waited for: the latch of the session first, then the lines.
        """
        if self.session is not None and self.session.outcome is None:
            self.session.emergency_vent(who)
        for leg, link in self.links.items():
            link.vent()
            link.write(self._vented(leg))
        sent = self._clock.now()
        self._tell()
        return sent

    def used(self, leg: Leg) -> bool | None:
        """Tell whether a cuff is to be cleaned before the next client; `None`: not known yet."""
        identity = self.links[leg].identity
        return None if identity is None else self._care.used(identity.serial)

    async def cleaned(self, leg: Leg, who: str) -> None:
        """Note that a cuff was cleaned.

        Raises
        ------
        CommandRefusedError
            If a session is under way or the cuff does not answer.
        """
        self._require_free("cleaned")
        await self._care.cleaned(leg, self._link(leg), who)
        self._tell()

    def snapshot(self) -> dict[str, JSON]:
        """Return everything that a client shows."""
        return picture(self)

    async def wait(self, version: int) -> int:
        """Return the present version once it is newer than `version`."""
        while self._version <= version:
            await self._news.wait()
        return self._version

    # What goes on by itself

    async def run(self, begin: float) -> None:
        """Tick every `PERIOD` from the instant `begin` [s] until `close`."""
        rhythm = ticks(self._clock, begin, self.lateness)
        async with contextlib.aclosing(rhythm):
            async for due, lost in rhythm:
                if not self._going:
                    break
                if lost is not None:
                    self._explain(lost)
                try:
                    self._tick()
                except Exception:
                    # One couch's defect must not stop the others; its own cuffs vent.
                    log.exception("couch %s: a tick failed", self.name)
                    self.trouble = "a tick failed: see the station's log"
                    self.vent("the station, after a defect of its own")
                self._tell()
                self._due = due

    def _explain(self, lost: Lost) -> None:
        """Say why ticks were left out: in the log, and in the record when there is one."""
        why: dict[str, JSON] = {
            "late": round(lost.late, 3),
            "computed": round(lost.computed, 3),
            "waited_for_a_processor": round(lost.waited, 3),
        }
        log.warning("couch %s: a tick was %.3f s late: %s", self.name, lost.late, why)
        if self._room is not None:
            self._room.recorder.event(self._clock.now(), "tick-late", None, why)

    async def close(self, who: str) -> None:
        """Vent, end the record, and let go of the lines."""
        self._going = False
        if self.session is not None and self._room is not None and self.session.outcome is None:
            self.vent(who)
            self._tick()
        if self._room is not None:
            self._finish(self._room)
        for link in self.links.values():
            link.close()
        for task in list(self._tasks):
            await task
        for link in self.links.values():
            closed = getattr(link, "closed", None)
            if closed is not None:
                await closed()

    def _tick(self) -> None:
        """Do one tick: with a session the room's, else only read."""
        now = self._clock.now()
        self._mind_the_seat(now)
        room = self._room
        if room is None:
            for leg, link in self.links.items():
                self._note(leg, link.read(now))
                link.write(None)
            return
        self._mind_other_stations(room.session)
        tick(room, self._watch)
        for leg in self.links.keys() - room.links.keys():
            self._note(leg, self.links[leg].read(now))
            self.links[leg].write(None)
        if room.session.outcome is not None:
            if self._ended == math.inf:
                self._ended = now if room.session.outcome == "delivered" else now + VENTING
            if now >= self._ended:
                self._finish(room)

    def _watch(self, step: Step, readings: Mapping[Leg, Readings | None]) -> None:
        """Keep what a client shows."""
        self.program_time = step.program_time
        self.commands = step.commands
        for leg, reading in readings.items():
            self._note(leg, reading)

    def _note(self, leg: Leg, reading: Readings | None) -> None:
        if reading is not None:
            self.readings[leg] = reading
            self.answers.add(reading.time - self._due, 0)

    def _mind_the_seat(self, now: float) -> None:
        """Pause when the holder of the seat fell silent, and vent when it stays so."""
        session = self.session
        silent = self.seat.silent_for(now)
        if session is None or self._room is None or silent <= SILENT:
            self._pausing_for_seat = False
            return
        who = "the station: the control seat is silent"
        if silent > GONE:
            if session.state in {"running", "pausing"} or (
                session.state == "paused" and not self.is_vented()
            ):
                session.pause("now", "vent", who)
            elif session.state in {"checking", "fitting", "ready"}:
                session.end(who)
        elif not self._pausing_for_seat and session.state == "running":
            session.pause("cycle-end", "vent", who)
        self._pausing_for_seat = True

    def _mind_other_stations(self, session: Session) -> None:
        """Vent when a cuff that is told to fill obeys another station.

        The cuff refuses what it is told then; when the other lets go, it would not any more.
        """
        for leg, command in self.commands.items():
            if command.renew and session.outcome is None and (holder := self._held_by(leg)):
                session.authority_lost(f"{leg} cuff: {holder}")

    def _held_by(self, leg: Leg) -> str:
        """Return which other station holds a cuff, or nothing."""
        contested = self._contested.get(leg)
        return contested.held_by if contested is not None else ""

    def is_vented(self) -> bool:
        """Tell whether every chamber is told to vent."""
        return all(bool(np.all(np.isnan(one.set_points))) for one in self.commands.values())

    def _finish(self, room: Room) -> None:
        """Let go of a session that is over and put its record away."""
        self._room = None
        task = asyncio.create_task(self._put_away(room))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put_away(self, room: Room) -> None:
        session, recorder = room.session, room.recorder
        try:
            await asyncio.to_thread(
                self._care.session_done, self._worn, recorder.folder.name, session
            )
        except (OpenpressoError, OSError) as error:
            self.trouble = f"the use of the cuffs could not be noted: {error}"
        try:
            await asyncio.to_thread(
                recorder.end,
                session.outcome or "stopped",
                session.reason,
                {"ticks": self.lateness.told()},
            )
            self.trouble = await self._workshop.do(put_away, recorder.folder) or self.trouble
        except (OpenpressoError, OSError, RuntimeError) as error:
            self.trouble = str(error)
        self._tell()

    async def _open_record(self, session: Session, who: str) -> None:
        """Make the record and the room of a session that is about to begin."""
        prepared = self.prepared
        assert prepared is not None
        links = {leg: self._link(leg) for leg in prepared.cuffs}
        known = {leg: link.identity for leg, link in links.items() if link.identity}
        recorder = await asyncio.to_thread(
            begin_record, prepared, known, self._folder, self.name, who, self._clock.now()
        )
        if self.session is not session or session.outcome is not None:
            await asyncio.to_thread(recorder.close, "stopped", session.reason, {})
            raise _refused("turn-on", "the session is over", "load a new one.")
        self.record = recorder.folder
        self._ended = math.inf
        self._room = Room(session, links, self._clock, recorder)

    def _vented(self, leg: Leg) -> Command:
        """Return the command that vents one cuff and gives its lease up."""
        identity = self.links[leg].identity
        n = identity.n_chambers if identity is not None else 0
        return Command(np.full(n, np.nan), CEILING_OF_NOTHING, renew=False)

    def _forget(self) -> None:
        self.prepared = None
        self.session = None
        self._worn = {}
        self.record = None
        self.commands = {}
        self.program_time = 0.0
        self.trouble = ""

    def is_free(self) -> bool:
        """Tell whether a program may be loaded: no session is under way or being put away."""
        return self._room is None and not self._tasks

    def _require_free(self, command: str) -> None:
        session = self.session
        if not self.is_free():
            state = "being put away" if session is None or session.outcome else session.state
            raise _refused(command, f"a session is {state}", "end it, or wait until it is over.")

    def _require_session(self, command: str) -> Session:
        if self.session is None:
            raise _refused(command, "no program is loaded", "load one first.")
        return self.session

    def _link(self, leg: Leg) -> Link:
        link = self.links.get(leg)
        if link is None:
            raise _refused("leg", f"couch {self.name} has no {leg} cuff", "connect one.")
        return link

    def _tell(self) -> None:
        """Let everybody who waits look again."""
        self._version += 1
        self._news.set()
        self._news = asyncio.Event()


def _refused(command: str, text: str, remedy: str, code: str = NOT_NOW) -> CommandRefusedError:
    return CommandRefusedError(f"{command} is refused: {text}", code=code, remedy=remedy)
