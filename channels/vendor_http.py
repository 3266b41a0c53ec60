"""What asking any vendor over HTTP has in common: which failure means what, how an answer is read.

No client: who is asked, with which credentials and what an error code means, the channels' own
modules know. An answer that is lost after the request left may have been acted on (I5), so only
where no connection was made it is certain that nothing was done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aiohttp import ClientError, ClientResponse
from aiohttp.client_exceptions import ClientConnectorError, ConnectionTimeoutError

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable

ANSWER_MAX = 4 * 1024 * 1024
FILE_MAX = 16 * 1024 * 1024
"""What WhatsApp takes of sounds and films; a larger document is not fetched."""
CHUNK = 64 * 1024


@contextmanager
def asking(vendor: str) -> Iterator[None]:
    """Turn what goes wrong on the line into our errors.

    Raises:
        VendorUnavailable: no connection, so nothing was done. VendorSilent: nobody knows.
    """
    try:
        yield
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise VendorUnavailable(f"no connection to {vendor}") from error
    except TimeoutError as error:
        raise VendorSilent(f"{vendor} did not answer in time", code="timeout") from error
    except (ClientError, OSError) as error:
        raise VendorSilent(f"the connection to {vendor} was lost", code="lost") from error


async def read_object(response: ClientResponse) -> Mapping[str, object]:
    """The answer as an object; anything else, a proxy's HTML page for one, as an empty one."""
    body = bytearray()
    # One read gives what has come so far, which of a long answer is not all of it.
    async for chunk in response.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > ANSWER_MAX:
            return {}
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


async def read_file(response: ClientResponse, *, most: int = FILE_MAX) -> bytes:
    """A customer's file, or the words of one.

    Raises:
        VendorRefused: it is too large, as it says or as it turns out.
    """
    size, found = response.content_length or 0, bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        found += chunk
        if max(size, len(found)) > most:
            raise VendorRefused(f"the file is larger than {most} bytes", code="too_large")
    return bytes(found)
