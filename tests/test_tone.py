"""How agents speak to a customer: by what is felt now, by how it went, and never false cheer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from follow_up_ground import somebody
from hypothesis import given
from hypothesis import strategies as st
from offline_talk import NOW, Talk

from bot.agents.tone import describe_tone
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
from bot.language.course import Turning, comforts, foremost, read_course, says_sorry
from bot.language.wording import phrases
from bot.llm.base import ModelRequest
from bot.llm.offline import OfflineModel
from bot.llm.offline_kind import with_kindness
from bot.profile import load_profile
from bot.situation import Situation
from bot.store import context
from bot.store.connection import Pool

SORRY = "I'm so sorry about that. Our team is looking at it."
RESCORED = """INSERT INTO emotion_history (message_id, conversation_id, primary_emotion, polarity,
  intensity, confidence, scorer, created_at) VALUES ($1, $2, 'angry', 'negative', 0.9, 0.9,
  'test-2', $3)"""
POLARITY = {"happy": "positive", "neutral": "neutral", "surprised": "neutral"}
Said = str | Emotion
"""A customer's message by how it feels, or ours by its words."""


def felt(primary: str, intensity: float, *, polarity: str = "", escalate: float = 0.0) -> Emotion:
    return Emotion(
        primary=PrimaryEmotion(primary),
        polarity=Polarity(polarity or POLARITY.get(primary, "negative")),
        intensity=intensity,
        confidence=0.9,
        scorer="test",
        escalate=escalate,
    )


def message(number: int, said: Said, *, hours_ago: float = 0.0) -> StoredMessage:
    is_theirs = isinstance(said, Emotion)
    at = NOW - timedelta(hours=hours_ago)
    return StoredMessage(
        id=MessageId(UUID(int=number)),
        seq=number,
        direction=Direction.INBOUND if is_theirs else Direction.OUTBOUND,
        author=Author.CUSTOMER if is_theirs else Author.BOT,
        kind=Kind.TEXT,
        text="Well" if isinstance(said, Emotion) else said,
        status=Status.ANSWERED if is_theirs else Status.SENT,
        channel="sms",
        address_id=AddressId(UUID(int=3)),
        created_at=at,
        said_at=at,
    )


def after(*said: Said, waiting: tuple[Emotion, ...], hours_ago: float = 1.0) -> Situation:
    """A conversation in which this was said, and these messages wait."""
    transcript = [message(n, each, hours_ago=hours_ago) for n, each in enumerate(said, 1)]
    new = [message(100 + n, each) for n, each in enumerate(waiting)]
    return Situation(
        conversation_id=ConversationId(UUID(int=1)),
        customer_id=CustomerId(UUID(int=2)),
        channel="sms",
        language="en",
        agent=None,
        waiting=tuple(new),
        transcript=tuple(transcript),
        quote=None,
        emotions={m.id: e for m, e in zip(new, waiting, strict=True)},
        earlier_emotions={
            m.id: e for m, e in zip(transcript, said, strict=True) if isinstance(e, Emotion)
        },
    )


ANGRY, CALM, GLAD = felt("angry", 0.8), felt("neutral", 0.0), felt("happy", 0.6)


def test_who_was_angry_and_is_curt_now_meets_no_cheerfulness() -> None:
    """ "Fine. What time?" two messages after fury is no peace."""
    said = describe_tone(after(ANGRY, SORRY, felt("neutral", 0.1), "At six.", waiting=(CALM,)))
    assert "only brief now" in said
    assert "no cheerfulness" in said
    assert "no further apology" in said
    assert describe_tone(after(CALM, "At six.", waiting=(CALM,))) == ""
    assert describe_tone(after(felt("angry", 0.4), "At six.", waiting=(CALM,))) == ""


def test_what_is_days_ago_or_made_good_since_is_over() -> None:
    assert describe_tone(after(ANGRY, SORRY, waiting=(CALM,), hours_ago=49)) == ""
    assert describe_tone(after(ANGRY, SORRY, GLAD, "Lovely.", waiting=(CALM,))) == ""
    quiet = (CALM, "a", CALM, "b", CALM, "c")
    assert describe_tone(after(ANGRY, SORRY, *quiet, waiting=(CALM,))) == ""


def test_who_came_round_after_our_answer_hears_no_third_apology() -> None:
    said = describe_tone(after(ANGRY, SORRY, ANGRY, SORRY, waiting=(GLAD,)))
    assert "come round" in said
    assert "do not apologise" in said
    assert "Say sorry first" not in said


@pytest.mark.parametrize("primary", ["angry", "disgusted", "sad", "fearful"])
def test_nobody_is_told_twice_that_we_are_sorry(primary: str) -> None:
    now = felt(primary, 0.8)
    assert "already" not in describe_tone(after(ANGRY, "At six.", waiting=(now,)))
    again = describe_tone(after(ANGRY, SORRY, waiting=(now,)))
    assert "already" in again
    assert "Say sorry first" not in again


def test_each_message_worse_than_the_one_before_is_told() -> None:
    falling = after(GLAD, "Yes?", CALM, "Hm?", waiting=(felt("angry", 0.4),))
    assert read_course(falling).turning is Turning.FALLING
    assert "worse than the one before" in describe_tone(falling)
    up_again = after(CALM, "Yes?", GLAD, "Hm?", waiting=(felt("angry", 0.2),))
    assert "worse" not in describe_tone(up_again)


def test_icy_politeness_that_is_for_a_manager_is_taken_as_serious() -> None:
    icy = felt("neutral", 0.1, escalate=0.8)
    assert "serious" in describe_tone(after("Hello", waiting=(icy,)))
    mild = felt("angry", 0.4, escalate=0.8)
    assert "very angry" in describe_tone(after("Hello", waiting=(mild,)))
    praise = felt("happy", 0.9, escalate=0.8)
    assert "delighted" in describe_tone(after("Hello", waiting=(praise,)))


@pytest.mark.parametrize(
    ("emotion", "said", "unsaid"),
    [
        (felt("surprised", 0.8, polarity="positive"), "surprised and happy", "no apology"),
        (felt("surprised", 0.8, polarity="negative"), "no apology for what is right", "warm"),
        (felt("surprised", 0.5, polarity="negative"), "do not like it", "Share"),
        (felt("happy", 0.8, polarity="negative"), "delighted", "sorry"),
        (felt("happy", 0.5), "good cheer", "sorry"),
        (felt("fearful", 0.8), "Answer the worry", "sorry"),
    ],
)
def test_fear_surprise_and_rough_good_cheer_are_told_apart(
    emotion: Emotion, said: str, unsaid: str
) -> None:
    words = describe_tone(after("Hello", waiting=(emotion,)))
    assert said in words
    assert unsaid not in words


def test_who_ends_on_a_glad_word_has_come_round_unless_a_manager_is_wanted() -> None:
    assert foremost((felt("angry", 0.5), felt("happy", 0.8))) == felt("happy", 0.8)
    assert foremost((felt("happy", 0.8), felt("angry", 0.5))) == felt("angry", 0.5)
    grave = felt("angry", 0.5, escalate=0.7)
    assert foremost((grave, felt("happy", 0.8))) == grave
    assert foremost((felt("angry", 0.8), felt("happy", 0.6))) == felt("angry", 0.8)
    assert foremost((felt("angry", 0.8), felt("neutral", 0.9))) == felt("angry", 0.8)


emotions = st.tuples(
    st.sampled_from([each.value for each in PrimaryEmotion]),
    st.floats(0, 1),
    st.sampled_from(["positive", "negative", "neutral"]),
    st.floats(0, 1),
).map(lambda drawn: felt(drawn[0], drawn[1], polarity=drawn[2], escalate=drawn[3]))


@given(st.lists(emotions | st.just(SORRY), max_size=6), st.lists(emotions, min_size=1, max_size=3))
def test_any_course_has_words_and_nobody_is_both_cheered_and_comforted(
    said: list[Said], waiting: list[Emotion]
) -> None:
    words = describe_tone(after(*said, waiting=tuple(waiting)))
    cheers = "Share it" in words or "be warm" in words
    assert not (cheers and "Say sorry" in words)
    assert not (cheers and "only brief now" in words)


# ── The offline model's first sentence ──────────────────────────────────────────────────────


def kind(situation: Situation, text: str = "It is at six.", language: str = "en") -> str:
    """What stands before the answer."""
    return with_kindness(replace(situation, language=language), text, seed="x 1").removesuffix(text)


def test_an_upset_customer_is_met_with_one_kind_sentence_and_only_once() -> None:
    upset = after("Hello", waiting=(felt("angry", 0.7),))
    first = kind(upset)
    assert first.strip() in phrases()["en"]["comfort_angry"]
    assert kind(after("Hello", first + "It is at six.", waiting=(felt("angry", 0.7),))) == ""
    assert kind(after(ANGRY, SORRY, CALM, "At six.", waiting=(felt("angry", 0.7),))) == ""
    assert kind(upset, "I'm really sorry about that.") == "", "the answer says so itself"
    assert kind(upset, "") == ""


def test_each_feeling_has_its_sentence_in_each_language() -> None:
    for language in ("en", "es", "zh"):
        for primary, phrase in (("sad", "comfort_sad"), ("fearful", "comfort_worried")):
            said = kind(after("Hello", waiting=(felt(primary, 0.7),)), language=language).strip()
            assert said in phrases()[language][phrase]
    assert kind(after("Hello", waiting=(felt("sad", 0.7),)), language="fr") == ""


def test_every_kind_sentence_is_heard_as_one() -> None:
    """Else it would be said twice running."""
    for language in ("en", "es", "zh"):
        for name, variants in phrases()[language].items():
            if name.startswith("comfort_"):
                assert all(map(comforts, variants)), (language, name)
        assert all(map(says_sorry, phrases()[language]["complaint"]))
    assert not comforts("Your party is at six. I can hold the date for you.")


@pytest.mark.parametrize(
    "emotion",
    [
        felt("neutral", 0.1),
        felt("neutral", 0.9),
        felt("angry", 0.3),
        felt("happy", 0.9, polarity="negative"),
        felt("surprised", 0.8, polarity="negative"),
        replace(felt("angry", 0.8), confidence=0.3),
    ],
)
def test_plain_words_get_a_plain_answer(emotion: Emotion) -> None:
    """ "Do you kill the lobster live?" is a question."""
    assert kind(after("Hello", waiting=(emotion,))) == ""


@pytest.mark.parametrize("text", ["yes", "no, thanks", "sí", "好的"])
def test_a_bare_yes_or_no_is_never_consoled(text: str) -> None:
    """Whatever is read into a single word, it answers our own question."""
    asked = after("Shall I book it?", waiting=(felt("angry", 0.9),))
    answered = replace(asked, waiting=(replace(asked.waiting[0], text=text),))
    assert kind(answered) == ""


async def test_how_it_went_so_far_is_read_from_the_newest_reading_of_each_message(
    pool: Pool,
) -> None:
    ann = await somebody(pool)
    said = await ann.wrote("nobody came!", NOW - timedelta(hours=2), emotion="happy")
    await ann.wrote("ok", NOW - timedelta(hours=1), emotion="neutral", intensity=0.0)
    await ann.was_told(SORRY, NOW - timedelta(minutes=90))
    await pool.execute(RESCORED, said, ann.conversation_id, NOW - timedelta(minutes=30))
    waits = await ann.wrote("what time?", NOW, emotion="neutral", intensity=0.0)
    await pool.execute("UPDATE messages SET status = 'received' WHERE id = $1", waits)
    async with pool.acquire() as conn:
        known = await context.get(conn, ann.conversation_id, now=NOW, transcript_max=24)
    assert set(known.emotions) == {waits}
    assert known.earlier_emotions[said].primary is PrimaryEmotion.ANGRY
    asked = replace(
        after(waiting=()),
        waiting=known.waiting,
        transcript=known.transcript,
        emotions=known.emotions,
        earlier_emotions=known.earlier_emotions,
    )
    assert read_course(asked).turning is Turning.CURT
    assert "only brief now" in describe_tone(asked)


async def test_the_offline_models_answer_begins_kindly_and_still_answers() -> None:
    profile = load_profile()
    talk = Talk(profile)
    upset = after(waiting=(felt("fearful", 0.8),))
    upset = replace(upset, waiting=(replace(upset.waiting[0], text="20 adults in 94539"),))
    asked: ModelRequest = talk._request(upset.waiting, "party_price", talk.tools)
    reply = await OfflineModel(profile).respond(replace(asked, situation=upset))
    assert reply.tool_calls
    assert not comforts(reply.text), "what goes before a tool is no answer yet"
    asked = replace(talk._request(upset.waiting, "greeting", ()), situation=upset)
    upset_hello = replace(upset, waiting=(replace(upset.waiting[0], text="Hello"),))
    said = await OfflineModel(profile).respond(replace(asked, situation=upset_hello))
    assert said.text.startswith(tuple(phrases()["en"]["comfort_worried"]))
