"""How our templates stand at Meta: one page of the account's list after another.

No channel; channels/whatsapp_cloud.py asks. Which account it is, a setting says or else the token:
its permission names the accounts it was given for. Source: Meta, message_templates edge of a
WhatsApp business account, and granular_scopes of debug_token, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from bot.domain_vendors import TemplateNews
from bot.errors import VendorRefused, VendorUnavailable
from channels.whatsapp_cloud_api import GraphApi
from channels.whatsapp_cloud_fields import Row, row, word

CARRIER = "meta"
SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
FIELDS = "name,language,status,category,rejected_reason"
PAGE = 200
PAGES_MAX = 50


async def list_templates(api: GraphApi, waba_id: str) -> tuple[TemplateNews, ...]:
    """Every template of the account.

    Raises:
        VendorUnavailable: not now, or nothing that can be read. VendorRefused: never.
    """
    account = waba_id or await _account_of(api)
    found: list[TemplateNews] = []
    after = ""
    for _ in range(PAGES_MAX):
        path = f"{account}/message_templates?fields={FIELDS}&limit={PAGE}"
        page = await api.read(path + (f"&after={quote(after, safe='')}" if after else ""))
        found += _read(page)
        paging = row(page.get("paging"))
        after = word(row(paging.get("cursors")), "after") if word(paging, "next") else ""
        if not after:
            return tuple(found)
    raise VendorUnavailable(f"Meta lists more than {PAGES_MAX} pages", code="list_too_long")


async def _account_of(api: GraphApi) -> str:
    """The one account that the token was given for."""
    token = api.authorization.removeprefix("Bearer ")
    data = row((await api.read(f"debug_token?input_token={quote(token, safe='')}")).get("data"))
    scopes = data.get("granular_scopes")
    given = [row(each) for each in scopes] if isinstance(scopes, list) else []
    for name in SCOPES:
        for scope in given:
            targets = scope.get("target_ids")
            if word(scope, "scope") == name and isinstance(targets, list) and len(targets) == 1:
                account = str(targets[0])
                if account.isascii() and account.isdigit():
                    return account
    raise VendorRefused("META_WABA_ID is missing: the token is for none or several", code="account")


def _read(page: Row) -> Iterator[TemplateNews]:
    rows = page.get("data")
    if not isinstance(rows, list):
        raise VendorUnavailable("Meta's list of templates has no data", code="list")
    for each in map(row, rows):
        name, reason = word(each, "name")[:512], word(each, "rejected_reason")
        if name:
            yield TemplateNews(
                carrier=CARRIER,
                name=name,
                language=word(each, "language").replace("-", "_")[:20],
                state=word(each, "status").lower()[:40],
                category=word(each, "category").lower()[:40],
                reason="" if reason in ("", "NONE") else reason[:200],
            )
