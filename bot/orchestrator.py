"""Runs the chosen agent to a reply: model steps, tool calls, hand-offs, and the guard at the end.

A draft that says what nothing supports is written once more with the reasons; failing again, the
offline model answers from tool results in fixed wordings, and if even that is refused a person
does. Nothing is stored or sent here: effects wait for the turn to commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.deps import Deps
from bot.domain import Direction
from bot.errors import ModelError, StepLimitReached
from bot.escalation import Trouble
from bot.guard import Evidence, Verdict, check, feedback, shingles
from bot.llm.base import Model, ModelReply
from bot.profile import fact
from bot.prompting import RULES, build_request
from bot.router import Choice, agents
from bot.situation import Situation
from bot.store.turns import ToolRecord
from bot.tool_runner import RunCall, run
from bot.tools.base import Effect, Escalate, Handoff, ToolContext
from bot.trace import Trace

STEPS_MAX = 6
HANDOFFS_MAX = 2
CALLS_PER_STEP_MAX = 5
TURN_BUDGET_MS = 45_000.0


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


class Conversing:
    """One turn's run. Holds what grows with each step; used once."""

    def __init__(self, deps: Deps, situation: Situation, choice: Choice, trace: Trace) -> None:
        self._deps = deps
        self._situation = situation
        self._choice = choice
        self._trace = trace
        self._agent = choice.name
        self._runs: list[RunCall] = []
        self._records: list[ToolRecord] = []
        self._replies: list[tuple[int, ModelReply]] = []
        self._handoffs = 0
        self._refused: list[str] = []

    async def answer(self) -> Answer:
        """The reply, or the wish to escalate. Always one of the two, whatever models do."""
        try:
            answer = await self._attempt(self._deps.model)
        except ModelError as error:
            self._trace.note("model.failed", error=type(error).__name__)
            answer = None
        if answer is None:
            self._runs.clear()
            self._agent = self._choice.name
            answer = await self._fall_back()
        return answer

    async def _attempt(self, model: Model) -> Answer | None:
        """Steps to a draft the guard accepts; None when it refused the draft twice."""
        correction = ""
        for _try in range(2):
            reply, control = await self._steps(model, correction)
            if control is not None:
                return self._escalated(control, reply.text)
            verdict = self._judge(reply.text)
            if verdict.ok:
                return self._answered(reply)
            self._refused.extend(verdict.reasons)
            correction = feedback(verdict)
        return None

    async def _fall_back(self) -> Answer:
        try:
            answer = await self._attempt(self._deps.offline)
        except ModelError as error:
            self._trace.note("offline.failed", error=type(error).__name__)
            answer = None
        if answer is not None:
            return replace(
                answer, outcome="templated" if answer.outcome == "answered" else answer.outcome
            )
        trouble = Trouble(
            reason="failed", explanation="no draft could be supported by facts; see the turn"
        )
        return self._finish("", "escalated", trouble=trouble)

    async def _steps(self, model: Model, correction: str) -> tuple[ModelReply, Escalate | None]:
        """Model and tools in turn until there is a draft, or a tool wants a person."""
        for _step in range(STEPS_MAX):
            if self._trace.elapsed_ms > TURN_BUDGET_MS:
                raise StepLimitReached(f"the turn took longer than {TURN_BUDGET_MS:.0f} ms")
            reply = await self._ask(model, correction)
            if not reply.tool_calls:
                return reply, None
            control = await self._run_calls(reply)
            if control is not None:
                return reply, control
        raise StepLimitReached(f"no reply after {STEPS_MAX} steps")

    async def _ask(self, model: Model, correction: str) -> ModelReply:
        step = len(self._replies) + 1
        request = build_request(
            self._deps.profile,
            (self._agent, agents()[self._agent]),
            self._situation,
            intent=self._choice.intent,
            now=self._deps.clock.now().astimezone(self._deps.zone),
            runs=self._runs,
            correction=correction,
        )
        with self._trace.step("model") as detail:
            reply = await model.respond(request)
            detail |= {
                "provider": reply.provider,
                "model": reply.model,
                "agent": self._agent,
                "calls": [call.name[:64] for call in reply.tool_calls],
            }
        self._replies.append((step, reply))
        return reply

    async def _run_calls(self, reply: ModelReply) -> Escalate | None:
        wanted: Escalate | None = None
        for call in reply.tool_calls[:CALLS_PER_STEP_MAX]:
            context = ToolContext(
                deps=self._deps,
                situation=self._situation,
                agent=self._agent,
                now=self._deps.clock.now().astimezone(self._deps.zone),
            )
            with self._trace.step("tool") as detail:
                done = await run(call, agents()[self._agent], context, step=len(self._replies))
                detail |= {"name": call.name[:64], "ok": not done.error}
            done = self._apply_handoff(done)
            self._runs.append(done)
            self._records.append(done.record)
            if done.result.quote is not None:
                self._situation = replace(self._situation, quote=done.result.quote)
            if isinstance(done.result.control, Escalate):
                wanted = done.result.control
        return wanted

    def _apply_handoff(self, done: RunCall) -> RunCall:
        control = done.result.control
        if not isinstance(control, Handoff):
            return done
        allowed = agents()[self._agent].handoffs
        if control.agent not in allowed:
            return replace(done, error=f"you may hand to {list(allowed)} only")
        if self._handoffs >= HANDOFFS_MAX:
            return replace(done, error="handed on often enough; answer now or ask a person")
        self._handoffs += 1
        self._agent = control.agent
        self._trace.note("handoff", agent=control.agent)
        return done

    def _judge(self, draft: str) -> Verdict:
        with self._trace.step("guard") as detail:
            verdict = check(draft, self._evidence(), language=self._situation.language)
            detail |= {"ok": verdict.ok, "reasons": list(verdict.reasons)}
        return verdict

    def _evidence(self) -> Evidence:
        situation = self._situation
        inbound = (m for m in situation.transcript if m.direction is Direction.INBOUND)
        good = [done for done in self._runs if not done.error]
        return Evidence(
            results=tuple(done.result.data for done in good),
            passages=tuple(p.text for done in good for p in done.result.passages)
            + tuple(done.result.worded for done in good if done.result.worded),
            customer_texts=tuple(m.text for m in (*inbound, *situation.waiting)),
            quote=situation.quote,
            extra_facts=business_facts(self._deps, situation.language),
            secrets=shingles(f"{RULES}\n{agents()[self._agent].instructions}"),
            now=self._deps.clock.now().astimezone(self._deps.zone),
        )

    def _answered(self, reply: ModelReply) -> Answer:
        return self._finish(reply.text.strip(), "answered", understood=reply.understood)

    def _escalated(self, control: Escalate, draft: str) -> Answer:
        """A person takes over; the model's parting words go out only if the guard lets them."""
        said = draft.strip()
        preface = said if said and self._judge(said).ok else ""
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
        effects = [effect for done in self._runs for effect in done.result.effects]
        return Answer(
            text=text,
            agent=self._agent,
            outcome=outcome,
            effects=tuple(effects),
            trouble=trouble,
            guard={"refused": self._refused, "understood": understood},
            model_replies=tuple(self._replies),
            tool_calls=tuple(self._records),
        )


def business_facts(deps: Deps, language: str) -> tuple[str, ...]:
    """Who the business is and how to reach it: always true, always allowed to be said."""
    business = deps.profile.business
    paths = ("business.phone", "hours.opens", "hours.closes")
    return (
        business.name,
        business.email,
        business.phone,
        *(fact(deps.profile, path, language) for path in paths),
    )
