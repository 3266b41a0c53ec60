"""The chat on the business's own site: no vendor stands between, a message is sent once it shows.

What leaves is a row that the visitor's stream reads (handlers/chat_streams.py), so that sending
can neither fail nor happen twice. Requests come in by handlers/chat.py, which asks for the
visitor's token and the page's origin before anything is read; there is no webhook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import ClientSession
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.clock import Clock, SystemClock
from bot.domain import Message
from bot.domain_sending import OutboundMessage
from bot.errors import BadPayload, BadSignature
from bot.webchat import Visit, read_token
from channels.base import Parsed, Reply, Route, SendResult, WebhookRequest
from channels.text import clean, plain_text, split

NAME = "webchat"
MAX_LENGTH = 4000
PER_SECOND = 1000.0
"""Showing costs nobody anything; the outbox asks every channel for its pace."""
COOKIE = "concierge_chat"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Its name on https: no other host, and no page without https, can set it. Source: RFC 6265bis,
4.1.3.2 (read 2026-11-23)."""


class NewMessage(BaseModel):
    """What a visitor's page posts."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    """Made by the page for this message: posted again with it, it is still one message (I2)."""
    text: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
    page: Annotated[str, Field(max_length=500)] = ""
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")] | None = (
        None
    )


def show_token(headers: Mapping[str, str]) -> str:
    """The token that a request bears, out of the header or the cookie; empty where there is none.

    Args:
        headers: names in lower case.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    found = {name: value for name, _, value in pairs if name in (COOKIE, HOST_COOKIE)}
    return found.get(HOST_COOKIE) or found.get(COOKIE, "")


def external_id(visitor: str, own_id: UUID) -> str:
    """A visitor's message by the id their page gave it; another visitor's same id is another."""
    return f"{visitor}:{own_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredWebchat:
    """The web chat with the secret that its visitors' tokens are signed with."""

    secret: str
    clock: Clock
    name: str = NAME
    routes: tuple[Route, ...] = ()
    per_second: float = PER_SECOND
    window_s: float | None = None
    default_sender: str = NAME

    def visit(self, request: WebhookRequest) -> Visit:
        """Whose request it is.

        Raises:
            BadSignature: it bears no token of ours.
        """
        token = show_token(request.headers)
        if not token:
            raise BadSignature("begin a visit first: POST /chat/session")
        return read_token(self.secret, token, now=self.clock.now())

    def verify(self, request: WebhookRequest) -> None:
        """Raises BadSignature unless the request bears a visitor's token."""
        self.visit(request)

    def accepts(self, request: WebhookRequest) -> bool:
        """There is no shared path."""
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """The one message that a page posts."""
        visitor = self.visit(request).visitor
        try:
            given = NewMessage.model_validate(json.loads(request.body))
        except ValidationError as error:
            wrong = sorted({".".join(map(str, issue["loc"])) for issue in error.errors()})
            raise BadPayload(f"wrong or missing: {', '.join(wrong) or 'the body'}") from error
        except (ValueError, RecursionError) as error:
            raise BadPayload("the body is no JSON") from error
        text = clean(given.text).strip()
        if not text:
            raise BadPayload("wrong or missing: text")
        told = {"page": clean(given.page), "browser_language": given.language or ""}
        return Parsed(
            messages=(
                Message(
                    channel=NAME,
                    external_id=external_id(visitor, given.id),
                    sender=visitor,
                    recipient=NAME,
                    text=text,
                    extras={name: value for name, value in told.items() if value},
                ),
            )
        )

    def reply(self, request: WebhookRequest) -> Reply:
        """What the page reads: its message is stored."""
        return Reply(body='{"stored": true}', content_type="application/json")

    def render(self, text: str) -> tuple[str, ...]:
        """Plain: the page shows text and nothing that could be markup."""
        return split(plain_text(clean(text)), MAX_LENGTH)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Let it be seen; its own id is the vendor's."""
        return SendResult(external_id=str(message.id))

    def can_carry(self, content_type: str, size_bytes: int, recipient: str) -> bool:
        """Whatever is kept: the page shows a link."""
        return True

    async def find_sent(self, message: OutboundMessage, known: frozenset[str]) -> str | None:
        """It is there whenever its row says so, and a row says so only once (I5)."""
        return str(message.id)

    async def list_received(self, since: datetime) -> tuple[Message, ...]:
        """A page keeps what was not taken and posts it again; nobody else has a list."""
        return ()


@dataclass(frozen=True, slots=True)
class Webchat:
    """The channel before its settings are known."""

    name: str = NAME
    routes: tuple[Route, ...] = ()

    def configure(
        self, settings: Mapping[str, str], http: ClientSession
    ) -> ConfiguredWebchat | None:
        """On with CONCIERGE_SECRET, which every running service has."""
        secret = settings.get("CONCIERGE_SECRET", "")
        return ConfiguredWebchat(secret=secret, clock=SystemClock()) if secret else None


channel = Webchat()
