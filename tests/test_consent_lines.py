"""I6: hundreds of ways to say stop, start and help in three languages, and what only looks so.

The lines are our own. Their reading is measured through the evaluation that owners run.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.consent import Wish, read_wish
from bot.domain import Kind
from handlers.evaluations.consent import evaluation

LINES = tuple(
    Path(__file__).with_name(name) for name in ("consent_lines.txt", "consent_lines_fresh.txt")
)
PIECES = st.sampled_from(
    "stop please don't text me no more un subscribe never remove my number from your list "
    "opt out , . ! 不要 再 发 短信 退订 no me manden mensajes de baja if you again sue".split(" ")
)


async def test_every_line_means_what_it_says() -> None:
    """No stop is missed and none is heard where a party is talked about."""
    rows = [
        line.split("\t")
        for lines in LINES
        for line in lines.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    found: Counter[tuple[str, str]] = Counter()
    wrong = []
    async with evaluation.open({}) as predict:
        for label, text in rows:
            heard = str((await predict({"text": text}))["opt"])
            found[label, heard] += 1
            wrong += [f"{label}, heard {heard}: {text}"] if heard != label else []
    assert wrong == []
    assert len(rows) > 1400
    assert min(found[each, each] for each in ("stop", "start", "help", "none")) >= 14


@pytest.mark.parametrize("word", ["CANCEL", "cancel!"])
async def test_cancel_alone_is_a_carriers_word_and_asked_about_in_a_talk(word: str) -> None:
    """The rule takes it for a stop; a customer may mean a booking, so the talk asks."""
    assert read_wish(word, Kind.TEXT) is Wish.CANCEL
    async with evaluation.open({}) as predict:
        assert await predict({"text": word}) == {"opt": "stop"}
        assert await predict({"text": "cancelar"}) == {"opt": "none"}


@given(st.lists(PIECES, max_size=60))
def test_no_text_takes_long(pieces: list[str]) -> None:
    """Whatever somebody sends, reading it is no way to stop the service."""
    began = time.process_time()
    read_wish(" ".join(pieces), Kind.TEXT)
    read_wish("".join(pieces) * 20, Kind.TEXT)
    assert time.process_time() - began < 0.2
