"""A year of follow-ups: a thousand customers in four zones, and everything that can go wrong.

YEAR_SEED repeats a run, YEAR_CUSTOMERS, YEAR_DAYS and YEAR_KILLS scale it.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

import pytest
from year import OURS, Trouble, open_year
from year_judge import collect, judge
from year_table import stories, table, unseen

from bot.language.embed import Encoder

pytestmark = pytest.mark.soak

SEED = int(os.environ.get("YEAR_SEED", "20261123"))
CUSTOMERS = int(os.environ.get("YEAR_CUSTOMERS", "1000"))
DAYS = int(os.environ.get("YEAR_DAYS", "365"))
KILLS = int(os.environ.get("YEAR_KILLS", "110"))
WHOLE = 350
"""So many days show all that is to be shown."""
FIRST = datetime(2026, 12, 1, 9, tzinfo=OURS)
"""Over both changes of the clocks, Christmas and Thanksgiving."""
LAST = FIRST + timedelta(days=DAYS)


def span(day: int, hour: int, hours: float) -> tuple[datetime, datetime]:
    """From that hour of the year's so-manieth day on."""
    begins = FIRST + timedelta(days=day, hours=hour)
    return begins, begins + timedelta(hours=hours)


TROUBLE = Trouble(
    kills=KILLS,
    vendor_away=(span(12, 0, 9), span(80, 2, 30), span(160, 4, 3), span(300, 0, 50)),
    workers_away=(span(30, 1, 40), span(103, 0, 80), span(210, 3, 170)),
    paused=(span(55, 0, 20), span(250, 2, 60)),
    campaigns=(FIRST + timedelta(days=25, hours=3), FIRST + timedelta(days=200, hours=5)),
    new_rule=(FIRST + timedelta(days=140, hours=13), {"quote_hours": (36,)}),
)


async def test_a_year_annoys_nobody_and_forgets_nobody(
    database_url: str, redis_url: str, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """I5, I6, I7, I12 and I15 over a year of outages, kills and clock changes."""
    began = time.monotonic()
    stores = (database_url, redis_url)
    whole = (FIRST, LAST)
    async with open_year(
        stores, encoder, count=CUSTOMERS, span=whole, trouble=TROUBLE, seed=SEED
    ) as year:
        await year.run(*whole)
        found = await judge(year, LAST)
        with capsys.disabled():
            print("\n" + await table(year, found, time.monotonic() - began))
            print(await stories(year, found))
        assert {what: names[:5] for what, names in found.items() if names} == {}
        assert year.tally["left"] > CUSTOMERS * DAYS / 365
        assert year.killed >= KILLS * 0.8
        if DAYS >= WHOLE:
            assert unseen(year, await collect(year)) == []
