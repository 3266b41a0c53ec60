"""Meta's Graph API as WhatsApp needs it: one phone number, asked over our own connection pool.

Only the configured host ever sees the token, and never along a redirect. Meta has no idempotency
key and no list of what was sent: a lost answer is VendorSilent, and the tag that comes back with
the statuses is what tells (I5). Source: Meta, business-messaging-api_v23.0.yaml (2025-11-21) and
support/error-codes, read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from aiohttp import ClientSession, ClientTimeout, FormData
from yarl import URL

from bot.errors import VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, PersonBusy, SendResult
from channels.vendor_http import asking, read_object
from channels.whatsapp_cloud_codes import RETRIES, Outcome, Verdict, judge
from channels.whatsapp_cloud_fields import Row, row, rows, word

VERSION = "v23.0"
TIMEOUT = ClientTimeout(total=20.0, sock_connect=5.0)
UPLOAD_TIMEOUT = ClientTimeout(total=22.0, sock_connect=5.0)
RETRY_AFTER_MAX_S = 3600.0
REST_S = 5.0
"""How long our number rests where Meta says "too many" and not for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file for Meta to keep until it is sent."""

    content: bytes = field(repr=False)
    content_type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphApi:
    """One phone number of a WhatsApp account."""

    http: ClientSession
    base: str
    """Scheme, host and perhaps a path, without a slash at the end."""
    phone_number_id: str
    authorization: str = field(repr=False)
    """The whole header."""
    timeout: ClientTimeout = TIMEOUT

    @property
    def root(self) -> str:
        """What every path of the API begins with."""
        return f"{self.base}/{VERSION}"

    async def send(self, body: Mapping[str, object]) -> SendResult:
        """Hand a message over.

        Raises:
            VendorUnavailable: nothing was done. VendorRefused: never again.
            VendorSilent: the outcome is unknown.
        """
        answer = await self._post("messages", body)
        sent = rows(answer.get("messages"), "messages") if _has_list(answer) else ()
        found = word(row(sent[0]), "id") if sent else ""
        if not found:
            raise VendorSilent("Meta accepted a message without naming it", code="unnamed")
        return SendResult(external_id=found)

    async def tell(self, body: Mapping[str, object]) -> None:
        """Say something that no customer reads, such as a read mark."""
        await self._post("messages", body)

    async def upload(self, file: Upload) -> str:
        """Give Meta a file; its id there. Nothing has left by it, so any failure may be retried."""
        form = FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", file.content_type)
        form.add_field(
            "file",
            BytesIO(file.content),
            filename=file.name or "file",
            content_type=file.content_type,
        )
        try:
            answer = await self._post("media", form, timeout=UPLOAD_TIMEOUT)
        except VendorSilent as error:
            raise VendorUnavailable("Meta did not take our file", code=error.code) from error
        found = word(answer, "id")
        if not found:
            raise VendorUnavailable("Meta took our file without naming it", code="unnamed")
        return found

    async def read(self, path: str) -> Row:
        """Ask for something. Nothing can have happened by asking, so silence is retried."""
        try:
            return await self._call("GET", f"{self.root}/{path}", None, self.timeout)
        except VendorSilent as error:
            raise VendorUnavailable("Meta did not answer a question", code=error.code) from error

    async def _post(self, what: str, data: object, *, timeout: ClientTimeout | None = None) -> Row:
        url = f"{self.root}/{self.phone_number_id}/{what}"
        return await self._call("POST", url, data, timeout or self.timeout)

    async def _call(self, method: str, url: str, data: object, timeout: ClientTimeout) -> Row:
        given = data if isinstance(data, FormData) or data is None else json.dumps(data).encode()
        headers = {"Authorization": self.authorization}
        if isinstance(given, bytes):
            headers["Content-Type"] = "application/json"
        with asking("Meta"):
            async with self.http.request(
                method,
                URL(url, encoded=True),
                data=given,
                headers=headers,
                timeout=timeout,
                # A redirect would carry our token to wherever it points.
                allow_redirects=False,
            ) as response:
                answer = await read_object(response)
                status, told = response.status, response.headers
        if 200 <= status < 300 and not row(answer.get("error")):
            return answer
        raise error_of(status, told, answer)


def error_of(status: int, headers: Mapping[str, str], answer: Row) -> VendorError:
    """What an answer that is no success means: by Meta's code if it gave one, else by status.

    Meta's code says that it has decided, so the message is not on its way, whatever the status. An
    error without one is a machine's between us: above 500 nobody knows what became of it.
    """
    told = row(answer.get("error"))
    code = word(told, "code")[:10]
    if not code:
        return _by_status(status, headers)
    verdict = judge(code)
    if status == 429 or verdict.outcome in RETRIES:
        is_person = verdict.outcome is Outcome.RETRY_PERSON
        kind = PersonBusy if is_person else VendorUnavailable
        return kind(verdict.words, code=code, retry_after_s=_wait_s(headers, status, verdict))
    if verdict.outcome is Outcome.BAD_ADDRESS:
        return AddressRefused(verdict.words, code=code, opted_out=False)
    return VendorRefused(verdict.words, code=code)


def _by_status(status: int, headers: Mapping[str, str]) -> VendorError:
    code = str(status)
    if status == 429:
        said = "Meta has too many requests from us"
        return VendorUnavailable(said, code=code, retry_after_s=_seconds(headers) or REST_S)
    if status >= 500 or status == 408 or 200 <= status < 300:
        return VendorSilent("Meta failed; it may have taken the message", code=code)
    return VendorRefused(f"Meta refused it with status {status} and gave no reason.", code=code)


def _wait_s(headers: Mapping[str, str], status: int, verdict: Verdict) -> float | None:
    told = (_seconds(headers), verdict.wait_s, REST_S if status == 429 else None)
    return max((each for each in told if each is not None), default=None)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where the vendor says so in seconds, and at most an hour."""
    value = headers.get("Retry-After", "")
    is_number = value.isascii() and value.isdigit()
    return min(float(value), RETRY_AFTER_MAX_S) if is_number else None


def _has_list(answer: Row) -> bool:
    return isinstance(answer.get("messages"), list)
