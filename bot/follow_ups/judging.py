"""Reads what a follow-up is decided by, words it, and decides; for sending, and for who asks why.

Reads only, and holds nothing: whoever sends has locked customer and conversation before
(bot/follow_ups/sending.py). The desk calls it to say what would become of one now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.booking_desk import DeskDeps
from bot.causes.base import causes
from bot.domain_follow_ups import Feeling, Matter, Owed
from bot.errors import NotFound
from bot.follow_ups import deciding
from bot.follow_ups.deciding import Decision, Facts, Send, Skip
from bot.follow_ups.feeling import why_feeling
from bot.follow_ups.trials import choose_arm
from bot.follow_ups.ways import Lines, Option, Setting, make_option
from bot.follow_ups.wording import NotWorded, Worded, word
from bot.store import addressees, follow_up_facts, follow_up_plans, pauses
from bot.store.addressees import Addressee
from bot.store.connection import Connection
from bot.store.follow_up_facts import Reach

MOVED_AWAY = "the address is another customer's now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What becomes of one, and what it was decided by."""

    decision: Decision
    facts: Facts
    matter: Matter | None = None
    """None: it is about nothing any more, or nobody asked."""

    @property
    def option(self) -> Option | None:
        """By which address it goes; None where it does not go now."""
        return self.decision.option if isinstance(self.decision, Send) else None

    @property
    def worded(self) -> Worded | None:
        """The words in which it goes; None where it does not go now."""
        return None if self.option is None else self.option.worded


async def judge(
    deps: DeskDeps, conn: Connection, owed: Owed, lines: Lines, *, at: datetime | None = None
) -> Judged:
    """Decide as of now, or as things will be at a later moment if nothing else happens.

    In the caller's transaction; writes nothing.
    """
    profile, now = deps.profile, at or deps.clock.now()
    cause, to = causes().get(owed.cause), await _find(conn, owed)
    facts = Facts(profile=profile, now=now, owed=owed, cause=cause, to=to)
    early = deciding.decide_early(facts)
    if early is not None or cause is None or to is None:
        return Judged(decision=early or deciding.decide(facts), facts=facts)
    found = await cause.look(conn, profile, owed, now)
    facts = replace(facts, found=found)
    if not isinstance(found, Matter):
        return Judged(decision=deciding.decide(facts), facts=facts)
    facts = await _read(conn, facts, found)
    reaches = await _reaches(conn, owed)
    if not reaches and _is_addressed(owed):
        return Judged(decision=Skip(MOVED_AWAY), facts=facts, matter=found)
    setting = Setting(
        profile=profile,
        lines=lines,
        owed=owed,
        to=to,
        purpose=cause.purpose,
        language=to.language or profile.business.home_language,
        states=await _states(conn, lines),
        render=deps.render,
        now=now,
    )
    return conclude(setting, facts, found, reaches)


def conclude(setting: Setting, facts: Facts, matter: Matter, reaches: Sequence[Reach]) -> Judged:
    """Decide by what was read, of now or of another moment: word it for each address, then choose.

    Pure.
    """
    facts = replace(facts, options=_options(setting, facts, matter, reaches))
    return Judged(decision=deciding.decide(facts), facts=facts, matter=matter)


async def _find(conn: Connection, owed: Owed) -> Addressee | None:
    try:
        return await addressees.get(conn, owed.customer_id)
    except NotFound:
        return None


async def _read(conn: Connection, facts: Facts, matter: Matter) -> Facts:
    """What stands around it: the talk, the pause, what else goes to them, how they feel."""
    owed, now, profile = facts.owed, facts.now, facts.profile
    pause = await pauses.find_open(conn, now=now)
    feeling, why_felt = Feeling.NEUTRAL, ""
    if matter.wants_feeling or (facts.cause is not None and facts.cause.is_sale):
        felt = await why_feeling(conn, owed.customer_id, booking_id=owed.booking_id, at=now)
        feeling, why_felt = felt.feeling, felt.why
    return replace(
        facts,
        is_paused=pause is not None,
        pause_ends=None if pause is None else pause.ends_at,
        recent=await follow_up_facts.read_recent(conn, owed.customer_id, now=now),
        near=await follow_up_plans.list_near(
            conn,
            owed.customer_id,
            now,
            gap_hours=profile.follow_ups.gap_hours,
            but=owed.id,
            now=now,
        ),
        feeling=feeling,
        why_felt=why_felt,
        arm=await choose_arm(conn, profile, owed),
    )


def _is_addressed(owed: Owed) -> bool:
    """Whether staff have chosen the address themselves."""
    return bool(owed.planned_by) and owed.address_id is not None


async def _reaches(conn: Connection, owed: Owed) -> Sequence[Reach]:
    """Their addresses; where staff chose one, that alone."""
    found = await follow_up_facts.list_reaches(conn, owed.customer_id)
    if not _is_addressed(owed):
        return found
    return [each for each in found if each.way.address_id == owed.address_id]


async def _states(conn: Connection, lines: Lines) -> dict[str, follow_up_facts.States]:
    carriers = {lines.carriers[name] for name in lines.windows if lines.carriers.get(name)}
    return dict(await follow_up_facts.read_states(conn, sorted(carriers)))


def _options(
    setting: Setting, facts: Facts, matter: Matter, reaches: Sequence[Reach]
) -> tuple[Option, ...]:
    """Each address with the words for its channel."""
    words: dict[str, Worded | str] = {}
    for reach in reaches:
        channel = reach.way.channel
        if channel not in words:
            words[channel] = _word(setting, facts, matter, channel)
    return tuple(make_option(setting, reach, words[reach.way.channel]) for reach in reaches)


def _word(setting: Setting, facts: Facts, matter: Matter, channel: str) -> Worded | str:
    """The words, or why there are none."""
    try:
        return word(
            setting.profile,
            setting.owed,
            matter,
            facts.feeling,
            setting.language,
            variant=facts.arm.variant if facts.arm else "a",
            channel=channel,
        )
    except NotWorded as error:
        return str(error)
