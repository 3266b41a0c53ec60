"""The way into the web console: a link that is good once, and the session that it opens (I11).

The link names who it was made for and when it ends; the key of the session is a cookie's value, of
which only a digest is kept. Who they are is looked up with every request by handlers/console.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.desk.people import Member, Role
from bot.errors import BadSignature
from bot.settings import Settings
from bot.signing import seal, sign, verify
from bot.store import audit, console_sessions, spent_tokens
from bot.store.connection import Connection
from bot.store.console_sessions import Session

PURPOSE = "console"
PATH = "/console"
GOOD_FOR = timedelta(minutes=10)
LASTS = timedelta(hours=12)
NOT_VALID = "this link is not valid; ask for a new one"
OVER = "this link was good for ten minutes; ask for a new one"
USED = "this link has been used already; ask for a new one"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says."""

    staff_id: str
    token: str


def console_link(base_url: str, secret: str, staff_id: str, *, now: datetime) -> str:
    """Where somebody signs in, good for ten minutes and once."""
    ends = int((now + GOOD_FOR).timestamp())
    token = sign(secret, PURPOSE, f"{staff_id}-{ends}-{secrets.token_hex(16)}")
    return f"{base_url}{PATH}/sign-in/{token}"


def read_token(settings: Settings, token: str, *, now: datetime) -> Ticket:
    """For whom the link was made.

    Raises:
        BadSignature: the token is not one of ours, or is over.
    """
    try:
        subject = verify(settings.concierge_secret.get_secret_value(), PURPOSE, token)
        staff_id, ends, _nonce = subject.rsplit("-", 2)
        ends_at = datetime.fromtimestamp(int(ends), UTC)
    except (BadSignature, ValueError, OverflowError, OSError) as error:
        raise BadSignature(NOT_VALID) from error
    if now >= ends_at:
        raise BadSignature(OVER)
    return Ticket(staff_id=staff_id, token=token)


async def sign_in(conn: Connection, ticket: Ticket, member: Member, *, now: datetime) -> str:
    """The key of a new session; the link is used up with it, in the caller's transaction.

    Raises:
        BadSignature: the link was used before.
    """
    key = secrets.token_urlsafe(32)
    # Spent under a digest that nobody can bring again: whoever comes second is refused.
    if not await spent_tokens.spend(conn, PURPOSE, ticket.token, digest=_digest(key), at=now):
        raise BadSignature(USED)
    session = Session(
        digest=_digest(key),
        staff_id=member.id,
        is_owner=member.may(Role.OWNER),
        created_at=now,
        expires_at=now + LASTS,
    )
    await console_sessions.open_one(conn, session)
    await _note(conn, member.id, "signed_in")
    return key


async def find_session(conn: Connection, key: str, *, now: datetime) -> Session | None:
    """Whose cookie this is; None where it is nobody's, or over."""
    return await console_sessions.find(conn, _digest(key), now=now)


async def sign_out(conn: Connection, session: Session) -> None:
    """End one session."""
    await console_sessions.close(conn, session.digest)
    await _note(conn, session.staff_id, "signed_out")


async def shut_out(conn: Connection, staff_id: str) -> None:
    """End all sessions of somebody who is not at the desk any more."""
    await console_sessions.close_all(conn, staff_id)
    await _note(conn, staff_id, "shut_out")


def form_token(settings: Settings, key: str) -> str:
    """What every form of a session carries, so that no other page can send one."""
    return seal(settings.concierge_secret.get_secret_value(), "console.form", key).hex()


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


async def _note(conn: Connection, staff_id: str, what: str) -> None:
    await audit.record(
        conn, actor=staff_id, act=f"console.{what}", subject=staff_id or "nobody", detail={}
    )
