"""A stand-in for Twilio's messaging: takes texts, puts them on phones, signs webhooks and receipts.

It behaves as the vendor does, weaknesses included: a webhook is tried again only when the
connection failed, receipts are best effort, STOP blocks a number. Tests make it misbehave by its
knobs. Signing uses Twilio's own library, so that both sides cannot be wrong together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from aiohttp import ClientSession, web
from multidict import MultiMapping

from bot.clock import Clock
from handlers.sandbox.changes import Changes
from handlers.sandbox.faults import Fault, FaultKind, Faults, Refusal
from handlers.sandbox.journal import Journal
from handlers.sandbox.phones import PhoneChannel, PhoneMessage, Phones, Upload
from handlers.sandbox.segments import count_segments
from handlers.sandbox.twilio_account import Standing
from handlers.sandbox.twilio_forms import (
    KEYWORDS,
    NETWORK_REPLIES,
    TwilioCredentials,
    inbound_form,
    new_sid,
    read_send,
    receipt_form,
)
from handlers.sandbox.twilio_rest import rest_application
from handlers.sandbox.webhooks import WebhookSender

WEBHOOK_PATH = "/webhooks/twilio"
WINDOW = timedelta(hours=24)
OUTSIDE_WINDOW = 63016
KEPT_UPLOADS = 200


class TwilioStandIn:
    """Texts, phones and the knobs that tests turn."""

    def __init__(
        self, credentials: TwilioCredentials, *, changes: Changes, journal: Journal, clock: Clock
    ) -> None:
        self.account_sid = credentials.account_sid
        self.auth_token = credentials.auth_token
        self.number = credentials.number
        self.phones = Phones(changes, journal)
        self.uploads: dict[str, Upload] = {}
        self.webhooks = WebhookSender(self.auth_token)
        self.delay_ms = 0
        """How long a message takes to each next status."""
        self.duplicate_webhooks = 0
        """How many further copies of each inbound webhook are sent, all at once."""
        self.advanced_opt_out = False
        """Whether keywords arrive with OptOutType, as Advanced Opt-Out sends them."""
        self.keeps_window = True
        """Whether free text on WhatsApp needs a message of the customer in the last 24 hours."""
        self.undeliverable: dict[str, int] = {}
        """Handles whose messages are accepted and then fail, with the error code."""
        self.standing = Standing()
        self._faults = Faults()
        self._blocked: set[str] = set()
        self._changes = changes
        self._clock = clock
        self._deliveries: set[asyncio.Task[None]] = set()

    @property
    def messages(self) -> list[PhoneMessage]:
        """Every text in both directions, oldest first."""
        return self.phones.messages

    def application(self) -> web.Application:
        """The REST API, to be mounted at /2010-04-01."""
        return rest_application(self)

    def inbound_url(self) -> str:
        """Where texts to the number are sent."""
        return f"{self.webhooks.public_url}/webhooks/twilio"

    def start(self, http: ClientSession) -> None:
        """Get the means to call the service."""
        self.webhooks.http = http

    async def stop(self) -> None:
        """Give up the deliveries that are under way."""
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    def behave(self) -> None:
        """Forget every fault that was ordered and not yet met."""
        self._faults.clear()

    def fail_next(
        self,
        status: int = 503,
        code: int = 20500,
        times: int = 1,
        *,
        retry_after: float | None = None,
    ) -> None:
        """Refuse the next sends, carrying nothing out."""
        fault = Fault(kind=FaultKind.FAIL, status=status, code=str(code), retry_after=retry_after)
        self._faults.add("send", fault, times=times)

    def fail_listing(self, status: int = 503, code: int = 20500, times: int = 1) -> None:
        """Refuse the next requests that list or show messages."""
        fault = Fault(kind=FaultKind.FAIL, status=status, code=str(code))
        self._faults.add("list", fault, times=times)

    def hang_next(self, seconds: float, times: int = 1) -> None:
        """Carry the next sends out, but keep the caller waiting for the answer."""
        self._faults.add("send", Fault(kind=FaultKind.HANG, seconds=seconds), times=times)

    def drop_after_accept(self, times: int = 1) -> None:
        """Carry the next sends out and cut the connection instead of answering."""
        self._faults.add("send", Fault(kind=FaultKind.DROP), times=times)

    def opted_out(self, number: str) -> None:
        """Block a number as a carrier does after STOP."""
        self._blocked.add(number)

    async def wait_for(
        self, predicate: Callable[[PhoneMessage], bool], timeout_s: float = 10.0
    ) -> PhoneMessage:
        """The first text that fits, now or as soon as there is one.

        Raises:
            TimeoutError: none came in time.
        """
        await self._changes.until(lambda: any(map(predicate, self.messages)), timeout_s)
        return next(filter(predicate, self.messages))

    async def wait_until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Return as soon as `condition` holds, asked after each change of any stand-in.

        Raises:
            TimeoutError: it did not hold in time.
        """
        await self._changes.until(condition, timeout_s)

    async def customer_sends(
        self,
        channel: PhoneChannel,
        sender: str,
        text: str,
        *,
        media: Sequence[Upload] = (),
        fields: Mapping[str, str] | None = None,
        sid: str | None = None,
    ) -> str:
        """Let a customer write and tell the service so; returns the MessageSid.

        With the sid of an earlier text its webhook is sent again. `fields` are added to the form
        or replace what it has. The service's answer is in `webhook_status` of the text.
        """
        message = self.phones.find(sid) if sid else None
        keyword = None
        if message is None:
            message = self._write(channel, sender.removeprefix("whatsapp:"), text, media, sid)
            keyword = self._keyword(channel, message.customer, text)
        form = inbound_form(message, account_sid=self.account_sid, api_url=self.webhooks.api_url)
        if keyword:
            self._obey(keyword, message)
            form |= {"OptOutType": keyword} if self.advanced_opt_out else {}
        form |= fields or {}
        copies = 1 + self.duplicate_webhooks
        answers = await asyncio.gather(
            *(self.webhooks.post(WEBHOOK_PATH, form) for _ in range(copies))
        )
        self.phones.answered(message, answers[0])
        return message.sid

    async def accept(self, request: web.Request, form: MultiMapping[str]) -> PhoneMessage:
        """Take an outbound message over; delivery and receipts follow on their own.

        Raises:
            Refusal: as the vendor would word it.
        """
        fault = self._faults.take("send")
        _refuse(fault)
        message = read_send(form, number=self.number, now=self._clock.now())
        if message.channel == "sms" and message.customer in self._blocked:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        self.phones.add(message)
        task = asyncio.create_task(self._deliver(message))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)
        if fault and fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind is FaultKind.DROP and request.transport:
            request.transport.abort()
        return message

    async def before_listing(self) -> None:
        """Meet a fault that was ordered for listing."""
        _refuse(self._faults.take("list"))

    def restore(self, fact: Mapping[str, object]) -> None:
        """Take one remembered fact back in; the block list follows from the texts."""
        self.phones.restore(fact)
        if fact.get("fact") != "text" or fact.get("channel") != "sms":
            return
        keyword = KEYWORDS.get(str(fact["body"]).strip().upper())
        if fact.get("direction") == "inbound" and keyword:
            self._block(keyword, str(fact["customer"]))

    def _write(
        self,
        channel: PhoneChannel,
        customer: str,
        text: str,
        media: Sequence[Upload],
        sid: str | None,
    ) -> PhoneMessage:
        attached = {new_sid("ME"): upload for upload in media}
        self.uploads.update(attached)
        while len(self.uploads) > KEPT_UPLOADS:
            del self.uploads[next(iter(self.uploads))]
        now = self._clock.now()
        message = PhoneMessage(
            sid=sid or new_sid("SM"),
            channel=channel,
            direction="inbound",
            customer=customer,
            ours=self.number,
            body=text,
            created_at=now,
            sent_at=now,
            status="received",
            segments=count_segments(text) if channel == "sms" else 1,
            media=tuple((key, upload.content_type) for key, upload in attached.items()),
        )
        self.phones.add(message)
        return message

    def _keyword(self, channel: PhoneChannel, customer: str, text: str) -> str | None:
        """What the carrier reads the text as. A YES opens what was blocked and is a word else;
        with the advanced opt-out it is told to the webhook all the same."""
        said = text.strip().upper()
        is_word = said == "YES" and customer not in self._blocked and not self.advanced_opt_out
        return None if channel != "sms" or is_word else KEYWORDS.get(said)

    def _obey(self, keyword: str, message: PhoneMessage) -> None:
        """Block or open the number and answer, as the carrier's side does by itself."""
        self._block(keyword, message.customer)
        now = self._clock.now()
        reply = PhoneMessage(
            sid=new_sid("SM"),
            channel="sms",
            direction="outbound-reply",
            customer=message.customer,
            ours=message.ours,
            body=NETWORK_REPLIES[keyword],
            created_at=now,
            sent_at=now,
            status="delivered",
            by_network=True,
        )
        self.phones.add(reply)

    def _block(self, keyword: str, customer: str) -> None:
        if keyword == "STOP":
            self._blocked.add(customer)
        elif keyword == "START":
            self._blocked.discard(customer)

    async def _deliver(self, message: PhoneMessage) -> None:
        """Carry a message to the phone and report each step to the given URL."""
        error = self.undeliverable.get(message.customer) or self._window_error(message)
        steps = ["sent", "delivered"] + ["read"] * (message.channel == "whatsapp")
        if error:
            steps = ["undelivered" if message.channel == "sms" else "failed"]
        for status in steps:
            await asyncio.sleep(self.delay_ms / 1000)
            message.sent_at = message.sent_at or self._clock.now()
            self.phones.update(message, status=status, error_code=error)
            if message.callback:
                form = receipt_form(message, account_sid=self.account_sid)
                await self.webhooks.post(message.callback, form)

    def _window_error(self, message: PhoneMessage) -> int | None:
        if message.channel != "whatsapp" or message.template or not self.keeps_window:
            return None
        last = self.phones.last_inbound("whatsapp", message.customer)
        is_open = last is not None and message.created_at - last <= WINDOW
        return None if is_open else OUTSIDE_WINDOW


def _refuse(fault: Fault | None) -> None:
    if fault and fault.kind is FaultKind.FAIL:
        raise Refusal(
            fault.status, int(fault.code), "Ordered to fail", retry_after=fault.retry_after
        )
