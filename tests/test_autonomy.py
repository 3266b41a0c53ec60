"""Who answers on a topic: the owner's word, then the profile's, and how a drafted one unlocks."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from world import World

from bot import autonomy
from bot.autonomy import Ruling, Source, mode_of, rule
from bot.domain_answers import TopicMode
from bot.errors import CallerError, ConfigError
from bot.profile import Profile, load_profile
from bot.profile_models import Autonomy
from bot.router import Choice, agents
from bot.store import topics
from bot.store.topics import OwnerChoice, Standing, Tally
from handlers.commands.autonomy import command

AUTO, DRAFT, APPROVED = TopicMode.AUTO, TopicMode.DRAFT, TopicMode.APPROVED_TEXT


def profile(default: TopicMode = AUTO, **rules: TopicMode) -> Profile:
    shape = Autonomy(default=default, topics=rules, unlock_after=4, unlock_percent=Decimal(75))
    return load_profile().model_copy(update={"autonomy": shape})


def owner(**modes: TopicMode) -> Mapping[str, OwnerChoice]:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    return {
        topic: OwnerChoice(mode=mode, set_by="Rosa", set_at=at) for topic, mode in modes.items()
    }


def ruled(given: Profile, standing: Standing) -> tuple[TopicMode, str, Source]:
    found = mode_of(given, standing, "diet", "knowledge")
    return found.mode, found.topic, found.source


def test_the_nearest_rule_decides_and_the_owner_before_the_profile() -> None:
    """Intent before agent, the owner before the profile, the default last."""
    nothing = Standing()
    by_both = profile(DRAFT, diet=APPROVED, knowledge=AUTO)
    assert ruled(profile(DRAFT), nothing) == (DRAFT, "diet", Source.DEFAULT)
    assert ruled(profile(knowledge=DRAFT), nothing) == (DRAFT, "knowledge", Source.PROFILE)
    assert ruled(by_both, nothing) == (APPROVED, "diet", Source.PROFILE)
    by_agent = Standing(owner=owner(knowledge=DRAFT))
    assert ruled(by_both, by_agent) == (DRAFT, "knowledge", Source.OWNER)
    by_intent = Standing(owner=owner(knowledge=DRAFT, diet=AUTO))
    assert ruled(by_both, by_intent) == (AUTO, "diet", Source.OWNER)


@pytest.mark.parametrize(
    ("decided", "unchanged", "mode"),
    [(3, 3, DRAFT), (4, 2, DRAFT), (4, 3, AUTO), (4, 4, AUTO), (0, 0, DRAFT)],
)
def test_a_drafted_topic_becomes_automatic_once_enough_was_sent_unchanged(
    decided: int, unchanged: int, mode: TopicMode
) -> None:
    """What the profile drafts unlocks by itself; what the owner has set never does."""
    tallies = {"diet": Tally(decided, unchanged)}
    found = mode_of(profile(DRAFT), Standing(tallies=tallies), "diet", "knowledge")
    assert (found.mode, found.is_unlocked) == (mode, mode is AUTO)
    by_owner = Standing(owner=owner(diet=DRAFT), tallies=tallies)
    assert mode_of(profile(DRAFT), by_owner, "diet", "knowledge").mode is DRAFT
    approved = mode_of(profile(APPROVED), Standing(tallies=tallies), "diet", "knowledge")
    assert approved.mode is APPROVED


def test_of_several_topics_in_one_message_the_strictest_decides() -> None:
    """A price may go out by itself, but not beside a question that staff answer."""
    given = profile(diet=DRAFT, menu=APPROVED)
    choice = Choice(
        name="lead_nurturing",
        agent=agents()["lead_nurturing"],
        intent="party_price",
        confidence=1.0,
        why="intent",
    )
    assert rule(given, Standing(), choice, "lead_nurturing").mode is AUTO
    mixed = Choice(
        name=choice.name,
        agent=choice.agent,
        intent=choice.intent,
        confidence=1.0,
        why="intent",
        also=("menu", "diet"),
    )
    found = rule(given, Standing(), mixed, "lead_nurturing")
    assert (found.mode, found.topic) == (DRAFT, "diet")


def test_what_is_missing_is_said() -> None:
    def missing(ruling: Ruling) -> str:
        return autonomy.missing(profile(DRAFT).autonomy, ruling)

    def drafted(source: Source, tally: Tally) -> Ruling:
        return Ruling(mode=DRAFT, topic="diet", source=source, tally=tally)

    assert missing(drafted(Source.DEFAULT, Tally(1, 1))) == "3 more decided drafts"
    assert missing(drafted(Source.DEFAULT, Tally(4, 2))) == "75 % unchanged, of the last 4"
    assert "never by itself" in missing(drafted(Source.OWNER, Tally(9, 9)))


def test_a_profile_that_names_no_topic_of_ours_is_refused() -> None:
    """A rule that means nothing would leave the bot answering what staff wanted to see."""
    with pytest.raises(ConfigError, match=r"autonomy\.topics\.refunds: there is no such topic"):
        autonomy.check(profile(refunds=DRAFT))
    autonomy.check(profile(refund_request=DRAFT, customer_care=DRAFT))


async def test_the_owner_decides_from_a_terminal(
    idle_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async def says(*words: str) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert await command.run(parser.parse_args(words), idle_world.ground.environment) == 0
        return capsys.readouterr().out

    assert "knowledge: diet" in await says()
    await says("set", "knowledge", "draft", "--by", "Rosa")
    await says("set", "diet", "approved_text", "--by", "Rosa")
    listed = {line.split()[1]: line for line in (await says("list")).splitlines()[1:]}
    assert "approved_text  the owner " in listed["diet"]
    assert "draft          the owner, for knowledge" in listed["menu"]
    assert "never by itself" in listed["menu"]
    assert "the profile's default" in listed["party_price"]
    with pytest.raises(CallerError, match=r"TOPIC: there is no 'food'.*knowledge.*diet"):
        await says("set", "food", "auto", "--by", "Rosa")
    with pytest.raises(CallerError, match="--by"):
        await says("set", "diet", "auto", "--by", " ")
    assert "as the profile says.\n" in await says("clear", "diet", "--by", "Rosa")
    assert "it was so already" in await says("clear", "diet", "--by", "Rosa")
    audit = await idle_world.rows("SELECT actor, act, subject FROM audit_log ORDER BY id")
    assert [tuple(each) for each in audit] == [
        ("Rosa", "autonomy.set", "knowledge"),
        ("Rosa", "autonomy.set", "diet"),
        ("Rosa", "autonomy.clear", "diet"),
    ]
    await only_the_latest_decided_drafts_count(idle_world)


async def only_the_latest_decided_drafts_count(world: World) -> None:
    """Open and superseded drafts say nothing; of the decided ones the last few do."""
    await world.customer().texts("hello")
    await world.until("SELECT count(*) = 1 FROM messages")
    statuses = ["sent", "discarded", "edited", "sent", "sent", "superseded", "open"]
    for place, status in enumerate(statuses):
        await world.value(
            "WITH t AS (INSERT INTO turns (conversation_id, epoch, outcome)"
            "  SELECT conversation_id, 0, 'drafted' FROM messages RETURNING id, conversation_id)"
            " INSERT INTO drafts (code, conversation_id, turn_id, message_id, topic, language,"
            "  epoch, text, status, decided_at) SELECT $1, t.conversation_id, t.id, m.id, 'diet',"
            "  'en', 0, 'Yes.', $2, now() + $3 * interval '1 minute' FROM t, messages m",
            f"D{place:04}",
            status,
            place,
        )
    async with world.pool.acquire() as conn:
        standing = await topics.read(conn, ("diet", "menu"), latest=4)
    assert standing.tallies == {"diet": Tally(4, 2), "menu": Tally(0, 0)}
