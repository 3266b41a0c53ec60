"""Whether the first answer to a customer says that a machine writes it, and in which words.

By the law of the place the customer may be in, or always or never as the profile says; before the
bot's first words to a customer, and again once it has been silent for long. Whoever asks is told
the truth at any time: that is an article's and the guard's work. bot/outbox.py asks. Sources,
third-party pages read 2026-11-23: California Bus. & Prof. Code 17940 ff. (a bot that sells), Maine
10 MRSA 1500-DD (since 2025-09), Colorado SB 24-205 (2026; the pages differ on the day). Utah asks a
trade like ours to say it only when asked, and is here because that is stricter. No advice; the
profile may say more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import AddressId
from bot.language.wording import say
from bot.profile import Profile
from bot.quiet import find_whereabouts, home_of
from bot.store import first_words
from bot.store.connection import Connection
from bot.store.first_words import FirstWords

STATES = frozenset({"CA", "CO", "ME", "UT"})
"""Where a law wants it said."""
AGAIN_AFTER = timedelta(days=30)
"""Who has heard nothing of the bot for so long may not remember what it is."""


async def introduce(
    profile: Profile, conn: Connection, address_id: AddressId, *, language: str, now: datetime
) -> str:
    """What stands before what the bot is about to say there; empty where nothing needs to."""
    if profile.manners.disclose == "never":
        return ""
    first = await first_words.read(conn, address_id, since=now - AGAIN_AFTER)
    return find_disclosure(profile, first, language)


def find_disclosure(profile: Profile, first: FirstWords, language: str) -> str:
    """The words, in the customer's language, where they are the first and a place wants them."""
    wanted = profile.manners.disclose == "always" or _is_wanted(profile, first)
    if first.has_spoken or not wanted:
        return ""
    return say("disclosed", language, seed="disclosed", business=profile.business.name)


def _is_wanted(profile: Profile, first: FirstWords) -> bool:
    """Whether the customer may be in such a state; of who may be anywhere, whether we are."""
    where = find_whereabouts(first.handle, first.zone, (), home_of(profile))
    return bool(STATES & set(where.states or profile.business.home_states))
