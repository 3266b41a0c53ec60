"""The desk, the Slack channel where staff work: cards for escalations, and short notices.

Not a customer channel, so it has no `channel` line. jobs/escalate.py and jobs/notify_desk.py call
it. A post carries the id of what it is for as message metadata: after an unknown outcome it is
looked up, not sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import VendorSilent, VendorUnavailable
from channels.slack_api import TIMEOUT_S, call, make_client, read_settings
from channels.text import clean, split

CARD = "escalation"
NOTICE = "notice"
MAX_SECTION = 3000
MAX_HEADER = 150
MAX_FIELD = 300
MAX_SUMMARY = 1500
MAX_WORDS = 600
MAX_EXCHANGE = 8
MAX_FALLBACK = 1000
HISTORY_PAGES = 5
HISTORY_SIZE = 100

Block = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What staff need to know to take a conversation over; plain text, nothing of Slack."""

    escalation_id: str
    customer: str
    """Name, or the handle where no name is known."""
    channel: str
    language: str
    reason: str
    """Why a person is needed, in words, with the confidence where it was a judgement."""
    summary: str
    last_exchange: tuple[tuple[str, str, datetime], ...]
    """Who, what, when; oldest first."""
    opened_at: datetime
    emotion: str = ""
    """The emotion and where it is going, in words."""
    quote: str = ""
    """The quote in hand, in words."""
    status: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCard:
    """Where a card stands; both ids are needed to change it or to find its thread."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The staff channel of one Slack workspace."""

    client: AsyncWebClient
    staff_channel: str
    timeout_s: float = TIMEOUT_S

    async def post(self, card: Card) -> PostedCard:
        """Post a new card.

        Raises:
            VendorUnavailable: nothing was posted. VendorRefused: never will be, with the mend.
            VendorSilent: it may have been posted; ask `find_posted`.
        """
        answer = await call(
            self.client.chat_postMessage(
                channel=self.staff_channel,
                text=fallback(card),
                blocks=blocks(card),
                metadata=_metadata(CARD, card.escalation_id),
                unfurl_links=False,
                unfurl_media=False,
            ),
            timeout_s=self.timeout_s,
        )
        return _posted(answer)

    async def update(self, posted: PostedCard, card: Card) -> PostedCard:
        """Change a card in place; without its blocks Slack would remove them, so they go along."""
        answer = await call(
            self.client.chat_update(
                channel=posted.channel,
                ts=posted.ts,
                text=fallback(card),
                blocks=blocks(card),
                metadata=_metadata(CARD, card.escalation_id),
            ),
            timeout_s=self.timeout_s,
        )
        return _posted(answer)

    async def post_notice(self, notice_id: str, text: str) -> PostedCard:
        """Post a few words for staff; raises what `post` raises."""
        first, newline, more = escape(text).partition("\n")
        head, colon, rest = first.partition(": ")
        told = f"*{head}:* {rest}" if colon else head
        shown = _cut(f"{told}{newline}{more}", MAX_SECTION)
        answer = await call(
            self.client.chat_postMessage(
                channel=self.staff_channel,
                text=_cut(escape(" ".join(text.split())), MAX_FALLBACK),
                blocks=[_section(shown)],
                metadata=_metadata(NOTICE, notice_id),
                unfurl_links=False,
                unfurl_media=False,
            ),
            timeout_s=self.timeout_s,
        )
        return _posted(answer)

    async def find_posted(self, escalation_id: str, since: datetime) -> PostedCard | None:
        """The card of an escalation whose post was never confirmed to us, if it exists.

        Raises:
            VendorUnavailable: Slack cannot say now. VendorRefused: it will not.
        """
        return await self._find(CARD, escalation_id, since)

    async def find_notice(self, notice_id: str, since: datetime) -> PostedCard | None:
        """The same for a notice."""
        return await self._find(NOTICE, notice_id, since)

    async def _find(self, kind: str, identifier: str, since: datetime) -> PostedCard | None:
        cursor = ""
        for _ in range(HISTORY_PAGES):
            answer = await self._history(since, cursor)
            for message in answer.get("messages") or ():
                if _is_for(message, kind, identifier):
                    return PostedCard(channel=self.staff_channel, ts=str(message["ts"]))
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return None

    async def _history(self, since: datetime, cursor: str) -> AsyncSlackResponse:
        try:
            return await call(
                self.client.conversations_history(
                    channel=self.staff_channel,
                    oldest=f"{since.timestamp() - 5:.6f}",
                    include_all_metadata=True,
                    limit=HISTORY_SIZE,
                    cursor=cursor or None,
                ),
                timeout_s=self.timeout_s,
            )
        except VendorSilent as error:
            raise VendorUnavailable("Slack did not answer a look-up", code=error.code) from error


def configure(settings: Mapping[str, str], http: ClientSession | None = None) -> Desk | None:
    """The desk, or None when nothing of Slack is set.

    Raises:
        ConfigError: some of its settings are there and some are missing.
    """
    found = read_settings(settings)
    if found is None:
        return None
    return Desk(make_client(found, http), found.staff_channel)


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or command, whatever a customer typed."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(card: Card) -> str:
    """The card in one line, for notifications and screen readers."""
    line = f"{card.customer} on {card.channel} needs a person: {card.reason}"
    return _cut(escape(" ".join(line.split())), MAX_FALLBACK)


def blocks(card: Card) -> list[Block]:
    """The card in Block Kit: why first, then who, then the last words, then what is in hand.

    At most 16 blocks and at most 11,000 characters: Slack refuses more than 50 blocks, 3,000
    characters a section, and about 13,000 in all.
    """
    shown = [
        _header(f"{card.customer} needs a person"),
        _section(f"*Why:* {_short(card.reason, MAX_WORDS)}"),
        _facts(card),
    ]
    if card.summary:
        shown.append(_section(f"*In short:* {_short(card.summary, MAX_SUMMARY)}"))
    if card.quote:
        shown.append(_section(f"*Quote in hand:* {_short(card.quote, MAX_WORDS)}"))
    if card.last_exchange:
        shown.append({"type": "divider"})
        shown.extend(
            _section(f"*{_short(who, 60)}* · {_moment(at)}\n{_quoted(text)}")
            for who, text, at in card.last_exchange[-MAX_EXCHANGE:]
        )
    shown.append(_footer(card))
    return shown


def _header(text: str) -> Block:
    # Plain text is shown as it is; only mrkdwn needs escaping.
    words = _cut(" ".join(clean(text).split()), MAX_HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": words, "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(_cut(text, MAX_SECTION))}


def _facts(card: Card) -> Block:
    rows = [("Customer", card.customer), ("Channel", card.channel), ("Language", card.language)]
    rows += [("Emotion", card.emotion)] if card.emotion else []
    rows += [("Status", card.status)]
    fields = [_mrkdwn(f"*{name}*\n{_short(value, MAX_FIELD) or '-'}") for name, value in rows]
    return {"type": "section", "fields": fields}


def _footer(card: Card) -> Block:
    text = f"Opened {_moment(card.opened_at)} · {_short(card.escalation_id, 80)}"
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    # Verbatim keeps Slack from turning what a customer typed into links and mentions.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _short(text: str, limit: int) -> str:
    return _cut(escape(" ".join(text.split())), limit)


def _quoted(text: str) -> str:
    words = _cut(escape(text.strip()), MAX_WORDS) or "(no text)"
    return "\n".join(f">{line}" for line in words.split("\n")[:20])


def _cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, ended by an ellipsis where something is left out."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    kept = (split(text[:limit], limit - 1) or ("",))[0]
    # An escape sequence that was cut in half would show as rubbish.
    head, mark, tail = kept.rpartition("&")
    return (head if mark and ";" not in tail else kept) + "…"


def _moment(at: datetime) -> str:
    # Slack shows each reader this moment in their own zone; the words after | are the fallback.
    stamp = int(at.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} {{time}}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def _metadata(kind: str, identifier: str) -> dict[str, object]:
    return {"event_type": kind, "event_payload": {f"{kind}_id": identifier}}


def _is_for(message: Mapping[str, object], kind: str, identifier: str) -> bool:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != kind:
        return False
    payload = metadata.get("event_payload")
    return isinstance(payload, Mapping) and payload.get(f"{kind}_id") == identifier


def _posted(answer: AsyncSlackResponse) -> PostedCard:
    channel, ts = answer.get("channel"), answer.get("ts")
    if not (isinstance(channel, str) and isinstance(ts, str)):
        raise VendorSilent("Slack accepted a card without naming it", code="no_ts")
    return PostedCard(channel=channel, ts=ts)
