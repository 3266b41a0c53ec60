"""`concierge eval slots`: what is predicted of a customer's messages, through the plug-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from handlers.commands.eval import kinds
from handlers.evaluations.base import Predict

SAID_AT = "2026-11-25T10:00:00-08:00"
NOTHING: Mapping[str, object] = {
    "adults": None, "children": None, "under6": None, "date": None, "time": None, "zip": None,
    "name": None, "proteins": {}, "ambiguous": [],
}  # fmt: skip


@pytest.fixture
async def predict() -> AsyncIterator[Predict]:
    async with kinds()["slots"].open({}) as predict:
        yield predict


async def _of(predict: Predict, text: str, **more: object) -> Mapping[str, object]:
    return await predict({"id": "1", "text": text, "said_at": SAID_AT, **more})


async def test_a_whole_request_is_read(predict: Predict) -> None:
    read = await _of(
        predict,
        "Hi I'm Maria, 14 adults, 3 kids and 2 under 5 in 94539, Dec 12 at 6. 10 chicken, 9 steak",
        language="en",
    )
    assert read == {
        "adults": 14, "children": 3, "under6": 2, "date": "2026-12-12", "time": "18:00",
        "zip": "94539", "name": "Maria", "proteins": {"chicken": 10, "ny_strip": 9},
        "ambiguous": [],
    }  # fmt: skip


async def test_a_conversation_is_read_with_later_words_winning(predict: Predict) -> None:
    read = await predict(
        {
            "id": "1",
            "texts": ["20 people on Dec 5 at 3pm", "sorry, Dec 12", "make it 25", "John Smith"],
            "asked": "name",
            "now": SAID_AT,
            "language": "en",
        }
    )
    assert (read["adults"], read["date"], read["time"]) == (25, "2026-12-12", "15:00")
    assert read["name"] == "John Smith"


async def test_what_people_mean_differently_is_named_and_not_guessed(predict: Predict) -> None:
    read = await _of(predict, "next Saturday, 20 to 25 people", language="en")
    assert read["date"] is None
    assert read["ambiguous"] == ["adults", "date"]


async def test_a_stretch_of_days_must_be_asked_too(predict: Predict) -> None:
    assert await _of(predict, "this weekend?") == NOTHING | {"ambiguous": ["date"]}


@pytest.mark.parametrize("text", ["how much is it?", "", "\x00", "是多少钱"])
async def test_what_is_not_said_is_null(predict: Predict, text: str) -> None:
    assert await _of(predict, text) == NOTHING


@pytest.mark.parametrize(
    ("text", "language", "date", "time"),
    [
        ("el sábado que viene a las 6", "es", "2026-11-28", "18:00"),
        ("下周六晚上六点", "zh", "2026-12-05", "18:00"),
        ("Saturday at 2", "en", "2026-11-28", "14:00"),
        ("Saturday at 9", "en", "2026-11-28", "21:00"),
        ("last Saturday", "en", None, None),
        ("Feb 30 at 6pm", "en", None, "18:00"),
    ],
)
async def test_dates_are_iso_and_times_within_the_hours_of_the_business(
    predict: Predict, text: str, language: str, date: str | None, time: str | None
) -> None:
    read = await _of(predict, text, language=language)
    assert (read["date"], read["time"]) == (date, time)


async def test_the_day_is_counted_in_the_zone_of_the_record(predict: Predict) -> None:
    late = "2026-11-26T05:00:00Z"
    here = await predict({"id": "1", "text": "tomorrow", "now": late})
    there = await predict({"id": "1", "text": "tomorrow", "now": late, "zone": "Asia/Shanghai"})
    assert (here["date"], there["date"]) == ("2026-11-26", "2026-11-27")
