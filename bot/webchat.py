"""The rules of the web chat: who a visitor is, and how somebody who has gone can be reached.

A visitor is a random id in a token that only we can have made (I11); it names nobody. Where a
person has to follow and no other way to them is known, they are asked for one, and what they write
then is kept as said, unproved. handlers/chat*.py and bot/escalation.py call this.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import phonenumbers

from bot import signing
from bot.domain import ConversationId, StoredMessage
from bot.domain_answers import Memory
from bot.domain_memory import MemoryKind
from bot.errors import BadSignature
from bot.language.wording import say
from bot.store import memories, webchat
from bot.store.connection import Connection

PURPOSE = "webchat.visitor"
IDLE_DAYS = 30
"""After so many days without a visit a token opens nothing any more."""
_ID_BYTES = 16
_SUBJECT = re.compile(r"([0-9a-f]{32})-([0-9]{1,6})")
_DAY_S = 86_400

_MAILBOX = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?![\w@-])", re.IGNORECASE
)
READ_CHARS = 2_000
WAYS = (MemoryKind.EMAIL, MemoryKind.PHONE)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor who has shown their token."""

    visitor: str
    """32 hexadecimal digits; the address of the channel."""
    is_old: bool
    """Whether the token is of an earlier day and a fresh one is due."""


def new_visitor() -> str:
    """An id that nobody can guess and that says nothing."""
    return secrets.token_hex(_ID_BYTES)


def make_token(secret: str, visitor: str, *, now: datetime) -> str:
    """What shows that a browser is this visitor's, for `IDLE_DAYS`."""
    return signing.sign(secret, PURPOSE, f"{visitor}-{_day(now)}")


def read_token(secret: str, token: str, *, now: datetime) -> Visit:
    """Whose token it is.

    Raises:
        BadSignature: we did not make it, or nobody has used it for too long.
    """
    found = _SUBJECT.fullmatch(signing.verify(secret, PURPOSE, token))
    if found is None:
        raise BadSignature("this visit is not valid; begin a new one")
    age = _day(now) - int(found[2])
    if age > IDLE_DAYS:
        raise BadSignature("this visit is over; begin a new one")
    return Visit(found[1], is_old=age > 0)


def _day(now: datetime) -> int:
    return int(now.timestamp()) // _DAY_S


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody says they can be reached."""

    phone: str = ""
    email: str = ""

    @property
    def are_some(self) -> bool:
        return bool(self.phone or self.email)


def read_ways(text: str, territory: str) -> Ways:
    """The telephone number and the mailbox that a text names, as written; empty where none is."""
    read = text[:READ_CHARS]
    mailbox = _MAILBOX.search(read)
    rest = _MAILBOX.sub(" ", read)
    numbers = phonenumbers.PhoneNumberMatcher(rest, territory)
    phone = next((match.raw_string for match in numbers), "")
    return Ways(phone=phone.strip(), email=mailbox[0].lower() if mailbox else "")


async def keep_ways(conn: Connection, external_id: str, ways: Ways) -> None:
    """Remember what a visitor's message says of how to reach them. The same message again is fine.

    It is no address of theirs: nothing is sent there, and nobody is recognised by it, before it is
    proved (bot/identity.py).
    """
    stored = await webchat.find_stored(conn, external_id)
    if stored is None:
        return
    message_id, customer_id, said_at = stored
    told = ((MemoryKind.EMAIL, ways.email), (MemoryKind.PHONE, ways.phone))
    for kind, value in told:
        if value:
            memory = Memory(
                kind=kind, value=value, source="customer", said_at=said_at, message_id=message_id
            )
            await memories.keep(conn, customer_id, memory, replaces="")


async def ask_for_way(
    conn: Connection, conversation_id: ConversationId, answers: StoredMessage, language: str
) -> str:
    """The question how a person can reach the visitor; empty where a way is known, or no need."""
    if answers.channel != webchat.CHANNEL:
        return ""
    if await webchat.has_other_way(conn, conversation_id, WAYS):
        return ""
    return say("webchat_ask_way", language, seed=str(answers.id))
