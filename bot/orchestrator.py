"""Runs the chosen agent to a reply: model steps, tool calls, hand-offs, and the guard at the end.

A draft that says what nothing supports is written once more with the reasons; failing again, the
offline model starts over and answers from its own tool results in fixed wordings, and if even that
is refused a person does. Nothing is stored or sent here: effects wait for the turn to commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from bot.deps import Deps
from bot.domain_answers import Passage, TopicMode, Unanswered
from bot.errors import ModelError, ModelUnavailable, StepLimitReached
from bot.escalation import Trouble
from bot.guard import Verdict, check, feedback
from bot.llm.base import Model, ModelReply, ModelRequest
from bot.orchestrator_calls import Calls, Parting
from bot.orchestrator_evidence import gather
from bot.orchestrator_limits import Meter
from bot.orchestrator_stream import Showing
from bot.prompting import Correction, Wanted, build_request
from bot.router import Choice, agents
from bot.situation import Situation
from bot.store.turns import ToolRecord
from bot.tool_runner import legible
from bot.tools.base import Effect
from bot.trace import Trace

TRIES_MAX = 2
"""Drafts that the guard reads of one model."""
OFFLINE_STEPS_MAX = 8
"""The offline model costs nothing and comes last, so that no limit of the profile may end it."""
OF_A_WHOLE = frozenset({"terms not stated"})
"""What the guard can hold against a whole draft only, not against the beginning of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the turn will commit."""

    text: str
    agent: str
    outcome: str
    """answered, templated or escalated."""
    effects: tuple[Effect, ...] = ()
    trouble: Trouble | None = None
    guard: Mapping[str, object] = field(default_factory=dict)
    model_replies: tuple[tuple[int, ModelReply], ...] = ()
    tool_calls: tuple[ToolRecord, ...] = ()
    passages: tuple[Passage, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


class Conversing:
    """One turn's run. Holds what grows with each step; used once."""

    def __init__(self, deps: Deps, situation: Situation, choice: Choice, trace: Trace) -> None:
        self._deps = deps
        self._choice = choice
        self._trace = trace
        self._calls = Calls(deps, situation, choice.name, trace)
        self._meter = Meter(deps.profile.answers, trace)
        self._showing = Showing(deps.progress, situation.conversation_id)
        self._replies: list[tuple[int, ModelReply]] = []
        self._refused: list[str] = []

    async def answer(self) -> Answer:
        """The reply, or the wish to escalate. Always one of the two, whatever models do."""
        try:
            answer = None
            if self._choice.mode is TopicMode.APPROVED_TEXT:
                self._trace.note("model.not_asked", mode=self._choice.mode.value)
            else:
                answer = await self._by_model()
            if answer is None:
                self._showing.take_back()
                self._calls.start_over()
                answer = await self._by_offline_model()
        except BaseException:
            self._showing.take_back()
            raise
        return answer

    async def _by_model(self) -> Answer | None:
        try:
            return await self._attempt(self._deps.model)
        except ModelError as error:
            self._trace.note("model.failed", error=type(error).__name__)
            return None

    async def _by_offline_model(self) -> Answer:
        try:
            answer = await self._attempt(self._deps.offline)
        except ModelError as error:
            self._trace.note("offline.failed", error=type(error).__name__)
            answer = None
        if answer is not None:
            is_reply = answer.outcome == "answered"
            return replace(answer, outcome="templated" if is_reply else answer.outcome)
        self._calls.start_over()
        trouble = Trouble(
            reason="failed", explanation="no draft could be supported by facts; see the turn"
        )
        return self._finish("", "escalated", trouble=trouble)

    async def _attempt(self, model: Model) -> Answer | None:
        """Steps to a draft the guard accepts; None when it refused the draft twice."""
        correction: Correction | None = None
        for _try in range(TRIES_MAX):
            reply, parting = await self._steps(model, correction)
            if parting is not None:
                return self._escalated(parting, reply.text)
            verdict = self._judge(reply.text)
            if verdict.ok:
                self._showing.finish(reply.text.strip())
                return self._finish(reply.text.strip(), "answered", understood=reply.understood)
            correction = Correction(draft=reply.text, advice=feedback(verdict))
        return None

    async def _steps(
        self, model: Model, correction: Correction | None
    ) -> tuple[ModelReply, Parting | None]:
        """Model and tools in turn until there is a draft, or a tool wants a person."""
        is_last = model is self._deps.offline
        limit = OFFLINE_STEPS_MAX if is_last else self._deps.profile.answers.steps + 1
        for _step in range(limit):
            reply = await self._ask(model, correction)
            if not reply.tool_calls:
                return reply, None
            self._showing.take_back()
            parting = await self._calls.run(reply.tool_calls, step=len(self._replies))
            if parting is not None:
                return reply, parting
        raise StepLimitReached(f"no reply after {limit} steps")

    async def _ask(self, model: Model, correction: Correction | None) -> ModelReply:
        request, offline = self._request(correction), self._deps.offline
        if model is offline:
            reply = await self._timed(model, request)
        else:
            reply = await self._within_limits(model, request)
        # The offline model cannot go on with another's plan: it starts its own.
        begun = any(r.tool_calls and r.provider != offline.name for _step, r in self._replies)
        self._replies.append((len(self._replies) + 1, reply))
        if model is not offline and reply.provider == offline.name and begun:
            raise ModelUnavailable("the providers fell away in the middle of the turn")
        return reply

    async def _within_limits(self, model: Model, request: ModelRequest) -> ModelReply:
        """One step within what the turn may still take."""
        self._meter.check()
        self._showing.begin(self._make_judge())
        try:
            async with asyncio.timeout(self._meter.left_s):
                reply = await self._timed(model, request)
        except TimeoutError:
            raise self._meter.crossed("seconds") from None
        self._meter.add(request, reply)
        return reply

    def _request(self, correction: Correction | None) -> ModelRequest:
        calls = self._calls
        wanted = Wanted(
            intent=self._choice.intent,
            also=self._choice.also,
            roles=tuple((name, agent.purpose) for name, agent in agents().items()),
            handed_by=calls.handed_by,
        )
        return build_request(
            self._deps.profile,
            (calls.agent, calls.role(calls.agent)),
            calls.situation,
            wanted=wanted,
            now=self._deps.clock.now().astimezone(self._deps.zone),
            runs=calls.runs,
            correction=correction,
            listener=self._showing.listen,
        )

    async def _timed(self, model: Model, request: ModelRequest) -> ModelReply:
        spent: list[ModelReply] = []
        with self._trace.step("model") as detail:
            try:
                said = await model.respond(replace(request, on_spent=spent.append))
            except BaseException:
                # A reply tells itself what failed before it; where there is none, this is all.
                self._replies += [(len(self._replies) + 1, each) for each in spent]
                raise
            reply = replace(legible(said), agent=request.agent)
            detail |= {
                "provider": reply.provider,
                "model": reply.model,
                "agent": request.agent,
                "calls": [call.name[:64] for call in reply.tool_calls],
            }
        return reply

    def _make_judge(self) -> Callable[[str], bool]:
        """Whether the beginning of a draft may be shown, by what is known in this step."""
        calls = self._calls
        evidence = cache(lambda: gather(self._deps, calls.situation, calls.runs, calls.agent))

        def passes(text: str) -> bool:
            verdict = check(text, evidence(), language=calls.situation.language)
            return set(verdict.reasons) <= OF_A_WHOLE

        return passes

    def _judge(self, draft: str) -> Verdict:
        calls = self._calls
        with self._trace.step("guard") as detail:
            evidence = gather(self._deps, calls.situation, calls.runs, calls.agent)
            verdict = check(draft, evidence, language=calls.situation.language)
            detail |= {"ok": verdict.ok, "reasons": list(verdict.reasons)}
        self._refused.extend(verdict.reasons)
        return verdict

    def _escalated(self, parting: Parting, draft: str) -> Answer:
        """A person takes over, after the model's words or the tool's, where the guard agrees."""
        done, control = parting
        runs = self._calls.runs
        worded = done.result.worded.strip()
        stated = next((each.result.worded for each in runs[::-1] if each.result.terms), "")
        offered = (draft.strip(), worded, f"{stated}\n{worded}".strip())
        preface = next((said for said in offered if said and self._judge(said).ok), "")
        trouble = Trouble(reason="tool", explanation=f"{control.reason} {control.summary}".strip())
        return self._finish(preface, "escalated", trouble=trouble)

    def _finish(
        self,
        text: str,
        outcome: str,
        *,
        trouble: Trouble | None = None,
        understood: bool = True,
    ) -> Answer:
        good = [done for done in self._calls.runs if not done.error]
        return Answer(
            text=text,
            agent=self._calls.agent,
            outcome=outcome,
            effects=tuple(e for done in self._calls.runs for e in done.result.effects),
            trouble=trouble,
            guard={"refused": self._refused, "understood": understood},
            model_replies=tuple(self._replies),
            tool_calls=tuple(self._calls.records),
            passages=tuple(dict.fromkeys(p for done in good for p in done.result.passages)),
            unanswered=tuple(q for done in good for q in done.result.unanswered),
        )
