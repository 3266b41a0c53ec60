"""A conversation with the offline model, without database or network, for its tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from bot.booking.travel import locate
from bot.domain import (
    AddressId,
    Author,
    ConversationId,
    CustomerId,
    Direction,
    Kind,
    MessageId,
    Quote,
    Status,
    StoredMessage,
)
from bot.errors import ToolFailed
from bot.llm.base import ModelRequest, ToolCall, ToolSpec
from bot.llm.offline import OfflineModel
from bot.profile import Profile
from bot.situation import Situation
from bot.tools.party_arguments import PriceParty
from bot.tools.price_party import price_party

NOW = datetime(2026, 5, 4, 19, 0, tzinfo=UTC)
ALL_TOOLS = ("price_party", "search_knowledge", "ask_person", "hand_off")
NO_SALES = ("search_knowledge", "ask_person", "hand_off")


@dataclass
class Talk:
    """A conversation: says a text, runs the tool calls as a turn would, keeps the transcript."""

    profile: Profile
    language: str = "en"
    tools: tuple[str, ...] = ALL_TOOLS
    agent: str = "operations"
    known: str = ""
    """What the knowledge base answers; empty when it knows nothing."""
    name: str = ""
    transcript: list[StoredMessage] = field(default_factory=list)
    quote: Quote | None = None
    failures: int = 0
    last_order: Mapping[str, object] | None = None
    """What the customer's last event was booked for."""
    calls: list[ToolCall] = field(default_factory=list)
    results: list[tuple[ToolCall, Mapping[str, object]]] = field(default_factory=list)
    handed_over: bool = False
    number: int = 1

    async def say(self, *texts: str, intent: str = "unclear") -> str:
        """The customer writes; returns what they read back."""
        self.calls, self.results, self.handed_over = [], [], False
        waiting = tuple(self._message(text, Direction.INBOUND) for text in texts)
        tools = self.tools
        model = OfflineModel(
            self.profile, is_town=lambda named: locate(self.profile, named) is not None
        )
        for _step in range(5):
            reply = await model.respond(self._request(waiting, intent, tools))
            if not reply.tool_calls:
                break
            for call in reply.tool_calls:
                self.calls.append(call)
                self.results.append((call, self._run(call)))
                tools = ALL_TOOLS if call.name == "hand_off" else tools
            if self.handed_over:
                break
        self.failures = 0 if reply.understood else self.failures + 1
        self.transcript += [*waiting, self._message(reply.text, Direction.OUTBOUND)]
        return reply.text

    @property
    def called(self) -> list[str]:
        return [call.name for call in self.calls]

    def _run(self, call: ToolCall) -> Mapping[str, object]:
        given = json.loads(call.arguments)
        told: dict[str, object] = {"ok": True, "error": "", "worded": "", "data": {}}
        if call.name == "search_knowledge":
            return told | {"worded": self.known, "data": {"answered": bool(self.known)}}
        if call.name == "price_party":
            try:
                made = price_party(
                    self.profile, self._situation(()), PriceParty.model_validate(given), now=NOW
                )
            except ToolFailed as failed:
                return told | {"ok": False, "error": str(failed)}
            self.quote = made.quote or self.quote
            return told | {"worded": made.worded, "data": made.data}
        self.handed_over = call.name == "ask_person"
        return told

    def _situation(self, waiting: tuple[StoredMessage, ...]) -> Situation:
        return Situation(
            conversation_id=ConversationId(UUID(int=self.number)),
            customer_id=CustomerId(UUID(int=2)),
            channel="sms",
            language=self.language,
            agent=None,
            waiting=waiting,
            transcript=tuple(self.transcript),
            quote=self.quote,
            customer_name=self.name,
            failures=self.failures,
            last_order=self.last_order,
        )

    def _request(
        self, waiting: tuple[StoredMessage, ...], intent: str, tools: tuple[str, ...]
    ) -> ModelRequest:
        return ModelRequest(
            instructions="",
            messages=(),
            tools=tuple(ToolSpec(name=name, description="", parameters={}) for name in tools),
            situation=self._situation(waiting),
            agent=self.agent,
            intent=intent,
            now=NOW,
            results=tuple(self.results),
        )

    def _message(self, text: str, direction: Direction) -> StoredMessage:
        inbound = direction is Direction.INBOUND
        return StoredMessage(
            id=MessageId(UUID(int=len(self.transcript) + 100)),
            seq=len(self.transcript),
            direction=direction,
            author=Author.CUSTOMER if inbound else Author.BOT,
            kind=Kind.TEXT,
            text=text,
            status=Status.RECEIVED if inbound else Status.SENT,
            channel="sms",
            address_id=AddressId(UUID(int=3)),
            created_at=NOW,
            said_at=NOW,
            language=self.language,
        )
