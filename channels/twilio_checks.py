"""Asks Twilio whether all is well: the account, the number we send from, where its texts go.

Used by the channels' `check`. Changes nothing. Source: twilio_api_v2010.json of twilio-oai,
Accounts (`status`), IncomingPhoneNumbers (`sms_url`, filtered by PhoneNumber) (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from bot.errors import VendorRefused
from channels.twilio_api import INBOUND_PATH, STATUS_PATH, TwilioApi


async def check_sender(
    api: TwilioApi, sender: str, *, service_sid: str = "", kind: str = "sms"
) -> Sequence[str]:
    """What is wrong, in words for the operator.

    Raises:
        VendorRefused: Twilio does not know us, or the account is not active.
        VendorUnavailable: it does not answer.
    """
    account = await api.read(f"/2010-04-01/Accounts/{api.account_sid}.json")
    status = str(account.get("status") or "active")
    if status != "active":
        raise VendorRefused(f"the Twilio account is {status}: see its console", code=status)
    # WhatsApp senders and short codes are listed elsewhere.
    if kind != "sms" or not sender.startswith("+"):
        return ()
    query = urlencode({"PhoneNumber": sender, "PageSize": "20"})
    path = f"/2010-04-01/Accounts/{api.account_sid}/IncomingPhoneNumbers.json?{query}"
    rows = (await api.read(path)).get("incoming_phone_numbers")
    found = [r for r in rows if isinstance(r, Mapping)] if isinstance(rows, list) else []
    ours = next((row for row in found if row.get("phone_number") == sender), None)
    if ours is None:
        return ("TWILIO_SMS_FROM is no number of this Twilio account",)
    return () if service_sid else _address(ours, api)


def _address(number: Mapping[str, object], api: TwilioApi) -> Sequence[str]:
    """Whether texts to the number are sent to us; an application may stand in between."""
    if number.get("sms_application_sid"):
        return ()
    wanted = api.status_callback.removesuffix(STATUS_PATH) + INBOUND_PATH
    given = str(number.get("sms_url") or "").partition("#")[0]
    if given == wanted:
        return ()
    where = "another address" if given else "no address"
    return (f"texts to the number are sent to {where}: set its message webhook to {wanted}",)
