"""A stand-in for WhatsApp at Meta: phones with WhatsApp, signed webhooks, statuses, faults.

It behaves as the vendor does: anything but 200 is sent again, statuses echo our own name for a
message, free text after 24 hours is accepted and then fails. Tests make it misbehave by its knobs.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from yarl import URL

from handlers.sandbox.base import Ground, StandIn
from handlers.sandbox.faults import Fault, FaultKind, Faults, Refusal
from handlers.sandbox.meta_api import graph_application
from handlers.sandbox.meta_payloads import (
    Json,
    Person,
    batch_of,
    change,
    contact_of,
    encode,
    message_of,
    new_id,
    sign,
    status_of,
)
from handlers.sandbox.phones import Upload

PATH = "/webhooks/whatsapp"
WINDOW = timedelta(hours=24)
OUTSIDE_WINDOW = 131047
TRIES = 4
"""The vendor goes on for days; here so often, at once."""
TIMEOUT = ClientTimeout(total=15.0)
RATE = "100"


@dataclass(slots=True)
class Sent:
    """A message of the service's, as it was accepted."""

    id: str
    to: str
    """Digits, or a user id."""
    body: Mapping[str, Any]
    at: datetime
    status: str = "accepted"

    @property
    def text(self) -> str:
        """What is read on the phone."""
        kind = str(self.body.get("type", "text"))
        content = self.body[kind]
        if kind == "interactive":
            return str(content["body"]["text"])
        return str(content.get("body") or content.get("caption") or content.get("name") or "")

    @property
    def titles(self) -> list[str]:
        """What can be tapped under it."""
        if self.body.get("type") != "interactive":
            return []
        action = self.body["interactive"]["action"]
        if "buttons" in action:
            return [each["reply"]["title"] for each in action["buttons"]]
        return [each["title"] for part in action["sections"] for each in part["rows"]]


class MetaStandIn:
    """One phone number of ours at Meta, and everybody who writes to it."""

    def __init__(self, ground: Ground) -> None:
        self.access_token = ground.secrets["meta_access_token"]
        self.app_secret = ground.secrets["meta_app_secret"]
        self.verify_token = ground.secrets["meta_verify_token"]
        self.phone_number_id = "106540352242922"
        self.number = ground.number
        self.uploads: dict[str, Upload] = {}
        self.health = {
            "verified_name": "Hibachi",
            "quality_rating": "GREEN",
            "name_status": "APPROVED",
            "status": "CONNECTED",
        }
        self.scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
        self.templates: list[dict[str, str]] = []
        """As the account's list has them: name, language, status, category."""
        self.sent: list[Sent] = []
        """What the service sent, oldest first."""
        self.read: list[str] = []
        """Ids of customers' messages that were marked read, with somebody writing."""
        self.webhook_statuses: list[int] = []
        """What the service answered, each post once."""
        self.undeliverable: dict[str, int] = {}
        """Whose messages are accepted and then fail, with the error code; by number or user id."""
        self.keeps_window = True
        self.tells_statuses = True
        self.api_url = ""
        self._heard: dict[str, datetime] = {}
        self._changes, self._clock = ground.changes, ground.clock
        self._faults = Faults()
        self._numbers = itertools.count(1_000_000_001)
        self._public_url = self._connect_url = ""
        self._http: ClientSession | None = None
        self._deliveries: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The Graph API."""
        return graph_application(self)

    async def start(self, http: ClientSession, url: str) -> None:
        """Get the means to call the service."""
        self._http, self.api_url = http, url

    async def stop(self) -> None:
        """Give up the deliveries that are under way."""
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def point_at(self, public_url: str, connect_url: str) -> None:
        """Where the service is."""
        self._public_url, self._connect_url = public_url, connect_url

    def environment(self) -> Mapping[str, str]:
        """The variables that point the service here."""
        return {
            "META_APP_SECRET": self.app_secret,
            "META_VERIFY_TOKEN": self.verify_token,
            "META_ACCESS_TOKEN": self.access_token,
            "META_PHONE_NUMBER_ID": self.phone_number_id,
            "META_API_URL": self.api_url,
            "META_PER_SECOND": RATE,
        }

    def restore(self, fact: Mapping[str, object]) -> bool:
        """Nothing of it outlives the process."""
        return False

    def fail_next(
        self,
        status: int,
        code: int,
        times: int = 1,
        *,
        operation: str = "send",
        retry_after: float | None = None,
    ) -> None:
        """Refuse the next requests of a kind: send, read, media or file."""
        fault = Fault(kind=FaultKind.FAIL, status=status, code=str(code), retry_after=retry_after)
        self._faults.add(operation, fault, times=times)

    def drop_after_accept(self, times: int = 1) -> None:
        """Carry the next sends out and cut the connection instead of answering."""
        self._faults.add("send", Fault(kind=FaultKind.DROP), times=times)

    def take_fault(self, operation: str) -> Fault | None:
        """A fault that was ordered for this kind of request."""
        return self._faults.take(operation)

    def keep(self, upload: Upload) -> str:
        """Keep a file under an id."""
        media_id = str(next(self._numbers))
        self.uploads[media_id] = upload
        return media_id

    async def writes(
        self, person: Person, content: Json | str, *, message_id: str = "", copies: int = 1
    ) -> str:
        """Let somebody write and tell the service so; the message's id."""
        message_id = message_id or new_id()
        at = self._clock.now()
        self._heard[person.wa_id or person.user_id] = at
        if person.user_id:
            self._heard[person.user_id] = at
        words: Json = {"type": "text", "text": {"body": content}}
        said = words if isinstance(content, str) else content
        item = message_of(person, message_id, said, at=at)
        body = change(
            self.phone_number_id, self.number, contacts=[contact_of(person)], messages=[item]
        )
        await asyncio.gather(*(self.post([body]) for _ in range(copies)))
        return message_id

    async def taps(self, person: Person, sent: Sent, title: str) -> str:
        """Let somebody tap what stands under a message."""
        action = sent.body["interactive"]["action"]
        kind = "button_reply" if "buttons" in action else "list_reply"
        reply = {"type": kind, kind: {"id": f"choice {title}", "title": title}}
        content: Json = {"type": "interactive", "interactive": reply, "context": {"id": sent.id}}
        return await self.writes(person, content)

    async def tells(self, field: str, **value: object) -> int:
        """Send a change of another field."""
        return await self.post([change(self.phone_number_id, self.number, field=field, **value)])

    async def post(self, changes: Sequence[Json]) -> int:
        """Send a webhook, again while it is answered with anything but 200; the last answer."""
        body = encode(batch_of(changes, at=self._clock.now()))
        status = 0
        for _ in range(TRIES):
            status = await self._post_once(body)
            if status == 200:
                break
        self.webhook_statuses.append(status)
        return status

    async def _post_once(self, body: bytes) -> int:
        if self._http is None or not self._connect_url:
            return 0
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(self.app_secret, body),
            "User-Agent": "facebookexternalua",
        }
        url = URL(self._connect_url + PATH)
        try:
            async with self._http.post(
                url, data=BytesIO(body), headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                await response.read()
                return response.status
        except (TimeoutError, ClientError):
            return 0

    async def accept(self, request: web.Request, body: Mapping[str, Any]) -> str:
        """Take an outbound message over; its statuses follow on their own.

        Raises:
            Refusal: as the vendor would word it.
        """
        fault = self._faults.take("send")
        if fault and fault.kind is FaultKind.FAIL:
            code = int(fault.code)
            raise Refusal(fault.status, code, "Ordered to fail", retry_after=fault.retry_after)
        to = str(body.get("to") or body.get("recipient"))
        sent = Sent(new_id(), to, body, self._clock.now())
        self.sent.append(sent)
        self._changes.touch("meta", sent.id)
        task = asyncio.create_task(self._deliver(sent))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)
        if fault and fault.kind is FaultKind.DROP and request.transport:
            request.transport.abort()
        return sent.id

    def take_reading(self, body: Mapping[str, Any]) -> None:
        """Note a read mark with somebody writing."""
        if body.get("typing_indicator") == {"type": "text"}:
            self.read.append(str(body["message_id"]))
            self._changes.touch("meta", "read")

    async def _deliver(self, sent: Sent) -> None:
        code = self.undeliverable.get(sent.to) or self._window_error(sent)
        for status in ["failed"] if code else ["sent", "delivered", "read"]:
            sent.status = status
            self._changes.touch("meta", sent.id)
            if self.tells_statuses:
                await self.tell_status(sent, status, code=code)

    async def tell_status(self, sent: Sent, status: str, *, code: int | None = None) -> int:
        """Send one status of a message."""
        tag = str(sent.body.get("biz_opaque_callback_data", ""))
        facts = {"id": sent.id, "to": sent.to, "tag": tag}
        item = status_of(facts, status, at=self._clock.now(), code=code)
        return await self.post([change(self.phone_number_id, self.number, statuses=[item])])

    def _window_error(self, sent: Sent) -> int | None:
        if sent.body.get("type") == "template" or not self.keeps_window:
            return None
        heard = self._heard.get(sent.to)
        return None if heard and sent.at - heard <= WINDOW else OUTSIDE_WINDOW


stand_in = StandIn(make=MetaStandIn)
