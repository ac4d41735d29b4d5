"""What goes wrong, said once and clearly: diagnostics and a small tree of errors.

Every error carries a stable `code` and a `remedy`. An `InputError` carries diagnostics that name
the file, the path inside it, the value, what is allowed and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a file or an argument.

    Parameters
    ----------
    severity
        `error` refuses the input, `warning` and `info` do not.
    code
        Stable name in kebab-case, for example `unknown-field`.
    path
        Place inside the file, for example `phases[0].target.distal`; empty for the whole.
    message
        What is wrong with the value and what is allowed.
    hint
        What to do.
    line
        Line in the file, counted from 1.
    """

    severity: Severity
    code: str
    path: str
    message: str
    hint: str = ""
    line: int | None = None

    def text(self, source: str = "") -> str:
        """Return the diagnostic as one readable text.

        Parameters
        ----------
        source
            Name of the file or argument, put in front.

        Returns
        -------
        str
            `file:line: path: message` and the hint on a second, indented line.
        """
        place = f"{source}:{self.line}" if source and self.line else source
        parts = [part for part in (place, self.path, self.message) if part]
        head = ": ".join(parts)
        if self.severity != "error":
            head = f"{self.severity}: {head}"
        return f"{head}\n  {self.hint}" if self.hint else head


class OpenpressoError(Exception):
    """Base of every error that openpresso raises on purpose.

    Parameters
    ----------
    message
        What happened, in one clear text.
    code
        Stable name in kebab-case; the class has its own default.
    remedy
        What to do about it.
    """

    exit_code: ClassVar[int] = 2
    """Exit code of the command line for this error."""
    default_code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, code: str = "", remedy: str = "") -> None:
        """Keep the text, the code and the remedy."""
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the message, with the remedy on a second line."""
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class InputError(OpenpressoError):
    """A file or an argument that cannot be used.

    Parameters
    ----------
    source
        Name of the file or argument.
    diagnostics
        What is wrong, at least one.
    """

    default_code: ClassVar[str] = "bad-input"

    def __init__(self, source: str, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep the diagnostics; the first one gives the code and the remedy."""
        self.source = source
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0] if self.diagnostics else None
        super().__init__(
            "\n".join(found.text(source) for found in self.diagnostics) or f"{source}: bad input",
            code=first.code if first else "",
            remedy=first.hint if first else "",
        )

    def __str__(self) -> str:
        """Return one text, with every diagnostic and its hint on lines of their own."""
        return self.message

    def __reduce__(self) -> tuple[type[InputError], tuple[str, tuple[Diagnostic, ...]]]:
        """Rebuild from source and diagnostics, so that the error crosses process borders."""
        return type(self), (self.source, self.diagnostics)

    @classmethod
    def one(
        cls,
        source: str,
        code: str,
        message: str,
        *,
        hint: str = "",
        path: str = "",
        line: int | None = None,
    ) -> InputError:
        """Return an error with a single diagnostic.

        Parameters
        ----------
        source
            Name of the file or argument.
        code, message, hint, path, line
            Fields of the `Diagnostic`.

        Returns
        -------
        InputError
            The error, to be raised by the caller.
        """
        return cls(source, (Diagnostic("error", code, path, message, hint, line),))


class RecordError(OpenpressoError):
    """A record that is broken, or that cannot be written or read."""

    default_code: ClassVar[str] = "bad-record"
