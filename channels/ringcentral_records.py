"""RingCentral's message records as our messages and receipts; events and lists share their shape.

The text of an SMS is its `subject`. Source: ringcentral-api-docs, messaging/sms/
receiving-sms-mms.md and messaging-consent-management.md, notifications/event-filters/
voicemail-message.md; rc-public-openapi.yml (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urljoin

from bot.domain import Author, Direction, Kind, Media, Message
from bot.domain_calls import CallEnd
from bot.domain_sending import Receipt
from bot.errors import BadPayload
from channels.phones import normalise
from channels.ringcentral_codes import STATUSES, judge
from channels.text import clean

NAME = "ringcentral"
MAX_MEDIA = 10
MAX_EXTRA = 300
OPT_OUT_WORDS = frozenset("STOP UNSUBSCRIBE QUIT END".split())
"""RingCentral keeps these to itself: it blocks the pair of numbers and confirms by its own text.
CANCEL it takes for the same, yet the customer may mean a booking: that one is answered by us."""
KEYWORDS = OPT_OUT_WORDS | frozenset("CANCEL START SUBSCRIBE RESUME CONTINUE UNSTOP HELP".split())
"""What RingCentral may answer by itself."""

Row = Mapping[str, object]


def to_message(row: Row, *, number: str, base: str) -> Message | None:
    """An inbound text to our number; None for what is no text or came to another number.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    if row.get("type", "SMS") != "SMS" or row.get("direction") == "Outbound":
        return None
    if number not in _recipients(row):
        return None
    sender = phone_of(row, "from")
    if sender == number:
        return None
    media = _media(row, base, audio=False)
    text = words_of(row)
    return Message(
        channel=NAME,
        external_id=id_of(row),
        sender=sender,
        recipient=number,
        kind=Kind.MEDIA if media else Kind.TEXT,
        text=text,
        media=media,
        sent_at=moment(row.get("creationTime")),
        extras=_extras(row, text),
    )


def to_voicemail(row: Row, *, number: str, base: str, words: str) -> Message | None:
    """A voicemail with the words that were written down of it; None where the caller is hidden.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    caller = caller_of(row.get("from"))
    if not caller:
        return None
    extras = {"call": CallEnd.VOICEMAIL.value, "transcribed": "vendor" if words else "no"}
    seconds = next((each.get("vmDuration") for each in _attachments(row, "AudioRecording")), None)
    if isinstance(seconds, int):
        extras["seconds"] = str(seconds)
    return Message(
        channel=NAME,
        external_id=id_of(row),
        sender=caller,
        recipient=number,
        kind=Kind.VOICEMAIL,
        text=clean(words).strip(),
        media=_media(row, base, audio=True),
        sent_at=moment(row.get("creationTime")),
        extras=MappingProxyType({**_extras(row, ""), **extras}),
    )


def to_echo(row: Row, *, number: str, base: str) -> Message | None:
    """What left from our number, as if staff had sent it; the store knows what was ours.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    if phone_of(row, "from") != number or row.get("messageStatus") == "SendingFailed":
        return None
    recipients = _recipients(row)
    if len(recipients) != 1:
        return None
    media = _media(row, base, audio=False)
    return Message(
        channel=NAME,
        external_id=id_of(row),
        sender=number,
        recipient=recipients[0],
        direction=Direction.OUTBOUND,
        author=Author.STAFF,
        kind=Kind.MEDIA if media else Kind.TEXT,
        text=words_of(row),
        media=media,
        sent_at=moment(row.get("creationTime")),
    )


def to_receipt(row: Row) -> Receipt | None:
    """How far an outbound text has come, where RingCentral says so in a word we know."""
    status = STATUSES.get(str(row.get("messageStatus")))
    if status is None:
        return None
    code = clean(str(row.get("deliveryErrorCode") or ""))[:40]
    verdict = judge(code) if code else None
    return Receipt(
        channel=NAME,
        external_id=id_of(row),
        status=status,
        code=code,
        reason=verdict.words if verdict else "",
        opted_out=verdict is not None and verdict.opted_out,
        bad_address=verdict is not None and verdict.bad_address,
        is_soft=verdict is not None and verdict.is_soft,
    )


def is_keyword(text: str) -> bool:
    """Whether RingCentral may answer this text by itself."""
    return text.strip().upper() in KEYWORDS


def id_of(row: Row) -> str:
    """The vendor's id of a record.

    Raises:
        BadPayload: it has none.
    """
    found = str(row.get("id") or "")
    if not found:
        raise BadPayload("id is missing")
    if len(found) > 64 or not found.isalnum() or not found.isascii():
        raise BadPayload("id must be at most 64 letters and digits")
    return found


def words_of(row: Row) -> str:
    """The text of an SMS.

    Raises:
        BadPayload: it is no text.
    """
    subject = row.get("subject")
    if subject is not None and not isinstance(subject, str):
        raise BadPayload("subject is no text")
    return clean(subject or "")


def phone_of(row: Row, field: str) -> str:
    """The number in `from` or `to`.

    Raises:
        BadPayload: there is none.
    """
    party = row.get(field)
    value = party.get("phoneNumber") if isinstance(party, dict) else party
    if not isinstance(value, str) or not value:
        raise BadPayload(f"{field}.phoneNumber is missing")
    return normalise(value, f"{field}.phoneNumber")


def caller_of(party: object) -> str:
    """The number of somebody outside, E.164; empty where it is hidden or an extension of ours."""
    value = party.get("phoneNumber") if isinstance(party, dict) else None
    if not isinstance(value, str) or not value:
        return ""
    try:
        found = normalise(value, "phoneNumber")
    except BadPayload:
        return ""
    return found if found.startswith("+") else ""


def moment(value: object) -> datetime | None:
    """A time of RingCentral's, or None where it is none."""
    with suppress(ValueError, TypeError):
        found = datetime.fromisoformat(str(value))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _recipients(row: Row) -> tuple[str, ...]:
    listed = row.get("to")
    if not isinstance(listed, list):
        raise BadPayload("to is missing or no list")
    return tuple(filter(None, map(caller_of, listed)))


def _attachments(row: Row, kind: str) -> tuple[Row, ...]:
    listed = row.get("attachments")
    found = listed if isinstance(listed, list) else []
    return tuple(each for each in found if isinstance(each, dict) and each.get("type") == kind)


def transcription_uri(row: Row) -> str:
    """Where the words of a voicemail lie; empty where none were written down."""
    return next(
        (str(each.get("uri") or "") for each in _attachments(row, "AudioTranscription")), ""
    )


def _media(row: Row, base: str, *, audio: bool) -> tuple[Media, ...]:
    """Attached files. `Text` is the message once more and no file."""
    found = []
    for each in _attachments(row, "AudioRecording" if audio else "MmsAttachment")[:MAX_MEDIA]:
        uri = each.get("uri")
        if not isinstance(uri, str) or not uri:
            raise BadPayload("attachments[].uri is missing")
        declared = clean(str(each.get("contentType") or ""))[:100] or "application/octet-stream"
        name = clean(str(each.get("fileName") or ""))[:100]
        found.append(Media(urljoin(base + "/", uri), declared, name))
    return tuple(found)


def _extras(row: Row, text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    party = row.get("from")
    facts = party if isinstance(party, dict) else {}
    for theirs, ours in (("name", "profile_name"), ("location", "from_city")):
        value = facts.get(theirs)
        if isinstance(value, str) and value:
            found[ours] = clean(value)[:MAX_EXTRA]
    if text.strip().upper() in OPT_OUT_WORDS:
        found["vendor_confirms"] = "yes"
    return MappingProxyType(found)
