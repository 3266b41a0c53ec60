"""What Twilio's codes and statuses mean for us, as data: outcome, and words for our staff.

Codes come in answers to a send and in receipts. A code that is not here is a refusal that staff
see with its number. Source: Twilio error dictionary and contracts pages (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from bot.domain import Status


class Outcome(StrEnum):
    """What a code means for the message that got it."""

    RETRY_LATER = "retry_later"
    NEVER_AGAIN = "never_again"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"
    BAD_ADDRESS = "bad_address"
    OUR_FAULT = "our_fault"
    UNKNOWN = "unknown"


class Verdict(NamedTuple):
    """The meaning of one code."""

    outcome: Outcome
    words: str
    """What happened and what to do, for staff."""


RETRY, NEVER, OURS = Outcome.RETRY_LATER, Outcome.NEVER_AGAIN, Outcome.OUR_FAULT
BAD, UNKNOWN = Outcome.BAD_ADDRESS, Outcome.UNKNOWN

CODES: Mapping[str, Verdict] = MappingProxyType(
    {
        "14107": Verdict(RETRY, "We send faster than Twilio allows; it is tried again."),
        "20003": Verdict(OURS, "Twilio refuses our credentials; check TWILIO_AUTH_TOKEN."),
        "20404": Verdict(OURS, "Twilio does not know our account; check TWILIO_ACCOUNT_SID."),
        "20429": Verdict(RETRY, "Twilio has too many requests from us; it is tried again."),
        "20500": Verdict(UNKNOWN, "Twilio had an internal error; it may or may not have sent it."),
        "21211": Verdict(BAD, "This is no valid telephone number."),
        "21408": Verdict(OURS, "Sending to this country is not switched on at Twilio."),
        "21602": Verdict(OURS, "The message was empty."),
        "21603": Verdict(OURS, "The sender was missing; check TWILIO_SMS_FROM."),
        "21604": Verdict(BAD, "The recipient's number is missing."),
        "21606": Verdict(OURS, "Our sender number cannot send this; check TWILIO_SMS_FROM."),
        "21610": Verdict(Outcome.OPTED_OUT, "The customer has opted out of our texts (STOP)."),
        "21611": Verdict(RETRY, "Our sender's queue at Twilio is full; it is tried again."),
        "21612": Verdict(OURS, "Our sender cannot reach this number; use another channel."),
        "21614": Verdict(BAD, "This number is no mobile telephone."),
        "21617": Verdict(OURS, "The message is longer than Twilio takes."),
        "21619": Verdict(OURS, "The message had neither text nor media."),
        "21620": Verdict(OURS, "The address of an attachment was not valid."),
        "21623": Verdict(OURS, "The message had more attachments than Twilio takes."),
        "21656": Verdict(OURS, "The template's values were not valid."),
        "21910": Verdict(OURS, "Sender and recipient are not on the same channel."),
        "30001": Verdict(RETRY, "The message waited too long in Twilio's queue."),
        "30002": Verdict(OURS, "Our Twilio account is suspended; nothing is sent until it is not."),
        "30003": Verdict(RETRY, "The phone was switched off or out of reach."),
        "30004": Verdict(NEVER, "The number has blocked us, or cannot take texts."),
        "30005": Verdict(BAD, "This number does not exist any more."),
        "30006": Verdict(BAD, "This is a landline, or a carrier that takes no texts."),
        "30007": Verdict(NEVER, "The carrier took the text for spam; write it differently."),
        "30008": Verdict(RETRY, "The carrier failed without saying why."),
        "30022": Verdict(RETRY, "Our registered texting rate is used up; later."),
        "30023": Verdict(RETRY, "Our daily number of texts for this carrier is used up."),
        "30024": Verdict(OURS, "Our number is not yet set up at the carrier; ask Twilio."),
        "30032": Verdict(OURS, "Our toll-free number is not verified; do so at Twilio."),
        "30034": Verdict(OURS, "Our number is not registered for A2P 10DLC; do so at Twilio."),
        "30450": Verdict(NEVER, "Twilio's guard against SMS pumping stopped it."),
        "30610": Verdict(NEVER, "It was stopped by Twilio's quiet hours; send it in the day."),
        "30640": Verdict(NEVER, "Twilio lists this number as a known litigator; do not text it."),
        "63003": Verdict(BAD, "This number is not on WhatsApp."),
        "63005": Verdict(OURS, "WhatsApp refused the content."),
        "63007": Verdict(OURS, "Our number is no WhatsApp sender; check TWILIO_WHATSAPP_FROM."),
        "63012": Verdict(RETRY, "WhatsApp had an internal error; it is tried again."),
        "63013": Verdict(OURS, "WhatsApp's policy refused the content or a template's value."),
        "63015": Verdict(NEVER, "This person has not joined the WhatsApp sandbox."),
        "63016": Verdict(
            Outcome.WINDOW_CLOSED,
            "WhatsApp's 24 hours since the customer's last message are over; "
            "only an approved template may open it again.",
        ),
        "63018": Verdict(RETRY, "We send faster than WhatsApp allows; it is tried again."),
        "63019": Verdict(OURS, "WhatsApp could not fetch our attachment."),
        "63020": Verdict(OURS, "Meta's invitation to the business is not accepted yet."),
        "63021": Verdict(OURS, "The template with its values is not valid or too long."),
        "63024": Verdict(BAD, "WhatsApp does not know this recipient."),
        "63028": Verdict(OURS, "The template got a wrong number of values."),
        "63032": Verdict(NEVER, "Meta limits what this person is sent at present."),
        "63038": Verdict(RETRY, "Our daily number of WhatsApp messages is used up; tomorrow."),
        "63041": Verdict(OURS, "Meta has paused this template; use another one."),
        "63049": Verdict(NEVER, "Meta did not deliver a marketing template; use another channel."),
        "63051": Verdict(OURS, "Meta has locked our WhatsApp account."),
        "63062": Verdict(OURS, "Meta's terms for marketing messages are not accepted."),
    }
)

DAILY_CAPS = frozenset({"30023", "63038"})
"""Of the codes that may pass, those that pass with the day."""

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        "accepted": Status.QUEUED,
        "scheduled": Status.QUEUED,
        "queued": Status.QUEUED,
        "sending": Status.SENDING,
        "sent": Status.SENT,
        "delivered": Status.DELIVERED,
        "partially_delivered": Status.DELIVERED,
        "read": Status.READ,
        "undelivered": Status.FAILED,
        "failed": Status.FAILED,
        "canceled": Status.FAILED,
    }
)


def judge(code: str) -> Verdict:
    """The meaning of a code; one that is not listed is a refusal that names it."""
    known = CODES.get(code)
    if known is not None:
        return known
    return Verdict(NEVER, f"Twilio refused it with code {code}, which is not in our table.")
