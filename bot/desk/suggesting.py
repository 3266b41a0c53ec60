"""Words a reply for staff to send: what an agent would answer, guarded, and sent by nobody.

Nothing of it is done or kept but the words and what they cost. Where only a person can answer there
is none and no model is asked; to whoever is upset or afraid it is a kind word without a
promise. Called by jobs/suggest_reply.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.deps import Deps
from bot.domain import Author, Consent, Direction, MessageId, PrimaryEmotion, StoredMessage
from bot.language.language_id import detect
from bot.language.wording import say
from bot.llm.base import Model, ModelReply, ModelRequest
from bot.loading import load_situation
from bot.loading_files import see_files
from bot.orchestrator import Answer, Conversing
from bot.progress import Unwatched
from bot.router import route, wants_only_a_person
from bot.router_near import has_provider
from bot.situation import Situation
from bot.store.desk_cards import CardRow
from bot.store.turns import ToolRecord
from bot.tool_runner import tools
from bot.trace import Trace

UPSET = frozenset({"emotion", "complaint", "money"})
"""Reasons for which a person says sorry first."""
TRIED = frozenset({"tool", "failed"})
"""Reasons that say that the bot has just tried to answer the same words, and could not."""
WORDLESS = frozenset({"price_party", "remember"})
"""Tools that write, but whose reply is true although nothing of that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A reply for staff, and what it has cost."""

    text: str
    """Empty where none can be made."""
    replies: tuple[tuple[int, ModelReply], ...] = ()


NONE = Suggestion(text="")


async def suggest(deps: Deps, row: CardRow) -> Suggestion:
    """A reply to what the customer of an escalation waits for.

    Raises:
        ModelError, NotFound: it cannot be worded, or the conversation is gone.
    """
    if row.consent == Consent.REVOKED.value:
        return NONE
    if deps.profile.desk.suggestions == "house":
        deps = replace(deps, model=deps.offline)
    situation = _as_waiting(await load_situation(deps, row.conversation_id), row.message_id)
    situation = await see_files(deps, situation)
    if not (situation.text or situation.pictures) or _was_tried(situation, row):
        return NONE
    sorry = _apology(situation, row)
    if sorry and not has_provider(deps.model, deps.offline):
        return Suggestion(text=sorry)
    made = await _answer(deps, situation)
    return made if made.text else replace(made, text=sorry)


def _was_tried(situation: Situation, row: CardRow) -> bool:
    return row.reason in TRIED and situation.waiting[-1].id == row.message_id


def _apology(situation: Situation, row: CardRow) -> str:
    if row.reason not in UPSET:
        return ""
    language = detect(situation.text, prior=situation.language)
    felt = {**situation.earlier_emotions, **situation.emotions}
    read = [felt[each.id].primary for each in situation.waiting if each.id in felt]
    is_afraid = PrimaryEmotion.FEARFUL in read
    name = "suggest_concern" if is_afraid else "suggest_apology"
    return say(name, language, seed=str(row.id))


async def _answer(deps: Deps, situation: Situation) -> Suggestion:
    reading = await deps.reader.read(situation.text, prior=situation.language)
    if wants_only_a_person(reading) and not situation.pictures:
        return NONE
    situation = replace(situation, language=reading.language)
    quiet = replace(deps, model=_Suggesting(deps.model), progress=Unwatched())
    choice = await route(quiet, situation, reading)
    answer = await Conversing(quiet, situation, choice, Trace(deps.clock)).answer()
    spent = (*((0, each) for each in choice.asked), *answer.model_replies)
    return Suggestion(text=answer.text if _is_true(answer) else "", replies=spent)


def _is_true(answer: Answer) -> bool:
    """Whether the words answer, and hold although nothing was done."""
    if answer.trouble is not None or not answer.guard.get("understood", True):
        return False
    return not any(map(_is_deed, answer.tool_calls))


def _is_deed(call: ToolRecord) -> bool:
    tool = tools().get(call.name)
    return call.ok and tool is not None and tool.access == "write" and call.name not in WORDLESS


def _as_waiting(situation: Situation, cause: MessageId | None) -> Situation:
    """The conversation as a turn would have it that has to answer what staff have."""
    whole = (*situation.transcript, *situation.waiting)
    begins = _begin(whole, cause)
    unanswered = tuple(m for m in whole[begins:] if _says_something(m))
    return replace(situation, waiting=unanswered, transcript=whole[:begins], open_escalation=False)


def _says_something(message: StoredMessage) -> bool:
    return message.direction is Direction.INBOUND and bool(message.text or message.media_count)


def _begin(whole: Sequence[StoredMessage], cause: MessageId | None) -> int:
    """Where what waits for staff begins: after their last words, or after those before the cause.

    The notice that a person follows answers nothing.
    """
    ours = [i for i, each in enumerate(whole) if each.direction is Direction.OUTBOUND]
    said = [i for i in ours if whole[i].author is Author.STAFF]
    at = next((i for i, each in enumerate(whole) if each.id == cause), len(whole))
    before = [i for i in ours if i < at] if at < len(whole) else ours[:-1]
    return max([0, *(i + 1 for i in (*said, *before[-1:]))])


class _Suggesting:
    """The chain, asked for a suggestion: past the soft stop of a day's budget it is not asked."""

    def __init__(self, inner: Model) -> None:
        self._inner = inner
        self.name = inner.name
        self.providers = getattr(inner, "providers", (inner.name,))

    async def respond(self, request: ModelRequest) -> ModelReply:
        return await self._inner.respond(replace(request, purpose="suggestion"))

    async def close(self) -> None:
        await self._inner.close()
