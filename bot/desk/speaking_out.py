"""Puts staff's words into the outbox: one row for each part the channel needs, who speaks before.

Keeps nothing of the desk; bot/desk/speaking.py and speaking_again.py decide that it is to be said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.booking_desk import DeskDeps
from bot.desk.people import Member, Role
from bot.domain import Author, Consent, ConversationId, Purpose
from bot.domain_sending import TemplateUse
from bot.errors import CallerError, Conflict
from bot.language.wording import say as phrase
from bot.store import desk_files, desk_words, outbox, staff
from bot.store.connection import Connection
from bot.store.desk_words import Listener, Words

TEXT_MAX_CHARS = 4000
REPLACED = "replaced by staff before it left"
_FIRST_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_WAYS = {
    "sms": "text",
    "whatsapp": "WhatsApp",
    "email": "mail",
    "webchat": "web chat",
    "slack": "Slack",
    "voice": "phone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is to be put into the outbox for words that are kept already."""

    words: Words
    to: Listener
    text: str
    delay_s: float = 0.0
    template: TemplateUse | None = None
    """Approved words, which nothing may be put before."""
    purpose: Purpose = Purpose.CONVERSATIONAL


async def put(deps: DeskDeps, conn: Connection, saying: Saying, *, by: Member) -> None:
    """Put the parts of what is said into the outbox, behind who says it where that is new."""
    words, to = saying.words, saying.to
    text, introduces = saying.text, False
    if saying.template is None:
        introduces = await desk_words.find_introduced(conn, words.escalation_id) != by.id
        text = f"{introduction(deps, by, to)}\n{text}" if introduces else text
    parts = (text,) if saying.template else deps.render(to.channel, text)
    if not parts:
        raise CallerError("TEXT: nothing of it can be sent on this channel")
    due_at = deps.clock.now() + timedelta(seconds=saying.delay_s)
    for number, part in enumerate(parts):
        rest: dict[str, object] = {"staff": by.id, "introduces": introduces and number == 0}
        if saying.template is not None:
            variables = dict(saying.template.variables)
            rest["template"] = {"content_id": saying.template.content_id, "variables": variables}
        draft = outbox.Draft(
            conversation_id=to.conversation_id,
            address_id=to.address_id,
            channel=to.channel,
            text=part,
            author=Author.STAFF,
            purpose=saying.purpose,
            epoch=to.epoch,
            due_at=due_at,
            language=to.language or None,
            rest=rest,
        )
        await desk_words.add_part(conn, words.id, await outbox.insert(conn, draft))
    await desk_files.owe_again(conn, words.id, at=deps.clock.now())


async def put_behind(
    deps: DeskDeps, conn: Connection, behind: Sequence[tuple[Words, datetime]], to: Listener
) -> None:
    """Put words that wait into the outbox anew, since what was said before them has changed.

    They leave in the order in which they were written, and say who speaks where that is new now.
    """
    now = deps.clock.now()
    for words, due_at in behind:
        if not await desk_words.take_back(conn, words.id, reason=REPLACED):
            continue
        await desk_words.forget_parts(conn, words.id)
        name = (await staff.read_names(conn, [words.staff_id])).get(words.staff_id, words.staff_id)
        delay_s = max(0.0, (due_at - now).total_seconds())
        saying = Saying(words=words, to=to, text=words.text, delay_s=delay_s)
        by = Member(id=words.staff_id, name=name, role=Role.STAFF)
        await put(deps, conn, saying, by=by)


def introduction(deps: DeskDeps, by: Member, to: Listener) -> str:
    """Who speaks, by first name, in the customer's language."""
    business = deps.profile.business
    language = to.language or business.home_language
    first = _FIRST_NAME.search(by.name if by.name != by.id else "")
    seed = f"{to.conversation_id}"
    if first is None:
        return phrase("person_speaks_nameless", language, seed=seed, business=business.name)
    name = first[0] if first[0][:1].isupper() else first[0].capitalize()
    return phrase("person_speaks", language, seed=seed, name=name, business=business.name)


async def get_listener(conn: Connection, conversation_id: ConversationId) -> Listener:
    """Whom staff speak to in a conversation.

    Raises:
        Conflict: nothing is known, they have opted out, or nothing reaches them.
    """
    to = await desk_words.find_listener(conn, conversation_id)
    if to is None:
        raise Conflict("nothing is known at which this customer can be reached")
    if to.consent is Consent.REVOKED:
        raise Conflict(
            f"{to.name or to.value} has opted out of {way(to.channel)} messages, so nothing may be "
            "sent there until they write START"
        )
    if to.suspended_reason:
        raise Conflict(f"the address cannot be reached: {to.suspended_reason}")
    return to


def check_text(text: str) -> str:
    """What is to be said, without white space around it.

    Raises:
        CallerError: there is nothing to say, or too much.
    """
    text = text.strip()
    if not text:
        raise CallerError("TEXT: there is nothing to send")
    if len(text) > TEXT_MAX_CHARS:
        raise CallerError(f"TEXT: it has {len(text)} characters, more than {TEXT_MAX_CHARS}")
    return text


def way(channel: str) -> str:
    """What staff call a channel."""
    return _WAYS.get(channel, channel)
