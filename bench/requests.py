"""Webhooks as Twilio would send them: made and signed beforehand, as bytes ready to be written."""

from __future__ import annotations

import hmac
import random
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

WORDS = (
    "Hi, how much is it for 12 people next Saturday?",
    "Could you come to our garden on the 14th?",
    "We are 9 adults and 4 children, what would that cost",
    "Is there a vegetarian menu?",
    "ok thanks!",
    "¿Cuánto cuesta para 15 personas?",
    "Do you bring the tables too? 🙏",
    "What if it rains",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Who writes, to whom, and the secret that proves it."""

    token: str
    public_url: str
    """The webhook's URL as the vendor knows it; this is what is signed."""
    count: int = 1000
    ours: str = "+15005550006"
    account: str = "AC" + "0" * 32


def make_requests(url: str, customers: Customers, *, count: int, seed: int) -> list[bytes]:
    """That many texts from customers drawn at random, each with an id of its own.

    The same seed makes the same ids; another one makes others.
    """
    target = urlsplit(url)
    dice = random.Random(seed)
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\n"
        "User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    )
    run = f"{dice.getrandbits(48):012x}"
    return [
        _request(head, _form(customers, dice, f"SM{run}{n:020x}"), customers) for n in range(count)
    ]


def _form(customers: Customers, dice: random.Random, sid: str) -> dict[str, str]:
    return {
        "ToCountry": "US",
        "ToState": "CA",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "94107",
        "SmsSid": sid,
        "FromState": "CA",
        "SmsStatus": "received",
        "FromCity": "SAN FRANCISCO",
        "Body": dice.choice(WORDS),
        "FromCountry": "US",
        "To": customers.ours,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": customers.account,
        "From": f"+1415{dice.randrange(customers.count) + 5_550_000:07d}",
        "ApiVersion": "2010-04-01",
    }


def _request(head: str, form: dict[str, str], customers: Customers) -> bytes:
    signed = customers.public_url + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.digest(customers.token.encode(), signed.encode(), "sha1")
    body = urlencode(form)
    return (
        f"{head}X-Twilio-Signature: {b64encode(digest).decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
