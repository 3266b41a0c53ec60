"""Reads RingCentral's message store: what came in, what left, how far it got, who left a voicemail.

Its webhooks promise neither redelivery nor order, and say of our own texts and of voicemails only
that something changed. So the store is the whole truth. Source: rc-public-openapi.yml, listMessages
and readMessage; ringcentral-api-docs, event-filters/voicemail-message.md (read 2026-11-23).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain import Media, Message
from bot.domain_sending import OutboundMessage, Receipt
from bot.errors import BadPayload, VendorRefused, VendorUnavailable
from channels.base import Parsed
from channels.ringcentral_api import EXTENSION, Query, RingCentralApi, Row, rows
from channels.ringcentral_media import fetch_media
from channels.ringcentral_records import (
    NAME,
    caller_of,
    id_of,
    is_keyword,
    moment,
    to_echo,
    to_message,
    to_receipt,
    to_voicemail,
    transcription_uri,
)

log = logging.getLogger(__name__)

STORE = EXTENSION + "/message-store"
BOTH = (("messageType", "SMS"), ("messageType", "VoiceMail"))
PAGE_SIZE = 250
MAX_PAGES = 40
SLACK = timedelta(seconds=60)
"""Our clock and RingCentral's may differ by this much; ids already known are told apart."""
WORDS_WITHIN = timedelta(seconds=120)
"""How long a voicemail waits for its words before it is taken without."""
CONFIRMED_WITHIN = timedelta(seconds=120)
"""A text of ours so soon after a keyword is RingCentral's own confirmation, no colleague's."""
CLOCKS = timedelta(seconds=2)
"""Of two records of one moment either may bear the earlier time."""
MAX_WORDS_BYTES = 64 * 1024
REMEMBERED = 200
WAITING = frozenset({"InProgress", "Unknown", ""})
WRITTEN = frozenset({"Completed", "CompletedPartially"})


@dataclass(slots=True)
class MessageStore:
    """The store of one number."""

    api: RingCentralApi
    number: str
    _words: dict[str, str] = field(default_factory=dict)
    """What voicemails say, by id, so that each is fetched once."""

    async def read(self, since: datetime) -> Parsed:
        """Everything since then, oldest first.

        Raises:
            VendorUnavailable: not now, or there is too much of it; half a list is none.
        """
        listed = await list_records(self.api, STORE, since, BOTH)
        voicemails = [row for row in listed if row.get("type") == "VoiceMail"]
        texts = [row for row in listed if row.get("type") == "SMS"]
        messages = list(_messages(texts, self.number, self.api.base))
        has_more = False
        for row in voicemails:
            is_ready, message = await self._voicemail(row)
            has_more = has_more or not is_ready
            if message is not None:
                messages.append(message)
        messages.sort(key=lambda each: each.sent_at or since)
        return Parsed(
            messages=tuple(messages),
            receipts=tuple(_receipts(texts)),
            echoes=tuple(_echoes(texts, self.number, self.api.base)),
            has_more=has_more,
        )

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """The oldest text of ours with these words to this number that nobody accounts for yet."""
        query = (
            ("direction", "Outbound"),
            ("messageType", "SMS"),
            ("phoneNumber", message.recipient),
        )
        for row in await list_records(self.api, STORE, message.created_at - SLACK, query):
            sent = to_echo(row, number=self.number, base=self.api.base)
            if sent is None or sent.recipient != message.recipient or sent.external_id in known:
                continue
            if sent.text.strip() == message.text.strip():
                return sent.external_id
        return None

    async def has_voicemail(self, caller: str, since: datetime) -> bool:
        """Whether this number has left one since then."""
        query = (("messageType", "VoiceMail"), ("phoneNumber", caller))
        found = await list_records(self.api, STORE, since - SLACK, query)
        return any(
            caller_of(row.get("from")) == caller
            and (moment(row.get("creationTime")) or since) >= since
            for row in found
        )

    async def _voicemail(self, row: Row) -> tuple[bool, Message | None]:
        """Whether nothing more is to be waited for, and then the message."""
        status = str(row.get("vmTranscriptionStatus") or "")
        made_at = moment(row.get("creationTime"))
        now = self.api.penalty.clock.now()
        if status in WAITING and made_at is not None and now - made_at < WORDS_WITHIN:
            return False, None
        try:
            words = await self._words_of(row) if status in WRITTEN else ""
            message = to_voicemail(row, number=self.number, base=self.api.base, words=words)
        except BadPayload as error:
            _skip(error)
            return True, None
        return True, message

    async def _words_of(self, row: Row) -> str:
        """What was written down of a voicemail; none where the file is not there any more."""
        name, uri = id_of(row), transcription_uri(row)
        if not uri:
            return ""
        if name not in self._words:
            try:
                found = await fetch_media(
                    self.api, Media(uri, "text/plain"), max_bytes=MAX_WORDS_BYTES
                )
            except VendorRefused:
                found = b""
            while len(self._words) >= REMEMBERED:
                del self._words[next(iter(self._words))]
            self._words[name] = found.decode(errors="replace")
        return self._words[name]


async def list_records(
    api: RingCentralApi, path: str, since: datetime, query: Query
) -> Sequence[Row]:
    """Records made since then, oldest first. A page is asked for by number: what arrives meanwhile
    moves others to later pages, where they are seen twice and kept once.

    Raises:
        VendorUnavailable: not now, or there is too much of it; half a list is none.
    """
    from_ = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    wanted = (*query, ("dateFrom", from_), ("perPage", str(PAGE_SIZE)))
    found: dict[str, Row] = {}
    for page in range(1, MAX_PAGES + 1):
        answer = await api.get(path, (*wanted, ("page", str(page))))
        listed = rows(answer)
        found |= {str(row.get("id")): row for row in listed if row.get("id")}
        navigation = answer.get("navigation")
        if not listed or not (isinstance(navigation, dict) and navigation.get("nextPage")):
            return sorted(found.values(), key=lambda row: str(row.get("creationTime") or ""))
    raise VendorUnavailable(f"RingCentral lists more than {MAX_PAGES} pages", code="list_too_long")


def _skip(error: BadPayload) -> None:
    log.warning("message.unreadable", extra={"channel": NAME, "cause": str(error)})


def _messages(texts: Iterable[Row], number: str, base: str) -> Iterable[Message]:
    for row in texts:
        try:
            message = to_message(row, number=number, base=base)
        except BadPayload as error:
            _skip(error)
            continue
        if message is not None:
            yield message


def _outbound(texts: Iterable[Row]) -> list[Row]:
    return [row for row in texts if row.get("direction") == "Outbound"]


def _receipts(texts: Iterable[Row]) -> Iterable[Receipt]:
    for row in _outbound(texts):
        try:
            receipt = to_receipt(row)
        except BadPayload as error:
            _skip(error)
            continue
        if receipt is not None:
            yield receipt


def _echoes(texts: list[Row], number: str, base: str) -> Iterable[Message]:
    """What left, but for RingCentral's own answers to keywords."""
    keywords = list(_keywords(texts))
    for row in _outbound(texts):
        try:
            echo = to_echo(row, number=number, base=base)
        except BadPayload as error:
            _skip(error)
            continue
        if echo is not None and not _confirms(echo, keywords):
            yield echo


def _keywords(texts: Iterable[Row]) -> Iterable[tuple[str, datetime]]:
    """Who has sent a keyword, and when."""
    for row in texts:
        at, said = moment(row.get("creationTime")), row.get("subject")
        is_inbound = row.get("direction") != "Outbound"
        if is_inbound and at is not None and isinstance(said, str) and is_keyword(said):
            yield caller_of(row.get("from")), at


def _confirms(echo: Message, keywords: list[tuple[str, datetime]]) -> bool:
    at = echo.sent_at
    return at is not None and any(
        who == echo.recipient and -CLOCKS <= at - then <= CONFIRMED_WITHIN for who, then in keywords
    )
