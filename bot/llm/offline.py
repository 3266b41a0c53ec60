"""The offline model: a deterministic provider behind the same interface, without any network.

It reads the party from the customer's words, asks the same tools as any model would, and words
what they say in English, Spanish and Chinese. Every figure it utters comes from a tool result or
the customer; where it cannot help it says so and asks a person. offline_plan decides what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.language.slots import TownTest
from bot.language.wording import say
from bot.llm.base import ModelReply, ModelRequest, ToolCall, Usage
from bot.llm.offline_facts import BOOKING_AGENT, HANDOFFS_MAX, Facts, read_facts
from bot.llm.offline_kind import with_kindness
from bot.llm.offline_moves import Plan, Wanted
from bot.llm.offline_plan import plan
from bot.profile import Profile

FREE = Usage(input_tokens=0, output_tokens=0, cost=Decimal(0), certainty="exact")
Result = tuple[ToolCall, Mapping[str, object]]


class OfflineModel:
    """Answers from rules and templates; the last link of the chain, the only one without keys."""

    name = "offline"

    def __init__(self, profile: Profile, *, is_town: TownTest | None = None) -> None:
        self._profile = profile
        self._is_town = is_town

    async def respond(self, request: ModelRequest) -> ModelReply:
        """One step: tool calls, or the worded reply."""
        facts = read_facts(self._profile, request, self._is_town)
        reply = self._answer(request, facts)
        if any(call.name != "ask_person" for call in reply.tool_calls):
            return reply
        return replace(reply, text=with_kindness(request.situation, reply.text, seed=facts.seed))

    def _answer(self, request: ModelRequest, facts: Facts) -> ModelReply:
        done = [result for result in request.results if result[0].name != "hand_off"]
        planned = plan(facts)
        was_handed = len(request.results) - len(done) >= HANDOFFS_MAX
        if not done:
            return self._start(facts, planned, was_handed=was_handed)
        if _may_go_on(request, planned, done):
            further = Plan(wanted=planned.then, text="")
            return self._start(facts, further, was_handed=was_handed)
        return self._word(facts, planned, done)

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _start(self, facts: Facts, planned: Plan, *, was_handed: bool) -> ModelReply:
        missing = [wanted for wanted in planned.wanted if wanted.name not in facts.tools]
        if missing and not was_handed and "hand_off" in facts.tools:
            # Who books can price too, but not the other way round.
            able = {wanted.agent: wanted for wanted in (*planned.wanted, *planned.then)}
            needed = able.get(BOOKING_AGENT, missing[0])
            arguments = {"agent": needed.agent, "reason": f"needs {needed.name}"}
            return _reply("", calls=[_call("hand_off", arguments, 0)])
        if missing:
            return self._to_person(facts, say("failed", facts.language, seed=facts.seed))
        if planned.ask_person and not planned.wanted:
            return self._to_person(facts, planned.text, understood=planned.understood)
        calls = [_call(w.name, w.arguments, i) for i, w in enumerate(planned.wanted)]
        return _reply(planned.text, calls=calls, understood=planned.understood)

    def _word(self, facts: Facts, planned: Plan, done: Sequence[Result]) -> ModelReply:
        results = {call.name: result for call, result in done}
        price, answer = results.get("price_party"), results.get("search_knowledge")
        if "ask_person" in results:  # A refused hand-over: say what was said before it.
            return _reply(planned.text)
        failed = [name for name, told in results.items() if _is_needed(name) and not told.get("ok")]
        if failed:
            return self._to_person(facts, say("failed", facts.language, seed=facts.seed))
        said = _answer_words(facts, answer)
        unknown = answer is not None and not said
        booked = _booked_words(done)
        is_ending = planned.ask_person or unknown or bool(booked)
        priced = _price_words(facts, planned, price, drop_question=is_ending)
        # One question at a time, so that a yes is a yes to one thing.
        tail = "" if unknown and facts.proposal else planned.tail
        parts = [planned.lead, said, say("unknown", facts.language, seed=facts.seed) * unknown]
        parts += ["" if booked and planned.hides_price else priced, *booked, tail]
        if unknown and planned.if_unknown and price is None:
            return _reply("\n".join(filter(None, (planned.lead, planned.if_unknown))))
        is_handing = planned.ask_person or (unknown and facts.failures >= 1 and price is None)
        if unknown and not is_handing and not booked:
            parts.append(say("ask_person", facts.language, seed=facts.seed))
        text = "\n".join(part for part in parts if part)
        if is_handing:
            return self._to_person(facts, text)
        return _reply(text, understood=not unknown or price is not None)

    def _to_person(self, facts: Facts, text: str, *, understood: bool = True) -> ModelReply:
        if "ask_person" not in facts.tools:
            return _reply(text, understood=understood)
        arguments = {"reason": facts.reason, "summary": facts.summary[:600]}
        return _reply(text, calls=[_call("ask_person", arguments, 9)], understood=understood)


def _may_go_on(request: ModelRequest, planned: Plan, done: Sequence[Result]) -> bool:
    """Whether the second half of a plan is still to be done, and has a price to stand on."""
    names = {call.name for call, _ in done}
    wants_more = bool(planned.then) and not names & {wanted.name for wanted in planned.then}
    is_priced = all(result.get("ok") for _, result in done) and request.situation.quote is not None
    return wants_more and is_priced


def _is_needed(name: str) -> bool:
    """Whether nothing can be said where this tool has failed."""
    return name != "search_knowledge"


def _books(name: str) -> bool:
    """Whether a tool's own words on a date or booking are the reply."""
    return name not in ("price_party", "search_knowledge", "hand_off", "ask_person")


def _booked_words(done: Sequence[Result]) -> list[str]:
    """What the booking tools say; of several answers only the last asks, and no line is twice."""
    said = [str(told.get("worded") or "") for call, told in done if _books(call.name)]
    lines = [line for text in said[:-1] for line in _without_question(text).splitlines()]
    lines += said[-1].splitlines() if said else []
    return ["\n".join(dict.fromkeys(lines))] if lines else []


def _without_question(text: str) -> str:
    body = re.split(r"(?<=[.!。！])\s|(?<=[。！])|\n|(?=¿)", text.rstrip())
    is_asking = text.rstrip()[-1:] in ("?", "？")
    return text.rstrip().removesuffix(body[-1]).rstrip() if is_asking else text


def _answer_words(facts: Facts, answer: Mapping[str, object] | None) -> str:
    """What the knowledge base said, or nothing."""
    if answer is None or not answer.get("ok"):
        return ""
    return str(answer.get("worded") or "").strip()


def _price_words(
    facts: Facts, planned: Plan, price: Mapping[str, object] | None, *, drop_question: bool
) -> str:
    """The price as the tool worded it, with our own closing question where one is more pressing."""
    if price is None:
        return ""
    worded = str(price.get("worded") or "").strip()
    if planned.restates:
        _, _, rest = worded.partition("\n")
        worded = say("price_again", facts.language, seed=facts.seed) + "\n" + rest
    if not (planned.question or drop_question):
        return worded
    body, _, _question = worded.rpartition("\n")
    return "\n".join(part for part in (body or worded, planned.question) if part)


def _call(name: str, arguments: Mapping[str, object], index: int) -> ToolCall:
    return ToolCall(
        id=f"offline-{name}-{index}",
        name=name,
        arguments=json.dumps(arguments, ensure_ascii=False),
    )


def _reply(text: str, *, calls: Sequence[ToolCall] = (), understood: bool = True) -> ModelReply:
    return ModelReply(
        text=text,
        tool_calls=tuple(calls),
        provider="offline",
        model="offline",
        usage=FREE,
        understood=understood,
    )


__all__ = ["OfflineModel", "Wanted"]
