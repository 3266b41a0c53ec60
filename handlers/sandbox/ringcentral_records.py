"""RingCentral's records and events as the vendor words them, made up for the stand-in.

Source: samples of ringcentral-api-docs, notifications/event-filters and messaging/sms; schemas of
rc-public-openapi.yml (read 2026-11-23). Nothing of the service is used here.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

ACCOUNT = "80964001"
EXTENSION = "62288320001"
Record = dict[str, Any]
_PATH = f"/restapi/v1.0/account/{ACCOUNT}/extension/{EXTENSION}"
PATHS = {
    "instant": f"{_PATH}/message-store/instant?type=SMS",
    "store": f"{_PATH}/message-store",
    "voicemail": f"{_PATH}/voicemail",
    "calls": f"{_PATH}/telephony/sessions",
    "consents": f"/restapi/v2/accounts/{ACCOUNT}/sms/consents",
}
_numbers = itertools.count(1)
CallEnds = Literal["missed", "answered", "machine", "voicemail"]
ENDINGS: Mapping[CallEnds, tuple[tuple[str, str], ...]] = {
    "missed": (("Setup", ""), ("Proceeding", ""), ("Disconnected", "NoAnswer")),
    "answered": (("Setup", ""), ("Proceeding", ""), ("Answered", ""), ("Disconnected", "")),
    "machine": (("Setup", ""), ("Proceeding", ""), ("VoiceMail", ""), ("Disconnected", "")),
    "voicemail": (("Setup", ""), ("Proceeding", ""), ("VoiceMail", ""), ("Disconnected", "")),
}
"""The states that a call goes through, with their reasons."""


def stamp(moment: datetime) -> str:
    """A time as the vendor writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def text_record(
    sender: str,
    recipient: str,
    text: str,
    *,
    at: datetime,
    is_outbound: bool,
    attachments: Sequence[Record] = (),
) -> Record:
    """An SMS or MMS of the message store."""
    name = str(3_000_000_000 + next(_numbers))
    body = {"id": f"{name}1", "type": "Text", "contentType": "text/plain", "size": len(text)}
    return {
        "id": name,
        "type": "SMS",
        "from": {"phoneNumber": sender},
        "to": [{"phoneNumber": recipient}],
        "creationTime": stamp(at),
        "lastModifiedTime": stamp(at),
        "readStatus": "Read" if is_outbound else "Unread",
        "priority": "Normal",
        "attachments": [body, *attachments],
        "direction": "Outbound" if is_outbound else "Inbound",
        "availability": "Alive",
        "subject": text,
        "messageStatus": "Queued" if is_outbound else "Received",
        "conversationId": abs(hash((sender, recipient))) % 10**15,
    }


def voicemail_record(
    caller: str, *, at: datetime, seconds: int, status: str, sound: Record
) -> Record:
    """A voicemail of the message store, before its words are written down."""
    return {
        "id": str(3_000_000_000 + next(_numbers)),
        "type": "VoiceMail",
        "from": {"phoneNumber": caller, "name": "WIRELESS CALLER", "location": "Fresno, CA"},
        "to": [{"extensionNumber": "101", "name": "Front Desk"}],
        "creationTime": stamp(at),
        "lastModifiedTime": stamp(at),
        "readStatus": "Unread",
        "attachments": [{**sound, "type": "AudioRecording", "vmDuration": seconds}],
        "direction": "Inbound",
        "availability": "Alive",
        "messageStatus": "Received",
        "vmTranscriptionStatus": status,
    }


def session_body(
    session: str, sequence: int, *, caller: str, number: str, code: str, at: datetime, **more: Any
) -> Record:
    """One notice of a call that somebody outside makes to us."""
    status = {"code": code, **({"reason": more["reason"]} if "reason" in more else {})}
    party = {
        "accountId": ACCOUNT,
        "extensionId": EXTENSION,
        "id": f"p-{session}-1",
        "direction": "Inbound",
        "from": {"phoneNumber": caller} if caller else {"name": "Anonymous"},
        "to": {"phoneNumber": number, "extensionId": EXTENSION},
        "status": status,
        "missedCall": bool(more.get("missed")),
        "standAlone": False,
        "muted": False,
    }
    return {
        "sequence": sequence,
        "sessionId": "402936341008",
        "telephonySessionId": session,
        "serverId": "10.62.25.111.TAM",
        "eventTime": stamp(at),
        "parties": [party],
        "origin": {"type": "Call"},
    }


def call_record(session: str, end: CallEnds, *, caller: str, number: str, at: datetime) -> Record:
    """A call as the call log has it, once it is over."""
    return {
        "id": f"log{next(_numbers)}",
        "sessionId": "402936341008",
        "telephonySessionId": session,
        "startTime": stamp(at),
        "duration": 21,
        "type": "Voice",
        "internalType": "LocalNumber",
        "direction": "Inbound",
        "action": "Phone Call",
        "result": {"missed": "Missed", "answered": "Accepted"}.get(end, "Voicemail"),
        "from": {"phoneNumber": caller} if caller else {"name": "Anonymous"},
        "to": {"phoneNumber": number},
    }


def envelope(event: str, body: Record, *, subscription: str, at: datetime) -> Record:
    """An event as it is posted."""
    return {
        "uuid": str(uuid.uuid4().int % 10**19),
        "event": event,
        "timestamp": stamp(at),
        "subscriptionId": subscription,
        "ownerId": EXTENSION,
        "body": body,
    }
