"""/console/feelings/review: one message at a time, how each read it, and what is true.

Nothing is chosen before somebody chooses it, or they would agree with whoever read it first. What
is settled becomes a line for the next training (`concierge emotions export`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain import Emotion, MessageId, Polarity, PrimaryEmotion
from bot.errors import NotFound
from bot.feelings.reviewing import read_verdict, settle, verdict_of
from bot.follow_ups.refusing import say_at
from bot.store import emotion_reviews
from bot.store.connection import Connection, borrow
from bot.store.emotion_reviews import Review, Verdict
from handlers.console.base import ID, Asked, GoTo, Office, Page, Shown, read_id

PATH = "/feelings/review"
ONE = f"{PATH}/{ID}"
AHEAD_MAX = 200
FIELDS = ("primary", "polarity", "intensity", "escalate")
SOURCES = {
    "model": "A language model reads it otherwise",
    "staff": "Staff have shown that it was read wrongly, or may have been",
    "unsure": "The scorer was not sure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBy:
    """A reading as the page shows it."""

    name: str
    """What the button calls it."""
    key: str
    emotion: Emotion


async def show_next(office: Office, asked: Asked) -> Shown:
    """GET: the first that waits, or the one after the message that `after` names."""
    async with borrow(office.pool) as conn:
        found = await emotion_reviews.list_open(conn, limit=AHEAD_MAX)
    after = asked.query.get("after", "")
    places = {str(each.message_id): place + 1 for place, each in enumerate(found)}
    start = places.get(after, 0)
    if not found:
        return _shown(office, None, 0)
    return _shown(office, found[start % len(found)], len(found))


async def show_one(office: Office, asked: Asked) -> Shown:
    """GET: the review of a message, settled or not."""
    async with borrow(office.pool) as conn:
        review = await _get(conn, asked)
        waiting = len(await emotion_reviews.list_open(conn, limit=AHEAD_MAX))
    return _shown(office, review, waiting)


async def keep(office: Office, asked: Asked) -> Shown | GoTo:
    """POST: settled and on to the next; or the page again with what is wrong, or whose it is."""
    message_id = MessageId(read_id(asked.id))
    async with borrow(office.pool) as conn, conn.transaction():
        review = await _get(conn, asked)
        verdict, errors = _verdict(review, asked.form)
        if not errors:
            now = office.clock.now()
            settled = await settle(conn, message_id, verdict, by=asked.by.id, now=now)
            if settled.is_new:
                return GoTo(path=PATH, said="reviewed" if verdict else "left_out")
            review = settled.review
        waiting = len(await emotion_reviews.list_open(conn, limit=AHEAD_MAX))
    return _shown(office, review, waiting, given=asked.form, errors=errors)


def _verdict(review: Review, form: Mapping[str, str]) -> tuple[Verdict | None, Mapping[str, str]]:
    """What was pressed: a reading taken as it is, nothing to be said, or the four fields."""
    taken = form.get("take", "")
    readings = {each.key: each.emotion for each in _readings(review)}
    if taken in readings:
        return verdict_of(readings[taken]), {}
    if taken == "none":
        return None, {}
    return read_verdict(form)


def _readings(review: Review) -> tuple[ReadBy, ...]:
    ours = ReadBy(name="the scorer", key="ours", emotion=review.ours)
    if review.theirs is None:
        return (ours,)
    return (ours, ReadBy(name="the language model", key="theirs", emotion=review.theirs))


async def _get(conn: Connection, asked: Asked) -> Review:
    review = await emotion_reviews.find(conn, MessageId(read_id(asked.id)))
    if review is None:
        raise NotFound("this message is not to be reviewed any more")
    return review


def _shown(
    office: Office,
    review: Review | None,
    waiting: int,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Shown:
    zone = ZoneInfo(office.profile.business.zone)
    facts = {
        "review": review,
        "waiting": waiting,
        "many": waiting >= AHEAD_MAX,
        "when": say_at(office.profile, review.said_at, zone) if review else "",
        "source": SOURCES[review.source] if review else "",
        "readings": _readings(review) if review else (),
        "primaries": [(each.value, each.value) for each in PrimaryEmotion],
        "polarities": [(each.value, each.value) for each in Polarity],
        "values": {name: (given or {}).get(name, "") for name in FIELDS},
        "errors": dict(errors or {}),
        "who": (review.customer_name or "Somebody") if review else "",
    }
    is_late = given is not None and not errors
    status = 422 if errors else 409 if is_late else 200
    return Shown(template="feelings_review.html", title="Readings", facts=facts, status=status)


page = Page(reads={PATH: show_next, ONE: show_one}, writes={ONE: keep}, label="Readings", place=7)
