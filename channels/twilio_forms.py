"""Twilio's forms as our messages and receipts; the SMS and the WhatsApp channel share this dialect.

What kind a message is, is decided by the fields that are there, row by row in `_KINDS`. Source:
Twilio, messaging/guides/webhook-request and advanced-opt-out (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.domain import Kind, Media, Message
from bot.domain_sending import Receipt
from bot.errors import BadPayload
from channels.base import Parsed
from channels.phones import normalise
from channels.text import clean
from channels.twilio_codes import STATUSES, Outcome, judge

MAX_MEDIA = 10
MAX_EXTRA = 300
_MAX_ID = 64

# The form's name of each vendor fact worth keeping, and ours; twelve at most.
_EXTRAS: tuple[tuple[str, str], ...] = (
    ("ProfileName", "profile_name"),
    ("WaId", "wa_id"),
    ("ExternalUserId", "external_user_id"),
    ("FromZip", "from_zip"),
    ("FromCity", "from_city"),
    ("FromState", "from_state"),
    ("ButtonPayload", "button_payload"),
    ("ListId", "list_id"),
    ("OriginalRepliedMessageSid", "replied_to"),
    ("NumSegments", "num_segments"),
    ("Latitude", "latitude"),
    ("Longitude", "longitude"),
)

# One of these without a MessageSid is an event of another product that shares our address.
_OTHER_EVENTS = ("CallSid", "ConversationSid", "RecordingSid", "EventType", "Payload")

_ANSWERED_BY_TWILIO = frozenset(
    "STOP STOPALL UNSUBSCRIBE END QUIT REVOKE OPTOUT START YES UNSTOP HELP INFO".split()
)
_OPT_OUT = {"STOP": Kind.OPT_OUT, "START": Kind.OPT_IN, "HELP": Kind.HELP}


def is_whatsapp(fields: Mapping[str, str]) -> bool:
    """Whether a form on the shared path belongs to WhatsApp, by the prefix of its handles."""
    return (
        fields.get("From", "").startswith("whatsapp:")
        or fields.get("To", "").startswith("whatsapp:")
        or fields.get("ChannelToAddress", "").startswith("whatsapp:")
        or fields.get("ChannelPrefix") == "whatsapp"
    )


def is_receipt(fields: Mapping[str, str]) -> bool:
    """Whether this is a delivery receipt, wherever the operator has pointed it."""
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    return bool(status) and status not in ("received", "receiving")


def parse_form(fields: Mapping[str, str], *, channel: str, prefix: str, media_base: str) -> Parsed:
    """The message or receipt that a form holds; nothing for events that are not ours to handle.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    if not _message_id(fields) and any(name in fields for name in _OTHER_EVENTS):
        return Parsed()
    if not fields:
        return Parsed()
    if is_receipt(fields):
        return Parsed(receipts=_receipts(fields, channel))
    return Parsed(messages=(to_message(fields, channel, prefix=prefix, media_base=media_base),))


def to_message(fields: Mapping[str, str], channel: str, *, prefix: str, media_base: str) -> Message:
    """One inbound message. Attachments are kept only where they lie at `media_base`."""
    kind = next((kind for kind, is_it, _ in _KINDS if is_it(fields)), Kind.UNSUPPORTED)
    read_text = next((read for row, _, read in _KINDS if row is kind), _body)
    return Message(
        channel=channel,
        external_id=_required_id(fields),
        sender=_handle(fields, "From", prefix),
        recipient=_handle(fields, "To", prefix),
        kind=_opt_out_kind(fields) or kind,
        text=clean(read_text(fields)),
        media=_media(fields, media_base),
        extras=_extras(fields, prefix),
    )


def _message_id(fields: Mapping[str, str]) -> str:
    for name in ("MessageSid", "SmsMessageSid", "SmsSid"):
        if fields.get(name):
            return fields[name]
    return ""


def _required_id(fields: Mapping[str, str]) -> str:
    found = _message_id(fields)
    if not found:
        raise BadPayload("MessageSid is missing")
    if len(found) > _MAX_ID or not found.isalnum() or not found.isascii():
        raise BadPayload(f"MessageSid must be at most {_MAX_ID} letters and digits")
    return found


def _handle(fields: Mapping[str, str], name: str, prefix: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise BadPayload(f"{name} is missing")
    if not value.startswith(prefix):
        raise BadPayload(f"{name} must begin with {prefix}")
    return normalise(value.removeprefix(prefix), name)


def _opt_out_kind(fields: Mapping[str, str]) -> Kind | None:
    return _OPT_OUT.get(fields.get("OptOutType", "").upper())


def _body(fields: Mapping[str, str]) -> str:
    return fields.get("Body", "")


def _button_text(fields: Mapping[str, str]) -> str:
    return fields.get("ButtonText") or fields.get("ListTitle") or _body(fields)


def _location_text(fields: Mapping[str, str]) -> str:
    """The place in words: its own name and address where given, always with its coordinates."""
    for name in ("Latitude", "Longitude"):
        try:
            float(fields[name])
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{name} is missing or no number") from error
    words = [fields[name] for name in ("Body", "Label", "Address") if fields.get(name)]
    place = ", ".join(dict.fromkeys(words))
    return f"{place} ({fields['Latitude']}, {fields['Longitude']})".strip()


def _media_count(fields: Mapping[str, str]) -> int:
    value = fields.get("NumMedia") or "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 3):
        raise BadPayload("NumMedia is no number")
    return min(int(value), MAX_MEDIA)


def _media(fields: Mapping[str, str], media_base: str) -> tuple[Media, ...]:
    """The attachments; a forged address on another host would be sent our credentials later."""
    found = []
    for index in range(_media_count(fields)):
        url = fields.get(f"MediaUrl{index}", "")
        if not url:
            raise BadPayload(f"MediaUrl{index} is missing")
        if _is_at(url, media_base):
            declared = clean(fields.get(f"MediaContentType{index}", ""))[:100]
            found.append(Media(url, declared or "application/octet-stream"))
    return tuple(found)


def _is_at(url: str, base: str) -> bool:
    try:
        ours, theirs = urlsplit(base), urlsplit(url)
    except ValueError:
        return False
    # Comparing the whole network location refuses user names and foreign ports as well.
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)


def _extras(fields: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    found = {
        ours: clean(fields[theirs].removeprefix(prefix or "\x00"))[:MAX_EXTRA]
        for theirs, ours in _EXTRAS
        if fields.get(theirs)
    }
    if _is_confirmed_by_vendor(fields, prefix):
        found["vendor_confirms"] = "yes"
    return MappingProxyType(found)


def _is_confirmed_by_vendor(fields: Mapping[str, str], prefix: str) -> bool:
    """Whether Twilio answers this keyword itself, so that a reply of ours would be a second one.

    Advanced Opt-Out says so; without it Twilio answers the default keywords on long numbers, never
    on short codes and not on WhatsApp. CANCEL it takes for STOP, yet the customer may mean a
    booking: that one is answered all the same.
    """
    if _opt_out_kind(fields) is not None:
        return True
    is_long_number = not prefix and fields.get("To", "").startswith("+")
    return is_long_number and _body(fields).strip().upper() in _ANSWERED_BY_TWILIO


def _receipts(fields: Mapping[str, str], channel: str) -> tuple[Receipt, ...]:
    external_id = _required_id(fields)
    status = STATUSES.get(fields.get("MessageStatus") or fields["SmsStatus"])
    if status is None:
        return ()
    code = clean(fields.get("ErrorCode", ""))[:10]
    code = "" if code == "0" else code
    verdict = judge(code) if code else None
    return (
        Receipt(
            channel=channel,
            external_id=external_id,
            status=status,
            code=code,
            reason=verdict.words if verdict else "",
            opted_out=verdict is not None and verdict.outcome is Outcome.OPTED_OUT,
            bad_address=verdict is not None and verdict.outcome is Outcome.BAD_ADDRESS,
        ),
    )


Test = Callable[[Mapping[str, str]], bool]
Reader = Callable[[Mapping[str, str]], str]

# The first row whose test holds decides; what no row knows is UNSUPPORTED and keeps its body.
_KINDS: tuple[tuple[Kind, Test, Reader], ...] = (
    (Kind.REACTION, lambda form: form.get("MessageType") == "reaction", _body),
    (
        Kind.BUTTON,
        lambda form: any(form.get(name) for name in ("ButtonPayload", "ButtonText", "ListId")),
        _button_text,
    ),
    (
        Kind.LOCATION,
        lambda form: bool(form.get("Latitude") or form.get("Longitude")),
        _location_text,
    ),
    (Kind.MEDIA, lambda form: _media_count(form) > 0, _body),
    (
        Kind.TEXT,
        lambda form: bool(form.get("Body")) or form.get("MessageType", "text") == "text",
        _body,
    ),
)
