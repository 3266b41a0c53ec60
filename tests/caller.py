"""Posts signed requests to the service, whatever bytes they hold.

Signed here by Twilio's published rule, not by the code under test.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha1
from io import BytesIO
from urllib.parse import parse_qsl, urlencode

import aiohttp
from world import World

INBOUND = "/webhooks/twilio"
STATUS = "/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded"
SID = "SM" + "0123456789abcdef" * 2


class Caller:
    """Somebody who posts to the service and knows, or does not know, the account's token."""

    def __init__(self, world: World, http: aiohttp.ClientSession) -> None:
        self._world, self._http = world, http
        self.url = world.url

    def sign(self, path: str, body: bytes) -> str:
        """The URL, then every distinct name and value sorted by name, by HMAC-SHA1."""
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
        added = "".join(name + value for name, value in sorted(set(pairs)))
        signed = (self._world.url + path + added).encode("utf-8", "surrogateescape")
        token = self._world.stand_ins.twilio.auth_token.encode()
        return b64encode(hmac.digest(token, signed, sha1)).decode()

    async def posts(
        self, body: bytes, path: str = INBOUND, *, signature: str | None = None, **headers: str
    ) -> tuple[int, str]:
        """Status and text of the answer to a body that is signed unless told otherwise."""
        signed = self.sign(path, body) if signature is None else signature
        given = {"Content-Type": FORM, "X-Twilio-Signature": signed, **headers}
        given = {name.replace("_", "-"): value for name, value in given.items() if value}
        async with self._http.post(self.url + path, data=BytesIO(body), headers=given) as response:
            return response.status, await response.text()


def form(**fields: str) -> dict[str, str]:
    """An inbound text."""
    base = {"MessageSid": SID, "From": "+14155550101", "To": "+19167408768", "Body": "hello"}
    return {name: value for name, value in (base | fields).items() if value != "-"}


def encoded(**fields: str) -> bytes:
    return urlencode(form(**fields)).encode()
