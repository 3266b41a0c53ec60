"""Makes and sends the codes by which an address is proved; bot/identity.py reads them back.

Few at a time: three an hour for a conversation and for an address, some dozens for all of them, and
to numbers of the business's own country only, so that nobody can have strangers flooded, guess for
long or run up a bill. The send gate judges them as everything else (I6).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

import phonenumbers

from bot.deps import Deps
from bot.domain import AddressId, Author, ConversationId, Purpose
from bot.errors import Conflict
from bot.ids import new_id
from bot.language.wording import say
from bot.signing import seal
from bot.situation import Situation
from bot.store import outbox, proofs
from bot.store.connection import Connection, borrow
from bot.store.proofs import Target

LASTS = timedelta(minutes=10)
TRIES_MAX = 5
CODES_PER_HOUR = 3
CODES_PER_HOUR_ALL = 40
"""Of the whole business; more of them is somebody at play."""
HOUR = timedelta(hours=1)
_PURPOSE = "address.proof"
BY_NUMBER = ("sms", "whatsapp")


def sealed(deps: Deps, proof_id: UUID, code: str) -> bytes:
    """What is kept of a code."""
    secret = deps.settings.concierge_secret.get_secret_value()
    return seal(secret, _PURPOSE, f"{proof_id}:{code}")


def channels_of(value: str) -> tuple[str, ...]:
    """Where an address of this shape is reached, the one for a new address first."""
    return ("email",) if "@" in value else BY_NUMBER


async def asked_too_often(deps: Deps, situation: Situation) -> bool:
    """Whether this conversation has had its codes for the hour."""
    who = (situation.customer_id, situation.conversation_id)
    since = deps.clock.now() - HOUR
    async with borrow(deps.pool) as conn:
        return await proofs.count_since(conn, who, None, since=since) >= CODES_PER_HOUR


async def is_own(deps: Deps, situation: Situation, value: str) -> bool:
    """Whether the address is this customer's already."""
    async with borrow(deps.pool) as conn:
        target = await proofs.find_target(conn, list(channels_of(value)), value)
    return target is not None and target.customer_id == situation.customer_id


async def send_code(
    deps: Deps, conn: Connection, situation: Situation, value: str
) -> ConversationId | None:
    """Put a code for the address into the outbox, in the turn's transaction; whose outbox.

    Where the address or the business has had its codes for the hour, or where the number is abroad,
    nothing is sent, and nobody is told the difference.
    """
    now = deps.clock.now()
    if not is_near(value, deps.profile.business.territory):
        return None
    if await proofs.count_all(conn, since=now - HOUR) >= CODES_PER_HOUR_ALL:
        return None
    target = await _target(conn, value)
    channel = await proofs.lock_target(conn, target.id)
    who = (situation.customer_id, situation.conversation_id)
    sent = await proofs.count_since(conn, who, target.id, since=now - HOUR)
    if sent >= CODES_PER_HOUR or target.customer_id == situation.customer_id:
        return None
    proof_id, code = new_id(deps.clock), f"{secrets.randbelow(1_000_000):06d}"
    digest, times = sealed(deps, proof_id, code), (now, now + LASTS)
    await proofs.insert(conn, proof_id, who, target.id, digest=digest, times=times)
    text = say("prove_code", situation.language, code=code)
    return await _post(deps, conn, target, (channel, text, situation.language))


def is_near(value: str, territory: str) -> bool:
    """Whether it is a mailbox or a number that can be dialled in the business's own country."""
    if "@" in value:
        return True
    try:
        number = phonenumbers.parse(value, territory)
    except phonenumbers.NumberParseException:
        return False
    is_premium = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    home = phonenumbers.country_code_for_region(territory)
    return number.country_code == home and region != "ZZ" and not is_premium


async def _target(conn: Connection, value: str) -> Target:
    channels = channels_of(value)
    found = await proofs.find_target(conn, list(channels), value)
    made = found or await proofs.make_target(conn, channels[0], value)
    if made is None:
        raise Conflict("the address was met by another process at the same moment")
    return made


async def _post(
    deps: Deps, conn: Connection, target: Target, said: tuple[str, str, str]
) -> ConversationId:
    """Into the conversation of whoever has that address: what goes there, only they may read."""
    channel, text, language = said
    talk, epoch = await proofs.open_conversation(conn, target.customer_id, channel)
    for part in deps.render(channel, text):
        draft = outbox.Draft(
            conversation_id=talk,
            address_id=AddressId(target.id),
            channel=channel,
            text=part,
            author=Author.SYSTEM,
            purpose=Purpose.ESSENTIAL,
            epoch=epoch,
            due_at=deps.clock.now(),
            language=language,
        )
        await outbox.insert(conn, draft)
    return talk
