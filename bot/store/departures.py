"""A claimed message with all that delivery and the send gate ask about it, read in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import asyncpg

from bot.domain import (
    NOTHING,
    AddressId,
    Author,
    Consent,
    ConversationId,
    Kind,
    Media,
    MessageId,
    Mode,
    Purpose,
    Thread,
)
from bot.domain_mail import Attachment
from bot.domain_sending import Answered, Choice, OutboundMessage, TemplateUse
from bot.store.opted_out import GIVEN_AT, NUMBERS, OPTED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """Another address of the same customer that nobody has taken from us."""

    address_id: AddressId
    channel: str
    handle: str
    consent: Consent
    promotional: Consent
    last_inbound_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a customer stands to us at the moment of leaving, beyond the address itself."""

    promotional: Consent = Consent.UNKNOWN
    """Of the address: consent to promotion."""
    given_at: datetime | None = None
    """When they last opted in at this address."""
    stopped_at: datetime | None = None
    """When they last opted out at another address that is still opted out."""
    number_stopped_at: datetime | None = None
    """The same where that address is the same telephone number."""
    unread: tuple[tuple[Kind, str], ...] = ()
    """What they wrote, oldest first, that no turn has read yet: an opt-out may be among it. Of an
    unasked message from every address, else from the one it goes to."""
    name: str = ""
    language: str = ""
    zone: str = ""
    """IANA name, where they have said it."""
    zip_codes: tuple[str, ...] = ()
    """Of their next event, else of what they asked a price for; read for unasked messages only."""
    event_starts_at: datetime | None = None
    event_ends_at: datetime | None = None
    unasked_day: int = 0
    """Unasked messages to this customer in 24 hours, without the essential ones."""
    unasked_week: int = 0
    essential_day: int = 0
    sender_count: int = 0
    """What our sender has sent on this day of the business's."""
    sender_is_capped: bool = False
    """Whether the vendor has said that it takes no more on this day."""
    templates: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """By the carrier's name and language: state and category. Read where the window is closed."""
    ways: tuple[OtherWay, ...] = ()
    """Read where the window is closed, or nothing promotional may go here."""


NOWHERE = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A claimed message with all that the send gate asks about its addressee."""

    message: OutboundMessage
    address_id: AddressId
    consent: Consent
    suspended_reason: str | None
    last_inbound_at: datetime | None
    mode: Mode
    epoch: int
    """The conversation's present owner count."""
    slot_at: datetime | None = None
    """The moment that its sender's pace has reserved for it, if any."""
    leave_by: datetime | None = None
    """After this it would come at a wrong hour; None: there is no such moment."""
    standing: Standing = NOWHERE
    """Read at the moment of leaving; of a row that was only claimed, nothing."""


_COLUMNS = """d.*, a.value AS recipient, a.our_address, a.consent, a.suspended_reason,
  a.last_inbound_at, c.mode, c.epoch AS present_epoch,
  r.external_id AS answered_id, coalesce(r.sent_at, r.created_at) AS answered_said_at,
  r.rest AS answered_rest, r.id = d.in_reply_to AS is_reply"""

_TABLES = """{} d JOIN addresses a ON a.id = d.address_id
JOIN conversations c ON c.id = d.conversation_id
LEFT JOIN messages r ON r.address_id = d.address_id AND r.direction = 'inbound' AND r.id = coalesce(
  d.in_reply_to, (SELECT l.id FROM messages l WHERE l.conversation_id = d.conversation_id
    AND l.address_id = d.address_id AND l.direction = 'inbound' ORDER BY l.seq DESC LIMIT 1))"""

# Of `{}`, rows of messages: the addressee, the conversation, and the customer's message that each
# follows, which thread and subject come from.
FACTS = f"SELECT {_COLUMNS} FROM {_TABLES}"

_UNASKED = "(d.rest ? 'unasked' OR d.purpose = 'promotional')"
# $6: the channel's window in seconds, null where it has none; $7: now.
_CLOSED = """($6::float8 IS NOT NULL AND (a.last_inbound_at IS NULL
  OR a.last_inbound_at < $7::timestamptz - make_interval(secs => $6::float8)))"""

# Of message $1, claimed for the $2nd time with at least $3 seconds left, from sender $4 where the
# customer wrote to none, on the business's day $5, with templates of carrier $8. What only unasked
# messages or a closed window ask for is read for nothing else.
AT_THE_GATE = f"""SELECT {_COLUMNS}, a.promotional,
  p.name AS customer_name, p.zone AS customer_zone,
  coalesce(c.language, p.language) AS customer_language, s.stopped_at, s.number_stopped_at,
  {GIVEN_AT} AS given_at,
  e.starts_at AS event_starts_at, e.ends_at AS event_ends_at,
  CASE WHEN {_UNASKED} THEN coalesce(nullif(e.zip_code, ''), (
    SELECT q.order_priced ->> 'zip_code' FROM quotes q WHERE q.customer_id = a.customer_id
    ORDER BY q.created_at DESC LIMIT 1)) END AS zip_code,
  u.unasked_day, u.unasked_week, u.essential_day, y.sent AS sender_count, y.capped,
  (SELECT jsonb_agg(jsonb_build_array(w.kind, left(w.text, 1000)) ORDER BY w.seq) FROM messages w
    WHERE w.conversation_id = d.conversation_id AND w.status = 'received'
      AND (w.address_id = d.address_id OR {_UNASKED})
      AND w.rest -> 'extras' ->> 'machine' IS NULL) AS unread,
  CASE WHEN d.rest ? 'template' OR {_CLOSED} THEN (
    SELECT jsonb_object_agg(t.name || '/' || t.language, jsonb_build_array(t.state, t.category))
    FROM template_states t WHERE t.carrier = $8) END AS template_states,
  CASE WHEN d.purpose = 'promotional' OR {_CLOSED} THEN (
    SELECT jsonb_agg(jsonb_build_object('id', w.id, 'channel', w.channel, 'handle', w.value,
      'consent', w.consent, 'promotional', w.promotional, 'at', w.last_inbound_at)
      ORDER BY w.last_inbound_at DESC NULLS LAST)
    FROM addresses w WHERE w.customer_id = a.customer_id AND w.id <> a.id
      AND w.suspended_reason IS NULL AND w.consent <> 'revoked'
      AND NOT (w.channel IN ({NUMBERS}) AND EXISTS (SELECT FROM addresses n
        WHERE n.channel IN ({NUMBERS}) AND n.value = w.value AND n.consent = 'revoked'))
    ) END AS ways
FROM {_TABLES.format("messages")}
JOIN customers p ON p.id = a.customer_id
LEFT JOIN sender_days y ON y.channel = d.channel
  AND y.sender = coalesce(nullif(a.our_address, ''), $4::text) AND y.day = $5::date
{OPTED_OUT}
LEFT JOIN LATERAL (
  SELECT b.starts_at, b.ends_at, b.zip_code FROM bookings b
  WHERE {_UNASKED} AND b.customer_id = a.customer_id AND b.ends_at > $7::timestamptz
    AND b.status IN ('held', 'confirmed', 'changed') ORDER BY b.starts_at LIMIT 1
) e ON true
LEFT JOIN LATERAL (
  SELECT count(DISTINCT o.whole) FILTER (WHERE o.purpose <> 'essential'
      AND o.left_at > $7::timestamptz - interval '1 day') AS unasked_day,
    count(DISTINCT o.whole) FILTER (WHERE o.purpose <> 'essential') AS unasked_week,
    count(DISTINCT o.whole) FILTER (WHERE o.purpose = 'essential'
      AND o.left_at > $7::timestamptz - interval '1 day') AS essential_day
  FROM (SELECT m.purpose, coalesce(m.sent_at, m.claimed_at) AS left_at,
      CASE WHEN m.rest ->> 'unasked' = 'true' THEN m.id::text
        ELSE coalesce(m.rest ->> 'unasked', m.id::text) END AS whole
    FROM addresses b JOIN messages m ON m.address_id = b.id
    WHERE {_UNASKED} AND b.customer_id = a.customer_id AND m.direction = 'outbound'
      AND m.id <> d.id AND (m.rest ? 'unasked' OR m.purpose = 'promotional')
      AND coalesce(m.sent_at, m.claimed_at) > $7::timestamptz - interval '7 days'
      AND (m.status IN ('sent', 'delivered', 'read', 'unknown')
        OR (m.status = 'sending' AND (m.claimed_at, m.seq) < (d.claimed_at, d.seq)))) o
  WHERE o.whole IS DISTINCT FROM nullif(d.rest ->> 'unasked', 'true')
) u ON true
WHERE d.id = $1 AND d.status = 'sending' AND d.attempts = $2
  AND d.claimed_until > now() + make_interval(secs => $3)"""


_AS_THEY_ARE = ("channel", "recipient", "text", "created_at", "claimed_at")


def to_departure(row: asyncpg.Record, *, standing: Standing = NOWHERE) -> Departure:
    """A row of FACTS as a value."""
    rest = row["rest"]
    message = OutboundMessage(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        sender=row["our_address"],
        author=Author(row["author"]),
        purpose=Purpose(row["purpose"]),
        epoch=row["epoch"],
        attempt=row["attempts"],
        subject=rest.get("subject", ""),
        thread=_thread(rest),
        attachments=tuple(Attachment(**each) for each in rest.get("attachments", ())),
        template=TemplateUse(**used) if (used := rest.get("template")) else None,
        answered=_answered(row),
        is_reply=bool(row["is_reply"]),
        choices=tuple(Choice(**each) for each in rest.get("choices", ())),
        choose=rest.get("choose", ""),
        media=_media(rest),
        is_unasked=bool(rest.get("unasked")),
        address_id=AddressId(row["address_id"]),
        language=row["language"] or "",
        is_follow_up="follow_up" in rest,
        wording=rest.get("wording", ""),
        fields=rest.get("fields", NOTHING),
        **{name: row[name] for name in _AS_THEY_ARE},
    )
    return Departure(
        message=message,
        address_id=AddressId(row["address_id"]),
        consent=Consent(row["consent"]),
        suspended_reason=row["suspended_reason"],
        last_inbound_at=row["last_inbound_at"],
        mode=Mode(row["mode"]),
        epoch=row["present_epoch"],
        slot_at=row["slot_at"],
        leave_by=datetime.fromisoformat(by) if (by := row["rest"].get("leave_by")) else None,
        standing=standing,
    )


def to_standing(row: asyncpg.Record) -> Standing:
    """What AT_THE_GATE reads beyond FACTS."""
    states = row["template_states"] or {}
    return Standing(
        promotional=Consent(row["promotional"]),
        given_at=row["given_at"],
        stopped_at=row["stopped_at"],
        number_stopped_at=row["number_stopped_at"],
        unread=tuple((Kind(kind), text) for kind, text in row["unread"] or ()),
        name=row["customer_name"] or "",
        language=row["customer_language"] or "",
        zone=row["customer_zone"] or "",
        zip_codes=(row["zip_code"],) if row["zip_code"] else (),
        event_starts_at=row["event_starts_at"],
        event_ends_at=row["event_ends_at"],
        unasked_day=row["unasked_day"] or 0,
        unasked_week=row["unasked_week"] or 0,
        essential_day=row["essential_day"] or 0,
        sender_count=row["sender_count"] or 0,
        sender_is_capped=bool(row["capped"]),
        templates=MappingProxyType({name: (kept[0], kept[1]) for name, kept in states.items()}),
        ways=tuple(_way(each) for each in row["ways"] or ()),
    )


def _way(kept: Mapping[str, Any]) -> OtherWay:
    return OtherWay(
        address_id=AddressId(UUID(kept["id"])),
        channel=kept["channel"],
        handle=kept["handle"],
        consent=Consent(kept["consent"]),
        promotional=Consent(kept["promotional"]),
        last_inbound_at=datetime.fromisoformat(at) if (at := kept["at"]) else None,
    )


def _media(rest: Mapping[str, Any]) -> tuple[Media, ...]:
    kept = rest.get("media", ())
    return tuple(Media(each["url"], each["type"], each.get("name", "")) for each in kept)


def _thread(rest: Mapping[str, Any]) -> Thread | None:
    kept = rest.get("thread")
    return None if kept is None else Thread(**{**kept, "references": tuple(kept["references"])})


def _answered(row: asyncpg.Record) -> Answered | None:
    if not row["answered_id"]:
        return None
    rest = row["answered_rest"]
    return Answered(
        external_id=row["answered_id"],
        said_at=row["answered_said_at"],
        subject=rest.get("subject", ""),
        thread=_thread(rest),
        extras=rest.get("extras", NOTHING),
    )
