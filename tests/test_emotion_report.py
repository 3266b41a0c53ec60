"""The report on feelings, held to a recount of every row in plain Python, and to a story by hand.

tests/test_emotion_report_shown.py reads it in the console, at the desk and in the terminal.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import fmean, median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from feeling_past import Past, make_past
from follow_up_ground import somebody

from bot.domain import Author
from bot.feelings.history import Recovery
from bot.feelings.report_words import NONE, as_csv, sections
from bot.feelings.reporting import FEW, Fared, Report, fared_in, read_report
from bot.profile import load_profile
from bot.store import unscored
from bot.store.connection import Connection, Pool
from bot.store.unscored import Backlog

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
"""Days of 23 and of 25 hours where the business is."""
BELOW = -0.2


async def report(pool: Pool, last: date, days: int, *, with_words: bool = False) -> Report:
    now = datetime(last.year, last.month, last.day, 21, 15, tzinfo=ZONE)
    async with pool.acquire() as conn:
        return await read_report(conn, PROFILE, days=days, now=now, with_words=with_words)


class Recount:
    """Every row of a span, counted one after the other."""

    def __init__(self, past: Past, last: date, days: int) -> None:
        self.first, self.last = last - timedelta(days - 1), last
        self.past = past
        self.newest: dict[UUID, Any] = {}
        for line in sorted(past.lines, key=lambda each: (each["created_at"], each["id"])):
            self.newest[line["message_id"]] = line
        self.read = [
            (each, self.newest[each["id"]])
            for each in past.messages
            if each["direction"] == "inbound"
            and each["id"] in self.newest
            and self.is_within(each["sent_at"] or each["created_at"])
        ]

    def is_within(self, at: datetime) -> bool:
        return self.first <= at.astimezone(ZONE).date() <= self.last

    def groups(self) -> dict[tuple[str, str], tuple[int, int, float]]:
        found: dict[tuple[str, str], list[float]] = defaultdict(list)
        for message, line in self.read:
            talk = self.past.talks[message["conversation_id"]]
            turn = self.past.turns.get(message["turn_id"], {})
            at = message["sent_at"] or message["created_at"]
            for by, name in (
                ("all", ""),
                ("day", f"{at.astimezone(ZONE).date()}"),
                ("emotion", line["primary_emotion"]),
                ("channel", message["channel"]),
                ("language", message["language"] or talk["language"] or ""),
                ("agent", turn.get("agent") or ""),
                ("topic", turn.get("topic") or turn.get("intent") or ""),
                ("scorer", line["scorer"]),
            ):
                found[by, name].append(line["valence"])
        found.setdefault(("all", ""), [])
        return {
            key: (len(these), sum(each < BELOW for each in these), fmean(these) if these else 0.0)
            for key, these in found.items()
        }

    def courses(self) -> dict[UUID, list[float]]:
        said = sorted(
            (str(m["conversation_id"]), m["sent_at"] or m["created_at"], m["seq"], line["valence"])
            for m, line in self.read
        )
        by_talk = groupby(said, key=lambda each: each[0])
        return {UUID(talk): [each[3] for each in these] for talk, these in by_talk}

    def talks(self) -> tuple[int, int, int, int]:
        courses = self.courses().values()
        down = [each for each in courses if min(each) < BELOW]
        return (
            len(courses),
            len(down),
            sum(each[0] >= BELOW for each in down),
            sum(each[-1] >= BELOW for each in down),
        )

    def left_down(self) -> int:
        talks = self.past.talks
        return sum(
            each[-1] < BELOW and talks[talk]["mode"] != "closed" and not talks[talk]["erased_at"]
            for talk, each in self.courses().items()
        )

    def alarms(self) -> dict[tuple[str, str], tuple[int, int, int, int, int, float | None]]:
        rung: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for each in self.past.alarms:
            if self.is_within(each["created_at"]):
                rung[each["trigger"], each["severity"]].append(each)
        return {key: self.rung(these) for key, these in rung.items()}

    def rung(self, these: list[Any]) -> tuple[int, int, int, int, int, float | None]:
        handed = [each for each in these if each["escalation_id"]]
        settled = [each for each in handed if each["resolved_at"]]
        waits = [wait for each in handed if (wait := self.wait(each)) is not None]
        return (
            len(these),
            len(handed),
            len(settled),
            sum(each["outcome"] == "not_needed" for each in settled),
            len(waits),
            median(waits) if waits else None,
        )

    def wait(self, alarm: Any) -> float | None:
        said = [
            each["created_at"]
            for each in self.past.messages
            if each["conversation_id"] == alarm["conversation_id"]
            and (each["author"], each["direction"]) == ("staff", "outbound")
            and each["status"] not in ("dropped", "failed")
            and each["created_at"] >= alarm["created_at"]
            and (not alarm["resolved_at"] or each["created_at"] <= alarm["resolved_at"])
        ]
        return (min(said) - alarm["created_at"]).total_seconds() if said else None


def agrees(found: Report, wanted: Recount) -> None:
    groups = {(each.by, each.name): each for each in found.groups}
    counted = wanted.groups()
    assert groups.keys() == counted.keys()
    for key, (count, unhappy, mean) in counted.items():
        each = groups[key]
        assert (each.count, each.unhappy) == (count, unhappy), key
        assert each.mean == pytest.approx(mean, abs=1e-6), key
    talks = found.talks
    assert (talks.count, talks.unhappy, talks.went_down, talks.came_back) == wanted.talks()
    assert found.open_unhappy == wanted.left_down()
    assert {
        (each.trigger, each.severity.value): (
            each.count,
            each.handed,
            each.settled,
            each.not_needed,
            each.answered,
            each.answer_s if each.answer_s is None else pytest.approx(each.answer_s),
        )
        for each in found.alarms
    } == wanted.alarms()
    assert [day.on for day in found.days] == [
        wanted.first + timedelta(place) for place in range(len(found.days))
    ]
    assert sum(day.count for day in found.days) == found.count


@pytest.mark.parametrize("seed", [7, 26])
async def test_every_figure_is_that_of_a_plain_recount(pool: Pool, seed: int) -> None:
    """I15: days of 23 and 25 hours are days; rescored messages count once, by the newest line."""
    past = await make_past(pool, random.Random(seed), around=(SPRING, AUTUMN), zone=ZONE)
    for last, days in (
        (SPRING, 1),
        (SPRING + timedelta(3), 7),
        (AUTUMN, 1),
        (AUTUMN - timedelta(1), 1),
        (AUTUMN + timedelta(5), 30),
        (AUTUMN + timedelta(9), 366),
        (date(2025, 1, 1), 7),
    ):
        found = await report(pool, last, days, with_words=True)
        wanted = Recount(past, last, days)
        agrees(found, wanted)
        quoted_rightly(found, wanted)
    assert found.count == 0
    assert len((await report(pool, AUTUMN + timedelta(9), 366)).worst) == 10


def quoted_rightly(found: Report, wanted: Recount) -> None:
    """I13: the lowest of those who may be quoted; nobody who is erased or wants to be forgotten."""
    talks, courses = wanted.past.talks, wanted.courses()
    may = {
        talk: min(course)
        for talk, course in courses.items()
        if not talks[talk]["erased_at"] and not talks[talk]["is_forgotten"]
    }
    lowest = sorted(each for each in may.values() if each < BELOW)[:10]
    assert [each.valence for each in found.worst] == pytest.approx(lowest)
    assert {each.conversation_id for each in found.worst} <= may.keys()
    for each in found.worst:
        assert each.valence == pytest.approx(may[each.conversation_id])
        assert each.words.startswith("words ")
    assert not any(talks[each.conversation_id]["erased_at"] for each in found.open)
    for each in found.open:
        assert courses[each.conversation_id][-1] == pytest.approx(each.valence)


async def test_nobody_is_quoted_to_whoever_did_not_ask_for_words(pool: Pool) -> None:
    """I13: figures alone, and as a table for other programs not even whose they are."""
    at = datetime(2026, 11, 2, 20, tzinfo=UTC)
    dana = await somebody(pool, name="Dana Quill", at=at)
    await dana.wrote("You ruined my wedding", at, emotion="angry", intensity=0.9)
    silent = await report(pool, date(2026, 11, 2), 7)
    (worst,) = silent.worst
    assert (worst.words, worst.customer_name) == ("", "Dana Quill")
    (quoted,) = (await report(pool, date(2026, 11, 2), 7, with_words=True)).worst
    assert quoted.words == "You ruined my wedding"
    told = as_csv(silent)
    assert "Dana" not in told
    assert str(dana.customer_id) not in told
    lines = list(csv.DictReader(io.StringIO(told)))
    assert {"section": "By channel", "name": "sms", "figure": "messages", "value": "1"} in lines
    assert {"section": "By channel", "name": "sms", "figure": "mean", "value": NONE} in lines


def recovery(change: float, *, author: Author = Author.BOT, agent: str = "general") -> Recovery:
    return Recovery(
        message_id=UUID(int=1),  # type: ignore[arg-type]  # Any id will do.
        conversation_id=UUID(int=2),  # type: ignore[arg-type]  # As above.
        customer_id=UUID(int=3),  # type: ignore[arg-type]  # As above.
        at=datetime(2026, 11, 2, tzinfo=UTC),
        author=author,
        agent=agent,
        topic="",
        was=-0.6,
        became=-0.6 + change,
    )


def test_few_answers_have_a_count_and_no_figure() -> None:
    """Nineteen say nothing of the twentieth; of more the uncertainty is said with the share."""
    few = [recovery(0.5)] * (FEW - 1)
    many = [*[recovery(0.5, author=Author.STAFF, agent="")] * 15, *[recovery(-0.4)] * 5]
    found = {(each.by, each.name): each for each in fared_in(few)}
    assert found["all", ""].share is None
    assert found["all", ""] == Fared(
        by="all", name="", better=19, same=0, worse=0, change=pytest.approx(0.5)
    )
    share = {each.by: each for each in fared_in(many)}["all"].share
    assert share == pytest.approx((0.75, 0.531, 0.888), abs=1e-3)
    assert Counter(each.by for each in fared_in(many)) == {
        "all": 1,
        "author": 2,
        "agent": 2,
        "topic": 1,
    }


async def test_nothing_was_ever_said(pool: Pool) -> None:
    """An empty house has a report too, in every table."""
    found = await report(pool, date(2026, 11, 2), 7)
    assert (found.count, found.talks.count, found.open, found.worst) == (0, 0, (), ())
    shown = {each.kind: each for each in sections(found)}
    assert len(shown["days"].rows) == 7
    assert shown["alarms"].rows == ()
    assert all(row[-1] == NONE for row in shown["talks"].rows)


async def test_all_figures_are_of_one_moment(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in after the first of them was counted is in none of them."""
    at = datetime(2026, 11, 2, 20, tzinfo=UTC)
    dana = await somebody(pool, at=at)
    count = unscored.read_backlog

    async def meanwhile(conn: Connection) -> Backlog:
        await dana.wrote("nobody came", at)
        await pool.execute("UPDATE messages SET scored = false")
        return await count(conn)

    monkeypatch.setattr(unscored, "read_backlog", meanwhile)
    found = await report(pool, date(2026, 11, 2), 7)
    assert (found.count, found.backlog.count) == (0, 0)
    async with pool.acquire() as conn:
        assert (await count(conn)).count == 1
