"""Letters by SMTP (RFC 5321), with TLS."""

from __future__ import annotations

import email.policy
import email.utils
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from openpresso.clinic.messages.sender import SendError, check_headers

if TYPE_CHECKING:
    from openpresso.clinic.messages.sender import Letter

Security = Literal["starttls", "tls", "none"]
REFUSED_FOR_EVER: Final = 500
"""Replies from here on are permanent, those below worth another try (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """Sends letters to a mail server.

    Parameters
    ----------
    host, port
        Where the server listens.
    sender
        Address that the letters come from.
    security
        `starttls` (port 587), `tls` from the first byte (port 465), or `none`.
    user, password
        To sign in; empty for a server that asks for neither.
    authorities
        File of certificates that vouch for the server; those of the system by default.
    timeout
        Longest wait for any answer [s].
    """

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    authorities: Path | None = None
    timeout: float = 30.0

    def __post_init__(self) -> None:
        """Refuse an address that is none, and a password that would travel in the clear."""
        check_headers("email", self.sender, "")
        if self.user and self.security == "none":
            raise SendError("a password is never sent without TLS", "never")

    def __repr__(self) -> str:
        """Name the server, and never the password."""
        return f"SmtpSender({self.host!r}, {self.port}, {self.sender!r}, {self.security!r})"

    def send(self, letter: Letter) -> None:
        """Send a letter.

        Raises
        ------
        SendError
            `later` when there is no safe connection or the server says so (4yz), `never` when it
            refuses the letter (5yz), `unsure` when the line broke after the text was on its way.
        InputError
            If the address or the subject could add headers.
        """
        content = self._written(letter)
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            # Whatever is wrong before a letter is handed over is no fault of that letter.
            raise SendError(f"{self.host}:{self.port}: no connection: {error}", "later") from error
        try:
            self._hand_over(server, letter.to, content)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _written(self, letter: Letter) -> bytes:
        """Return the letter as a server takes it."""
        check_headers("email", letter.to, letter.subject)
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = email.utils.localtime()
        message["Message-ID"] = letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
        return message.as_bytes()

    def _connected(self) -> smtplib.SMTP:
        """Return a connection, safe and signed in."""
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=self._context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=self._context())
            server.ehlo_or_helo_if_needed()
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _context(self) -> ssl.SSLContext:
        """Return how the server must show who it is."""
        return ssl.create_default_context(
            cafile=str(self.authorities) if self.authorities is not None else None
        )

    def _hand_over(self, server: smtplib.SMTP, to: str, content: bytes) -> None:
        """Give one letter to the server, and know afterwards whether it was taken."""
        try:
            for reply in (server.mail(self.sender), server.rcpt(to)):
                if reply[0] not in {250, 251}:
                    raise self._refused(*reply)
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(f"{self.host}: the line broke: {error}", "later") from error
        try:
            reply = server.data(content)
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(
                f"{self.host}: the line broke after the text was on its way: {error}", "unsure"
            ) from error
        if reply[0] != 250:
            raise self._refused(*reply)

    def _refused(self, code: int, text: bytes | str) -> SendError:
        """Return the error of a server's reply."""
        said = text.decode(errors="replace") if isinstance(text, bytes) else text
        return SendError(
            f"{self.host}: {code} {said}", "never" if code >= REFUSED_FOR_EVER else "later"
        )
