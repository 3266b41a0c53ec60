"""The desk, the Slack workspace where staff work: cards, threads, windows, homes, marks and files.

Not a customer channel, so it has no `channel` line. Jobs post through it, handlers/desk answers
through it. A post carries the id of what it is for as message metadata: after an unknown outcome it
is looked up, not sent twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import VendorRefused, VendorSilent
from channels.desk_blocks import Block, cut, escape
from channels.desk_card import Card, blocks, fallback
from channels.desk_marks import direct_channel, find_ts, metadata
from channels.slack_api import TIMEOUT_S, call, make_client, quiet_log, read_settings

CARD = "escalation"
NOTICE = "notice"
MAX_FALLBACK = 1000
DONE_ALREADY = frozenset({"already_reacted", "no_reaction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCard:
    """Where a post stands; both ids are needed to change it or to find its thread."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One Slack workspace with its staff channel.

    Whatever talks to Slack here raises VendorUnavailable (nothing was done), VendorRefused (never
    will be, with its mend) or VendorSilent (nobody knows).
    """

    client: AsyncWebClient
    staff_channel: str
    timeout_s: float = TIMEOUT_S

    async def post(self, card: Card) -> PostedCard:
        """Post a new card; after VendorSilent ask `find_posted`."""
        return await self.say(fallback(card), blocks(card), mark=(CARD, card.escalation_id))

    async def update(self, posted: PostedCard, card: Card) -> PostedCard:
        """Change a card in place."""
        shown = (fallback(card), blocks(card))
        return await self.redraw(posted, *shown, mark=(CARD, card.escalation_id))

    async def say(
        self,
        text: str,
        shown: Sequence[Block] = (),
        *,
        mark: tuple[str, str],
        thread: PostedCard | None = None,
        to: str = "",
        broadcast: bool = False,
    ) -> PostedCard:
        """Post in the staff channel, in a thread, or to one person (`to`, their id).

        `text` is what notifications read; `mark` is the kind and the id by which it is found again;
        `broadcast` shows what stands in a thread in the channel too.
        """
        answer = await call(
            self.client.chat_postMessage(
                channel=to or (thread.channel if thread else self.staff_channel),
                text=in_short(text),
                blocks=list(shown) or None,
                thread_ts=thread.ts if thread else None,
                reply_broadcast=True if thread and broadcast else None,
                metadata=metadata(mark),
                unfurl_links=False,
                unfurl_media=False,
            ),
            timeout_s=self.timeout_s,
        )
        return _posted(answer)

    async def redraw(
        self, posted: PostedCard, text: str, shown: Sequence[Block], *, mark: tuple[str, str]
    ) -> PostedCard:
        """Change a post in place; without its blocks Slack would remove them, so they go along."""
        answer = await call(
            self.client.chat_update(
                channel=posted.channel,
                ts=posted.ts,
                text=in_short(text),
                blocks=list(shown),
                metadata=metadata(mark),
            ),
            timeout_s=self.timeout_s,
        )
        return _posted(answer)

    async def whisper(
        self,
        person: str,
        text: str,
        shown: Sequence[Block] = (),
        *,
        channel: str = "",
        thread_ts: str = "",
    ) -> None:
        """Show something to one person alone; Slack does not promise that they see it."""
        await call(
            self.client.chat_postEphemeral(
                channel=channel or self.staff_channel,
                user=person,
                text=in_short(text),
                blocks=list(shown) or None,
                thread_ts=thread_ts or None,
            ),
            timeout_s=self.timeout_s,
        )

    async def react(self, posted: PostedCard, name: str) -> None:
        """Put a mark on a message; twice is once."""
        given = {"channel": posted.channel, "timestamp": posted.ts, "name": name}
        await self._once(self.client.reactions_add(**given))

    async def unreact(self, posted: PostedCard, name: str) -> None:
        """Take our mark off a message, if it is there."""
        given = {"channel": posted.channel, "timestamp": posted.ts, "name": name}
        await self._once(self.client.reactions_remove(**given))

    async def _once(self, request: object) -> None:
        try:
            await call(request, timeout_s=self.timeout_s)  # type: ignore[arg-type]  # An awaitable of the client.
        except VendorRefused as refused:
            if refused.code not in DONE_ALREADY:
                raise

    async def open_window(self, trigger_id: str, view: Block) -> None:
        """Open a window for whoever acted within the last three seconds."""
        await call(self.client.views_open(trigger_id=trigger_id, view=view), timeout_s=3.0)

    async def push_window(self, trigger_id: str, view: Block) -> None:
        """Put a window on top of the one in which a button was pressed."""
        await call(self.client.views_push(trigger_id=trigger_id, view=view), timeout_s=3.0)

    async def update_window(self, view_id: str, view: Block) -> None:
        """Show something else in an open window."""
        await call(self.client.views_update(view_id=view_id, view=view), timeout_s=3.0)

    async def respond(
        self, response_url: str, text: str, shown: Sequence[Block], *, replaces: bool
    ) -> None:
        """Answer by the address that came with a deed: the only way to change what one alone sees.

        The vendor takes five answers in half an hour. The address is believed only where it is the
        vendor's own, or that of the configured API.
        """
        if not is_ours(response_url, str(self.client.base_url)):
            raise VendorRefused("the answer's address is not Slack's", code="response_url")
        hook = AsyncWebhookClient(response_url, session=self.client.session, logger=quiet_log)
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await hook.send(
                    text=in_short(text), blocks=list(shown), replace_original=replaces
                )
        except (TimeoutError, ClientError, OSError) as error:
            raise VendorSilent("Slack did not answer", code="response_url") from error
        if answer.status_code != 200:
            raise VendorRefused("Slack took no answer", code=str(answer.status_code))

    async def publish_home(self, person: str, view: Block) -> None:
        """Show somebody their home tab."""
        await call(self.client.views_publish(user_id=person, view=view), timeout_s=self.timeout_s)

    async def find_posted(self, escalation_id: str, since: datetime) -> PostedCard | None:
        """The card of an escalation whose post was never confirmed to us, if it exists."""
        return await self.find((CARD, escalation_id), since)

    async def find(
        self,
        mark: tuple[str, str],
        since: datetime,
        *,
        thread: PostedCard | None = None,
        to: str = "",
    ) -> PostedCard | None:
        """A post by its mark, in the staff channel, a thread, or what was said to one person.

        Raises:
            VendorUnavailable: Slack cannot say now. VendorRefused: it will not.
        """
        channel = thread.channel if thread else self.staff_channel
        if to:
            channel = await direct_channel(self.client, to, timeout_s=self.timeout_s)
        root_ts = thread.ts if thread else ""
        ts = await find_ts(
            self.client, channel, mark, since=since, root_ts=root_ts, timeout_s=self.timeout_s
        )
        return PostedCard(channel=channel, ts=ts) if ts else None


def configure(settings: Mapping[str, str], http: ClientSession | None = None) -> Desk | None:
    """The desk, or None when nothing of Slack is set.

    Raises:
        ConfigError: some of its settings are there and some are missing.
    """
    found = read_settings(settings)
    if found is None:
        return None
    return Desk(make_client(found, http), found.staff_channel)


def is_ours(response_url: str, api_url: str) -> bool:
    """Whether an address that a payload named is the vendor's, or beside the configured API."""
    asked, api = urlsplit(response_url), urlsplit(api_url)
    if asked.scheme == "https" and asked.hostname == "hooks.slack.com":
        return True
    return (asked.scheme, asked.netloc) == (api.scheme, api.netloc) and api.hostname != "slack.com"


def in_short(text: str) -> str:
    """A text in one line and within bounds, for notifications and screen readers."""
    return cut(escape(" ".join(text.split())), MAX_FALLBACK)


def _posted(answer: AsyncSlackResponse) -> PostedCard:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not (isinstance(channel, str) and isinstance(ts, str)):
        raise VendorSilent("Slack accepted a card without naming it", code="no_ts")
    return PostedCard(channel=channel, ts=ts)
