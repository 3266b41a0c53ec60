"""The stand-in of Twilio fetches what a message is to carry, as the vendor does before it sends it.

Source: Twilio, api/messages: MediaUrl is fetched without credentials; api/errors/21620 for an
address that gives no file (read 2026-11-23).
"""

from __future__ import annotations

from aiohttp import ClientError, ClientSession, ClientTimeout
from multidict import MultiMapping

from handlers.sandbox.phones import Upload

TIMEOUT = ClientTimeout(total=10.0)


async def fetch_sent(http: ClientSession, form: MultiMapping[str]) -> Upload | None:
    """The file that a send request names, if it names one.

    Raises:
        ValueError: nothing is given at that address.
    """
    url = form.get("MediaUrl", "")
    if not url:
        return None
    try:
        async with http.get(url, timeout=TIMEOUT) as response:
            if response.status != 200:
                raise ValueError(f"the address answers {response.status}")
            return Upload(response.content_type, await response.read())
    except (ClientError, OSError, TimeoutError) as error:
        raise ValueError("nothing answers there") from error
