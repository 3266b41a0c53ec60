"""The three providers that bring mail in: they post a customer's letter to the service, signed.

The playground has Postmark; tests ask for the others by their keys. Nothing is tried again by
itself: whoever plays a provider sees the status and decides. Out goes mail over mailbox.py.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from handlers.sandbox.base import Ground, StandIn
from handlers.sandbox.mail_forms import Passed, mailgun, postmark, sendgrid
from handlers.sandbox.mailbox import OUR_MAILBOX

Via = Literal["postmark", "mailgun", "mailgun-mime", "sendgrid", "sendgrid-raw"]
KEPT = 500
# Letters are written as mail programs do, whose ids stay whole however long they are.
POLICY = policy.SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter of a customer, as the playground shows it."""

    id: str
    """Its Message-ID, without angle brackets."""
    sender: str
    subject: str
    text: str
    status: int
    """What the service answered."""
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a customer writes; the rest of a letter follows from it."""

    text: str
    subject: str = ""
    html: str = ""
    to: str = OUR_MAILBOX
    name: str = ""
    message_id: str = ""
    """Without angle brackets; empty: a new one."""
    answers: Sequence[str] = ()
    """Ids of the letters before it, oldest first; the last is the one that it answers."""
    files: Sequence[tuple[str, str, bytes]] = ()
    """Name, content type and content of each."""
    headers: Mapping[str, str] = field(default_factory=dict)


class MailProviders:
    """All of them; each has its own door at the service."""

    def __init__(self, ground: Ground) -> None:
        self._changes, self._journal, self._clock = ground.changes, ground.journal, ground.clock
        self.user = "postmark"
        self.password = ground.secrets["postmark_inbound_password"]
        self.mailgun_key = ground.secrets["mailgun_signing_key"]
        self.sendgrid_key = ec.generate_private_key(ec.SECP256R1())
        self.written: list[Written] = []
        """By customers, oldest first."""
        self._http: ClientSession | None = None
        self._service = ""

    def application(self) -> web.Application | None:
        """They are never asked for anything."""
        return None

    async def start(self, http: ClientSession, url: str) -> None:
        """Ready to post."""
        self._http = http

    async def stop(self) -> None:
        """Nothing runs by itself."""
        self._http = None

    def point_at(self, public_url: str, connect_url: str) -> None:
        """Where the service listens."""
        self._service = connect_url

    def environment(self) -> Mapping[str, str]:
        """What the playground has: Postmark."""
        return {"POSTMARK_INBOUND_USER": self.user, "POSTMARK_INBOUND_PASSWORD": self.password}

    def restore(self, fact: Mapping[str, object]) -> bool:
        """A letter of an earlier run."""
        if fact.get("fact") != "mail_written":
            return False
        self.written.append(Written(**{k: v for k, v in fact.items() if k != "fact"}))  # type: ignore[arg-type]  # As `_note` wrote them.
        return True

    async def customer_writes(
        self, sender: str, words: Words, *, via: Via = "postmark", is_proven: bool = True
    ) -> Written:
        """A customer writes a letter, and a provider brings it; with what the service answered."""
        letter = self.compose(sender, words)
        status = await self.bring(
            bytes(letter), to=words.to, envelope_from=sender, via=via, is_proven=is_proven
        )
        written = Written(
            id=str(letter["Message-ID"]).strip("<> "),
            sender=sender,
            subject=words.subject,
            text=words.text,
            status=status,
            at=self._clock.now().timestamp(),
        )
        self._note(written)
        return written

    def compose(self, sender: str, words: Words) -> EmailMessage:
        """The letter as a mail program writes it."""
        letter = EmailMessage(policy=POLICY)
        letter["From"] = f'"{words.name}" <{sender}>' if words.name else sender
        letter["To"] = words.to
        letter["Subject"] = words.subject
        letter["Date"] = format_datetime(self._clock.now())
        made = words.message_id or f"{secrets.token_hex(16)}@mail.{sender.rpartition('@')[2]}"
        letter["Message-ID"] = f"<{made}>"
        if words.answers:
            letter["In-Reply-To"] = f"<{words.answers[-1]}>"
            letter["References"] = " ".join(f"<{each}>" for each in words.answers)
        for name, value in words.headers.items():
            letter[name] = value
        letter.set_content(words.text)
        if words.html:
            letter.add_alternative(words.html, subtype="html")
        for name, kind, content in words.files:
            main, _, sub = kind.partition("/")
            letter.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return letter

    async def bring(
        self,
        raw: bytes,
        *,
        envelope_from: str,
        to: str = OUR_MAILBOX,
        via: Via = "postmark",
        is_proven: bool = True,
    ) -> int:
        """Post any letter at all; the status that the service answers."""
        passed = Passed(raw=raw, envelope_from=envelope_from, recipient=to, is_proven=is_proven)
        body, headers = self.request(passed, via)
        assert self._http is not None  # noqa: S101 - Nobody posts before `start`.
        url = f"{self._service}/webhooks/email/{via.partition('-')[0]}"
        async with self._http.post(url, data=body, headers=headers) as response:
            await response.read()
            return response.status

    def request(self, passed: Passed, via: Via) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a provider's request, proof and all."""
        as_mime = via.endswith(("-mime", "-raw"))
        match via.partition("-")[0]:
            case "postmark":
                body, kind = postmark(passed)
                known = b64encode(f"{self.user}:{self.password}".encode()).decode()
                return body, {"Content-Type": kind, "Authorization": f"Basic {known}"}
            case "mailgun":
                body, kind = mailgun(passed, self._mailgun_proof(), as_mime=as_mime)
                return body, {"Content-Type": kind}
        body, kind = sendgrid(passed, as_mime=as_mime)
        stamp = str(int(self._clock.now().timestamp()))
        signed = self.sendgrid_key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        return body, {
            "Content-Type": kind,
            "X-Twilio-Email-Event-Webhook-Signature": b64encode(signed).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }

    def _mailgun_proof(self) -> dict[str, str]:
        stamp, token = str(int(self._clock.now().timestamp())), secrets.token_hex(25)
        digest = hmac.new(self.mailgun_key.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
        return {"timestamp": stamp, "token": token, "signature": digest.hexdigest()}

    def _note(self, written: Written) -> None:
        self.written.append(written)
        del self.written[:-KEPT]
        kept = {name: getattr(written, name) for name in Written.__dataclass_fields__}
        self._journal.append({"fact": "mail_written", **kept})
        self._changes.touch("mail_written", written.id)


stand_in = StandIn(make=MailProviders, is_always_on=True)
