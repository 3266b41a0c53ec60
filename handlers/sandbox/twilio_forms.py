"""The forms that Twilio posts, and the checks on those it takes: pure functions over values.

Sources: messaging/guides/webhook-request, twilio_api_v2010.json, the error pages and recorded
WhatsApp webhooks of public projects, read 2026-11-22.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from multidict import MultiMapping

from handlers.sandbox.faults import Refusal
from handlers.sandbox.phones import PhoneChannel, PhoneMessage
from handlers.sandbox.segments import count_segments
from handlers.sandbox.twilio_rest import VERSION

MAX_BODY = 1600
# Source: Twilio messaging/tutorials/advanced-opt-out and help article 223134027, read 2026-11-22.
KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"), "STOP"
    ),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
NETWORK_REPLIES: Mapping[str, str] = {
    "STOP": "You are unsubscribed and will get no more texts. Reply START to get them again.",
    "START": "You are subscribed again. Reply HELP for help, STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Message and data rates may apply.",
}
# A WhatsApp handle without a number; source: Meta business-scoped user ids, read 2026-11-22.
OPAQUE_HANDLE = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
NUMBER = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioCredentials:
    """The account that the sandbox made up for itself."""

    account_sid: str
    auth_token: str
    number: str
    """The business's own number, on SMS and WhatsApp alike."""


def new_sid(prefix: str) -> str:
    """An id as the vendor gives them out."""
    return f"{prefix}{secrets.token_hex(16)}"


def read_send(form: MultiMapping[str], *, number: str, now: datetime) -> PhoneMessage:
    """The message that a send request asks for.

    Raises:
        Refusal: the request is wrong, in the vendor's words.
    """
    recipient, body = form.get("To", ""), form.get("Body", "")
    channel: PhoneChannel = "whatsapp" if recipient.startswith("whatsapp:") else "sms"
    _check_ends(recipient, form.get("From", ""), number)
    template = bool(form.get("ContentSid"))
    if template and not body:
        # What a template says only the vendor knows: its id and what was filled in stand for it.
        body = f"[{form['ContentSid']}] {form.get('ContentVariables', '')}".strip()
    if not (body or template or form.get("MediaUrl")):
        raise Refusal(400, 21619, "A text message body or media urls must be specified.")
    # The vendor counts UTF-16 units, as its documents' "characters" turn out to be.
    if len(body.encode("utf-16-le", "surrogatepass")) // 2 > MAX_BODY:
        raise Refusal(400, 21617, f"The concatenated message body exceeds {MAX_BODY} characters.")
    return PhoneMessage(
        sid=new_sid("SM"),
        channel=channel,
        direction="outbound-api",
        customer=recipient.removeprefix("whatsapp:"),
        ours=number,
        body=body,
        created_at=now,
        status="queued",
        segments=count_segments(body) if channel == "sms" else 1,
        callback=form.get("StatusCallback", ""),
        template=template,
    )


def inbound_form(message: PhoneMessage, *, account_sid: str, api_url: str) -> dict[str, str]:
    """The webhook of a text that a customer wrote."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
        "Body": message.body,
        "From": message.sender,
        "To": message.recipient,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "NumSegments": str(message.segments),
        "NumMedia": str(len(message.media)),
    }
    base = f"{api_url}/{VERSION}/Accounts/{account_sid}/Messages/{message.sid}/Media"
    for at, (media_sid, content_type) in enumerate(message.media):
        form |= {f"MediaUrl{at}": f"{base}/{media_sid}", f"MediaContentType{at}": content_type}
    if message.channel == "whatsapp":
        form |= {"MessageType": "text", "ReferralNumMedia": "0"}
        if NUMBER.fullmatch(message.customer):
            form["WaId"] = message.customer.lstrip("+")
    return form


def receipt_form(message: PhoneMessage, *, account_sid: str) -> dict[str, str]:
    """The status callback of an outbound text as it stands."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
        "From": message.sender,
        "To": message.recipient,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
    }
    if message.error_code:
        form["ErrorCode"] = str(message.error_code)
    if message.channel == "whatsapp":
        masked = message.customer[:-4] + "XXXX"
        form |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": masked}
        form |= {"StructuredMessage": "FALSE"}
        if message.status in ("delivered", "read", "undelivered"):
            form["EventType"] = message.status.upper()
    return form


def _check_ends(recipient: str, sender: str, number: str) -> None:
    whatsapp = recipient.startswith("whatsapp:")
    handle = recipient.removeprefix("whatsapp:")
    if not recipient:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not sender:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if sender.startswith("whatsapp:") is not whatsapp:
        raise Refusal(400, 21910, "Invalid From and To pair. They should be of the same channel.")
    if not NUMBER.fullmatch(handle) and not (whatsapp and OPAQUE_HANDLE.fullmatch(handle)):
        raise Refusal(400, 21211, "Invalid 'To' Phone Number")
    if sender.removeprefix("whatsapp:") != number:
        code = 63007 if whatsapp else 21606
        raise Refusal(400, code, "The 'From' number is not a sender of this account.")
