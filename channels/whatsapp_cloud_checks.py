"""What the Cloud API says of our number and our token when it is asked: for doctor and watchdogs.

Harmless and authenticated; sends nothing. Source: Meta, whatsapp-business-account-phone-number and
debug_token of the Graph API, read 2026-11-23.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from bot.errors import VendorRefused
from channels.whatsapp_cloud_api import GraphApi
from channels.whatsapp_cloud_fields import Row, row, rows, word

FIELDS = "verified_name,quality_rating,name_status,status"
SCOPE = "whatsapp_business_messaging"
GOOD_NAMES = frozenset({"APPROVED", "AVAILABLE_WITHOUT_REVIEW", "NONE", ""})


async def check_number(api: GraphApi) -> tuple[str, ...]:
    """What is wrong without stopping us, in words for the operator.

    Raises:
        VendorError: Meta does not answer, or does not know us.
    """
    number = await api.read(f"{api.phone_number_id}?fields={FIELDS}")
    return (*_of_number(number), *await _of_token(api))


def _of_number(number: Row) -> tuple[str, ...]:
    found = []
    if word(number, "quality_rating") in ("RED", "YELLOW"):
        found.append(f"Meta rates our number's quality {word(number, 'quality_rating').lower()}")
    if word(number, "name_status") not in GOOD_NAMES:
        found.append("the display name of our number is not approved by Meta")
    if word(number, "status") not in ("CONNECTED", ""):
        found.append("our number is not connected at Meta; register it")
    return tuple(found)


async def _of_token(api: GraphApi) -> tuple[str, ...]:
    """What the token may do and until when. Some tokens may not ask; that says nothing of them."""
    token = quote(api.authorization.removeprefix("Bearer "), safe="")
    try:
        answer = row((await api.read(f"debug_token?input_token={token}")).get("data"))
    except VendorRefused:
        return ()
    found = []
    scopes = rows(answer.get("scopes"), "scopes") if "scopes" in answer else (SCOPE,)
    if SCOPE not in scopes:
        found.append(f"META_ACCESS_TOKEN lacks the permission {SCOPE}")
    ends = word(answer, "expires_at")
    if ends.isdigit() and 0 < int(ends) < 10**11:
        day = datetime.fromtimestamp(int(ends), UTC).date().isoformat()
        found.append(f"META_ACCESS_TOKEN ends on {day}; a system user's token does not end")
    return tuple(found)
