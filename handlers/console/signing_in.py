"""Who is at the console: a link becomes a session, and a session somebody of the desk (I11).

A link's GET changes nothing, because scanners follow links; the POST of its button signs in. With
every request whoever is signed in is looked up anew: who has left the desk is signed out.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.clock import Clock
from bot.desk.console import (
    PATH,
    Ticket,
    find_session,
    form_token,
    read_token,
    shut_out,
    sign_in,
    sign_out,
)
from bot.desk.people import OPERATOR, Member, Role, nobody
from bot.errors import BadSignature
from bot.settings import Settings
from bot.store.connection import Pool, borrow
from bot.store.console_sessions import Session
from handlers.console.base import Shown
from handlers.console.guarding import cookie_name, drop_cookie, is_foreign, set_cookie
from handlers.desk.roles import Roles

NO_STAFF = "This link was made for somebody who is not at the desk any more."
FOREIGN = "This came from another page than the console's, so nothing was done."


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in."""

    member: Member
    session: Session
    token: str
    """What their forms carry."""


class Doors:
    """One for a web process."""

    def __init__(self, pool: Pool, settings: Settings, clock: Clock, roles: Roles | None) -> None:
        """`roles`: None where there is no desk, and so nobody but the operator."""
        self._pool, self._settings, self._clock, self._roles = pool, settings, clock, roles

    async def find_visitor(self, request: web.Request) -> Visitor | None:
        """Who asks; None where nobody is signed in by that cookie, or not any more.

        Raises:
            VendorUnavailable: nobody knows them at present, and Slack does not answer.
        """
        key = request.cookies.get(cookie_name(self._settings), "")
        if not key:
            return None
        async with borrow(self._pool) as conn:
            session = await find_session(conn, key, now=self._clock.now())
        if session is None:
            return None
        member = await self._find_member(session.staff_id, is_owner=session.is_owner)
        if member.role is Role.NOBODY:
            async with borrow(self._pool) as conn, conn.transaction():
                await shut_out(conn, session.staff_id)
            return None
        return Visitor(member=member, session=session, token=form_token(self._settings, key))

    async def ask(self, request: web.Request) -> Shown:
        """GET /console/sign-in/{token}: the button that signs in.

        Raises:
            BadSignature: it is no link of ours, or over.
        """
        self._read(request)
        return Shown(template="sign_in.html", title="Sign in")

    async def let_in(self, request: web.Request) -> web.Response:
        """POST /console/sign-in/{token}: the cookie, and on to the first page.

        Raises:
            BadSignature: the link is not valid, over or used, or its owner is no staff.
            VendorUnavailable: nobody knows them at present, and Slack does not answer.
        """
        if is_foreign(request, self._settings):
            raise BadSignature(FOREIGN)
        ticket = self._read(request)
        member = await self._find_member(ticket.staff_id, is_owner=True)
        if member.role is Role.NOBODY:
            raise BadSignature(NO_STAFF)
        async with borrow(self._pool) as conn, conn.transaction():
            key = await sign_in(conn, ticket, member, now=self._clock.now())
        response = web.Response(status=303, headers={"Location": PATH})
        set_cookie(response, self._settings, key)
        return response

    async def let_out(self, visitor: Visitor) -> web.Response:
        """POST /console/sign-out: the session is over, here and for whoever has copied it."""
        async with borrow(self._pool) as conn, conn.transaction():
            await sign_out(conn, visitor.session)
        response = web.Response(status=303, headers={"Location": PATH})
        drop_cookie(response, self._settings)
        return response

    def _read(self, request: web.Request) -> Ticket:
        return read_token(self._settings, request.match_info["token"], now=self._clock.now())

    async def _find_member(self, staff_id: str, *, is_owner: bool) -> Member:
        """`is_owner`: whether the operator may be believed to be one."""
        if staff_id == OPERATOR.id:
            return OPERATOR if is_owner else nobody(staff_id)
        return nobody(staff_id) if self._roles is None else await self._roles.member(staff_id)
