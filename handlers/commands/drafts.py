"""`concierge drafts`: what the bot has drafted, and what staff do with it.

Sending goes through bot/drafting_send.py, as the playground's button does.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from bot.booking.moments import say_briefly
from bot.drafting_send import ENDED, Stale, discard, get, send
from bot.errors import CallerError
from bot.store import drafts
from bot.store.connection import borrow
from bot.store.drafts import Draft
from handlers.commands.base import Command
from handlers.commands.booking_pages import labelled, table
from handlers.service import ground, job_deps, migrate
from jobs.base import JobDeps
from jobs.send_draft import ring

LISTED_MAX = 200
HEAD = ("CODE", "SINCE", "TOPIC", "CUSTOMER", "ASKED")
ASKED_SHOWN = 60


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what became of it."""
    act: Callable[[JobDeps, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open(environment) as deps:
        print(await act(deps, asked))
    return 0


@asynccontextmanager
async def _open(environment: Mapping[str, str]) -> AsyncIterator[JobDeps]:
    """What a worker has: sending runs the draft's tools again."""
    async with ground(environment, embedded=True) as on:
        await migrate(on.settings)
        async with job_deps(on) as deps:
            yield deps


async def list_open(deps: JobDeps, _asked: argparse.Namespace) -> str:
    """What waits for staff, the oldest first."""
    async with borrow(deps.bot.pool) as conn:
        listed = await drafts.list_open(conn, limit=LISTED_MAX)
    if not listed:
        return "No draft waits."
    profile = deps.bot.profile
    rows = [
        (
            each.draft.code,
            say_briefly(profile, each.draft.created_at),
            each.draft.topic,
            each.customer,
            " ".join(each.words.split())[:ASKED_SHOWN],
        )
        for each in listed
    ]
    return table(HEAD, rows)


async def show(deps: JobDeps, asked: argparse.Namespace) -> str:
    """One draft, whole."""
    async with borrow(deps.bot.pool) as conn:
        draft = await get(conn, asked.code)
        listed = await drafts.find_listed(conn, draft.id)
    said = ENDED.get(draft.status, "waits for you")
    facts = [
        ("Draft", draft.code),
        ("Status", f"{said}{f', by {draft.decided_by}' if draft.decided_by else ''}"),
        ("Topic", draft.topic),
        ("Customer", listed.customer if listed else ""),
        ("Asked", listed.words if listed else ""),
        ("Answer", draft.text),
        ("Sent", draft.sent_text),
    ]
    return "\n".join(labelled(name, told) for name, told in facts if told)


async def send_it(deps: JobDeps, asked: argparse.Namespace) -> str:
    """Word for word, but for moments that had to be brought up to date."""
    return await _send(deps, asked.code, asked.by, "")


async def edit(deps: JobDeps, asked: argparse.Namespace) -> str:
    """In staff's own words."""
    if not asked.text.strip():
        raise CallerError("TEXT: say what the customer is to read")
    return await _send(deps, asked.code, asked.by, asked.text)


async def _send(deps: JobDeps, code: str, by: str, edited: str) -> str:
    try:
        sent = await send(deps.bot, code, by=by, edited=edited)
    except Stale:
        async with borrow(deps.bot.pool) as conn:
            ring(deps, await get(conn, code), "take_turn")
        raise
    ring(deps, sent, "deliver")
    return f"Draft {sent.code} goes out:\n{_words(sent)}"


def _words(sent: Draft) -> str:
    return sent.sent_text or sent.text


async def throw_away(deps: JobDeps, asked: argparse.Namespace) -> str:
    """Nobody answers."""
    async with borrow(deps.bot.pool) as conn, conn.transaction():
        gone = await discard(conn, asked.code, by=asked.by, at=deps.bot.clock.now())
    return f"Draft {gone.code} is discarded; its customer gets no answer from the bot."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: object, said: str, *, is_deed: bool = False) -> None:
        one = parts.add_parser(name, help=said, description=said)
        one.set_defaults(act=act)
        if name != "list":
            one.add_argument("code", metavar="CODE")
        if name == "edit":
            one.add_argument("text", metavar="TEXT", help="what the customer is to read")
        if is_deed:
            one.add_argument("--by", required=True, help="who decides; kept in the audit log")

    part("list", list_open, "what waits to be sent")
    part("show", show, "one draft, whole")
    part("send", send_it, "send it word for word", is_deed=True)
    part("edit", edit, "send other words in its place", is_deed=True)
    part("discard", throw_away, "throw it away", is_deed=True)


command = Command(help="replies that wait for staff", run=run, add_arguments=_arguments)
