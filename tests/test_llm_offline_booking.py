"""The offline model books: short dialogues in three languages over real tools and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from offline_booking_talk import Talk, open_stage, open_talk

from bot.language.embed import Encoder
from bot.llm.offline_answer_words import without_answering

LINES = Path(__file__).parent / "booking_dialogues.txt"


@dataclass
class Dialogue:
    """One customer's texts, what is said and called each time, and the bookings that then stand."""

    name: str
    language: str
    steps: list[tuple[str, tuple[str, ...], list[str]]] = field(default_factory=list)
    ends: list[tuple[str, bool, str, int]] = field(default_factory=list)


def read_dialogues() -> list[Dialogue]:
    """The dialogues of the file, in order."""
    found: list[Dialogue] = []
    for line in filter(None, LINES.read_text(encoding="utf-8").splitlines()):
        if line.startswith("== "):
            name, _, language = line[3:].rpartition(" ")
            found.append(Dialogue(name, language.strip("[]")))
        elif line.startswith("-> "):
            status, agreed, day, at, guests = line[3:].split()
            found[-1].ends.append((status, agreed == "agreed", f"{day} {at}", int(guests)))
        elif not line.startswith("#"):
            text, words, tools = (part.strip() for part in f"{line} ".split("=>"))
            found[-1].steps.append((text, tuple(words.split("|")), tools.split()))
    return found


DIALOGUES = read_dialogues()


def test_there_are_enough_of_them_in_each_language() -> None:
    spoken = [dialogue.language for dialogue in DIALOGUES]
    assert len(spoken) >= 40
    assert {"en", "es", "zh"} <= {each for each in spoken if spoken.count(each) >= 6}
    assert all(dialogue.steps for dialogue in DIALOGUES)


@pytest.mark.parametrize("language", ["en", "es", "zh"])
async def test_each_dialogue_ends_where_the_customer_wanted(
    database_url: str, redis_url: str, encoder: Encoder, language: str
) -> None:
    """I8, I9: each reply passes the guard at once, and only a plain yes to terms books."""
    failed = []
    async with open_stage(database_url, redis_url, encoder) as stage:
        for dialogue in (each for each in DIALOGUES if each.language == language):
            talk = await stage.talk(language)
            try:
                await _play(talk, dialogue)
            except AssertionError as error:
                failed.append(f"{dialogue.name}: {error}")
    assert not failed, "\n\n".join(failed)


async def _play(talk: Talk, dialogue: Dialogue) -> None:
    for text, words, tools in dialogue.steps:
        said = await talk.says(*text.split(" || "))
        assert any(each in said for each in words), (text, said)
        assert talk.called == tools, (text, talk.called, said)
    events = await talk.events()
    assert events == dialogue.ends, (events, talk.said)


async def test_a_yes_after_the_hold_ran_out_books_nothing_and_states_the_terms_anew(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """I9: the customer hears that the hold was over, and the next yes is to the new terms."""
    async with open_talk(database_url, redis_url, encoder) as talk:
        await talk.says("20 adults in 94539")
        await talk.says("Dec 12 at 6pm")
        await talk.says("what about Sunday instead")
        talk.clock.advance(timedelta(minutes=25))
        said = await talk.says("yes")
        assert "hold" in said.partition("\n")[0]
        assert "Sunday, December 13, 2026, 6:00 PM" in said
        assert await talk.events() == [("held", False, "12-13 18:00", 20)]
        await talk.says("yes")
        assert await talk.events() == [("held", True, "12-13 18:00", 20)]


async def test_a_yes_to_a_cancellation_stated_a_day_ago_is_asked_once_more(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """I9: what has run out is never taken for done."""
    async with open_talk(database_url, redis_url, encoder) as talk:
        await talk.says("20 adults in 94539")
        for text in ("Dec 19 at 6pm", "yes"):
            await talk.says(text)
        await talk.staff_see_the_deposit()
        await talk.says("cancel my booking")
        talk.clock.advance(timedelta(hours=26))
        await talk.says("yes")
        assert talk.called == ["cancel_booking"]
        await talk.says("yes")
        assert await talk.events() == [("cancelled", True, "12-19 18:00", 20)]


async def test_a_deposit_asked_about_after_the_lapse_is_no_dead_end(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """It is said that none was seen; what was sent is looked for by a person."""
    async with open_talk(database_url, redis_url, encoder) as talk:
        for text in ("20 adults in 94539", "Dec 12 at 6pm", "yes"):
            await talk.says(text)
        talk.clock.advance(timedelta(hours=25))
        said = await talk.says("did you get my deposit?")
        assert talk.called == ["booking_status"]
        assert "no $100.00 deposit by" in said
        said = await talk.says("yes")
        assert "Saturday, December 12, 2026" in said, said
        assert await talk.rows("SELECT FROM escalations") == []
        await talk.says("I sent the deposit yesterday")
        assert len(await talk.rows("SELECT FROM escalations")) == 1


WHEN_TO_ANSWER = (
    ("en", "Dec 12 at 6pm", "if I say yes do I have to pay today?", "$100.00"),
    ("en", "Dec 12 at 6pm", "can I say yes tomorrow?", "on hold"),
    ("es", "12 de diciembre a las 6pm", "¿tengo que pagar hoy?", "$100.00"),
    ("es", "12 de diciembre a las 6pm", "¿puedo decirle que sí mañana?", "guardada"),
    ("zh", "12月12号下午6点", "今天就要付钱吗？", "$100.00"),
    ("zh", "12月12号下午6点", "我可以明天再决定吗？", "留到"),
)


async def test_when_to_answer_or_pay_is_no_other_date(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """The hold stays as it is, its terms are said, and the next yes is to them."""
    async with open_stage(database_url, redis_url, encoder) as stage:
        for language, opening, asked, said in WHEN_TO_ANSWER:
            talk = await stage.talk(language)
            await talk.says({"zh": "20个大人多少钱？邮编94539"}.get(language, "20 adultos, 94539"))
            await talk.says(opening)
            assert await talk.events() == [("held", False, "12-12 18:00", 20)]
            heard = await talk.says(asked)
            assert said in heard, heard
            assert talk.called == ["booking_status"]
            await talk.says({"es": "sí", "zh": "是"}.get(language, "yes"))
            assert await talk.events() == [("held", True, "12-12 18:00", 20)]


@pytest.mark.parametrize(
    ("text", "is_left"),
    [
        ("do I have to pay today or can we move to Sunday?", "Sunday"),
        ("what about tomorrow at 6?", "tomorrow"),
        ("tell you what, tomorrow at 6", "tomorrow"),
        ("can I pay the deposit for Saturday?", "Saturday"),
        ("quiero el sábado y pago hoy", "sábado"),
    ],
)
def test_a_day_for_the_event_stays_one(text: str, is_left: str) -> None:
    kept = without_answering(text)
    assert is_left in kept
    assert len(kept) == len(text)
    assert "today" not in kept
    assert "hoy" not in kept
