"""The playground's buttons for drafts: what staff at the desk decide on them. Sandbox mode only.

A draft to be sent is kept as wanted and sent by a job, because its tools run again for that.
"""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.drafting_send import discard
from bot.errors import Conflict, NotFound
from bot.ids import new_id
from bot.store import drafts
from bot.store.connection import Pool, borrow
from handlers.keys import DOORBELL
from handlers.playground_guard import guarded, read_body

ACTOR = "staff"


class Decided(BaseModel):
    """What the visitor, as staff, decides on a draft."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9]+$")
    act: Literal["send", "discard"]
    text: str = Field(default="", max_length=4000)
    """Other words in place of the draft's."""


def add_drafts(app: web.Application, *, pool: Pool, clock: Clock) -> None:
    """Add the one path to the application."""

    async def decide(request: web.Request) -> web.StreamResponse:
        """POST /playground/drafts."""
        given = Decided.model_validate(await read_body(request))
        if given.act == "discard":
            await _discard(pool, clock, given.code)
        else:
            await _want(app, pool, given)
        return web.json_response({"code": given.code.upper()}, status=201)

    app.router.add_post("/playground/drafts", guarded(decide))


async def _want(app: web.Application, pool: Pool, given: Decided) -> None:
    async with borrow(pool) as conn:
        wanted = await drafts.want(conn, given.code, by=ACTOR, text=given.text.strip())
    if wanted is None:
        raise web.HTTPConflict(text=f"draft {given.code} does not wait any more")
    if DOORBELL in app:
        app[DOORBELL].ring("send_draft", str(new_id()), draft_id=str(wanted))


async def _discard(pool: Pool, clock: Clock, code: str) -> None:
    try:
        async with borrow(pool) as conn, conn.transaction():
            await discard(conn, code, by=ACTOR, at=clock.now())
    except NotFound as missing:
        raise web.HTTPNotFound(text=str(missing)) from missing
    except Conflict as ended:
        raise web.HTTPConflict(text=str(ended)) from ended
