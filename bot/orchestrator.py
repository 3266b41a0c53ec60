"""Runs the chosen agent to a reply: model steps, tool calls, hand-offs, and the guard at the end.

A draft that says what nothing supports is written once more with the reasons; failing again, the
offline model starts over and answers from its own tool results in fixed wordings, and if even that
is refused a person does. Nothing is stored or sent here: effects wait for the turn to commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.deps import Deps
from bot.errors import ModelError, ModelUnavailable, StepLimitReached
from bot.escalation import Trouble
from bot.guard import Verdict, check, feedback
from bot.llm.base import Model, ModelReply, ToolCall
from bot.orchestrator_evidence import gather, with_sayable_name
from bot.prompting import Correction, build_request
from bot.router import Choice, agents
from bot.situation import Situation
from bot.store.turns import ToolRecord
from bot.tool_runner import RunCall, has_stated, is_same, legible, refused, repeated, run
from bot.tools.base import Effect, Escalate, Handoff, ToolContext
from bot.trace import Trace

STEPS_MAX = 6
HANDOFFS_MAX = 2
CALLS_PER_STEP_MAX = 5
TURN_BUDGET_MS = 45_000.0

Parting = tuple[RunCall, Escalate]
"""The call by which a person was asked for."""


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
        self._begun_with = self._situation = with_sayable_name(situation)
        self._choice = choice
        self._trace = trace
        self._began_ms = trace.elapsed_ms
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
            self._start_over()
            answer = await self._fall_back()
        return answer

    def _start_over(self) -> None:
        """Forget an attempt but for its record: what it did will never have happened."""
        self._records = [replace(r, result={**r.result, "discarded": True}) for r in self._records]
        self._runs.clear()
        self._situation = self._begun_with
        self._agent = self._choice.name
        self._handoffs = 0

    async def _attempt(self, model: Model) -> Answer | None:
        """Steps to a draft the guard accepts; None when it refused the draft twice."""
        correction: Correction | None = None
        for _try in range(2):
            reply, parting = await self._steps(model, correction)
            if parting is not None:
                return self._escalated(parting, reply.text)
            verdict = self._judge(reply.text)
            if verdict.ok:
                return self._answered(reply)
            correction = Correction(draft=reply.text, advice=feedback(verdict))
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
        self._start_over()
        trouble = Trouble(
            reason="failed", explanation="no draft could be supported by facts; see the turn"
        )
        return self._finish("", "escalated", trouble=trouble)

    async def _steps(
        self, model: Model, correction: Correction | None
    ) -> tuple[ModelReply, Parting | None]:
        """Model and tools in turn until there is a draft, or a tool wants a person."""
        is_last = model is self._deps.offline
        for _step in range(STEPS_MAX):
            # The offline model costs no time, and nobody comes after it.
            if not is_last and self._trace.elapsed_ms - self._began_ms > TURN_BUDGET_MS:
                raise StepLimitReached(f"the answer took longer than {TURN_BUDGET_MS:.0f} ms")
            reply = await self._ask(model, correction)
            if not is_last and self._is_midway(reply):
                raise ModelUnavailable("the providers fell away in the middle of the turn")
            if not reply.tool_calls:
                return reply, None
            parting = await self._run_calls(reply)
            if parting is not None:
                return reply, parting
        raise StepLimitReached(f"no reply after {STEPS_MAX} steps")

    def _is_midway(self, reply: ModelReply) -> bool:
        """Whether the offline model would have to go on with another's plan: it starts its own."""
        offline = self._deps.offline.name
        begun = any(r.tool_calls and r.provider != offline for _step, r in self._replies)
        return reply.provider == offline and begun

    async def _ask(self, model: Model, correction: Correction | None) -> ModelReply:
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
            reply = legible(await model.respond(request))
            detail |= {
                "provider": reply.provider,
                "model": reply.model,
                "agent": self._agent,
                "calls": [call.name[:64] for call in reply.tool_calls],
            }
        self._replies.append((step, reply))
        return reply

    async def _run_calls(self, reply: ModelReply) -> Parting | None:
        """Run a step's calls with the grants of the agent that asked for them."""
        asking = self._agent
        parting: Parting | None = None
        for call in reply.tool_calls[:CALLS_PER_STEP_MAX]:
            with self._trace.step("tool") as detail:
                done = self._apply_handoff(await self._run(call, asking), asking)
                detail |= {"name": call.name[:64], "ok": not done.error}
            self._runs.append(done)
            self._records.append(done.record)
            if done.result.quote is not None:
                self._situation = replace(self._situation, quote=done.result.quote)
            if isinstance(done.result.control, Escalate):
                parting = done, done.result.control
        return parting

    async def _run(self, call: ToolCall, asking: str) -> RunCall:
        known = next((done for done in self._runs if self._holds(done, call)), None)
        step = len(self._replies)
        if known is not None and call.name in agents()[asking].tools:
            return repeated(known, call, step=step)
        context = ToolContext(
            deps=self._deps,
            situation=self._situation,
            agent=asking,
            now=self._deps.clock.now().astimezone(self._deps.zone),
            has_stated=has_stated(self._runs),
        )
        return await run(call, agents()[asking], context, step=step)

    def _holds(self, done: RunCall, call: ToolCall) -> bool:
        """Whether the call was made before and its result still stands."""
        result = done.result
        stands = result.quote is None or result.quote == self._situation.quote
        return not done.error and result.control is None and stands and is_same(done.call, call)

    def _apply_handoff(self, done: RunCall, asking: str) -> RunCall:
        control = done.result.control
        if not isinstance(control, Handoff):
            return done
        allowed = agents()[asking].handoffs
        if control.agent not in allowed:
            return refused(done, f"you may hand to {list(allowed)} only")
        if self._handoffs >= HANDOFFS_MAX:
            return refused(done, "handed on often enough; answer now or ask a person")
        self._handoffs += 1
        self._agent = control.agent
        self._trace.note("handoff", agent=control.agent)
        return done

    def _judge(self, draft: str) -> Verdict:
        with self._trace.step("guard") as detail:
            evidence = gather(self._deps, self._situation, self._runs, self._agent)
            verdict = check(draft, evidence, language=self._situation.language)
            detail |= {"ok": verdict.ok, "reasons": list(verdict.reasons)}
        self._refused.extend(verdict.reasons)
        return verdict

    def _answered(self, reply: ModelReply) -> Answer:
        return self._finish(reply.text.strip(), "answered", understood=reply.understood)

    def _escalated(self, parting: Parting, draft: str) -> Answer:
        """A person takes over, after the model's words or the tool's, where the guard agrees."""
        done, control = parting
        worded = done.result.worded.strip()
        stated = next((each.result.worded for each in self._runs[::-1] if each.result.terms), "")
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
