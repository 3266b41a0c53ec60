"""Three weeks of follow-ups over the change of the clocks, with two workers, and a judge that sees.

The year in little: tests/test_soak_follow_ups.py is the whole of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from year import OURS, Trouble, Year, open_year
from year_judge import collect, judge, weigh
from year_life import Left

from bot.language.embed import Encoder

FIRST = datetime(2027, 3, 3, 9, tzinfo=OURS)
LAST = FIRST + timedelta(days=21)
HOUR = timedelta(hours=1)
TROUBLE = Trouble(
    kills=12,
    vendor_away=((FIRST + 78 * HOUR, FIRST + 84 * HOUR),),
    workers_away=((FIRST + 245 * HOUR, FIRST + 276 * HOUR),),
    paused=((FIRST + 340 * HOUR, FIRST + 352 * HOUR),),
    campaigns=(FIRST + 100 * HOUR,),
    new_rule=(FIRST + 253 * HOUR, {"quote_hours": (36,)}),
)


async def test_three_weeks_annoy_nobody_and_the_judge_sees_what_would(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """I5, I6, I7, I12 and I15 around the night in which the clocks change."""
    stores, whole = (database_url, redis_url), (FIRST, LAST)
    async with open_year(stores, encoder, count=28, span=whole, trouble=TROUBLE, seed=14) as year:
        await year.run(*whole)
        found = await judge(year, LAST)
        left = await collect(year)
        assert {what: names[:5] for what, names in found.items() if names} == {}
        assert len(left) > 30
        assert year.killed >= 6
        _sees_a_broken_promise(year, left)


def _sees_a_broken_promise(year: Year, left: list[Left]) -> None:
    """Each with notes that say otherwise, or with one text too many: the judge must find it."""
    one = next(each for each in left if each.row and each.row["cause"] == "unanswered_quote")
    news = next(each for each in left if each.row and each.row["cause"] == "before_event")
    assert one.row is not None
    of_one = year.lives.by_handle[one.handle]
    night = datetime.combine(one.at.astimezone(of_one.zone), datetime.min.time(), of_one.zone)
    soon = replace(one, at=one.at + 47 * HOUR)
    spoiled: dict[str, list[Left]] = {
        "sent, and nobody knows why": [replace(one, row=None)],
        "in the quiet hours (I15)": [replace(one, at=night + 3 * HOUR)],
        "fired late": [replace(one, at=one.row["valid_until"] + HOUR)],
        "of another purpose": [replace(one, row={**one.row, "purpose": "promotional"})],
        "twice (I2, I5)": [one, replace(one, at=one.at + 96 * HOUR)],
        "two within 48 hours": [one, soon],
        "words that were not filled": [replace(one, body="Hi {name}")],
        "another sum than the quoted": [replace(one, body="It is $1.")],
        "another headcount than theirs": [replace(news, body="You are 99.")],
        "a review link to the unhappy": [
            replace(one, body=one.body + " https://reviews.example/hibachi")
        ],
        "by a rule that was not in force": [replace(one, row={**one.row, "step": "5h"})],
    }
    for promise, texts in spoiled.items():
        assert promise in weigh(year.lives, year.trouble, texts), promise
    before = one.at - HOUR
    of_one.stops.append(before)
    of_one.troubles.append((before, one.at + HOUR))
    of_one.wrote_at.append(before)
    seen = weigh(year.lives, replace(year.trouble, paused=((before, one.at + HOUR),)), [one])
    assert {"against consent (I6)", "into an open matter (I7)", "into a conversation"} <= set(seen)
    assert "while paused" in seen
    of_one.zone = ZoneInfo("Pacific/Auckland")
    assert "in the quiet hours (I15)" in weigh(year.lives, year.trouble, [one])
