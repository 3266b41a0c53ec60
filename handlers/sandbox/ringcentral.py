"""Plays RingCentral: one extension with a number, its message store, its calls, its webhooks.

Its API answers under /ringcentral (ringcentral_rest.py); people outside text, call and leave
voicemails by the methods here. A subscription whose address fails too often is blacklisted, as at
the vendor. Source: as in ringcentral_rest.py.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, web

from handlers.sandbox.base import Ground, StandIn
from handlers.sandbox.faults import Faults
from handlers.sandbox.ringcentral_records import (
    ENDINGS,
    PATHS,
    CallEnds,
    Record,
    call_record,
    envelope,
    session_body,
    stamp,
    text_record,
    voicemail_record,
)
from handlers.sandbox.ringcentral_rest import BASE, rest_application

WITHIN = ClientTimeout(total=3.0)
ANSWER_BYTES = 1024
BLACKLISTED_AFTER = 3
"""Failures in a row."""
MARK = "ringcentral"


class RingCentralStandIn:
    """One extension of one account."""

    def __init__(self, ground: Ground) -> None:
        self.clock, self._changes = ground.clock, ground.changes
        self.number = ground.number
        self.faults = Faults()
        self.client_id = ground.secrets["ringcentral_client_id"]
        self.client_secret = ground.secrets["ringcentral_client_secret"]
        self.jwt = ground.secrets["ringcentral_jwt"]
        self.webhook_token = ground.secrets["ringcentral_webhook_token"]
        self.tokens: set[str] = set()
        self.logins = 0
        self.penalty_s = 60.0
        self.penalty_until: datetime | None = None
        self.records: list[Record] = []
        self.calls: list[Record] = []
        self.subscriptions: dict[str, Record] = {}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.called: list[tuple[str, str]] = []
        """Method and path of each call of the API."""
        self.refuses_consents = False
        self.is_slow_to_deliver = False
        """Whether texts of ours stay queued until `advance` says otherwise."""
        self.answers: list[tuple[int, int]] = []
        """Status and size of each answer to an event."""
        self._failed: dict[str, int] = {}
        self._http: ClientSession | None = None
        self._url = self._public_url = self._connect_url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """Its API."""
        return rest_application(self)

    async def start(self, http: ClientSession, url: str) -> None:
        """Its API now answers at `url`."""
        self._http, self._url = http, url

    async def stop(self) -> None:
        """Call nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def point_at(self, public_url: str, connect_url: str) -> None:
        """Where the service is."""
        self._public_url, self._connect_url = public_url, connect_url

    def environment(self) -> Mapping[str, str]:
        """The variables that point the service here."""
        return {
            "RINGCENTRAL_CLIENT_ID": self.client_id,
            "RINGCENTRAL_CLIENT_SECRET": self.client_secret,
            "RINGCENTRAL_JWT": self.jwt,
            "RINGCENTRAL_NUMBER": self.number,
            "RINGCENTRAL_WEBHOOK_TOKEN": self.webhook_token,
            "RINGCENTRAL_API_URL": self._url,
        }

    def restore(self, fact: Mapping[str, object]) -> bool:
        """It forgets with its process; facts of others are not its own."""
        return fact.get("fact") == MARK

    @property
    def sent(self) -> list[Record]:
        """What left from our number, oldest first."""
        return [row for row in self.records if row["direction"] == "Outbound"]

    async def customer_texts(
        self,
        sender: str,
        text: str,
        *,
        files: Sequence[tuple[bytes, str]] = (),
        is_told: bool = True,
        times: int = 1,
    ) -> Record:
        """Somebody texts our number; the webhook comes so many times, or never."""
        attached = [self._keep(content, kind, "MmsAttachment") for content, kind in files]
        row = text_record(
            sender,
            self.number,
            text,
            at=self.clock.now(),
            is_outbound=False,
            attachments=attached,
        )
        self._store(row)
        if text.strip().upper() == "STOP":
            confirmation = "You will no longer receive texts. To opt back in, reply START"
            self._store(self._outbound(sender, confirmation, "Delivered"))
        for _ in range(times if is_told else 0):
            await self.tell("instant", row)
        if is_told:
            await self.tell_of_changes()
        return row

    async def colleague_texts(self, recipient: str, text: str) -> Record:
        """A colleague writes from RingCentral's own app."""
        row = self._outbound(recipient, text, "Delivered")
        self._store(row)
        await self.tell_of_changes()
        return row

    async def customer_calls(
        self, caller: str, end: CallEnds, *, backwards: bool = False, times: int = 1
    ) -> str:
        """Somebody rings; each notice of it comes so many times, if need be backwards or never."""
        session, at = f"s-{secrets.token_hex(12)}", self.clock.now()
        self.calls.append(call_record(session, end, caller=caller, number=self.number, at=at))
        notices = [
            session_body(
                session,
                2 * place,
                caller=caller,
                number=self.number,
                code=code,
                at=at,
                missed=end == "missed" and code == "Disconnected",
                **({"reason": reason} if reason else {}),
            )
            for place, (code, reason) in enumerate(ENDINGS[end], start=1)
        ]
        if end == "voicemail":
            await self.leaves_voicemail(caller)
        for notice in reversed(notices) if backwards else notices:
            for _ in range(times):
                await self.tell("calls", notice)
        return session

    async def leaves_voicemail(
        self, caller: str, *, words: str | None = None, status: str = "NotAvailable"
    ) -> Record:
        """A recording, with its words where those are given, else in this state."""
        sound = self._keep(b"ID3" + bytes(64), "audio/mpeg", "AudioRecording")
        row = voicemail_record(caller, at=self.clock.now(), seconds=11, status=status, sound=sound)
        self._store(row)
        if words is not None:
            await self.write_down(row, words)
        await self.tell("voicemail", row)
        return row

    async def write_down(self, row: Record, words: str) -> None:
        """What a recording says is known at last."""
        row["attachments"].append(self._keep(words.encode(), "text/plain", "AudioTranscription"))
        row["vmTranscriptionStatus"] = "Completed"
        await self.tell_of_changes()

    async def advance(self, name: str, status: str, *, code: str = "") -> None:
        """A text of ours gets somewhere, or fails with this code."""
        row = next(row for row in self.records if row["id"] == name)
        row["messageStatus"], row["lastModifiedTime"] = status, stamp(self.clock.now())
        if code:
            row["deliveryErrorCode"] = code
        await self.tell_of_changes()

    async def tells_of_consent(
        self, person: str, status: str, *, source: str = "Recipient"
    ) -> None:
        """Somebody has opted out, or in."""
        record = {"from": self.number, "to": person, "optStatus": status, "source": source}
        await self.tell("consents", {"records": [record]})

    async def tell_of_changes(self) -> None:
        """That the store has news, without saying which."""
        changes = [{"type": "SMS", "newCount": 1, "updatedCount": 0}]
        await self.tell("store", {"extensionId": "1", "changes": changes})

    async def tell(self, kind: str, body: Record) -> None:
        """Post an event to every subscription in force; nothing is ever posted again."""
        for subscription in list(self.subscriptions.values()):
            if subscription["status"] == "Active":
                at = self.clock.now()
                event = envelope(PATHS[kind], body, subscription=subscription["id"], at=at)
                await self._post(subscription, event)

    async def _post(self, subscription: Record, event: Record) -> None:
        if self._http is None:
            return
        headers = {"Verification-Token": subscription["_token"]}
        url, status = self._reachable(subscription["deliveryMode"]["address"]), 0
        try:
            async with self._http.post(url, json=event, headers=headers, timeout=WITHIN) as answer:
                status = answer.status
                self.answers.append((status, await _size(answer)))
        except (ClientError, TimeoutError):
            self.answers.append((0, 0))
        name = subscription["id"]
        self._failed[name] = 0 if status == 200 else self._failed.get(name, 0) + 1
        if self._failed[name] >= BLACKLISTED_AFTER:
            subscription["status"] = "Blacklisted"
        self._changes.touch(MARK, name)

    async def shake_hands(self, address: str) -> bool:
        """Whether the address echoes a header that it is sent, soon enough and briefly."""
        token = secrets.token_hex(16)
        if self._http is None:
            return False
        try:
            async with self._http.post(
                self._reachable(address),
                headers={"Validation-Token": token},
                timeout=WITHIN,
                allow_redirects=False,
            ) as answer:
                is_short = await _size(answer) <= ANSWER_BYTES
                is_json = answer.content_type == "application/json"
                echoed = answer.headers.get("Validation-Token") == token
                return answer.status == 200 and is_json and echoed and is_short
        except (ClientError, TimeoutError):
            return False

    def accept(self, to: str, text: str, files: list[tuple[bytes, str]]) -> Record:
        """Take an outbound text over; it arrives a moment later."""
        row = self._outbound(to, text, "Queued")
        row["attachments"] += [self._keep(each, kind, "MmsAttachment") for each, kind in files]
        self._store(row)
        if not self.is_slow_to_deliver:
            self._tasks.add(task := asyncio.create_task(self.advance(row["id"], "Delivered")))
            task.add_done_callback(self._tasks.discard)
        return dict(row)

    def _outbound(self, recipient: str, text: str, status: str) -> Record:
        at = self.clock.now()
        row = text_record(self.number, recipient, text, at=at, is_outbound=True)
        row["messageStatus"] = status
        return row

    def _store(self, row: Record) -> None:
        self.records.append(row)
        self._changes.touch(MARK, row["id"])

    def _keep(self, content: bytes, kind: str, of: str) -> Record:
        name = secrets.token_hex(8)
        self.files[name] = (content, kind)
        uri = f"{self._url}{BASE}/message-store/0/content/{name}"
        return {"id": name, "uri": uri, "type": of, "contentType": kind, "size": len(content)}

    def _reachable(self, address: str) -> str:
        """The same path at the place where the service listens."""
        if self._public_url and address.startswith(self._public_url):
            return self._connect_url + address.removeprefix(self._public_url)
        return (
            address
            if urlsplit(address).hostname in ("127.0.0.1", "localhost")
            else "http://[::1]:9"
        )


async def _size(answer: ClientResponse) -> int:
    """Headers and body together, as the vendor counts."""
    headers = sum(len(key) + len(value) + 4 for key, value in answer.raw_headers)
    return headers + len(await answer.read())


stand_in = StandIn(make=RingCentralStandIn)
