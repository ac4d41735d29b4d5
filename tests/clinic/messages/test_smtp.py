"""Letters by SMTP, to a real server on this computer."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openpresso.clinic.messages.sender import Letter, SendError
from openpresso.clinic.messages.smtp import SmtpSender
from openpresso.errors import InputError

LETTER = Letter(
    "ana@example.org", "Ihr Termin am 29. März", "Grüße\n.\n.. und Punkte\n", "<m-1@x.invalid>"
)


class Server:
    """A mail server for one letter at a time: it answers by the book, or as it is told."""

    def __init__(self, context: ssl.SSLContext | None, *, wrapped: bool = False) -> None:
        self.context, self.wrapped = context, wrapped
        self.answers: dict[str, str] = {}
        self.letters: list[tuple[str, str, bytes]] = []
        self.secure = False
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line:
                try:
                    self._talk(line)
                except (OSError, ssl.SSLError):
                    continue

    def _talk(self, line: socket.socket) -> None:
        self.secure = self.wrapped
        if self.wrapped and self.context:
            line = self.context.wrap_socket(line, server_side=True)
        with line:
            self._answer(line)

    def _answer(self, line: socket.socket, *, greets: bool = True) -> None:
        stream = line.makefile("rwb")
        sender = to = ""

        def say(text: str) -> None:
            stream.write(f"{text}\r\n".encode())
            stream.flush()

        if greets:
            say("220 test")
        while words := stream.readline().decode().strip():
            verb = words.split(" ", maxsplit=1)[0].split(":")[0].upper()
            if self.answers.get(verb) == "hang up":
                return
            if verb in self.answers:
                say(self.answers[verb])
            elif verb == "EHLO":
                say("250-test\r\n250 STARTTLS" if self.context and not self.secure else "250 test")
            elif verb == "STARTTLS" and self.context:
                say("220 go on")
                self.secure = True
                with self.context.wrap_socket(line, server_side=True) as safe:
                    self._answer(safe, greets=False)
                return
            elif verb == "DATA":
                say("354 go on")
                content = b""
                while (part := stream.readline()) != b".\r\n":
                    content += part.removeprefix(b".")
                if self.answers.get("TEXT") == "hang up":
                    return
                self.letters.append((sender, to, content))
                say(self.answers.get("TEXT", "250 taken"))
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                sender = words if verb == "MAIL" else sender
                to = words if verb == "RCPT" else to
                say("250 ok")


StartServer = Callable[..., tuple[Server, SmtpSender]]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this computer, signed by itself, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[StartServer]:
    """Start a server and return it with a sender that knows it."""
    opened: list[Server] = []

    def start(security: str = "none", *, trusted: bool = True) -> tuple[Server, SmtpSender]:
        context = None
        if security != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        opened.append(Server(context, wrapped=security == "tls"))
        sender = SmtpSender(
            "127.0.0.1",
            opened[-1].port,
            "practice@example.org",
            security=security,  # type: ignore[arg-type]
            authorities=certificate if trusted else None,
            timeout=5.0,
        )
        return opened[-1], sender

    yield start
    for one in opened:
        one.socket.close()


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_letter_arrives_as_it_was_written(server: StartServer, security: str) -> None:
    house, sender = server(security)
    sender.send(LETTER)
    ((come_from, to, content),) = house.letters
    assert house.secure == (security != "none")
    assert (come_from[:31], to) == ("mail FROM:<practice@example.org", "rcpt TO:<ana@example.org>")
    read = email.message_from_bytes(content, policy=email.policy.default)
    assert (read["Subject"], read["Message-ID"]) == (LETTER.subject, LETTER.message_id)
    assert (read["From"], read["To"]) == ("practice@example.org", "ana@example.org")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize(
    ("verb", "answer", "failure"),
    [
        ("RCPT", "550 nobody here", "never"),
        ("RCPT", "450 later please", "later"),
        ("MAIL", "421 too busy", "later"),
        ("DATA", "554 no", "never"),
        ("TEXT", "552 too much", "never"),
        ("TEXT", "451 try again", "later"),
        ("RCPT", "hang up", "later"),
        ("TEXT", "hang up", "unsure"),
    ],
)
def test_how_a_letter_failed_decides_whether_it_is_tried_again(
    server: StartServer, verb: str, answer: str, failure: str
) -> None:
    house, sender = server()
    house.answers[verb] = answer
    with pytest.raises(SendError) as caught:
        sender.send(LETTER)
    assert caught.value.failure == failure


def test_a_server_without_a_certificate_that_counts_gets_nothing(server: StartServer) -> None:
    for security in ("starttls", "tls"):
        house, sender = server(security, trusted=False)
        with pytest.raises(SendError, match="CERTIFICATE_VERIFY_FAILED") as caught:
            sender.send(LETTER)
        assert caught.value.failure == "later"
        assert house.letters == []


def test_a_server_that_does_not_offer_tls_gets_nothing(server: StartServer) -> None:
    house, sender = server()
    strict = SmtpSender("127.0.0.1", sender.port, sender.sender, timeout=5.0)
    with pytest.raises(SendError, match="STARTTLS"):
        strict.send(LETTER)
    assert house.letters == []


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    sender = SmtpSender("127.0.0.1", port, "a@example.org", security="none", timeout=5.0)
    with pytest.raises(SendError, match="no connection") as caught:
        sender.send(LETTER)
    assert caught.value.failure == "later"


def test_a_password_is_never_sent_in_the_clear_nor_shown() -> None:
    secret = str(LETTER.text)
    with pytest.raises(SendError, match="never sent without TLS"):
        SmtpSender("h", 25, "a@example.org", security="none", user="u", password=secret)
    shown = repr(SmtpSender("h", 587, "a@example.org", user="u", password=secret))
    assert secret not in shown


def test_headers_cannot_be_added_by_a_letter_or_a_sender(server: StartServer) -> None:
    house, sender = server()
    for to, subject in (("a@example.org\nBcc: b@x.org", "x"), ("a@example.org", "x\nBcc: b@x.org")):
        with pytest.raises(InputError):
            sender.send(Letter(to, subject, "text", "<1@x.invalid>"))
    with pytest.raises(InputError):
        SmtpSender("h", 25, "a@example.org\nBcc: b@x.org")
    assert house.letters == []
