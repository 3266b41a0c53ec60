"""The offline model books: short dialogues in three languages over real tools and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from offline_booking_talk import open_talk

from bot.language.embed import Encoder

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


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda each: f"{each.language} {each.name}")
async def test_a_dialogue_ends_where_the_customer_wanted(
    database_url: str, redis_url: str, encoder: Encoder, dialogue: Dialogue
) -> None:
    """I8, I9: each reply passes the guard at once, and only a plain yes to terms books."""
    async with open_talk(database_url, redis_url, encoder, language=dialogue.language) as talk:
        for text, words, tools in dialogue.steps:
            said = await talk.says(text)
            assert any(each in said for each in words), (text, said)
            assert talk.called == tools, (text, said)
        assert await talk.events() == dialogue.ends, talk.said
