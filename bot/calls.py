"""What becomes of a telephone call: a word by text to who was missed, and nothing to who was not.

A call is a message like others (kind `call`) once jobs/settle_call.py knows how it came out.
bot/sorting.py asks here. Whether the word may leave at this hour, and at all, is the send gate's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import phonenumbers

from bot.domain import ConversationId, Direction, Kind, Status, StoredMessage
from bot.domain_calls import CallEnd
from bot.language.wording import say
from bot.profile import Profile
from bot.situation import Situation
from bot.store import calls as store
from bot.store.connection import Connection
from bot.tools.base import Effect

PHRASE = "missed_call"
LANGUAGES = ("en", "es", "zh")
LATE_AFTER = timedelta(hours=1)
"""After this nobody expects a word on a call any more."""
TOLD_WITHIN = timedelta(hours=12)
"""However often somebody calls, so long one word is enough."""
NO_TEXTS = "no_texts"
"""The extra of a call from a number that can take none."""
REASONS = {
    CallEnd.ANSWERED.value: "call: they spoke to somebody",
    CallEnd.VOICEMAIL.value: "call: they left a voicemail, which is answered",
}
_TEXTLESS = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)


def takes_texts(number: str) -> bool:
    """Whether a number may be a mobile telephone's; in North America its form does not tell."""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_possible_number(found) and phonenumbers.number_type(found) not in _TEXTLESS
    )


def word_for(profile: Profile, language: str) -> str:
    """What somebody reads whose call was missed."""
    return say(PHRASE, language, seed="", business=profile.business.name)


def why_silent(
    profile: Profile, situation: Situation, call: StoredMessage, *, now: datetime
) -> str | None:
    """The reason to answer a call with nothing; None where it was missed and waits for a word."""
    if (known := REASONS.get(call.extras.get("call", ""))) is not None:
        return known
    if call.extras.get(NO_TEXTS):
        return "missed call: the number takes no texts"
    if now - call.said_at > LATE_AFTER:
        return "missed call: too long ago to be told now"
    if _is_followed(call, situation.waiting):
        return "missed call: they called again or wrote"
    if _is_told(profile, situation.transcript, now):
        return "missed call: told already that we missed them"
    return None


def _is_followed(call: StoredMessage, waiting: Sequence[StoredMessage]) -> bool:
    """Whether something else of theirs waits after it that is answered in its place."""
    later = [each for each in waiting if each.seq > call.seq]
    return any(
        each.kind is not Kind.CALL or each.extras.get("call") == CallEnd.MISSED.value
        for each in later
    )


def _is_told(profile: Profile, transcript: Sequence[StoredMessage], now: datetime) -> bool:
    return any(
        is_word(profile, each) and now - each.created_at < TOLD_WITHIN for each in transcript
    )


def is_word(profile: Profile, message: StoredMessage) -> bool:
    """Whether it is what we tell somebody whose call was missed."""
    if message.direction is not Direction.OUTBOUND or message.status is Status.FAILED:
        return False
    return any(word_for(profile, language) in message.text for language in LANGUAGES)


def take_back(profile: Profile, situation: Situation) -> tuple[Effect, ...]:
    """What takes a word back that has not left yet, where they have written meanwhile."""
    wrote = any(each.kind is not Kind.CALL for each in situation.waiting)
    open_ = (Status.QUEUED, Status.HELD)
    waits = any(each.status in open_ and is_word(profile, each) for each in situation.transcript)
    if not (wrote and waits):
        return ()

    async def drop(conn: Connection) -> ConversationId | None:
        await store.drop_word(conn, situation.conversation_id)
        return None

    return (drop,)
