"""Runs a draft's tools again and says whether it still holds: same figures, and the guard agrees.

Between drafting and sending, minutes or a night may pass: a slot is taken, an article changes, a
price list is corrected. Only moments until which something is kept move by themselves, so that they
are brought up to date in the text. Decides only; bot/drafting_send.py calls it and writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.deciding import say_allergy_noted
from bot.deps import Deps
from bot.domain import StoredMessage
from bot.guard import check
from bot.language.claims import extract
from bot.llm.base import ToolCall
from bot.loading import load_situation
from bot.orchestrator_evidence import gather, with_sayable_name
from bot.router import agents
from bot.situation import Situation
from bot.store.drafts import Draft, RecordedRun
from bot.tool_runner import RunCall, has_stated, is_same, run
from bot.tools.base import Effect, ToolContext

EXPIRING = frozenset({"held_until", "good_until", "deposit_until"})
"""Moments that are counted from when the tool runs."""
IDENTITIES = frozenset({"id", "score", "similarity"})
DISCARDED = "discarded"
"""Marks the result of a call that was made by an attempt which came to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft with all that it came from."""

    draft: Draft
    agent: str
    """Who wrote it."""
    questions: tuple[StoredMessage, ...]
    """What it answers, oldest first."""
    runs: Sequence[RecordedRun]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A draft as it may be sent now."""

    text: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Why it may not."""

    why: str


async def renew(deps: Deps, kept: Kept, *, edited: str) -> Renewed | Moved:
    """Run the tools of a draft as things are now; `edited` are staff's own words, unguarded."""
    if gone := {kept.agent, *(each.agent for each in kept.runs)} - agents().keys():
        return Moved(why=f"there is no agent {', '.join(sorted(gone))} any more")
    rerun = _Rerun(deps, await _situation(deps, kept))
    text, language = edited or kept.draft.text, kept.draft.language
    for each in kept.runs:
        done = await rerun.again(each)
        if done is None:
            continue
        if done.error:
            return Moved(why=f"{each.record.name} cannot do it any more")
        before, after = each.record.result, _plain(done.result.data)
        if _settled(before) != _settled(after):
            return Moved(why=f"{each.record.name} says something else now")
        brought = _up_to_date(text, language, before, after)
        if brought is None:
            return Moved(why="a moment in it cannot be told from another")
        text = brought
    if not edited and not _is_supported(deps, kept, text, rerun):
        return Moved(why="the guard does not let it pass any more")
    return Renewed(text=text, effects=rerun.effects)


async def _situation(deps: Deps, kept: Kept) -> Situation:
    """The conversation as the drafted turn saw it, with the prices and bookings of now."""
    now = await load_situation(deps, kept.draft.conversation_id)
    first = kept.questions[0].seq
    return with_sayable_name(
        replace(
            now,
            waiting=kept.questions,
            transcript=tuple(m for m in now.transcript if m.seq < first),
            language=kept.draft.language,
            channel=kept.questions[-1].channel,
        )
    )


class _Rerun:
    """The tools once more, in order, each knowing what the ones before it found."""

    def __init__(self, deps: Deps, situation: Situation) -> None:
        self._deps = deps
        self.situation = situation
        self.runs: list[RunCall] = []

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for done in self.runs for effect in done.result.effects)

    async def again(self, each: RecordedRun) -> RunCall | None:
        """The same call; None where it counted for nothing, or an earlier one has its result."""
        record = each.record
        if not record.ok or record.result.get(DISCARDED):
            return None
        arguments = json.dumps(dict(record.arguments))
        call = ToolCall(id=f"draft_{len(self.runs)}", name=record.name, arguments=arguments)
        if any(self._holds(done, call) for done in self.runs):
            return None
        context = ToolContext(
            deps=self._deps,
            situation=self.situation,
            agent=each.agent,
            now=self._deps.clock.now().astimezone(self._deps.zone),
            has_stated=has_stated(self.runs),
        )
        done = await run(call, agents()[each.agent], context, step=record.step)
        self.runs.append(done)
        if done.result.quote is not None:
            self.situation = replace(self.situation, quote=done.result.quote)
        return done

    def _holds(self, done: RunCall, call: ToolCall) -> bool:
        """As in the turn: a call made before is not made twice, unless the price has moved."""
        result = done.result
        stands = result.quote is None or result.quote == self.situation.quote
        return result.control is None and stands and is_same(done.call, call)


def _is_supported(deps: Deps, kept: Kept, text: str, rerun: _Rerun) -> bool:
    language = kept.draft.language
    noted = say_allergy_noted(deps, language, kept.questions[-1].id)
    evidence = gather(deps, rerun.situation, rerun.runs, kept.agent)
    return check(text.removeprefix(f"{noted}\n"), evidence, language=language).ok


def _plain(data: Mapping[str, object]) -> Mapping[str, object]:
    """As the database gives it back."""
    plain: Mapping[str, object] = json.loads(json.dumps(dict(data)))
    return plain


def _settled(value: object) -> object:
    """A result without what differs between two runs of the same."""
    if isinstance(value, Mapping):
        return {
            key: _settled(each)
            for key, each in value.items()
            if key not in EXPIRING and key not in IDENTITIES
        }
    if isinstance(value, list):
        return [_settled(each) for each in value]
    return value


def _expiring(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every moment until which something is kept, with where it stands."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key in EXPIRING and isinstance(each, str):
                yield (*path, key), each
            else:
                yield from _expiring(each, (*path, str(key)))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _expiring(each, (*path, str(place)))


def _up_to_date(
    text: str, language: str, before: Mapping[str, object], after: Mapping[str, object]
) -> str | None:
    """The text with moments until which something is kept as they are now.

    None where such a moment also stands for something else, such as the start of the event.
    """
    fresh = dict(_expiring(after))
    others = json.dumps(_settled(before), ensure_ascii=False)
    for path, old in _expiring(before):
        new = fresh.get(path, old)
        if new == old:
            continue
        if old in others and old in text:
            return None
        text = _replaced(text, language, old, new)
    return text


def _replaced(text: str, language: str, old: str, new: str) -> str:
    """The moment as the tool wrote it, or as a model has written the same one."""
    if old in text:
        return text.replace(old, new)
    meant = [(claim.kind, claim.value) for claim in extract(old, language)]
    if len(meant) != 1:
        return text
    for claim in reversed(extract(text, language)):
        if (claim.kind, claim.value) == meant[0]:
            text = f"{text[: claim.span[0]]}{new}{text[claim.span[1] :]}"
    return text
