"""What Twilio says of an account and its numbers, for whoever asks whether all is well.

Part of the stand-in (twilio_rest.py). Source: twilio_api_v2010.json of twilio-oai, Accounts and
IncomingPhoneNumbers (read 2026-11-23).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

VERSION = "2010-04-01"


@dataclass(slots=True)
class Standing:
    """How the account stands; tests change it."""

    status: str = "active"
    """active, suspended or closed."""
    message_url: str | None = None
    """Where texts to the number are sent; None: to the service."""


class Owner(Protocol):
    """What is asked of the stand-in."""

    account_sid: str
    number: str
    standing: Standing

    def inbound_url(self) -> str:
        """Where the service takes texts, by the URL that vendors know."""


def add_account(application: web.Application, owner: Owner) -> None:
    """Answer for the account and its numbers."""

    async def account(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "sid": owner.account_sid,
                "friendly_name": "Sandbox",
                "status": owner.standing.status,
                "type": "Full",
            }
        )

    async def numbers(request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber", owner.number)
        found = [_number(owner)] if wanted == owner.number else []
        return web.json_response({"incoming_phone_numbers": found, "next_page_uri": None})

    application.router.add_get("/Accounts/{account}.json", account)
    application.router.add_get("/Accounts/{account}/IncomingPhoneNumbers.json", numbers)


def _number(owner: Owner) -> dict[str, object]:
    url = owner.standing.message_url
    return {
        "sid": "PN" + "0" * 32,
        "account_sid": owner.account_sid,
        "phone_number": owner.number,
        "capabilities": {"sms": True, "mms": True, "voice": True},
        "sms_url": owner.inbound_url() if url is None else url,
        "sms_method": "POST",
        "sms_application_sid": "",
        "uri": f"/{VERSION}/Accounts/{owner.account_sid}/IncomingPhoneNumbers/PN{'0' * 32}.json",
    }
