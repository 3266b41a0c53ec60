"""What Meta's codes and statuses mean for us, as data: outcome, and words for our staff.

Codes come in answers to a send, in receipts and as trouble of the whole account. A code that is not
here is a refusal that staff see with its number; the title beside it is not read, since Meta
changes titles. Source: Meta, whatsapp support/error-codes (2026-05-15), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from bot.domain import Status


class Outcome(StrEnum):
    """What a code means for the message that got it."""

    RETRY = "retry"
    """Nothing was done; later it may be."""
    RETRY_PERSON = "retry_person"
    """Too much for this one person; everybody else is as before."""
    RETRY_SENDER = "retry_sender"
    """Too much for our number: whatever else leaves by it will meet the same."""
    NEVER = "never"
    SOFT = "soft"
    """It did not reach them now; after several in a row nothing does."""
    NO_PROMOTION = "no_promotion"
    """They have told WhatsApp that they want no promotion of ours."""
    WINDOW_CLOSED = "window_closed"
    BAD_ADDRESS = "bad_address"
    OPERATOR = "operator"
    """Somebody who runs the service has to mend it."""


class Verdict(NamedTuple):
    """The meaning of one code."""

    outcome: Outcome
    words: str
    """What happened and what to do, for staff."""
    wait_s: float | None = None
    """How long to wait at least, where the code says more than its number of tries."""


_RETRY, _NEVER, _OPERATOR = Outcome.RETRY, Outcome.NEVER, Outcome.OPERATOR
_SENDER = Outcome.RETRY_SENDER

CODES: Mapping[str, Verdict] = MappingProxyType(
    {
        "0": Verdict(_OPERATOR, "Meta refuses our access token; renew META_ACCESS_TOKEN."),
        "1": Verdict(_RETRY, "Meta had an unknown error; it is tried again."),
        "2": Verdict(_RETRY, "Meta's service is down for a moment; it is tried again."),
        "4": Verdict(_SENDER, "Our app has asked Meta too often; it is tried again.", 60.0),
        "10": Verdict(_OPERATOR, "Our access token lacks a permission; see META_ACCESS_TOKEN."),
        "33": Verdict(_OPERATOR, "Meta does not know our number; check META_PHONE_NUMBER_ID."),
        "100": Verdict(_OPERATOR, "Meta did not understand our request; this is a fault of ours."),
        "190": Verdict(_OPERATOR, "Our access token has ended; renew META_ACCESS_TOKEN."),
        "368": Verdict(_OPERATOR, "Meta has blocked our account for a breach of its policy."),
        "80007": Verdict(_SENDER, "Our WhatsApp account has reached its rate limit.", 60.0),
        "130429": Verdict(_SENDER, "We send faster than WhatsApp allows; it is tried again.", 5.0),
        "130472": Verdict(_NEVER, "Meta left this person out of promotion as an experiment."),
        "130497": Verdict(_OPERATOR, "Our account may not write to people in this country."),
        "131000": Verdict(_RETRY, "WhatsApp failed without saying why; it is tried again."),
        "131005": Verdict(_OPERATOR, "Our access token may not send; see META_ACCESS_TOKEN."),
        "131008": Verdict(_OPERATOR, "A part of our request was missing; this is a fault of ours."),
        "131009": Verdict(_OPERATOR, "A part of our request was wrong; this is a fault of ours."),
        "131016": Verdict(_RETRY, "WhatsApp is away for a moment; it is tried again."),
        "131021": Verdict(Outcome.BAD_ADDRESS, "This is our own number."),
        "131026": Verdict(
            Outcome.SOFT,
            "It could not be delivered: not on WhatsApp, an old version, or terms not accepted.",
        ),
        "131031": Verdict(_OPERATOR, "Meta has locked our WhatsApp account."),
        "131037": Verdict(_OPERATOR, "The display name of our number is not approved by Meta yet."),
        "131042": Verdict(_OPERATOR, "Meta could not take our payment; see the account's billing."),
        "131045": Verdict(_OPERATOR, "Our number is not registered at Meta; register it again."),
        "131047": Verdict(
            Outcome.WINDOW_CLOSED,
            "WhatsApp's 24 hours since the customer's last message are over; "
            "only an approved template may open it again.",
        ),
        "131048": Verdict(
            _OPERATOR, "People reported or blocked us too often; send no promotion for now."
        ),
        "131049": Verdict(_NEVER, "Meta held this promotion back; use another channel, not now."),
        "131050": Verdict(
            Outcome.NO_PROMOTION, "The customer has stopped our promotion on WhatsApp."
        ),
        "131051": Verdict(_NEVER, "WhatsApp does not know this kind of message."),
        "131052": Verdict(_NEVER, "WhatsApp could not give us the customer's file."),
        "131053": Verdict(_NEVER, "WhatsApp could not take our file; check its type and size."),
        "131056": Verdict(
            Outcome.RETRY_PERSON, "Too many messages to this one person; it is tried again.", 6.0
        ),
        "131057": Verdict(_RETRY, "Meta is working on our account; it is tried again.", 300.0),
        "131062": Verdict(_NEVER, "Without their number this person cannot be sent this template."),
        "131063": Verdict(_OPERATOR, "Promotion is switched off on our WhatsApp account."),
        "132000": Verdict(_OPERATOR, "The template got a wrong number of values."),
        "132001": Verdict(_OPERATOR, "The template does not exist in this language, or not yet."),
        "132005": Verdict(_OPERATOR, "The template with its values is too long."),
        "132007": Verdict(_OPERATOR, "The template's words break a policy of WhatsApp."),
        "132012": Verdict(_OPERATOR, "A value of the template has the wrong form."),
        "132015": Verdict(_OPERATOR, "Meta has paused this template; use another one."),
        "132016": Verdict(_OPERATOR, "Meta has disabled this template for good."),
        "133010": Verdict(_OPERATOR, "Our number is not registered at Meta; register it again."),
        "133016": Verdict(_SENDER, "Our number was registered too often; it waits.", 300.0),
    }
)

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        "sent": Status.SENT,
        "delivered": Status.DELIVERED,
        "read": Status.READ,
        # A voice message that was listened to.
        "played": Status.READ,
        "failed": Status.FAILED,
    }
)

RETRIES = frozenset({Outcome.RETRY, Outcome.RETRY_PERSON, Outcome.RETRY_SENDER})
"""What says that nothing was done and that it may be done later."""


def judge(code: str) -> Verdict:
    """The meaning of a code; one that is not listed is a refusal that names it."""
    known = CODES.get(code)
    if known is not None:
        return known
    if code.isascii() and code.isdigit() and 200 <= int(code) <= 299:
        return Verdict(
            _OPERATOR, "Our access token lacks a permission; see META_ACCESS_TOKEN.", None
        )
    return Verdict(_NEVER, f"Meta refused it with code {code}, which is not in our table.")
