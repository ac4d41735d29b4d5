"""A process of its own that makes the PDF of a report, started before the report is wanted.

Loading the text engine takes longer than laying out two pages. A process that is started with the
session has loaded it, on another core, long before the session ends.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from openpresso.errors import RecordError
from openpresso.record.pages import REMEDY

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE: Final = 120.0
"""Longest time that a PDF may take [s]."""


class Printer:
    """Makes one PDF in a process of its own.

    Use it as a context, or call `close`; a printer that is not used costs nothing but its memory.
    """

    def __init__(self) -> None:
        """Start the process; it loads what it needs while the caller goes on."""
        place = str(Path(__file__).parents[2])
        start = f"import sys; sys.path.insert(0, {place!r}); import openpresso.record.printer as p"
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"{start}; p.serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        """Return the printer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()

    def pdf(self, page: str) -> bytes:
        """Return a page of HTML as a PDF.

        Parameters
        ----------
        page
            The page; it must not refer to anything outside itself.

        Returns
        -------
        bytes
            The PDF.

        Raises
        ------
        RecordError
            If the process could not make it.
        """
        try:
            made, said = self._process.communicate(page.encode(), timeout=PATIENCE)
        except (subprocess.TimeoutExpired, ValueError, OSError) as error:
            message = f"the PDF cannot be made: {error}"
            raise RecordError(message, code="no-pdf", remedy=REMEDY) from error
        if self._process.returncode != 0 or not made.startswith(b"%PDF"):
            reason = said.decode(errors="replace").strip().splitlines()[-1:] or ["no answer"]
            message = f"the PDF cannot be made: {reason[0]}"
            raise RecordError(message, code="no-pdf", remedy=REMEDY)
        return made

    def close(self) -> None:
        """End the process, whether it was used or not."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()


def serve() -> None:
    """Load the text engine, read one page from the input and write its PDF to the output."""
    import gc

    gc.disable()  # one page and out: a search for cycles would only cost time
    from openpresso.record.pages import render_pdf

    render_pdf("<p>x</p>")  # loads fonts and tables that a page needs
    page = sys.stdin.buffer.read().decode()
    if page:
        sys.stdout.buffer.write(render_pdf(page))
