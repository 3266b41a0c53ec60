"""What customers answer to a follow-up: which one their words belong to, and what is kept of it.

A turn writes what it has read in its own transaction; `note_answers` finds what no turn has told,
such as words that staff answer, and may run at any time and twice. Who opts out after one is
bot/store/follow_up_results.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.domain import AddressId, CustomerId, MessageId, QuoteId, StoredMessage
from bot.domain_booking import Booking, BookingId
from bot.domain_follow_ups import FollowUpId
from bot.domain_followed import FollowedUp
from bot.store.connection import Connection
from bot.store.escalations import WITH_A_PERSON, WITH_STAFF

ANSWERED_WITHIN = "interval '7 days'"
"""Later than this, words that name nothing of it answer something else."""
DECLINED = "the customer said no"

_REACHED = "coalesce(m.sent_at, m.claimed_at, f.changed_at)"

# What machines send is no answer, and neither is the wish to hear no more of us.
_HEARD = f"""h.direction = 'inbound' AND h.author = 'customer' AND (h.status = 'answered'
  OR (h.status = 'ignored' AND h.reason IN ('{WITH_A_PERSON}', '{WITH_STAFF}')))
  AND NOT EXISTS (SELECT FROM consents o WHERE o.address_id = h.address_id
    AND o.message_id = h.id AND o.act = 'opt_out')"""

# A long one went out in parts, and what may be tapped stands under the last.
_FOUND = f"""SELECT f.id, f.cause, f.step, f.key, f.booking_id, f.quote_id, f.wording, whole.*,
  m.rest -> 'fields' AS fields, {_REACHED} AS reached_at,
  f.answered_at IS NULL AND NOT EXISTS (SELECT FROM conversations c
    JOIN messages h ON h.conversation_id = c.id WHERE c.customer_id = f.customer_id
    AND h.created_at > {_REACHED} AND {_HEARD}) AS is_open
FROM follow_ups f JOIN messages m ON m.id = f.message_id
CROSS JOIN LATERAL (SELECT array_agg(p.id) AS message_ids,
    coalesce(array_agg(p.external_id) FILTER (WHERE p.external_id IS NOT NULL), '{{}}')
      AS external_ids,
    string_agg(p.text, E'\\n' ORDER BY p.seq) AS text,
    (array_agg(p.rest -> 'choices' ORDER BY p.seq DESC))[1] AS choices
  FROM messages p WHERE p.address_id = m.address_id AND p.direction = 'outbound'
    AND (p.rest ? 'unasked' OR p.purpose = 'promotional')
    AND coalesce(p.sent_at, p.claimed_at) > $2::timestamptz - {ANSWERED_WITHIN}
    AND (p.id = m.id OR p.rest ->> 'follow_up' = f.id::text)) AS whole
WHERE f.customer_id = $1 AND f.watched_until > $2
  AND f.status IN ('sending', 'sent', 'unknown', 'answered', 'converted')
  AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unknown')
  AND {_REACHED} > $2::timestamptz - {ANSWERED_WITHIN} AND whole.text IS NOT NULL
ORDER BY whole.external_ids && $3::text[] DESC, {_REACHED} DESC LIMIT 1"""

_ANSWERED = f"""UPDATE follow_ups f SET
  status = CASE f.status WHEN 'converted' THEN f.status ELSE 'answered' END, reason = NULL,
  answered_at = $3, answer_id = $2, sent_at = coalesce(f.sent_at, {_REACHED}),
  changed_at = $4, changed_by = ''
FROM messages m
WHERE f.id = $1 AND m.id = f.message_id AND f.answered_at IS NULL
  AND f.status IN ('sending', 'sent', 'unknown', 'converted')
RETURNING f.id"""

_CONFIRM = """UPDATE bookings SET headcount_confirmed_at = $5
WHERE id = $1 AND customer_id = $2 AND starts_at = $3 AND headcount = $4
  AND status IN ('held', 'confirmed', 'changed') AND agreed_at IS NOT NULL RETURNING id"""

_FEEDBACK = """INSERT INTO feedback (customer_id, booking_id, rating, words, follow_up_id,
  message_id, created_at)
SELECT customer_id, booking_id, $2, $3, id, $4, $5 FROM follow_ups WHERE id = $1
ON CONFLICT ON CONSTRAINT one_feedback_per_follow_up DO NOTHING"""

_STOP_ASKING = """UPDATE follow_ups SET status = 'cancelled', reason = $3, changed_at = $4,
  changed_by = ''
WHERE customer_id = $1 AND cause = ANY($2::text[]) AND status IN ('planned', 'due', 'held')
  AND message_id IS NULL AND planned_by = ''"""

_SAID_NO = """UPDATE follow_ups SET about = about || '{"answer": "no"}' WHERE id = $1"""

_HAS_DECLINED = """SELECT EXISTS (SELECT FROM follow_ups WHERE customer_id = $1
  AND cause = ANY($2::text[]) AND answered_at > $3 AND about ->> 'answer' = 'no')"""

# Asked where it may be answered: of nobody who has said anything about offers or left anywhere.
_MAY_ASK = """SELECT EXISTS (SELECT FROM addresses a WHERE a.id = $2 AND a.promotional = 'unknown')
  AND NOT EXISTS (SELECT FROM addresses a WHERE a.customer_id = $1
    AND 'revoked' IN (a.consent, a.promotional))
  AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.customer_id = $1
    AND (f.about ->> 'asked_offers_at')::timestamptz > $3)"""

_ASKED = """UPDATE follow_ups SET about = about || jsonb_build_object('asked_offers_at', $2::text)
WHERE id = $1"""

# Whoever has not written at all since it went is passed over without a look at any message.
_WATCHED = f"""WITH watched AS (
  SELECT f.id, f.customer_id, {_REACHED} AS reached_at, least(f.watched_until, (
    SELECT min(coalesce(n.sent_at, n.claimed_at)) FROM follow_ups l
    JOIN messages n ON n.id = l.message_id
    WHERE l.customer_id = f.customer_id AND l.id <> f.id
      AND coalesce(n.sent_at, n.claimed_at) > {_REACHED})) AS until
  FROM follow_ups f JOIN messages m ON m.id = f.message_id
  WHERE f.watched_until IS NOT NULL AND f.answered_at IS NULL
    AND f.status IN ('sending', 'sent', 'unknown', 'converted')
    AND m.status IN ('sending', 'sent', 'delivered', 'read', 'unknown')
    AND EXISTS (SELECT FROM addresses a WHERE a.customer_id = f.customer_id
      AND a.last_inbound_at > {_REACHED} - interval '1 hour')
)"""

_ANSWERS = f"""FROM watched w JOIN conversations c ON c.customer_id = w.customer_id
  JOIN messages h ON h.conversation_id = c.id
  WHERE h.created_at > w.reached_at AND h.created_at <= w.until AND {_HEARD}"""

_NOTE = f"""{_WATCHED}, first AS (
  SELECT DISTINCT ON (w.id) w.id, w.reached_at, h.id AS answer_id, h.created_at AS answered_at
  {_ANSWERS}
  ORDER BY w.id, h.created_at, h.seq
)
UPDATE follow_ups f SET
  status = CASE f.status WHEN 'converted' THEN f.status ELSE 'answered' END, reason = NULL,
  answered_at = first.answered_at, answer_id = first.answer_id,
  sent_at = coalesce(f.sent_at, first.reached_at), changed_at = $1, changed_by = ''
FROM first WHERE f.id = first.id AND f.answered_at IS NULL"""

# The very same question: words that are no answer, such as a STOP, must not ring for ever.
_IS_DUE = f"{_WATCHED} SELECT EXISTS (SELECT {_ANSWERS})"


async def find_followed(
    conn: Connection,
    customer_id: CustomerId,
    waiting: Sequence[StoredMessage],
    *,
    now: datetime,
) -> FollowedUp | None:
    """The one under which they tapped or that they quote, else the newest that reached them."""
    named = [message.replied_to for message in waiting if message.replied_to]
    row = await conn.fetchrow(_FOUND, customer_id, now, named)
    return None if row is None else _to_followed(row)


def _to_followed(row: asyncpg.Record) -> FollowedUp:
    fields: Mapping[str, object] = row["fields"] or {}
    return FollowedUp(
        id=FollowUpId(row["id"]),
        cause=row["cause"],
        step=row["step"],
        key=row["key"],
        booking_id=None if row["booking_id"] is None else BookingId(row["booking_id"]),
        quote_id=None if row["quote_id"] is None else QuoteId(row["quote_id"]),
        message_ids=tuple(map(MessageId, row["message_ids"])),
        external_ids=tuple(row["external_ids"]),
        text=row["text"],
        choices=tuple(str(each["title"]) for each in row["choices"] or ()),
        reached_at=row["reached_at"],
        is_open=row["is_open"],
        wording=row["wording"] or "",
        fields={name: str(value) for name, value in fields.items()},
    )


async def mark_answered(
    conn: Connection,
    follow_up_id: FollowUpId,
    answer: StoredMessage,
    *,
    at: datetime,
) -> bool:
    """Their first words after it; False where it has an answer already."""
    made = (follow_up_id, answer.id, answer.created_at, at)
    return await conn.fetchval(_ANSWERED, *made) is not None


async def confirm_headcount(conn: Connection, booking: Booking, *, at: datetime) -> bool:
    """The number stands, for the event as it was shown; False where it is another by now."""
    of = (booking.id, booking.customer_id, booking.starts_at, booking.headcount)
    return await conn.fetchval(_CONFIRM, *of, at) is not None


async def keep_feedback(
    conn: Connection,
    follow_up_id: FollowUpId,
    message_id: MessageId,
    *,
    rating: int | None,
    words: str,
    at: datetime,
) -> None:
    """How they found it, in their words; the first answer counts."""
    await conn.execute(_FEEDBACK, follow_up_id, rating, words, message_id, at)


async def decline(
    conn: Connection,
    follow_up_id: FollowUpId,
    customer_id: CustomerId,
    causes: Sequence[str],
    *,
    at: datetime,
) -> None:
    """They said no to it: what rules have planned for these causes is taken back.

    That they said so stays on the row, for `has_declined`; it is no opt-out.
    """
    await conn.execute(_SAID_NO, follow_up_id)
    await conn.execute(_STOP_ASKING, customer_id, list(causes), DECLINED, at)


async def has_declined(
    conn: Connection, customer_id: CustomerId, causes: Sequence[str], *, since: datetime
) -> bool:
    """Whether they have answered no to a message of one of these causes."""
    return bool(await conn.fetchval(_HAS_DECLINED, customer_id, list(causes), since))


async def may_ask_for_offers(
    conn: Connection, customer_id: CustomerId, address_id: AddressId, *, since: datetime
) -> bool:
    """Whether they may be asked there if they want to hear of offers."""
    return bool(await conn.fetchval(_MAY_ASK, customer_id, address_id, since))


async def note_asked_for_offers(
    conn: Connection, follow_up_id: FollowUpId, *, at: datetime
) -> None:
    """They were asked, below the answer to what they said to this one."""
    await conn.execute(_ASKED, follow_up_id, at.isoformat())


async def is_due(conn: Connection) -> bool:
    """Whether anybody who is watched has answered."""
    return bool(await conn.fetchval(_IS_DUE))


async def note_answers(conn: Connection, now: datetime) -> int:
    """Find the answers that no turn has noted; how many there were."""
    done: str = await conn.execute(_NOTE, now)
    return int(done.rpartition(" ")[2])
