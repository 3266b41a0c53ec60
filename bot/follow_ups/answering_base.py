"""What the files that answer an answer share: what was heard, and how a decision is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import autonomy
from bot.autonomy import Ruling
from bot.booking.booking_words import Voice
from bot.decision import Decision, Notice
from bot.deps import Deps
from bot.domain import Author, Direction, StoredMessage
from bot.domain_followed import FollowedUp
from bot.escalation import Trouble
from bot.language.follow_up_answers import Said
from bot.language.intents import Intent
from bot.router import Choice, agents
from bot.situation import Situation
from bot.store.connection import borrow
from bot.store.turns import ToolRecord
from bot.tools.base import Effect
from bot.trace import Trace

WHY = "answers our follow-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A turn that may answer a follow-up and say nothing else."""

    deps: Deps
    situation: Situation
    followed: FollowedUp
    said: Said | None
    """What was read; None where the words are more than a plain answer."""
    trace: Trace

    @property
    def last(self) -> StoredMessage:
        """The newest of what waits."""
        return self.situation.waiting[-1]

    @property
    def voice(self) -> Voice:
        """How this customer is spoken to."""
        profile, seed = self.deps.profile, str(self.last.id)
        return Voice(profile=profile, language=self.situation.language, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is said and done."""

    text: str = ""
    effects: tuple[Effect, ...] = ()
    trouble: Trouble | None = None
    tool_calls: Sequence[ToolRecord] = ()


async def decide(heard: Heard, intent: Intent, made: Made) -> tuple[Decision, Ruling]:
    """The decision, under the owner's rule for its topic: staff may want to send it themselves."""
    name = autonomy.agent_of(intent)
    choice = Choice(name=name, agent=agents()[name], intent=intent.value, confidence=1.0, why=WHY)
    async with borrow(heard.deps.pool) as conn:
        standing = await autonomy.load(conn, heard.deps.profile, choice)
    notices = (Notice(answers=heard.last, text=made.text),) if made.trouble is None else ()
    heard.trace.note("follow_up.answered", cause=heard.followed.cause, intent=intent.value)
    decision = Decision(
        outcome="answered" if made.trouble is None else "escalated",
        language=heard.situation.language,
        intent=intent.value,
        topic=intent.value,
        confidence=1.0,
        agent=name,
        why=WHY,
        notices=notices,
        trouble=made.trouble,
        preface=made.text if made.trouble else "",
        effects=made.effects,
        tool_calls=tuple(made.tool_calls),
    )
    return decision, autonomy.rule(heard.deps.profile, standing, choice, name)


def last_words(situation: Situation) -> str:
    """What we said last in this conversation."""
    ours = (
        m.text
        for m in reversed(situation.transcript)
        if m.direction is Direction.OUTBOUND and m.author is not Author.SYSTEM
    )
    return next(ours, "")
