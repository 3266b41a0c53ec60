"""RingCentral's REST API as the channel needs it: who we are, one call, and what its errors mean.

The token lives in this process's memory alone and is fetched with the JWT, which stays valid: no
refresh tokens, which rotate and would have to be shared. Only the configured host ever sees
credentials. Sources: ringcentral-api-docs, basics/rate-limits.md and authentication pages;
rc-public-openapi.yml (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientTimeout, FormData
from yarl import URL

from bot.errors import VendorError, VendorRefused, VendorSilent, VendorUnavailable
from channels.ringcentral_penalty import Penalty
from channels.ringcentral_settings import RingCentralSettings
from channels.vendor_http import asking, read_object

TIMEOUT = ClientTimeout(total=20.0, sock_connect=5.0)
EXTENSION = "/restapi/v1.0/account/~/extension/~"
LOGIN_PATH = "/restapi/oauth/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PENALTY_S = 60.0
"""Where a 429 names no time: the span over which RingCentral counts."""
PENALTY_MAX_S = 3600.0
LOGIN_AGAIN_S = 60.0
"""A refused login is no matter of seconds, and only five a minute are allowed."""
FRESH_MS = 60_000.0
"""A token that ends sooner is fetched anew."""

Row = Mapping[str, object]
Query = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class RingCentralApi:
    """One extension of one account, spoken to over the process's own connection pool."""

    http: ClientSession
    base: str
    """Scheme and host, without a slash at the end."""
    penalty: Penalty
    _login: str = field(repr=False)
    _jwt: str = field(repr=False)
    owner: str = ""
    """The extension whose token it is; known after the first login."""
    _token: str = field(default="", repr=False)
    _ends_ms: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def get(self, path: str, query: Query = ()) -> Row:
        """Read something. Nothing can have happened by asking, so silence is a reason to retry.

        Raises:
            VendorUnavailable: not now. VendorRefused: never.
        """
        try:
            return await self.call("GET", path, query=query)
        except VendorSilent as error:
            raise VendorUnavailable("RingCentral did not answer", code=error.code) from error

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        payload: Row | None = None,
        form: FormData | None = None,
    ) -> Row:
        """One call; a token that has ended is fetched anew once.

        Raises:
            VendorUnavailable: nothing was done. VendorRefused: never again.
            VendorSilent: whether it was done is unknown.
        """
        data = json.dumps(payload).encode() if payload is not None else form
        for is_last in (False, True):
            token = await self.token()
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            if payload is not None:
                headers["Content-Type"] = "application/json"
            url = URL(self.base + path).extend_query(list(query))
            status, given, answer = await self._ask(method, url, headers, data)
            if status == 401 and not is_last and form is None:
                self._forget(token)
                continue
            if 200 <= status < 300:
                return answer
            raise await self._error(status, given, answer)
        raise VendorUnavailable("RingCentral refuses our token", code="401")

    async def token(self) -> str:
        """The access token; one login for all who wait for it.

        Raises:
            VendorUnavailable: RingCentral wants quiet, does not answer, or refuses our login.
        """
        await self._require_leave()
        async with self._lock:
            if self._token and self.penalty.clock.monotonic_ms() < self._ends_ms:
                return self._token
            await self._require_leave()
            await self._log_in()
            return self._token

    async def _log_in(self) -> None:
        headers = {"Authorization": self._login, "Accept": "application/json"}
        form = FormData({"grant_type": GRANT, "assertion": self._jwt})
        try:
            url = URL(self.base + LOGIN_PATH)
            status, given, answer = await self._ask("POST", url, headers, form)
        except VendorSilent as error:
            raise VendorUnavailable("RingCentral's login did not answer") from error
        token, lives_s = answer.get("access_token"), answer.get("expires_in")
        if status == 200 and isinstance(token, str) and token:
            lives_ms = 1000.0 * (lives_s if isinstance(lives_s, int) else 3600)
            now_ms = self.penalty.clock.monotonic_ms()
            self._token, self._ends_ms = token, now_ms + max(lives_ms - FRESH_MS, lives_ms / 2)
            self.owner = str(answer.get("owner_id") or "")
            return
        if 400 <= status < 500 and status != 429:
            await self.penalty.start(LOGIN_AGAIN_S)
            code = str(answer.get("errorCode") or answer.get("error") or status)[:40]
            raise VendorUnavailable(
                "RingCentral refuses our login; check RINGCENTRAL_JWT, _CLIENT_ID, _CLIENT_SECRET",
                code=code,
                retry_after_s=LOGIN_AGAIN_S,
            )
        if status < 400:
            raise VendorUnavailable("RingCentral's login gave no token", code=str(status))
        verdict = await self._error(status, given, answer)
        if isinstance(verdict, VendorUnavailable):
            raise verdict
        raise VendorUnavailable("RingCentral cannot log us in now", code=str(status))

    def _forget(self, token: str) -> None:
        """Unless somebody else has a new one already."""
        if self._token == token:
            self._token = ""

    async def _require_leave(self) -> None:
        left_s = await self.penalty.left_s()
        if left_s > 0:
            raise VendorUnavailable(
                "RingCentral wants to hear nothing for a while", code="429", retry_after_s=left_s
            )

    async def _ask(
        self, method: str, url: URL, headers: Mapping[str, str], data: bytes | FormData | None
    ) -> tuple[int, Mapping[str, str], Row]:
        with asking("RingCentral"):
            async with self.http.request(
                method,
                url,
                data=data,
                headers=headers,
                timeout=TIMEOUT,
                # A redirect would carry our credentials to wherever it points.
                allow_redirects=False,
            ) as response:
                return response.status, response.headers, await read_object(response)

    async def _error(self, status: int, given: Mapping[str, str], answer: Row) -> VendorError:
        """What an answer that is no success means."""
        code = str(answer.get("errorCode") or status)[:40]
        if status == 429:
            wait_s = retry_after_s(given)
            await self.penalty.start(wait_s)
            return VendorUnavailable(
                "RingCentral has too many requests from us", code=code, retry_after_s=wait_s
            )
        if status == 401:
            return VendorUnavailable("RingCentral refuses our token", code=code)
        if status >= 500 or status == 408:
            return VendorSilent("RingCentral failed; it may have done it all the same", code=code)
        return VendorRefused("RingCentral refuses it", code=code)


def make_api(found: RingCentralSettings, http: ClientSession, channel: str) -> RingCentralApi:
    """The account of these settings."""
    pair = f"{found.client_id}:{found.client_secret.get_secret_value()}"
    return RingCentralApi(
        http,
        found.api_url.rstrip("/"),
        Penalty(channel),
        _login="Basic " + b64encode(pair.encode()).decode(),
        _jwt=found.jwt.get_secret_value(),
    )


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds that the vendor wants quiet for."""
    value = headers.get("Retry-After", "")
    named = float(value) if value.isascii() and value.isdigit() else PENALTY_S
    return min(max(named, 1.0), PENALTY_MAX_S)


def rows(answer: Row, name: str = "records") -> tuple[Row, ...]:
    """The list in an answer.

    Raises:
        VendorUnavailable: there is none.
    """
    found = answer.get(name)
    if not isinstance(found, list):
        raise VendorUnavailable(f"RingCentral's answer has no {name}")
    return tuple(row for row in found if isinstance(row, dict))
