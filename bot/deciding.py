"""Decides what becomes of each waiting message, before and after any agent is asked.

Consent first, then noise, then who has the floor, then whether a person is needed, and only then
an agent. Pure of writes: the turn commits what is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.consent import Wish, read_wish
from bot.deps import Deps
from bot.domain import (
    AddressId,
    Author,
    Consent,
    ConversationId,
    Emotion,
    Kind,
    MessageId,
    Mode,
    PrimaryEmotion,
    Purpose,
    StoredMessage,
)
from bot.escalation import Trouble
from bot.language.language_id import detect
from bot.language.reader import Reading
from bot.llm.base import ModelReply
from bot.noise import why_ignored
from bot.orchestrator import Conversing
from bot.profile import text
from bot.router import choose, needs_person
from bot.situation import Situation
from bot.store.turns import ToolRecord
from bot.tools.base import Effect
from bot.trace import Trace

VENDOR_CONFIRMS = "vendor_confirms"
"""The extra by which a channel says that its vendor answers this keyword by itself."""
OPTED_OUT = "the customer has opted out"
BOOKING_MEANT = {
    "booking": "I want to cancel my booking",
    "my booking": "I want to cancel my booking",
    "the booking": "I want to cancel my booking",
    "reserva": "Quiero cancelar mi reserva",
    "la reserva": "Quiero cancelar mi reserva",
    "预订": "我想取消预订",
    "预定": "我想取消预订",
}
"""What a customer answers to the question what CANCEL meant, and what it means in full."""
FELT_MAX = 32
"""How many emotions a turn reads itself; the emotion job reads the others."""
REQUIRED = frozenset({"opt_out", "opt_in", "help"})
"""Fixed texts that go out whatever the consent is: a law or a carrier asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEntry:
    """A line for the consent ledger, with its proof."""

    address_id: AddressId
    act: Literal["opt_out", "opt_in"]
    words: str
    message_id: MessageId
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A reply to one message."""

    answers: StoredMessage
    text: str
    purpose: Purpose = Purpose.CONVERSATIONAL
    author: Author = Author.BOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the turn will commit."""

    outcome: str
    language: str
    ignored: tuple[tuple[StoredMessage, str], ...] = ()
    answered: tuple[StoredMessage, ...] = ()
    consents: tuple[ConsentEntry, ...] = ()
    notices: tuple[Notice, ...] = ()
    trouble: Trouble | None = None
    preface: str = ""
    agent: str | None = None
    intent: str | None = None
    confidence: float | None = None
    effects: tuple[Effect, ...] = ()
    emotions: tuple[tuple[MessageId, ConversationId, Emotion], ...] = ()
    guard: Mapping[str, object] = field(default_factory=dict)
    model_replies: tuple[tuple[int, ModelReply], ...] = ()
    tool_calls: tuple[ToolRecord, ...] = ()

    @property
    def is_superseded_by_newer(self) -> bool:
        """Whether a message that came meanwhile makes this reply stale."""
        return self.trouble is None and not self.consents and bool(self.notices)


def is_urgent(message: StoredMessage) -> bool:
    """Whether the message must be obeyed at once, not after the burst window."""
    return read_wish(message.text, message.kind) is Wish.STOP


async def decide(
    deps: Deps, situation: Situation, mode: Mode, trace: Trace, *, last_resort: bool
) -> Decision:
    """What becomes of all that waits."""
    sorting = _Sorting(deps, situation, mode)
    sorting.sort()
    base, rest = sorting.decision, tuple(sorting.rest)
    if not rest:
        return base
    open_situation = replace(situation, waiting=rest)
    if last_resort:
        trouble = Trouble(reason="failed", explanation="answering failed repeatedly; see the log")
        made = Decision(outcome="failed", language=situation.language, trouble=trouble)
    else:
        made = await _answer(deps, open_situation, trace)
    return replace(
        made,
        ignored=base.ignored,
        consents=base.consents,
        answered=(*base.answered, *rest),
        notices=(*base.notices, *made.notices),
    )


class _Sorting:
    """Takes out what needs no agent: consent, noise, and all of it while a person has the floor."""

    def __init__(self, deps: Deps, situation: Situation, mode: Mode) -> None:
        self._deps = deps
        self._situation = situation
        self._has_bot = mode is Mode.BOT
        self._consent = {m.address_id: m.consent for m in situation.waiting}
        self.decision = Decision(outcome="silent", language=situation.language)
        self.rest: list[StoredMessage] = []

    def sort(self) -> None:
        """Go through all that waits, oldest first; what is left in `rest` is an agent's."""
        for message in self._situation.waiting:
            wish = read_wish(message.text, message.kind)
            left = self._consent[message.address_id] is Consent.REVOKED
            if wish is Wish.STOP:
                self._opt_out(message)
            elif wish is Wish.START or (left and _means_yes(message)):
                self._consent[message.address_id] = Consent.GIVEN
                self._keep_consent(message, "opt_in")
            elif wish is Wish.HELP:
                self._reply_with(message, "help")
            elif left:
                self._ignore(message, OPTED_OUT)
            else:
                self._sort_words(message, wish)

    def _sort_words(self, message: StoredMessage, wish: Wish) -> None:
        reason = why_ignored(message, (*self._situation.transcript, *self.rest))
        if reason is None and not self._has_bot:
            reason = "a person has the floor"
        if reason is not None:
            self._ignore(message, reason)
        elif wish is Wish.CANCEL:
            self._reply_with(message, "cancel_question")
        elif message.kind is Kind.UNSUPPORTED and not message.text:
            self._reply_with(message, "unsupported")
        else:
            self.rest.append(self._answering_question(message))

    def _answering_question(self, message: StoredMessage) -> StoredMessage:
        """BOOKING after our question what CANCEL meant is the wish to cancel the booking."""
        asked = self._situation.transcript[-1].text if self._situation.transcript else ""
        questions = self._deps.profile.texts.cancel_question.values()
        means_booking = message.text.strip(' .!"“”').lower() in BOOKING_MEANT
        if not (means_booking and asked in questions):
            return message
        return replace(message, text=BOOKING_MEANT[message.text.strip(' .!"“”').lower()])

    def _opt_out(self, message: StoredMessage) -> None:
        """Whatever the same address asked just before is not answered any more."""
        self._consent[message.address_id] = Consent.REVOKED
        for earlier in [m for m in self.rest if m.address_id == message.address_id]:
            self.rest.remove(earlier)
            self._ignore(earlier, OPTED_OUT)
        self._keep_consent(message, "opt_out")

    def _keep_consent(self, message: StoredMessage, act: Literal["opt_out", "opt_in"]) -> None:
        entry = ConsentEntry(
            address_id=message.address_id,
            act=act,
            words=message.text,
            message_id=message.id,
            said_at=message.said_at,
        )
        self.decision = replace(self.decision, consents=(*self.decision.consents, entry))
        if act == "opt_out" and message.consent is Consent.REVOKED:
            self._ignore(message, "had opted out already")
        else:
            self._reply_with(message, act)

    def _ignore(self, message: StoredMessage, reason: str) -> None:
        self.decision = replace(self.decision, ignored=(*self.decision.ignored, (message, reason)))

    def _reply_with(self, message: StoredMessage, name: str) -> None:
        """One of the profile's fixed texts, unless the carrier answers this keyword itself."""
        if message.extras.get(VENDOR_CONFIRMS):
            self._ignore(message, f"{name}: the carrier answers this itself")
            return
        required = name in REQUIRED
        prior = self._situation.language
        notice = Notice(
            answers=message,
            text=text(self._deps.profile, name, detect(message.text, prior=prior)),
            purpose=Purpose.REQUIRED if required else Purpose.CONVERSATIONAL,
            author=Author.SYSTEM if required else Author.BOT,
        )
        self.decision = replace(
            self.decision,
            outcome="answered",
            notices=(*self.decision.notices, notice),
            answered=(*self.decision.answered, message),
        )


def _means_yes(message: StoredMessage) -> bool:
    """A bare YES reopens for the carrier too, but only means that to somebody who had left."""
    return message.text.strip(" .!").lower() in {"yes", "si", "sí"}


async def _answer(deps: Deps, situation: Situation, trace: Trace) -> Decision:
    with trace.step("read") as detail:
        reading = await deps.reader.read(situation.text, prior=situation.language)
        felt = await _feelings(deps, situation, reading)
        detail |= {
            "language": reading.language,
            "intent": reading.intent.intent.value,
            "confidence": round(reading.intent.confidence, 3),
        }
    situation = replace(situation, language=reading.language, emotions=felt)
    fresh = tuple((m, situation.conversation_id, felt[m]) for m in felt)
    choice = choose(reading.intent, situation.agent)
    made = Decision(
        outcome="escalated",
        language=reading.language,
        intent=choice.intent,
        confidence=choice.confidence,
        agent=choice.name,
        emotions=fresh,
    )
    worst = max(felt.values(), key=_anger, default=reading.emotion)
    trouble = needs_person(deps.profile, reading.intent, worst)
    if trouble is not None:
        trace.note("escalate", reason=trouble.reason)
        return replace(made, trouble=trouble)
    trace.note("route", agent=choice.name, confidence=choice.confidence, why=choice.why)
    answer = await Conversing(deps, situation, choice, trace).answer()
    notices = (Notice(answers=situation.waiting[-1], text=answer.text),)
    return replace(
        made,
        outcome=answer.outcome,
        agent=answer.agent,
        notices=() if answer.trouble else notices,
        trouble=answer.trouble,
        preface=answer.text if answer.trouble else "",
        effects=answer.effects,
        guard=answer.guard,
        model_replies=answer.model_replies,
        tool_calls=answer.tool_calls,
    )


async def _feelings(
    deps: Deps, situation: Situation, reading: Reading
) -> Mapping[MessageId, Emotion]:
    """How each waiting message feels; what the emotion job has read already is not read again."""
    known = dict(situation.emotions)
    unread = [m for m in situation.waiting if m.text and m.id not in known][-FELT_MAX:]
    if len(situation.waiting) == 1 and unread:
        known[unread[0].id] = reading.emotion
    elif unread:
        scored = await deps.reader.emotions([m.text for m in unread])
        known |= {m.id: emotion for m, emotion in zip(unread, scored, strict=True)}
    return known


def _anger(emotion: Emotion) -> float:
    return emotion.intensity if emotion.primary is PrimaryEmotion.ANGRY else 0.0
