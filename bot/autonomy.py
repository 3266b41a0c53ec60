"""Decides who answers on a topic: the bot, the bot in approved words, or staff from its drafts.

A topic is an intent, or an agent for all of its intents. The owner's own word comes first, then the
profile's. A topic that the profile has drafted becomes automatic by itself once staff have sent
enough of its drafts unchanged; one that the owner has set never does. Called by bot/deciding.py in
every turn and by `concierge autonomy`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain_answers import TopicMode
from bot.errors import CallerError, ConfigError
from bot.language.intents import Intent, route_of
from bot.profile import Profile
from bot.profile_models import Autonomy
from bot.router import Choice, agents
from bot.store import audit, topics
from bot.store.connection import Connection
from bot.store.topics import Standing, Tally

NO_DRAFTS = Tally()
STRICTNESS = (TopicMode.AUTO, TopicMode.APPROVED_TEXT, TopicMode.DRAFT)
"""Of several topics in one message the strictest decides."""


class Source(StrEnum):
    """Where a topic's mode comes from."""

    OWNER = "owner"
    PROFILE = "profile"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Who answers, by which rule."""

    mode: TopicMode
    topic: str
    """The intent or agent that the rule is of; its drafts count for it."""
    source: Source
    is_unlocked: bool = False
    """Drafted by the profile, and automatic since staff sent enough unchanged."""
    tally: Tally = NO_DRAFTS


def mode_of(profile: Profile, standing: Standing, intent: str, agent: str) -> Ruling:
    """Who answers this intent of this agent."""
    rules = profile.autonomy
    for topic in (intent, agent):
        if topic in standing.owner:
            tally = standing.tallies.get(topic, NO_DRAFTS)
            mode = standing.owner[topic].mode
            return Ruling(mode=mode, topic=topic, source=Source.OWNER, tally=tally)
    for topic in (intent, agent):
        if topic in rules.topics:
            return _of_profile(rules, standing, (topic, rules.topics[topic]), Source.PROFILE)
    return _of_profile(rules, standing, (intent, rules.default), Source.DEFAULT)


def _of_profile(
    rules: Autonomy, standing: Standing, ruled: tuple[str, TopicMode], source: Source
) -> Ruling:
    topic, mode = ruled
    tally = standing.tallies.get(topic, NO_DRAFTS)
    is_unlocked = mode is TopicMode.DRAFT and is_enough(rules, tally)
    return Ruling(
        mode=TopicMode.AUTO if is_unlocked else mode,
        topic=topic,
        source=source,
        is_unlocked=is_unlocked,
        tally=tally,
    )


def is_enough(rules: Autonomy, tally: Tally) -> bool:
    """Whether staff have sent enough of a topic's drafts unchanged."""
    return tally.decided >= rules.unlock_after and (
        tally.unchanged * 100 >= rules.unlock_percent * tally.decided
    )


def strictest(rulings: Sequence[Ruling]) -> Ruling:
    """The ruling that a message with several topics is under; the first of equals."""
    return max(rulings, key=lambda ruling: STRICTNESS.index(ruling.mode))


def rule(profile: Profile, standing: Standing, choice: Choice, agent: str) -> Ruling:
    """Who answers this choice when `agent` does."""
    intents = (choice.intent, *choice.also)
    return strictest([mode_of(profile, standing, intent, agent) for intent in intents])


async def load(conn: Connection, profile: Profile, choice: Choice) -> Standing:
    """What this turn may ask about: its intents, and every agent it may be handed to."""
    asked = dict.fromkeys((choice.intent, *choice.also, *agents()))
    return await topics.read(conn, tuple(asked), latest=profile.autonomy.unlock_after)


# ── The owner's side ────────────────────────────────────────────────────────────────────────


def all_topics() -> tuple[str, ...]:
    """Every topic there is: agents first, then intents."""
    return (*sorted(agents()), *(intent.value for intent in Intent))


def agent_of(intent: Intent) -> str:
    """Who answers an intent where nobody has the conversation yet."""
    route = route_of(intent)
    return next((name for name, agent in agents().items() if route in agent.routes), "general")


def check(profile: Profile) -> None:
    """Whether the profile speaks of topics that there are.

    Raises:
        ConfigError: it names others; a rule that means nothing would go unnoticed.
    """
    unknown = [topic for topic in profile.autonomy.topics if topic not in all_topics()]
    if unknown:
        known = ", ".join(all_topics())
        raise ConfigError(
            "\n".join(
                f"autonomy.topics.{topic}: there is no such topic; choose one of {known}"
                for topic in unknown
            )
        )


def missing(rules: Autonomy, ruling: Ruling) -> str:
    """What a drafted topic lacks to become automatic, in the owner's words; "" where nothing."""
    if ruling.mode is not TopicMode.DRAFT:
        return ""
    if ruling.source is Source.OWNER:
        return "never by itself: the owner has set it"
    decided = ruling.tally.decided
    if decided < rules.unlock_after:
        left = rules.unlock_after - decided
        return f"{left} more decided draft{'s' if left > 1 else ''}"
    return f"{rules.unlock_percent.normalize():f} % unchanged, of the last {decided}"


async def choose(conn: Connection, topic: str, mode: TopicMode, *, by: str) -> None:
    """The owner sets a topic.

    Raises:
        CallerError: there is no such topic, or nobody is named.
    """
    _require(topic, by)
    await topics.set_mode(conn, topic, mode, by=by)
    await _note(conn, by, "autonomy.set", topic, {"mode": mode.value})


async def let_go(conn: Connection, topic: str, *, by: str) -> bool:
    """The profile decides again; False where the owner had set nothing.

    Raises:
        CallerError: there is no such topic, or nobody is named.
    """
    _require(topic, by)
    was_set = await topics.clear(conn, topic)
    if was_set:
        await _note(conn, by, "autonomy.clear", topic, {})
    return was_set


def _require(topic: str, by: str) -> None:
    if topic not in all_topics():
        raise CallerError(f"TOPIC: there is no {topic!r}; choose one of {', '.join(all_topics())}")
    if not by.strip():
        raise CallerError("--by: say who decides; it stands in the audit log")


async def _note(
    conn: Connection, by: str, act: str, topic: str, detail: Mapping[str, object]
) -> None:
    await audit.record(conn, actor=by.strip(), act=act, subject=topic, detail=detail)
