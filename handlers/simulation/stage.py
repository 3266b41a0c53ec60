"""Plays scripted customers against the real pipeline on throwaway stores, one after another.

Each customer is played several times, told a little differently each time, and passes only if every
time ends as it must: once is luck.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bot.booking_desk import take_deposit
from bot.clock import ShiftedClock
from bot.domain_booking import BookingId
from bot.errors import ConfigError
from bot.profile import list_facts
from bot.store import records
from bot.store.connection import borrow
from handlers.evaluations.laboratory import Laboratory, open_laboratory, throwaway_folder
from handlers.simulation.judge import Outcome, judge
from handlers.simulation.scripts import Script, direction
from jobs.base import perform

TELLINGS = 3
BETWEEN_TEXTS = timedelta(seconds=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a scripted customer fared."""

    script: Script
    problems: tuple[tuple[str, ...], ...]
    """By telling; empty where all was well."""
    transcripts: tuple[tuple[str, ...], ...] = ()
    """By telling, a line for each text and reply."""

    @property
    def passed(self) -> bool:
        """Whether every telling ended as it must."""
        return not any(self.problems)

    @property
    def is_red(self) -> bool:
        """Whether it fares worse than is known."""
        return not self.passed and not self.script.open


@dataclass(slots=True, kw_only=True)
class Stage:
    """A laboratory with a clock that can be set."""

    laboratory: Laboratory
    clock: ShiftedClock

    async def play(self, script: Script, today: datetime, tellings: int = TELLINGS) -> Played:
        """The customer's whole story, so many times."""
        problems: list[tuple[str, ...]] = []
        transcripts: list[tuple[str, ...]] = []
        for telling in range(tellings):
            outcome, lines = await self._tell(script, today, telling)
            bot = self.laboratory.deps.bot
            facts = " ".join(list_facts(bot.profile, script.language).values())
            problems.append(judge(script, outcome, facts=facts, zone=bot.zone))
            transcripts.append(lines)
        return Played(script=script, problems=tuple(problems), transcripts=tuple(transcripts))

    async def _tell(
        self, script: Script, today: datetime, telling: int
    ) -> tuple[Outcome, tuple[str, ...]]:
        bot = self.laboratory.deps.bot
        self._set(today.replace(tzinfo=bot.zone))
        replies: list[tuple[str, ...]] = []
        lines: list[str] = []
        conversation: UUID | None = None
        for text in script.texts:
            told = direction(text) if isinstance(text, str) else None
            if told is not None and conversation is not None:
                await self._happen(told, conversation)
                lines.append(f"({text})")
                continue
            said = (text,) if isinstance(text, str) else text
            said = tuple(retold(each, telling) for each in said)
            self.clock.shift += BETWEEN_TEXTS
            conversation, answers = await self.laboratory.say(f"{script.name}/{telling}", said)
            replies.append(answers)
            lines += [*(f"< {each}" for each in said), *(f"> {each}" for each in answers)]
        return await self._outcome(conversation, tuple(replies)), tuple(lines)

    async def _outcome(
        self, conversation: UUID | None, replies: tuple[tuple[str, ...], ...]
    ) -> Outcome:
        if conversation is None:
            raise ConfigError("a scripted customer has to say something")
        async with borrow(self.laboratory.deps.bot.pool) as conn:
            found = await records.of_conversation(conn, conversation)
            evidence = await records.evidence_of(conn, conversation)
            await records.free_everybody(conn)
        return Outcome(replies=replies, records=found, evidence=evidence)

    async def _happen(self, told: Mapping[str, str], conversation: UUID) -> None:
        if told["act"] == "wait":
            self.clock.shift += timedelta(**{told["unit"]: int(told["count"])})
        last = await self._latest_booking(conversation)
        if told["act"] == "deposit" and last is not None:
            bot = self.laboratory.deps.bot
            async with borrow(bot.pool) as conn, conn.transaction():
                booking = BookingId(UUID(last["id"]))
                await take_deposit(bot, conn, booking, key=f"play:{booking}", actor="play")
        if told["act"] == "after" and last is not None:
            self._set(datetime.fromisoformat(last["ends_at"]) + timedelta(days=1))
        await perform(self.laboratory.deps, "keep_bookings", {})

    async def _latest_booking(self, conversation: UUID) -> Mapping[str, Any] | None:
        async with borrow(self.laboratory.deps.bot.pool) as conn:
            found: Mapping[str, Any] = await records.of_conversation(conn, conversation)
        rows: Sequence[Mapping[str, Any]] = found["bookings"]
        return rows[-1] if rows else None

    def _set(self, moment: datetime) -> None:
        self.clock.shift += moment - self.clock.now()


def retold(text: str, telling: int) -> str:
    """The same words as somebody else would type them: as they are, in small letters, unmarked."""
    if telling % 3 == 1:
        return text.lower()
    if telling % 3 == 2:
        return text.rstrip(" .!?。！？")
    return text


@asynccontextmanager
async def open_stage(environment: Mapping[str, str]) -> AsyncIterator[Stage]:
    """A stage on stores of its own."""
    with throwaway_folder() as folder:
        clock = ShiftedClock()
        async with open_laboratory(environment, folder, clock) as laboratory:
            yield Stage(laboratory=laboratory, clock=clock)
