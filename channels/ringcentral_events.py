"""RingCentral's events as messages, calls, wishes, or the word that its store has news.

Which event is what stands in `_READERS`, by the path of its filter; what no row knows changes
nothing. Source: ringcentral-api-docs, notifications/event-filters (read 2026-11-23).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain import Message, Scope
from bot.domain_calls import CallNotice
from bot.domain_sending import Preference
from bot.errors import BadPayload
from channels.base import Parsed
from channels.ringcentral_records import NAME, caller_of, id_of, moment, to_message
from channels.text import clean

Row = Mapping[str, object]

_OURS = frozenset({"Call", "RingOut"})
"""Origins of calls between people; others are conferences, tests and recorded greetings."""
_TALKED = frozenset({"Answered", "Hold", "Parked", "Gone", "FaxReceive"})
"""Party states that only a call has which somebody, or a fax machine, has taken. `Gone` goes on as
another call."""
_MACHINE = frozenset({"VoiceMail", "VoiceMailScreening"})
_OVER = frozenset({"Disconnected", "Gone"})
_TAKEN_ELSEWHERE = frozenset(
    "Pickup TakeOver BlindTransfer RccTransfer AttendedTransfer DtmfTransfer CallFlip CallSwitch"
    " ParkLocation CallPark AgentAnswered".split()
)
"""Reasons for which one telephone's end is no end of the call: another has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What tells our own side."""

    number: str
    base: str
    """Where relative links of attachments begin."""


def parse_event(body: bytes, ours: Ours) -> Parsed:
    """What one event says.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is no JSON") from error
    if not isinstance(envelope, dict):
        raise BadPayload("the body is no JSON object")
    event = envelope.get("event")
    if not isinstance(event, str) or not event:
        raise BadPayload("event is missing")
    came_by = (_word(envelope, "subscriptionId"), _word(envelope, "ownerId"))
    read = next((read for pattern, read in _READERS if pattern.fullmatch(event)), None)
    if read is None:
        return Parsed(came_by=came_by)
    content = envelope.get("body")
    if not isinstance(content, dict):
        raise BadPayload("body is missing or no object")
    return replace(read(content, ours), came_by=came_by)


def _word(envelope: Row, name: str) -> str:
    value = envelope.get(name)
    found = str(value) if isinstance(value, str | int) else ""
    if not found or len(found) > 100:
        raise BadPayload(f"{name} is missing or too long")
    return found


def _text(body: Row, ours: Ours) -> Parsed:
    message = to_message(body, number=ours.number, base=ours.base)
    return Parsed(messages=() if message is None else (message,))


def _news(_body: Row, _ours: Ours) -> Parsed:
    """Counts only, or a voicemail whose words may come later: the store has the whole of it."""
    return Parsed(has_more=True)


def _high_volume(body: Row, ours: Ours) -> Parsed:
    """A text to a High Volume number: plain strings for numbers, the words under `text`."""
    listed = body.get("to")
    recipients = listed if isinstance(listed, list) else [listed]
    if body.get("direction") == "Outbound" or ours.number not in recipients:
        return Parsed()
    sender = caller_of({"phoneNumber": body.get("from")})
    if not sender:
        raise BadPayload("from is missing or no number")
    text = body.get("text")
    if text is not None and not isinstance(text, str):
        raise BadPayload("text is no text")
    message = Message(
        channel=NAME,
        external_id=id_of(body),
        sender=sender,
        recipient=ours.number,
        text=clean(text or ""),
        sent_at=moment(body.get("creationTime")),
    )
    return Parsed(messages=(message,))


def _opt_outs(body: Row, ours: Ours) -> Parsed:
    """The older shape, of High Volume numbers: `active` is an opt-out in force."""
    if not isinstance(body.get("active"), bool):
        raise BadPayload("active is missing or neither true nor false")
    wish = _wish(body, ours, wants=not body["active"], words=f"active={body['active']}")
    return Parsed(preferences=() if wish is None else (wish,))


def _consents(body: Row, ours: Ours) -> Parsed:
    """Who has opted out, or in again, by a word to our number or by RingCentral's own pages."""
    listed = body.get("records")
    if not isinstance(listed, list):
        raise BadPayload("records is missing or no list")
    wishes, unread = [], []
    for index, row in enumerate(listed):
        status = row.get("optStatus") if isinstance(row, dict) else None
        if status not in ("OptOut", "OptIn"):
            unread.append(f"records[{index}].optStatus is missing or unknown")
            continue
        if status == "OptIn" and row.get("source") != "Recipient":
            # Only they themselves can want us back.
            continue
        wish = _wish(row, ours, wants=status == "OptIn", words=f"{status} {row.get('source')}")
        if wish is not None:
            wishes.append(wish)
    return Parsed(preferences=tuple(wishes), unread=tuple(unread))


def _wish(row: Row, ours: Ours, *, wants: bool, words: str) -> Preference | None:
    """The wish of whoever of the two is not us; None where neither, or both, are."""
    sides = (row.get("from"), row.get("to"))
    if not any(side in (ours.number, "*") for side in sides):
        return None
    person = next((caller_of({"phoneNumber": s}) for s in sides if s not in (ours.number, "*")), "")
    if not person:
        return None
    return Preference(
        channel=NAME,
        handle=person,
        wants=wants,
        scope=Scope.ALL,
        said_at=moment(row.get("lastModifiedTime")),
        words=clean(words)[:100],
    )


def _calls(body: Row, _ours: Ours) -> Parsed:
    """News of a call; nothing of one that is no call between us and somebody outside."""
    session, sequence = body.get("telephonySessionId"), body.get("sequence")
    if not isinstance(session, str) or not 0 < len(session) <= 200:
        raise BadPayload("telephonySessionId is missing or too long")
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise BadPayload("sequence is missing or no number")
    listed = body.get("parties")
    if not isinstance(listed, list):
        raise BadPayload("parties is missing or no list")
    parties = [each for each in listed if isinstance(each, dict)]
    origin = body.get("origin")
    kind = origin.get("type", "Call") if isinstance(origin, dict) else "Call"
    if not parties or kind not in _OURS or all(_is_internal(each) for each in parties):
        return Parsed()
    return Parsed(calls=(_notice(parties, body, session, sequence),))


def _notice(parties: Sequence[Row], body: Row, session: str, sequence: int) -> CallNotice:
    first = next(each for each in parties if not _is_internal(each))
    is_outbound = first.get("direction") == "Outbound"
    codes = [_status(each, "code") for each in parties]
    reasons = {_status(each, "reason") for each in parties}
    return CallNotice(
        channel=NAME,
        session=clean(session),
        caller=caller_of(first.get("to" if is_outbound else "from")),
        called=caller_of(first.get("from" if is_outbound else "to")),
        sequence=max(0, min(sequence, 2**62)),
        at=moment(body.get("eventTime")),
        is_outbound=is_outbound,
        is_answered=bool(_TALKED & set(codes) or _TAKEN_ELSEWHERE & reasons),
        is_voicemail=bool(_MACHINE & set(codes)),
        is_over=all(code in _OVER for code in codes),
    )


def _is_internal(party: Row) -> bool:
    """Whether both ends are extensions of the account."""
    ends = (party.get("from"), party.get("to"))
    return all(isinstance(end, dict) and bool(end.get("extensionId")) for end in ends)


def _status(party: Row, name: str) -> str:
    status = party.get("status")
    return str(status.get(name) or "") if isinstance(status, dict) else ""


_EXTENSION = r"/restapi/v1\.0/account/[^/]+/extension/[^/]+"
_READERS: tuple[tuple[re.Pattern[str], Callable[[Row, Ours], Parsed]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (_EXTENSION + r"/message-store/instant(\?.*)?", _text),
        (_EXTENSION + r"/message-store", _news),
        (_EXTENSION + r"/voicemail", _news),
        (r"/restapi/v1\.0/account/[^/]+(/extension/[^/]+)?/telephony/sessions(\?.*)?", _calls),
        (r"/restapi/v1\.0/account/[^/]+/a2p-sms/messages(\?.*)?", _high_volume),
        (r"/restapi/v1\.0/account/[^/]+/a2p-sms/opt-outs(\?.*)?", _opt_outs),
        (r"/restapi/v2/accounts/[^/]+/sms/consents(\?.*)?", _consents),
    )
)
