"""What a turn decides while the bot is paused: every conversation goes to staff, unanswered.

bot/deciding.py asks, after consent and keywords were obeyed: a pause silences the bot, not the law.
"""

from __future__ import annotations

from bot.decision import Decision
from bot.deps import Deps
from bot.domain import ConversationId
from bot.errors import Conflict
from bot.escalation import Trouble
from bot.language.language_id import detect
from bot.situation import Situation
from bot.store import pauses
from bot.store.connection import Connection
from bot.tools.base import Effect


def decide_paused(situation: Situation) -> Decision:
    """Staff have it, the customer is told so; no model is asked for anything."""
    trouble = Trouble(reason=pauses.REASON, explanation="the concierge is paused")
    language = detect(situation.text, prior=situation.language)
    return Decision(outcome="escalated", language=language, trouble=trouble, why="paused")


def prove_unchanged(deps: Deps, situation: Situation) -> Effect:
    """At the commit: a bot that was paused or resumed meanwhile has nothing decided (I7)."""

    async def prove(conn: Connection) -> ConversationId | None:
        pause = await pauses.find_open(conn, now=deps.clock.now())
        if (pause is not None) is not situation.paused:
            raise Conflict("the bot was paused or resumed meanwhile")
        return None

    return prove
