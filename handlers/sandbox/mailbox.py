"""A mail server that takes every letter and keeps it: the sandbox's and the tests' mailbox.

Spoken to over real SMTP on loopback. Like the other stand-ins it misbehaves on order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.faults import FaultKind, Faults
from handlers.sandbox.journal import Journal

LOOPBACK = "127.0.0.1"
OUR_MAILBOX = "bookings@sandbox.example"
OK = "250 2.0.0 taken"
KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as it came over the wire, for one recipient."""

    id: str
    """Its Message-ID, without angle brackets."""
    sender: str
    """Of the envelope."""
    recipient: str
    subject: str
    text: str
    attachments: tuple[tuple[str, str, str], ...]
    """Name, content type with its parameters, and text of each file; what is no text stands as
    Latin 1, a character a byte."""
    raw: str
    """The whole letter; bytes that are no UTF-8 stand as surrogates."""
    at: float
    """Seconds since the Unix epoch."""

    def parsed(self) -> EmailMessage:
        """The whole letter, read by the standard library."""
        return _read(self.raw.encode("utf-8", "surrogateescape"))


class Mailbox:
    """Everybody's letters, oldest first."""

    def __init__(self, *, changes: Changes, journal: Journal, clock: Clock) -> None:
        self._changes, self._journal, self._clock = changes, journal, clock
        self.faults = Faults()
        """Of the kinds "mail", "rcpt" and "data", each with the code and words of the answer."""
        self.letters: list[Letter] = []
        self.takes_utf8 = True
        """Whether it takes mailbox names beyond ASCII, from the next connection on."""
        self.port = 0
        """Where it listens; 0 until started."""
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.BaseTransport] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def start(self) -> None:
        """Listen on the loopback interface, on the same port as before if there was one."""
        # The library writes every command down, and with it who gets mail.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up; what came is kept."""
        if self._server is None:
            return
        self._server.close()
        for line in self._lines:
            line.close()
        await self._quiet.wait()
        await self._server.wait_closed()
        self._server = None

    def to(self, recipient: str) -> list[Letter]:
        """What came for somebody."""
        return [letter for letter in self.letters if letter.recipient == recipient]

    def restore(self, fact: Mapping[str, object]) -> None:
        """A letter of an earlier run."""
        kept = {name: value for name, value in fact.items() if name != "fact"}
        files = kept.pop("attachments")
        assert isinstance(files, list)  # noqa: S101 - Written by `_keep`.
        self.letters.append(Letter(attachments=tuple(map(tuple, files)), **kept))  # type: ignore[arg-type]  # As asdict wrote them.

    async def wait_for(self, recipient: str, count: int = 1, *, timeout_s: float = 20.0) -> Letter:
        """The `count`th letter for somebody, waited for."""
        await self._changes.until(lambda: len(self.to(recipient)) >= count, timeout_s)
        return self.to(recipient)[count - 1]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names.
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        if (answer := await self._fault("mail")) is not None:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return OK

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient."""
        if (answer := await self._fault("rcpt")) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return OK

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """The letter; on order it is taken and the line breaks before we say so."""
        fault = self.faults.take("data")
        if fault is not None and fault.kind is FaultKind.FAIL:
            return f"{fault.status} {fault.code}".strip()
        self._keep(envelope)
        if fault is not None and fault.kind is FaultKind.DROP and isinstance(server, _Line):
            server.hang_up()
        if fault is not None and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        return OK

    async def _fault(self, operation: str) -> str | None:
        fault = self.faults.take(operation)
        return None if fault is None else f"{fault.status} {fault.code}".strip()

    def _protocol(self) -> SMTP:
        return _Line(
            self,
            hostname="sandbox.example",
            loop=asyncio.get_running_loop(),
            enable_SMTPUTF8=self.takes_utf8,
        )

    def opened(self, line: asyncio.BaseTransport) -> None:
        """Somebody has connected."""
        self._lines.add(line)
        self._quiet.clear()

    def closed(self, line: asyncio.BaseTransport | None) -> None:
        """Somebody has gone."""
        if line is not None:
            self._lines.discard(line)
        if not self._lines:
            self._quiet.set()

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        read = _read(raw)
        body = read.get_body(("plain",))
        for recipient in envelope.rcpt_tos:
            letter = Letter(
                id=str(read["Message-ID"] or "").strip("<> "),
                sender=envelope.mail_from or "",
                recipient=recipient,
                subject=_utf8(str(read["Subject"] or "")),
                text=body.get_content().replace("\r\n", "\n").strip() if body is not None else "",
                attachments=tuple(
                    (part.get_filename() or "", part["Content-Type"], _as_text(part))
                    for part in read.iter_attachments()
                ),
                raw=raw.decode("utf-8", "surrogateescape"),
                at=self._clock.now().timestamp(),
            )
            self.letters.append(letter)
            del self.letters[:-KEPT]
            self._journal.append({"fact": "letter", **asdict(letter)})
            self._changes.touch("letter", letter.id)


class _Line(SMTP):
    """One connection, known to the mailbox as long as it is open."""

    def __init__(self, mailbox: Mailbox, **options: object) -> None:
        super().__init__(mailbox, **options)  # type: ignore[arg-type]  # Handed on as they are.
        self._mailbox = mailbox

    def hang_up(self) -> None:
        """Break the line in the middle of a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._mailbox.opened(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._mailbox.closed(self.transport)
        super().connection_lost(error)


def _utf8(header: str) -> str:
    """A header that came in UTF-8, of which the library keeps bytes."""
    return header.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _as_text(part: EmailMessage) -> str:
    content = part.get_content()
    return content.decode("latin-1") if isinstance(content, bytes) else str(content)


def _read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)
