"""Messages whose reading a person should look at, their verdicts, and what may become of them.

A message of somebody who was erased, or has asked to be forgotten, is neither found nor shown nor
told on. bot/feelings/reviewing.py decides; bot/store/emotion_asks.py has what a model is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.domain import ConversationId, CustomerId, Emotion, MessageId, Polarity, PrimaryEmotion
from bot.language.emotion_input import Said
from bot.store.connection import Connection
from bot.store.unscored import BEFORE

Source = Literal["model", "staff", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody says is true of a message."""

    primary: PrimaryEmotion
    polarity: Polarity
    intensity: float
    escalate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A message that may be put before a person, once."""

    message_id: MessageId
    language: str
    """Empty where it is not known."""
    source: Source
    why: str
    ours: Emotion
    theirs: Emotion | None = None
    """How the language model read it, where it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A row with what one needs to judge it."""

    message_id: MessageId
    conversation_id: ConversationId
    customer_id: CustomerId
    customer_name: str
    text: str
    before: tuple[Said, ...]
    language: str
    channel: str
    said_at: datetime
    source: Source
    why: str
    ours: Emotion
    theirs: Emotion | None
    verdict: Verdict | None
    """None while it is open, and where it was left out."""
    settled_by: str
    settled_by_name: str
    settled_at: datetime | None


FORGOTTEN = """(EXISTS (SELECT FROM customers p WHERE p.id = c.customer_id
    AND p.erased_at IS NOT NULL)
  OR EXISTS (SELECT FROM memories y WHERE y.customer_id = c.customer_id
    AND y.forgotten_at IS NOT NULL))"""
"""SQL: whether the customer of conversation `c` was erased, or has asked us to forget anything."""

_HOLD = "SELECT pg_advisory_xact_lock(hashtext('emotion reviews'))"

_OPEN = f"""SELECT coalesce(m.language, c.language, '') AS language, count(*) AS count
FROM emotion_reviews r JOIN messages m ON m.id = r.message_id
JOIN conversations c ON c.id = m.conversation_id
WHERE r.settled_at IS NULL AND NOT {FORGOTTEN} GROUP BY 1"""

_ADD = """INSERT INTO emotion_reviews (message_id, source, ours, theirs, why, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (message_id) DO NOTHING"""

_REVIEW = f"""SELECT r.message_id, m.conversation_id, c.customer_id,
  coalesce(p.name, '') AS customer_name, left(m.text, 4000) AS text, ({BEFORE}) AS before,
  coalesce(m.language, c.language, '') AS language, m.channel,
  coalesce(m.sent_at, m.created_at) AS said_at, r.source, r.why, r.ours, r.theirs, r.verdict,
  coalesce(r.settled_by, '') AS settled_by,
  coalesce(s.name, r.settled_by, '') AS settled_by_name, r.settled_at
FROM emotion_reviews r JOIN messages m ON m.id = r.message_id
JOIN conversations c ON c.id = m.conversation_id JOIN customers p ON p.id = c.customer_id
LEFT JOIN staff_members s ON s.id = r.settled_by
WHERE m.text <> '' AND NOT {FORGOTTEN}"""

# What staff said themselves comes first, then what is newest of each kind.
_LIST_OPEN = f"""{_REVIEW} AND r.settled_at IS NULL
ORDER BY (r.source = 'staff') DESC, (r.source = 'model') DESC, r.created_at, r.message_id
LIMIT $1"""

_FIND = f"{_REVIEW} AND r.message_id = $1"

_SETTLE = """UPDATE emotion_reviews SET verdict = $2, settled_by = $3, settled_at = $4
WHERE message_id = $1 AND settled_at IS NULL RETURNING true"""

_SETTLED = f"""{_REVIEW} AND r.settled_at >= $1 AND r.verdict ? 'primary'
ORDER BY r.settled_at, r.message_id"""

_PERSONAL = """SELECT p.name AS value FROM customers p WHERE p.id = $1 AND p.name IS NOT NULL
UNION SELECT a.value FROM addresses a WHERE a.customer_id = $1
UNION SELECT y.value FROM memories y WHERE y.customer_id = $1 AND y.value <> ''
  AND y.kind IN ('name', 'email', 'address', 'zip_code', 'phone', 'contact')
UNION SELECT b.address FROM bookings b WHERE b.customer_id = $1
UNION SELECT b.code FROM bookings b WHERE b.customer_id = $1
UNION SELECT f.name FROM chefs f UNION SELECT s.name FROM staff_members s"""


async def hold(conn: Connection) -> None:
    """Let nobody else add any until this transaction ends: the count of what is open holds."""
    await conn.execute(_HOLD)


async def count_open(conn: Connection) -> Mapping[str, int]:
    """How many wait for a person, by language."""
    return {row["language"]: row["count"] for row in await conn.fetch(_OPEN)}


async def add(conn: Connection, candidates: Sequence[Candidate], *, at: datetime) -> None:
    """Put them before a person; one that is there already stays as it is."""
    rows = [
        (
            each.message_id,
            each.source,
            _as_json(each.ours),
            _as_json(each.theirs) if each.theirs else None,
            each.why,
            at,
        )
        for each in candidates
    ]
    await conn.executemany(_ADD, rows)


async def list_open(conn: Connection, *, limit: int) -> tuple[Review, ...]:
    """What waits for a person, what staff said themselves first."""
    return tuple(_review(dict(row)) for row in await conn.fetch(_LIST_OPEN, limit))


async def find(conn: Connection, message_id: MessageId) -> Review | None:
    """The review of a message, settled or not."""
    row = await conn.fetchrow(_FIND, message_id)
    return None if row is None else _review(dict(row))


async def settle(
    conn: Connection, message_id: MessageId, verdict: Verdict | None, *, by: str, at: datetime
) -> bool:
    """Keep what is true, or with None that nobody can say; False where it was settled before."""
    kept = {"left_out": True} if verdict is None else verdict_json(verdict)
    return bool(await conn.fetchval(_SETTLE, message_id, kept, by, at))


async def list_settled(conn: Connection, *, since: datetime) -> tuple[Review, ...]:
    """Those with a verdict, in the order they were settled."""
    return tuple(_review(dict(row)) for row in await conn.fetch(_SETTLED, since))


async def list_personal(conn: Connection, customer_id: CustomerId) -> tuple[str, ...]:
    """All that is known by which somebody could tell who a customer is, and who serves them."""
    rows = await conn.fetch(_PERSONAL, customer_id)
    return tuple(row["value"] for row in rows if row["value"])


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as the table and the audit log keep it."""
    return {
        "primary": verdict.primary.value,
        "polarity": verdict.polarity.value,
        "intensity": verdict.intensity,
        "escalate": verdict.escalate,
    }


def said_before(found: Sequence[Mapping[str, Any]] | None) -> tuple[Said, ...]:
    """What was said before a message, as `BEFORE` selects it."""
    return tuple(Said(each["ours"], each["text"]) for each in found or ())


def _as_json(emotion: Emotion) -> dict[str, object]:
    return {
        "primary": emotion.primary.value,
        "polarity": emotion.polarity.value,
        "intensity": emotion.intensity,
        "escalate": emotion.escalate,
        "confidence": emotion.confidence,
        "scorer": emotion.scorer,
    }


def _of_json(kept: Mapping[str, Any]) -> Emotion:
    return Emotion(
        primary=PrimaryEmotion(kept["primary"]),
        polarity=Polarity(kept["polarity"]),
        intensity=kept["intensity"],
        confidence=kept["confidence"],
        scorer=kept["scorer"],
        escalate=kept["escalate"],
    )


def _review(row: Mapping[str, Any]) -> Review:
    facts = dict(row)
    kept = facts["verdict"]
    facts["verdict"] = None
    if kept and "primary" in kept:
        facts["verdict"] = Verdict(
            primary=PrimaryEmotion(kept["primary"]),
            polarity=Polarity(kept["polarity"]),
            intensity=kept["intensity"],
            escalate=kept["escalate"],
        )
    facts["before"] = said_before(facts["before"])
    facts["ours"] = _of_json(facts["ours"])
    facts["theirs"] = _of_json(facts["theirs"]) if facts["theirs"] else None
    return Review(**facts)
