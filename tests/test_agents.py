"""The agents as data: whose tools are whose, the words they are given, and the tone they take."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from bot import plugins
from bot.agents import tone, words
from bot.agents.base import FOR_ALL
from bot.domain import (
    AddressId,
    Author,
    ConversationId,
    CustomerId,
    Direction,
    Emotion,
    Kind,
    MessageId,
    Polarity,
    PrimaryEmotion,
    Status,
    StoredMessage,
)
from bot.errors import ConfigError
from bot.router import agents
from bot.situation import Situation
from bot.tool_runner import specs, tools

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
PRICING = frozenset({"price_party"})
BOOKING = frozenset(
    "check_availability hold_slot confirm_booking change_booking cancel_booking booking_status "
    "event_chef".split()
)
GRANTS = {
    "customer_care": frozenset[str](),
    "lead_nurturing": PRICING,
    "operations": PRICING | BOOKING,
    "knowledge": frozenset[str](),
    "general": frozenset[str](),
}


# ── Grants ──────────────────────────────────────────────────────────────────────────────────


def test_grants_are_these_and_no_others() -> None:
    """I9: pricing to two agents, booking to one, knowledge search to all."""
    granted = {name: frozenset(agent.tools) for name, agent in agents().items()}
    assert granted == {name: own | frozenset(FOR_ALL) for name, own in GRANTS.items()}
    assert all("search_knowledge" in own for own in granted.values())


def test_every_tool_is_granted_to_somebody() -> None:
    """A tool that nobody may run is dead, and one that is misspelt here would be."""
    granted = {name for agent in agents().values() for name in agent.tools}
    assert set(tools()) <= granted
    assert set(tools()) >= PRICING | BOOKING


def test_every_agent_reaches_whoever_prices_and_whoever_books() -> None:
    """Nobody has to send a customer away who asks for more than their own."""
    for name, agent in agents().items():
        assert {"lead_nurturing", "operations"} - {name} <= set(agent.handoffs)
        assert "hand_off" in {spec.name for spec in specs(agent)}


# ── Words ───────────────────────────────────────────────────────────────────────────────────


def test_every_agent_has_its_file_and_every_file_its_agent() -> None:
    files = {file.stem: file.read_text().strip() for file in words.SHIPPED.glob("*.md")}
    assert files == {name: agent.instructions for name, agent in agents().items()}
    assert all(200 < len(text) <= words.CHARS_MAX for text in files.values())


def test_instructions_name_only_what_the_agent_has() -> None:
    """A tool named to an agent that lacks it is called, and refused, at the customer's cost."""
    names = set(tools()) | PRICING | BOOKING
    for name, agent in agents().items():
        named = {tool for tool in names if tool in agent.instructions}
        assert named <= set(agent.tools), name


def test_an_owner_changes_an_agents_words_without_code(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "general.md").write_text("\nSay aloha.\n")
    own = words.of_owner(tmp_path, agents())
    assert own == {"general": "Say aloha."}
    general, care = agents()["general"], agents()["customer_care"]
    assert words.worded(general, "general", own) == replace(general, instructions="Say aloha.")
    assert words.worded(care, "customer_care", own) is care
    assert words.of_owner(tmp_path / "nowhere", agents()) == {}


def test_an_owners_mistakes_are_told_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "agents"
    folder.mkdir()
    (folder / "general.md").write_text(" \n")
    (folder / "operation.md").write_text("Book them.")
    (folder / "knowledge.md").write_bytes(b"\xff\xfe\x00x")
    (folder / "customer_care.md").write_text("x" * (words.CHARS_MAX + 1))
    with pytest.raises(ConfigError) as caught:
        words.of_owner(tmp_path, agents())
    care, general, knowledge, operation = str(caught.value).splitlines()
    assert "customer_care.md: 8001 characters" in care
    assert "general.md: empty" in general
    assert "knowledge.md: not UTF-8" in knowledge
    assert "operation.md: no agent is called so" in operation
    assert "operations" in operation


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "SHIPPED", tmp_path)
    with pytest.raises(ConfigError, match=r"sommelier\.md: cannot be read"):
        words.shipped("bot.agents.sommelier")


def test_no_module_of_the_folder_is_an_agent_by_accident() -> None:
    assert set(plugins.load("bot.agents", "agent", object)) == set(GRANTS)


# ── Tone ────────────────────────────────────────────────────────────────────────────────────


def message(number: int, text: str, *, inbound: bool = True) -> StoredMessage:
    return StoredMessage(
        id=MessageId(UUID(int=number)),
        seq=number,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        author=Author.CUSTOMER if inbound else Author.BOT,
        kind=Kind.TEXT,
        text=text,
        status=Status.RECEIVED if inbound else Status.SENT,
        channel="sms",
        address_id=AddressId(UUID(int=3)),
        created_at=NOW,
        said_at=NOW,
    )


def situation(*texts: str, language: str = "en", **felt: tuple[str, str, float]) -> Situation:
    """Waiting messages; `felt` by the message's number: m1=("angry", "negative", 0.8)."""
    emotions = {
        MessageId(UUID(int=int(name[1:]))): Emotion(
            primary=PrimaryEmotion(primary),
            polarity=Polarity(polarity),
            intensity=intensity,
            confidence=0.9,
            scorer="test",
        )
        for name, (primary, polarity, intensity) in felt.items()
    }
    return Situation(
        conversation_id=ConversationId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language=language,
        agent=None,
        waiting=tuple(message(number, text) for number, text in enumerate(texts, 1)),
        transcript=(),
        quote=None,
        emotions=emotions,
    )


def test_every_emotion_and_register_has_its_words() -> None:
    with tone.FILE.open("rb") as opened:
        tones = tomllib.load(opened)
    assert set(tones["emotion"]) == {e.value for e in PrimaryEmotion} - {"neutral", "surprised"}
    assert set(tones["surprise"]) == set(Polarity)
    graded = (tones["emotion"], tones["surprise"], tones["polarity"])
    for grades in (grades for table in graded for grades in table.values()):
        assert set(grades) == {"mild", "strong"}
    for registers in tones["register"].values():
        assert {"formal", "informal"} <= set(registers) <= set(tone.Register)


@pytest.mark.parametrize(
    ("felt", "said", "unsaid"),
    [
        (("angry", "negative", 0.9), "very angry", "annoyed"),
        (("angry", "negative", 0.4), "annoyed", "very angry"),
        (("sad", "negative", 0.8), "you are sorry", "delighted"),
        (("fearful", "negative", 0.5), "worried", "sorry"),
        (("surprised", "neutral", 0.5), "not as they expected", "sorry"),
        (("happy", "positive", 0.9), "delighted", "sorry"),
        (("neutral", "negative", 0.5), "not content", "delighted"),
    ],
)
def test_a_customer_is_answered_as_they_feel(
    felt: tuple[str, str, float], said: str, unsaid: str
) -> None:
    words = tone.describe_tone(situation("So what now", m1=felt))
    assert said in words
    assert unsaid not in words


def test_a_faint_or_absent_feeling_changes_nothing() -> None:
    assert tone.describe_tone(situation("So what now")) == ""
    assert tone.describe_tone(situation("So", m1=("angry", "negative", 0.1))) == ""
    assert tone.describe_tone(situation("So", m1=("neutral", "neutral", 0.9))) == ""


def test_the_worst_of_several_messages_counts_and_only_those_that_wait() -> None:
    happy, angry = ("happy", "positive", 0.9), ("angry", "negative", 0.6)
    assert "annoyed" in tone.describe_tone(
        situation("Great party!", "But late", m1=happy, m2=angry)
    )
    assert "delighted" in tone.describe_tone(situation("Great party", m1=happy, m9=angry))


@pytest.mark.parametrize(
    ("language", "register", "text"),
    [
        ("en", "formal", "Dear Sir or Madam, I would like to enquire about an event."),
        ("en", "formal", "Please advise whether Saturday is possible. Kind regards, Ann Lee"),
        ("en", "informal", "hey how much for 20 ppl thx"),
        ("en", "informal", "Can you do Saturday 🎉"),
        ("en", "informal", "how much is it???"),
        ("en", "neutral", "How much for 20 adults and 6 kids?"),
        ("es", "formal", "Buenas tardes, quisiera saber si usted tiene libre el sábado."),
        ("es", "informal", "oye cuánto por 20 porfa"),
        ("es", "informal", "¿Tienes libre el sábado?"),
        ("es", "neutral", "¿Cuánto cuesta para 20 adultos?"),
        ("zh", "formal", "您好，请问20位大人多少钱？"),
        ("zh", "informal", "你好，20个人多少钱呀"),
        ("zh", "neutral", "20个人多少钱"),
        ("fr", "neutral", "Bonjour, combien pour 20 personnes ?"),
    ],
)
def test_how_somebody_writes_is_read_from_their_words(
    language: str, register: str, text: str
) -> None:
    assert tone.register_of(language, (text,)) == register


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("es", "¿Puedes el sábado?", "as tú"),
        ("es", "¿Podría usted el sábado?", "as usted"),
        ("es", "¿El sábado?", "usted until"),
        ("zh", "你们周六有空吗", "as 你"),
        ("zh", "您周六有空吗", "as 您"),
        ("zh", "周六有空吗", "as 您"),
    ],
)
def test_customers_are_addressed_as_they_address_us(language: str, text: str, address: str) -> None:
    assert address in tone.describe_tone(situation(text, language=language))


def test_our_own_words_say_nothing_of_how_a_customer_writes() -> None:
    asked = situation("¿El sábado?", language="es")
    ours = replace(asked, transcript=(message(7, "¿Tienes ya el lugar? Dime.", inbound=False),))
    theirs = replace(asked, transcript=(message(7, "¿Tienes ya el menú? Dime."),))
    assert "usted until" in tone.describe_tone(ours)
    assert "as tú" in tone.describe_tone(theirs)
