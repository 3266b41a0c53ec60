"""Shows people at the desk what their deed led to: with the acknowledgement, or right after it.

Called by handlers/desk/door.py. What is shown after the answer may fail without undoing the deed;
each such call has an owner here and a time-out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from slack_bolt.async_app import AsyncAck

from bot.errors import VendorError, VendorRefused
from channels.desk import Desk
from channels.desk_blocks import Block, section
from handlers.desk.base import Answer, Asked, Office

log = logging.getLogger(__name__)

AFTER_MAX_S = 30.0
CLOSE_WITHIN_S = 3.0
OUTSIDE = frozenset({"user_not_in_channel", "not_in_channel", "channel_not_found"})
"""Nothing can be whispered to them there; a command may be typed where the app is not."""


class Answering:
    """One for a web process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._under_way: set[asyncio.Task[None]] = set()

    async def answer(self, ack: AsyncAck, office: Office, given: Asked, answer: Answer) -> None:
        """Acknowledge with what the vendor takes there, and let the rest follow."""
        is_submission = given.key.startswith("view:")
        is_command = given.key.startswith("command:")
        if is_submission and answer.errors:
            await ack(response_action="errors", errors=dict(answer.errors))
            return
        if is_submission and answer.window is not None:
            await ack(response_action="update", view=answer.window)
            self.follow(office, Answer(rings=answer.rings, after=answer.after), given)
            return
        if is_command and answer.text and answer.window is None:
            shown = list(answer.blocks) or None
            await ack(text=answer.text, blocks=shown, response_type="ephemeral")
            self.follow(office, Answer(rings=answer.rings, after=answer.after), given)
            return
        await ack()
        self.follow(office, answer, given)

    def follow(self, office: Office, answer: Answer, given: Asked) -> None:
        """Ring, open windows, whisper, and do what was left for after the answer."""
        for ring in answer.rings:
            office.doorbell.ring_for(ring.job, ring.key, dict(ring.ids), delay_s=ring.delay_s)
        if answer.window is not None:
            self._start(self._open(answer.window, given), "window")
        if answer.text and given.by.id:
            self._start(self._whisper(answer, given), "whisper")
        if answer.after is not None:
            self._start(answer.after(), "after")

    async def close(self) -> None:
        """Let what is under way end, for a moment."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSE_WITHIN_S)
        for task in self._under_way:
            task.cancel()

    def _start(self, work: Awaitable[None], what: str) -> None:
        task = asyncio.create_task(_bounded(work, what))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _open(self, window: Block, given: Asked) -> None:
        inside = given.view_id and not given.message_ts
        if inside and given.name != window.get("callback_id"):
            await self._desk.push_window(given.trigger_id, window)
        elif inside:
            await self._desk.update_window(given.view_id, window)
        else:
            await self._desk.open_window(given.trigger_id, window)

    async def _whisper(self, answer: Answer, given: Asked) -> None:
        shown = answer.blocks or (section(answer.text),)
        if answer.replaces and given.response_url:
            await self._desk.respond(given.response_url, answer.text, shown, replaces=True)
        elif given.channel:
            await self._whisper_there(answer.text, shown, given)
        else:
            # A window or a home stands in no channel.
            await self._desk.say(answer.text, shown, mark=("answer", given.key), to=given.by.id)

    async def _whisper_there(self, text: str, shown: tuple[Block, ...], given: Asked) -> None:
        """Where they acted; who is not in that channel is answered by the deed's own address."""
        root = given.thread_ts or given.message_ts
        try:
            await self._desk.whisper(
                given.by.id, text, shown, channel=given.channel, thread_ts=root
            )
        except VendorRefused as refused:
            if refused.code not in OUTSIDE or not given.response_url:
                raise
            await self._desk.respond(given.response_url, text, shown, replaces=False)


async def _bounded(work: Awaitable[None], what: str) -> None:
    try:
        async with asyncio.timeout(AFTER_MAX_S):
            await work
    except (VendorError, TimeoutError) as error:
        facts = {"what": what, "error": type(error).__name__, "code": getattr(error, "code", "")}
        log.warning("desk.answer_lost", extra=facts)
    except Exception:
        log.exception("desk.answer_failed", extra={"what": what})
