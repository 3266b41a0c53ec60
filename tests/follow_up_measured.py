"""Follow-ups that went, written straight into the database, and the job that measures them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast
from uuid import UUID

from follow_up_ground import NOW, Somebody

from bot.deps import Deps
from bot.domain_booking import BookingId
from bot.profile import load_profile
from bot.store.connection import Pool
from jobs.base import JobDeps
from jobs.measure_follow_ups import run

PROFILE = load_profile()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

_SENT = """INSERT INTO follow_ups (customer_id, cause, due_at, status, sent_at, created_at,
  booking_id, message_id, arm, wording, language, channel, local_hour, answered_at, reason,
  watched_until, about)
VALUES ($1, $2, $3, $4, $3, $3, $5, $6, $7, $2 || '_any_a', 'en', 'sms', 11, $8, $9, $10, $11)
RETURNING id"""


class Then:
    """The clock of a job at a moment."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class Service:
    """What the job asks for of a worker."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.profile, self.clock = pool, PROFILE, Then(NOW)

    @property
    def bot(self) -> Deps:
        return cast(Deps, self)

    async def measured(self, at: datetime) -> None:
        self.clock = Then(at)
        await run(cast(JobDeps, self))


async def went(
    who: Somebody,
    cause: str,
    at: datetime,
    *,
    booking: BookingId | None = None,
    watched: timedelta = 14 * DAY,
    status: str = "sent",
    arm: str = "",
    answered: datetime | None = None,
    reason: str | None = None,
    about: dict[str, object] | None = None,
) -> UUID:
    message_id = None
    if status == "sent":
        message_id = await who.was_told("Hello", at, unasked="follow_up")
    back = "skipped" if arm == "holdout" else status
    given = (cause, at, back, booking, None if arm else message_id, arm, answered, reason)
    made = await who.pool.fetchval(_SENT, who.customer_id, *given, at + watched, about or {})
    return UUID(str(made))


async def state(pool: Pool, row_id: UUID) -> tuple[str, bool, Decimal | None]:
    row = await pool.fetchrow("SELECT * FROM follow_ups WHERE id = $1", row_id)
    assert row is not None
    return row["status"], row["converted_at"] is not None, row["revenue"]
