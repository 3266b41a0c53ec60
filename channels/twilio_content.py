"""How Twilio's templates stand with WhatsApp: one page of the Content API after another.

No channel; channels/whatsapp_twilio.py asks. The Content API has a host of its own beside the
account's, so a stand-in that takes the account's place takes this one's too. Source: Twilio,
Content API, ContentAndApprovals, and the changelog of 2024-08-12 (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from bot.domain_vendors import TemplateNews
from bot.errors import VendorUnavailable
from channels.twilio_api import TwilioApi

CARRIER = "twilio"
API_HOST = "https://api.twilio.com"
CONTENT_HOST = "https://content.twilio.com"
PATH = "/v1/ContentAndApprovals"
PAGES_MAX = 50


async def list_templates(api: TwilioApi) -> tuple[TemplateNews, ...]:
    """Every template of the account, by its id.

    Raises:
        VendorUnavailable: not now, or nothing that can be read. VendorRefused: never.
    """
    there = replace(api, base=CONTENT_HOST) if api.base == API_HOST else api
    path, found = f"{PATH}?PageSize=200", []
    for _ in range(PAGES_MAX):
        page = await there.look_up(path)
        found += list(_read(page))
        following = _next(page)
        if not following:
            return tuple(found)
        path = following
    raise VendorUnavailable(f"Twilio lists more than {PAGES_MAX} pages", code="list_too_long")


def _next(page: Mapping[str, object]) -> str:
    """The next page on the same host, whatever host the vendor's answer names."""
    meta = page.get("meta")
    url = meta.get("next_page_url") if isinstance(meta, dict) else None
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.path != PATH:
        return ""
    return f"{parts.path}?{parts.query}"


def _read(page: Mapping[str, object]) -> Iterator[TemplateNews]:
    rows = page.get("contents")
    if not isinstance(rows, list):
        raise VendorUnavailable("Twilio's list has no contents")
    for row in rows:
        if not isinstance(row, dict) or not str(row.get("sid", "")).startswith("HX"):
            continue
        asked = row.get("approval_requests")
        approval = asked.get("whatsapp", asked) if isinstance(asked, dict) else {}
        known = approval if isinstance(approval, dict) else {}
        yield TemplateNews(
            carrier=CARRIER,
            # An id is of one language, so its language tells nothing more.
            name=str(row["sid"]),
            language="",
            state=str(known.get("status") or "unsubmitted").lower()[:40],
            category=str(known.get("category") or "").lower()[:40],
            reason=str(known.get("rejection_reason") or "")[:200],
        )
