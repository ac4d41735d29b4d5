"""The station's book on its cuffs: what each was used for, and whether it is clean."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from pathlib import Path

from openpresso.session import CommandRefusedError, Identity, Leg, Session
from openpresso.station.care import Care, Cared, CareLog, Entry, fit_test_entry, to_clean
from openpresso.station.link import Link


class CareBook:
    """One log for each cuff that was ever connected; what the cuff says itself counts too.

    Parameters
    ----------
    folder
        Folder of the logs.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with what is in the folder."""
        self._folder = folder
        self._reasons: dict[str, str] = {}

    def log(self, serial: str) -> CareLog:
        """Return the log of one cuff."""
        return CareLog(self._folder, serial)

    def used(self, serial: str) -> bool | None:
        """Tell whether a cuff is to be cleaned; `None`: nobody looked yet."""
        return bool(self._reasons[serial]) if serial in self._reasons else None

    async def look(self, link: Link) -> Care | None:
        """Look at a cuff and its log; return what the cuff keeps itself, if it does.

        Raises
        ------
        LineError
            If the cuff does not answer.
        """
        identity = link.identity
        kept = await link.care() if isinstance(link, Cared) else None
        if identity is not None:
            entries = self.log(identity.serial).entries()
            self._reasons[identity.serial] = to_clean(entries, used=bool(kept and kept.used))
        return kept

    async def require_clean(self, leg: Leg, link: Link) -> None:
        """Refuse a cuff that was not cleaned after its last client.

        Raises
        ------
        CommandRefusedError
            If it is to be cleaned first.
        """
        await self.look(link)
        reason = self._reasons.get(link.identity.serial, "") if link.identity else ""
        if reason:
            raise CommandRefusedError(
                f"turn-on is refused: the {leg} cuff is to be cleaned first: {reason}",
                code="not-clean",
                remedy="clean it as its maker says, and confirm it by name.",
            )

    async def cleaned(self, leg: Leg, link: Link, who: str) -> None:
        """Note that a cuff was cleaned, in its log and in the cuff.

        Raises
        ------
        CommandRefusedError
            If it has not said what it is, or nobody is named.
        """
        if link.identity is None or not who.strip():
            what = "nobody is named" if link.identity else f"the {leg} cuff has not answered"
            raise CommandRefusedError(
                f"cleaned is refused: {what}", remedy="name who cleaned it; connect the cuff."
            )
        if isinstance(link, Cared):
            await link.clean(_today())
        entry = Entry("cleaned", _stamp(), who, {})
        await asyncio.to_thread(self.log(link.identity.serial).append, entry)
        await self.look(link)

    def session_done(self, cuffs: Mapping[Leg, Identity], record: str, session: Session) -> None:
        """Note a session and its fit tests in the log of every cuff that was turned on.

        Parameters
        ----------
        cuffs
            The cuffs as they were turned on: another one may be at the address by now.
        record
            Name of the record.
        session
            The session, over.
        """
        for leg, identity in cuffs.items():
            result = session.fit_results.get(leg)
            log = self.log(identity.serial)
            if result is not None:
                leaks = [one.leak_rate for one in result.chambers]
                log.append(fit_test_entry(_stamp(), session.program_name, leaks))
            data = {"record": record, "outcome": session.outcome or "", "leg": leg}
            log.append(Entry("session", _stamp(), session.program_name, data))
            self._reasons[identity.serial] = to_clean(log.entries(), used=True)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _stamp() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
