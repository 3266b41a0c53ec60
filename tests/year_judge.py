"""Holds what the vendor was given in a year against what was true: no line of the service is asked.

Every rule is reckoned anew from the notes of tests/year_lives.py and from plain rows. Each finding
names the follow-up, so that it can be looked into.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from year import Trouble, Year, is_in
from year_judge_words import NEWS, OFFERS, SLACK, of_new_rule, of_rule, of_words
from year_life import Left, Life
from year_lives import Lives

GAP = timedelta(hours=48)
TALK = timedelta(hours=4)
WEEK, A_WEEK = timedelta(days=7), 3
DAY_OPENS, DAY_CLOSES = time(9), time(20)
OFF_DAYS = {
    "2026-11-26", "2026-12-24", "2026-12-25", "2027-01-01", "2027-11-25", "2027-12-24",
    "2027-12-25", "2028-01-01",
}  # fmt: skip

_ROWS = """SELECT m.external_id AS sid, f.id, f.key, f.cause, f.step, f.status, f.valid_until,
  f.booking_id::text, f.quote_id::text, m.purpose, m.rest ? 'unasked' AS is_unasked,
  f.message_id IS NOT DISTINCT FROM m.id AS is_its_own
FROM messages m LEFT JOIN follow_ups f ON f.id = (m.rest ->> 'follow_up')::uuid
WHERE m.direction = 'outbound' AND m.external_id IS NOT NULL"""
_STUCK = """SELECT f.id, f.cause, f.status, f.reason, f.due_at, m.status AS message
FROM follow_ups f LEFT JOIN messages m ON m.id = f.message_id
WHERE f.status IN ('planned', 'due', 'held', 'sending')
  AND f.due_at < $1::timestamptz - interval '4 days'"""
_UNEXPLAINED = """SELECT id, cause, status FROM follow_ups
WHERE status IN ('skipped', 'cancelled', 'held', 'unknown') AND coalesce(reason, '') = ''"""
_UNPLANNED = """SELECT q.id FROM quotes q WHERE q.created_at < $1::timestamptz - interval '4 days'
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.quote_id = q.id)
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.customer_id = q.customer_id
    AND b.agreed_at < q.created_at + interval '30 hours' AND b.ends_at > q.created_at)
  AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = q.conversation_id
    AND m.direction = 'inbound' AND m.created_at > q.created_at
    AND m.created_at < greatest(q.created_at + interval '30 hours', (SELECT max(ends)
      FROM unnest($2::timestamptz[], $3::timestamptz[]) AS away (begins, ends)
      WHERE q.created_at > begins - interval '12 hours' AND q.created_at < ends)))
  AND NOT EXISTS (SELECT FROM quotes n WHERE n.conversation_id = q.conversation_id
    AND n.version > q.version AND n.created_at < q.created_at + interval '30 hours')
  AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.quote_id = q.id)"""
_UNREMINDED = """SELECT b.id FROM bookings b WHERE b.status IN ('confirmed', 'changed', 'completed')
  AND b.agreed_at > $1 AND b.agreed_at < b.starts_at - interval '9 days' AND b.moves = 0
  AND NOT EXISTS (SELECT FROM follow_ups f
    WHERE f.booking_id = b.id AND f.cause = 'before_event')"""


async def collect(year: Year) -> list[Left]:
    """Every text of the year that nobody asked for, in order."""
    rows = {row["sid"]: dict(row) for row in await year.world.rows(_ROWS)}
    texts = [m for m in year.world.stand_ins.twilio.messages if not m.inbound and not m.by_network]
    return [
        Left(m.sid, m.customer, m.created_at, m.body, rows.get(m.sid))
        for m in sorted(texts, key=lambda m: m.created_at)
        if m.sid not in rows or rows[m.sid]["id"] or rows[m.sid]["is_unasked"]
    ]


def weigh(lives: Lives, trouble: Trouble, left: list[Left]) -> dict[str, list[str]]:
    """What is wrong with what left, by promise."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in left:
        life = lives.by_handle[each.handle]
        if each.row is None:
            found["sent, and nobody knows why"].append(each.name)
            continue
        if each.is_notice:
            for promise in _of_hour(life, each):
                found[promise].append(each.name)
            continue
        wrong = [
            *_of_hour(life, each),
            *_of_moment(life, trouble, each),
            *of_words(life, each),
            *of_rule(life, each),
        ]
        for promise in wrong + list(of_new_rule(life, trouble, each)):
            found[promise].append(each.name)
    for promise, name in _among(left):
        found[promise].append(name)
    return dict(found)


async def judge(year: Year, last: datetime) -> dict[str, list[str]]:
    """All that is wrong, by promise; empty lists where nothing is."""
    found = weigh(year.lives, year.trouble, await collect(year))
    # Who wrote while the workers were away has ended the matter by themselves.
    away = tuple(map(list, zip(*year.trouble.workers_away, strict=True)))
    for promise, query, arguments in (
        ("lost: still waiting long after it was due", _STUCK, (last,)),
        ("left out without a reason", _UNEXPLAINED, ()),
        ("lost: a quote that nobody followed up", _UNPLANNED, (last, *away)),
        ("lost: an event that nobody was reminded of", _UNREMINDED, (year.began_at,)),
    ):
        rows = await year.world.rows(query, *arguments)
        found[promise] = [str(dict(row)) for row in rows]
    found["owed again and again"] = [f"{job}: {n} times" for job, n in year.endless.items()]
    return found


def _of_hour(life: Life, left: Left) -> Iterator[str]:
    """What nothing unasked may do, whatever it is."""
    local = left.at.astimezone(life.zone)
    closes = (datetime.combine(local, DAY_CLOSES) + SLACK).time()
    if life.has_stopped(left.at - SLACK):
        yield "against consent (I6)"
    if not DAY_OPENS <= local.time() < closes:
        yield "in the quiet hours (I15)"


def _of_moment(life: Life, trouble: Trouble, left: Left) -> Iterator[str]:
    """Why it should not have gone then."""
    at, row, before = left.at, left.row or {}, left.at - SLACK
    until = row["valid_until"]
    is_offer, is_own = row["cause"] in OFFERS, row["cause"] == "staff"
    is_wrong = {
        "an offer to who agreed to none (I6)": is_offer and not life.agreed(before),
        "into an open matter (I7)": any(
            begins < before and at < ends for begins, ends in life.troubles
        ),
        "into a conversation": not is_own and _is_talking(life, row, at),
        "while paused": is_in(before, trouble.paused) and is_in(at, trouble.paused) and not is_own,
        "on a day off": at.astimezone(life.zone).date().isoformat() in OFF_DAYS,
        "fired late": until is not None and at > until + SLACK,
        "of another purpose": row["purpose"] != _purpose_of(row["cause"]),
    }
    yield from (promise for promise, wrong in is_wrong.items() if wrong)


def _is_talking(life: Life, row: Mapping[str, Any], at: datetime) -> bool:
    """News of an event that could not wait comes half an hour after the last word."""
    least = timedelta(minutes=30) if row["cause"] in NEWS else TALK
    return any(at - least < wrote < at - SLACK for wrote in life.wrote_at)


def _purpose_of(cause: str) -> str:
    if cause in OFFERS:
        return "promotional"
    return "essential" if cause in NEWS else "conversational"


def _among(left: list[Left]) -> Iterator[tuple[str, str]]:
    """What is wrong with several texts together."""
    keys = Counter(each.row["key"] for each in left if each.row and each.row["id"])
    yield from (("twice (I2, I5)", key) for key, count in keys.items() if count > 1)
    matters = Counter(_matter_of(each) for each in left if each.row and each.row["booking_id"])
    yield from (
        ("twice about one event", str(matter)) for matter, count in matters.items() if count > 1
    )
    by_person: dict[str, list[Left]] = defaultdict(list)
    for each in left:
        by_person[each.handle].append(each)
    for texts in by_person.values():
        for one, next_one in pairwise(texts):
            if not next_one.is_notice and next_one.at - one.at < GAP - SLACK:
                yield "two within 48 hours", f"{one.name} then {next_one.name}"
        owed = [each for each in texts if not each.is_notice and not each.is_news]
        for one, fourth in zip(owed, owed[A_WEEK:], strict=False):
            if fourth.at - one.at < WEEK - SLACK:
                yield "more than three in a week", f"{one.name} to {fourth.name}"


def _matter_of(left: Left) -> tuple[str, ...]:
    """One of a cause and step, for an event at its moment: the key ends with that."""
    row = left.row or {}
    moment = row["key"].rpartition(":")[2] if row["cause"] == "before_event" else ""
    return (row["booking_id"], row["cause"], row["step"], moment)
