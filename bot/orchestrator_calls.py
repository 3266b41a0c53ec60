"""Runs the tool calls that a model asks for in a step, and keeps what came of them in the turn.

Reads run side by side, a write alone and at its place. Slips are told once, then refused, then end
the attempt. Knows no model and judges no draft: bot/orchestrator.py does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.agents.base import Agent
from bot.agents.words import worded
from bot.deps import Deps
from bot.errors import ModelMisbehaved
from bot.llm.base import ToolCall
from bot.orchestrator_evidence import with_sayable_name
from bot.router import agents
from bot.situation import Situation
from bot.store.turns import ToolRecord
from bot.tool_runner import RunCall, has_stated, is_same, reads_only, refused, repeated, run
from bot.tools.base import Escalate, Handoff, ToolContext
from bot.trace import Trace

HANDOFFS_MAX = 2
CALLS_PER_STEP_MAX = 5
SLIPS_MAX = 2
"""Steps in which one tool may be asked for wrongly; the next one ends the attempt."""

Parting = tuple[RunCall, Escalate]
"""The call by which a person was asked for."""


class Calls:
    """The tools' side of a turn: who answers, what was found out, and what it would change."""

    def __init__(self, deps: Deps, situation: Situation, agent: str, trace: Trace) -> None:
        self._deps = deps
        self._trace = trace
        self._begun_with = with_sayable_name(situation), agent
        self.records: list[ToolRecord] = []
        """Of every attempt of the turn."""
        self._begin()

    def _begin(self) -> None:
        self.situation, self.agent = self._begun_with
        self.handed_by = ""
        """Who handed the turn to the present agent."""
        self.runs: list[RunCall] = []
        """Of this attempt."""
        self._handoffs = 0
        self._slips: dict[str, set[int]] = {}

    def start_over(self) -> None:
        """Forget an attempt but for its record: what it did will never have happened."""
        self.records = [replace(r, result={**r.result, "discarded": True}) for r in self.records]
        self._begin()

    def role(self, name: str) -> Agent:
        """The agent of that name, as the owner words it."""
        return worded(agents()[name], name, self._deps.instructions)

    async def run(self, asked: Sequence[ToolCall], *, step: int) -> Parting | None:
        """Run a step's calls with the grants of the agent that asked for them.

        Raises:
            ModelMisbehaved: the model keeps asking for what it was told it cannot have.
        """
        asking = self.agent
        parting: Parting | None = None
        for group in _groups(asked[:CALLS_PER_STEP_MAX]):
            for done in await self._run_group(group, asking, step):
                kept = self._keep(done, asking)
                if isinstance(kept.result.control, Escalate):
                    parting = kept, kept.result.control
        return parting

    async def _run_group(
        self, group: Sequence[ToolCall], asking: str, step: int
    ) -> Sequence[RunCall]:
        """Run calls at once, in the order asked; one that is asked for twice is run once."""
        first = [
            next(at for at, other in enumerate(group) if other is call or is_same(other, call))
            for call in group
        ]
        distinct = sorted(set(first))
        outcomes = await asyncio.gather(
            *(self._run(group[i], asking, step) for i in distinct), return_exceptions=True
        )
        ran: dict[int, RunCall] = {}
        for index, outcome in zip(distinct, outcomes, strict=True):
            # Only once all have ended, so that none goes on behind a turn that failed.
            if isinstance(outcome, BaseException):
                raise outcome
            ran[index] = outcome
        return [
            ran[at] if at == index else repeated(ran[at], call, step=step)
            for index, (at, call) in enumerate(zip(first, group, strict=True))
        ]

    async def _run(self, call: ToolCall, asking: str, step: int) -> RunCall:
        agent = self.role(asking)
        with self._trace.step("tool") as detail:
            known = next((done for done in self.runs if self._holds(done, call)), None)
            if known is not None and call.name in agent.tools:
                done = repeated(known, call, step=step)
            else:
                done = await run(call, agent, self._context(asking), step=step)
            detail |= {"name": call.name[:64], "ok": not done.error}
        return done

    def _context(self, asking: str) -> ToolContext:
        return ToolContext(
            deps=self._deps,
            situation=self.situation,
            agent=asking,
            now=self._deps.clock.now().astimezone(self._deps.zone),
            has_stated=has_stated(self.runs),
        )

    def _holds(self, done: RunCall, call: ToolCall) -> bool:
        """Whether the call was made before and its result still stands."""
        result = done.result
        stands = result.quote is None or result.quote == self.situation.quote
        return not done.error and result.control is None and stands and is_same(done.call, call)

    def _keep(self, done: RunCall, asking: str) -> RunCall:
        done = self._bounded(self._handed(done, asking))
        self.runs.append(done)
        self.records.append(done.record)
        if done.result.quote is not None:
            self.situation = replace(self.situation, quote=done.result.quote)
        tool = done.call.name[:64] if done.slip == "arguments" else "a tool that is not there"
        if done.slip and len(self._slips[_kind(done)]) > SLIPS_MAX:
            self._trace.note("slips.too_many", slip=done.slip)
            raise ModelMisbehaved(f"the model keeps asking wrongly for {tool}")
        return done

    def _handed(self, done: RunCall, asking: str) -> RunCall:
        """The call with its hand-off carried out, or refused."""
        control = done.result.control
        if not isinstance(control, Handoff):
            return done
        allowed = agents()[asking].handoffs
        if control.agent not in allowed:
            return replace(refused(done, f"you may hand to {list(allowed)} only"), slip="arguments")
        if self._handoffs >= HANDOFFS_MAX:
            why = "handed on often enough; answer now or ask a person"
            return replace(refused(done, why), slip="arguments")
        self._handoffs += 1
        self.agent, self.handed_by = control.agent, asking
        self._trace.note("handoff", agent=control.agent)
        return done

    def _bounded(self, done: RunCall) -> RunCall:
        """A slip is told as it is once; after that it is only refused.

        Slips of one step count once: nobody has told the model of the first before the second.
        """
        if not done.slip:
            return done
        steps = self._slips.setdefault(_kind(done), set())
        steps.add(done.record.step)
        if len(steps) < SLIPS_MAX:
            return done
        return refused(done, f"{done.error[:200]} (again: answer without it or ask a person)")


def _kind(done: RunCall) -> str:
    """What slips are counted under: each tool of its own, and all that is not granted together."""
    return done.call.name if done.slip == "arguments" else ""


def _groups(asked: Sequence[ToolCall]) -> Iterator[Sequence[ToolCall]]:
    """Calls that may run at once: reads that stand side by side, and each write by itself.

    A write waits for what was asked before it and is waited for by what was asked after it: dates
    looked up beside a new price are those for the party as priced.
    """
    for is_read, calls in groupby(asked, reads_only):
        if is_read:
            yield tuple(calls)
        else:
            yield from ((call,) for call in calls)
