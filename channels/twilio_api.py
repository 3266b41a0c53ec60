"""Twilio's Messages API as the channels need it: send one, look one up, list what came in.

Own thin code over aiohttp, because the vendor's asynchronous client has no setting for its base
URL, shares no connection pool with us, and reports a lost answer and a refused connection alike.
Only the configured host ever sees our credentials. Source: twilio_api_v2010.json of twilio-oai
(read 2026-11-22).
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from aiohttp import ClientSession, ClientTimeout
from yarl import URL

from bot.domain import Message
from bot.domain_sending import OutboundMessage
from bot.errors import BadPayload, VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.base import AddressRefused, DailyCapReached, Reply, Route, SendResult
from channels.twilio_codes import DAILY_CAPS, Outcome, judge
from channels.twilio_forms import to_message
from channels.twilio_settings import TwilioSettings
from channels.vendor_http import asking, read_object

log = logging.getLogger(__name__)

TIMEOUT = ClientTimeout(total=20.0, sock_connect=5.0)
INBOUND_PATH = "/webhooks/twilio"
STATUS_PATH = "/webhooks/twilio/status"
ROUTES = (
    # By default Twilio tries again only where no connection was made, so a 503 would lose the text.
    Route(path=INBOUND_PATH, vendor="twilio", overrides="rc=3&rp=5xx,ct,rt&tt=15000"),
    Route(path=STATUS_PATH, vendor="twilio", is_pasted=False),
)
EMPTY_TWIML = Reply(
    body='<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml"
)
PROBED_AS = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
MAX_PAGES = 100
PAGE_SIZE = 100
# Our clock and Twilio's may differ by this much. What an earlier message with the same words was is
# told by the ids already accounted for, so looking a little too far back does no harm.
SLACK = timedelta(seconds=60)
# Twilio puts this before every text of an account that has not been paid for yet.
TRIAL_PREFIX = "Sent from your Twilio trial account - "

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioApi:
    """One account of Twilio, spoken to over the process's own connection pool."""

    http: ClientSession
    base: str
    """Scheme and host, without a slash at the end."""
    account_sid: str
    authorization: str = field(repr=False)
    """The whole header."""
    status_callback: str
    """Where receipts shall go."""
    timeout: ClientTimeout = TIMEOUT

    async def send(self, form: Mapping[str, str]) -> SendResult:
        """Post one message.

        A 5xx or an unreadable 2xx leaves open whether the message exists: Twilio has no
        idempotency key, so that is VendorSilent, and `find_sent` has to look.

        Raises:
            VendorUnavailable: nothing was done. VendorRefused: never again.
            VendorSilent: the outcome is unknown.
        """
        form = {**form, "StatusCallback": self.status_callback}
        status, headers, answer = await self._call("POST", self._messages, form)
        if 200 <= status < 300:
            sid = answer.get("sid")
            if not isinstance(sid, str) or not sid:
                raise VendorSilent("Twilio accepted a message without naming it", code=str(status))
            return SendResult(
                external_id=sid, segments=_number(answer.get("num_segments"), least=1)
            )
        raise _error(status, headers, answer)

    async def find_sent(
        self, message: OutboundMessage, known: frozenset[str], *, to: str, sender: str
    ) -> str | None:
        """The oldest message with this text, from and to these, that nobody accounts for yet.

        DateSent is not asked for: a message that still waits in Twilio's queue has none.
        """
        wanted = {"To": to} | ({"From": sender} if sender else {})
        found = None
        async for row in self._list(wanted, since=message.created_at - SLACK):
            body = str(row.get("body", ""))
            is_ours = str(row.get("direction", "outbound")).startswith("outbound")
            same = message.text.strip() in (body.strip(), body.removeprefix(TRIAL_PREFIX).strip())
            sid = str(row.get("sid", ""))
            if is_ours and same and sid and sid not in known and row.get("to") == to:
                found = sid
        return found

    async def list_received(
        self, since: datetime, *, channel: str, prefix: str, to: str
    ) -> tuple[Message, ...]:
        """Inbound messages of a channel since then, oldest first, as `parse` would give them."""
        # Twilio's dates are whole seconds: a fraction would leave out what came within it.
        since = since.replace(microsecond=0)
        wanted = {"DateSent>": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        wanted |= {"To": to} if to else {}
        found = []
        async for row in self._list(wanted, since=since):
            if row.get("direction") != "inbound" or not _is_on(row, prefix):
                continue
            try:
                form = await self._as_form(row)
                message = to_message(form, channel, prefix=prefix, media_base=self.base)
            except BadPayload as error:
                log.warning("message.unreadable", extra={"channel": channel, "cause": str(error)})
                continue
            found.append(replace(message, sent_at=_date(row)))
        return tuple(reversed(found))

    async def look_up(self, path: str) -> Row:
        """Read something of the account. Raises VendorError."""
        return await self._get(path)

    async def read(self, path: str) -> Row:
        """Look something up by its path. Raises VendorUnavailable, VendorRefused."""
        return await self._get(path)

    async def _as_form(self, row: Row) -> Mapping[str, str]:
        """A listed message in the words of a webhook; its attachments take a second request."""
        form = {
            "MessageSid": str(row.get("sid") or ""),
            "From": str(row.get("from") or ""),
            "To": str(row.get("to") or ""),
            "Body": str(row.get("body") or ""),
            "NumMedia": str(row.get("num_media") or "0"),
            "NumSegments": str(row.get("num_segments") or ""),
        }
        if form["NumMedia"] == "0":
            return form
        path = self._messages.removesuffix(".json") + f"/{form['MessageSid']}/Media"
        answer = await self._get(path + ".json")
        media = _rows(answer, "media_list")
        form["NumMedia"] = str(len(media))
        for index, item in enumerate(media):
            form[f"MediaUrl{index}"] = f"{self.base}{path}/{item.get('sid')}"
            form[f"MediaContentType{index}"] = str(item.get("content_type") or "")
        return form

    async def _list(self, wanted: Mapping[str, str], *, since: datetime) -> AsyncIterator[Row]:
        """Rows created since then, newest first as Twilio lists them.

        Raises:
            VendorUnavailable: there are more than MAX_PAGES of them; half a list is none.
        """
        path = self._messages + "?" + urlencode({**wanted, "PageSize": str(PAGE_SIZE)})
        for _ in range(MAX_PAGES):
            answer = await self._get(path)
            for row in _rows(answer, "messages"):
                created = _date(row)
                if created is not None and created < since:
                    return
                yield row
            following = answer.get("next_page_uri")
            if not isinstance(following, str) or not following.startswith("/2010-04-01/"):
                return
            path = following
        raise VendorUnavailable(f"Twilio lists more than {MAX_PAGES} pages", code="list_too_long")

    async def _get(self, path: str) -> Row:
        """Read something. Nothing can have happened by asking, so silence is a reason to retry."""
        try:
            status, headers, answer = await self._call("GET", path, None)
        except VendorSilent as error:
            raise VendorUnavailable("Twilio did not answer a look-up", code=error.code) from error
        if status >= 500:
            raise VendorUnavailable("Twilio cannot look up messages now", code=str(status))
        if not 200 <= status < 300:
            raise _error(status, headers, answer)
        return answer

    async def _call(
        self, method: str, path: str, form: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, str], Row]:
        url = URL(self.base + path, encoded=True)
        with asking("Twilio"):
            async with self.http.request(
                method,
                url,
                data=form,
                headers={"Authorization": self.authorization},
                timeout=self.timeout,
                # A redirect would carry our credentials to wherever it points.
                allow_redirects=False,
            ) as response:
                return response.status, response.headers, await read_object(response)

    @property
    def _messages(self) -> str:
        return f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"


def make_api(found: TwilioSettings, base_url: str, http: ClientSession) -> TwilioApi:
    """The account of these settings; `base_url` is our own public address."""
    pair = f"{found.account_sid}:{found.auth_token.get_secret_value()}"
    return TwilioApi(
        http=http,
        base=found.api_url.rstrip("/"),
        account_sid=found.account_sid,
        authorization="Basic " + b64encode(pair.encode()).decode(),
        status_callback=base_url + STATUS_PATH,
    )


def _is_on(row: Row, prefix: str) -> bool:
    sender = str(row.get("from", ""))
    return sender.startswith(prefix) if prefix else ":" not in sender


def _rows(answer: Row, name: str) -> tuple[Row, ...]:
    rows = answer.get(name)
    if not isinstance(rows, list):
        raise VendorUnavailable(f"Twilio's list has no {name}")
    return tuple(row for row in rows if isinstance(row, dict))


def _date(row: Row) -> datetime | None:
    with suppress(ValueError, TypeError):
        found = parsedate_to_datetime(str(row.get("date_created") or ""))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _number(value: object, *, least: int) -> int:
    text = str(value)
    return max(least, int(text)) if text.isascii() and text.isdigit() else least


def _error(status: int, headers: Mapping[str, str], answer: Row) -> VendorError:
    """What an answer that is no success means, by Twilio's code if it gave one, else by status."""
    code = str(answer.get("code") or status)
    verdict = judge(code)
    if code in DAILY_CAPS:
        return DailyCapReached(verdict.words, code=code)
    if status == 429 or verdict.outcome is Outcome.RETRY_LATER:
        return VendorUnavailable(verdict.words, code=code, retry_after_s=_retry_after(headers))
    if status >= 500 or status == 408 or verdict.outcome is Outcome.UNKNOWN:
        return VendorSilent("Twilio failed; it may have taken the message", code=code)
    if verdict.outcome in (Outcome.OPTED_OUT, Outcome.BAD_ADDRESS):
        opted_out = verdict.outcome is Outcome.OPTED_OUT
        return AddressRefused(verdict.words, code=code, opted_out=opted_out)
    return VendorRefused(verdict.words, code=code)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where the vendor says so in seconds, and at most an hour."""
    value = headers.get("Retry-After", "")
    return min(float(value), 3600.0) if value.isascii() and value.isdigit() else None
