"""Posts signed webhooks to the service the way Twilio does, at the place where it really listens.

The signature covers the public URL, which on a test machine nobody can reach; `connect_url` says
where to connect instead. A failed connection is tried once more, anything else is not, unless
`retries` and `retry_on` say what the fragment of a real webhook URL would say (rc and rp).
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from twilio.request_validator import RequestValidator
from yarl import URL

TIMEOUT_S = 15.0
UNREACHABLE = 0


class WebhookSender:
    """One account's way to the service."""

    def __init__(self, auth_token: str) -> None:
        self.http: ClientSession | None = None
        self.public_url = ""
        """What the vendor believes it calls; this is signed."""
        self.connect_url = ""
        """Where the service listens."""
        self.api_url = ""
        """Where the vendor's own API lies, for links to media."""
        self.retries = 1
        self.retry_on: frozenset[str] = frozenset({"ct"})
        """Causes that are tried again: ct connection, rt time-out, 4xx, 5xx."""
        self._validator = RequestValidator(auth_token)

    def signature(self, url: str, form: Mapping[str, str]) -> str:
        """X-Twilio-Signature of this form at this URL."""
        return str(self._validator.compute_signature(url, dict(form)))

    async def post(self, target: str, form: Mapping[str, str]) -> int:
        """Send a form to a path of the service, or to a full URL; returns the last HTTP status.

        UNREACHABLE where no answer came at all.
        """
        url = target if target.startswith("http") else self.public_url + target
        signed = url.partition("#")[0]
        headers = {"X-Twilio-Signature": self.signature(signed, form)}
        status, cause = UNREACHABLE, "ct"
        for _ in range(1 + self.retries):
            status, cause = await self._post_once(self._reachable(signed), form, headers)
            if cause not in self.retry_on:
                break
        return status

    def _reachable(self, url: str) -> URL:
        """The same path and query at the place where the service listens."""
        if self.connect_url and self.public_url and url.startswith(self.public_url):
            url = self.connect_url + url.removeprefix(self.public_url)
        return URL(url, encoded=True)

    async def _post_once(
        self, url: URL, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str]:
        if self.http is None:
            return UNREACHABLE, ""
        timeout = ClientTimeout(total=TIMEOUT_S)
        try:
            async with self.http.post(
                url, data=dict(form), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                await response.read()
                return response.status, f"{response.status // 100}xx"
        except ClientConnectorError:
            return UNREACHABLE, "ct"
        except (TimeoutError, ClientError):
            return UNREACHABLE, "rt"
