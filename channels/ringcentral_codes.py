"""What RingCentral's message states and delivery error codes mean, in words that staff understand.

Source: ringcentral-api-docs, messaging/sms/sms-errors.md: the number after the prefix says what,
the prefix says who found it (read 2026-11-23). What no row knows is taken for passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain import Status

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        "Queued": Status.QUEUED,
        "Sent": Status.SENT,
        "Delivered": Status.DELIVERED,
        "SendingFailed": Status.FAILED,
        "DeliveryFailed": Status.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of one code."""

    words: str
    opted_out: bool = False
    bad_address: bool = False
    is_soft: bool = False


def _gone(words: str) -> Verdict:
    return Verdict(words, bad_address=True)


def _passing(words: str) -> Verdict:
    return Verdict(words, is_soft=True)


_LEFT = Verdict("The customer has opted out of our texts (STOP).", opted_out=True)
_SPAM = Verdict("The text was taken for spam; write it differently.")
_NO_TEXTS = _gone("This number does not exist, or is a landline that takes no texts.")
_LIMIT = _passing("Our number of texts for the day is used up.")
_OURS = Verdict("Our own number is not set up for texts; ask RingCentral.")
_FAILED = _passing("RingCentral or the carrier failed for a while.")

CODES: Mapping[str, Verdict] = MappingProxyType(
    {
        "SMS-RC-403": _LIMIT,
        "SMS-RC-410": _NO_TEXTS,
        "SMS-RC-413": _LEFT,
        "SMS-RC-430": _SPAM,
        "SMS-RC-500": _FAILED,
        "SMS-RC-501": _FAILED,
        "SMS-RC-503": _OURS,
        "SMS-RC-504": _OURS,
        "SMS-UP-410": _NO_TEXTS,
        "SMS-UP-413": _LEFT,
        "SMS-UP-414": _OURS,
        "SMS-UP-430": _SPAM,
        "SMS-UP-431": Verdict("Our number is flagged for spam and cannot send; ask RingCentral."),
        "SMS-UP-432": Verdict("The text was longer than RingCentral takes."),
        "SMS-UP-433": Verdict("The text could not be delivered as it was written."),
        "SMS-UP-500": _FAILED,
        "SMS-CAR-104": _passing("The carrier has not said whether it arrived."),
        "SMS-CAR-199": _passing("The carrier does not know whether it arrived."),
        "SMS-CAR-400": _gone("The customer's carrier takes no texts; call them."),
        "SMS-CAR-410": _passing("It waited too long for the phone and was given up."),
        "SMS-CAR-411": _NO_TEXTS,
        "SMS-CAR-412": _passing("The phone could not be reached."),
        "SMS-CAR-413": _LEFT,
        "SMS-CAR-414": _OURS,
        "SMS-CAR-430": _SPAM,
        "SMS-CAR-431": _passing("The carrier refused it without saying why."),
        "SMS-CAR-432": Verdict("The carrier takes no text as long as this."),
        "SMS-CAR-433": Verdict("The carrier could not read the text."),
        "SMS-CAR-434": Verdict("The attached files are too large for the carrier."),
        "SMS-CAR-435": Verdict("The carrier takes no shortened links."),
        "SMS-CAR-450": _LIMIT,
        "SMS-CAR-451": _LIMIT,
        "SMS-CAR-452": _LIMIT,
        "SMS-CAR-461": Verdict("Our toll-free number is not verified; do so at RingCentral."),
        "SMS-CAR-500": _FAILED,
    }
)


def judge(code: str) -> Verdict:
    """What a code means."""
    return CODES.get(code, _passing("RingCentral could not deliver it and gave an unknown code."))
