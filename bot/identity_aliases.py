"""One customer of two whom a vendor's own word proves to be one person, or shows to be it perhaps.

WhatsApp names somebody by number, by an id of its own, or by both. Who wrote by each alone was two
customers until a message bears both: that is proof, and they are joined. What only suggests it, and
what cannot be joined now, is put before staff. Called by intake, for news, and by replay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import Message
from bot.errors import Conflict, NotFound
from bot.identity_joining import Wish, join
from bot.profile import Profile
from bot.store import aliases, desk_notices
from bot.store.aliases import Twins
from bot.store.connection import Connection
from bot.store.desk_notices import NewPost

ACTOR = "vendor"


async def learn_names(
    conn: Connection, profile: Profile, messages: Sequence[Message], *, now: datetime
) -> tuple[Message, ...]:
    """Keep both names of whoever has two, and join whom they prove to be one.

    Returns the messages, of those with two names under the one that nobody else can get: a number
    may be a stranger's by the time a late message comes.
    """
    named = [aliases.Named(m.channel, m.sender, m.also) for m in messages if m.also]
    if not named:
        return tuple(messages)
    await settle_twins(conn, profile, await aliases.learn(conn, named), now=now)
    return tuple(replace(m, sender=m.also) if m.also else m for m in messages)


async def settle_twins(
    conn: Connection, profile: Profile, found: Sequence[Twins], *, now: datetime
) -> None:
    """Join who is proved to be one; of the others, and where it cannot be done now, tell staff."""
    for twins in found:
        why = "" if twins.is_proved else "they moved to a number that somebody had before"
        if twins.is_proved:
            why = await _try_to_join(conn, profile, twins, now=now)
        if why:
            await desk_notices.owe_post(conn, _question(twins, why))


async def _try_to_join(conn: Connection, profile: Profile, twins: Twins, *, now: datetime) -> str:
    """Why it could not be done; empty where it was."""
    wish = Wish(
        kept=twins.kept, joined=twins.joined, proof="vendor", actor=f"{ACTOR} {twins.channel}"
    )
    try:
        async with conn.transaction():
            await join(conn, profile, wish, now=now)
    except (Conflict, NotFound) as error:
        return str(error)
    return ""


def _question(twins: Twins, why: str) -> NewPost:
    names = f"{twins.kept} {twins.joined}"
    text = (
        f"Two customers on {twins.channel} seem to be one person, and are not joined: {why}.\n"
        f"If they are one: `concierge customers merge {names} --by NAME`"
    )
    return NewPost(key=f"twins:{twins.kept}:{twins.joined}", text=text)
