"""Keeps the one webhook subscription by which RingCentral calls us.

A subscription ends by itself, and one whose address failed too often is blacklisted: it never calls
again and says so to nobody. So its state is asked for, it is renewed early, and a dead one is
deleted and made anew. Making one calls our address back before the answer comes, so the web process
must be up. Source: ringcentral-api-docs, notifications/webhooks/creating-webhooks.md and
troubleshooting.md; rc-public-openapi.yml (read 2026-11-23).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.ringcentral_api import EXTENSION, RingCentralApi, Row, rows
from channels.ringcentral_records import moment
from channels.standing import Subscribed

PATH = "/restapi/v1.0/subscription"
LASTS = timedelta(days=90)
RENEW_BEFORE = timedelta(days=30)
FORMER_MAX = 5
FILTERS = (
    f"{EXTENSION}/message-store/instant?type=SMS",
    f"{EXTENSION}/message-store",
    f"{EXTENSION}/voicemail",
    f"{EXTENSION}/telephony/sessions",
)
CONSENTS = "/restapi/v2/accounts/~/sms/consents"
"""Not every account may hear of these; the rest does not depend on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Sees to the subscription of one address."""

    api: RingCentralApi
    address: str
    token: str = field(repr=False)

    @property
    def terms(self) -> str:
        """Changes with whatever a subscription was made with."""
        made_with = "\n".join((self.address, self.token, *FILTERS, CONSENTS))
        return hashlib.sha256(made_with.encode()).hexdigest()[:16]

    async def keep(self, known: Subscribed, *, now: datetime) -> Subscribed:
        """See that there is exactly one, in force and ours.

        Raises:
            VendorError: there is none, or nobody can tell.
        """
        await self.api.token()
        if known.id and known.terms == self.terms:
            row = await self._find(known.id)
            if row is not None and row.get("status") == "Active":
                return await self._renewed(known, row, now)
        return await self._anew(known)

    async def _find(self, subscription_id: str) -> Row | None:
        try:
            return await self.api.get(f"{PATH}/{subscription_id}")
        except VendorRefused:
            return None

    async def _renewed(self, known: Subscribed, row: Row, now: datetime) -> Subscribed:
        ends = moment(row.get("expirationTime"))
        if ends is None or ends - now < RENEW_BEFORE:
            row = await self._ask("POST", f"{PATH}/{known.id}/renew")
            ends = moment(row.get("expirationTime"))
        return replace(known, expires_at=ends, is_new=False)

    async def _anew(self, known: Subscribed) -> Subscribed:
        """Dead ones go first, living ones last: between two, an event comes twice, not never."""
        ours = [row for row in rows(await self.api.get(PATH)) if self._is_ours(row, known)]
        for row in ours:
            if row.get("status") != "Active":
                await self._delete(str(row.get("id")))
        made = await self._make()
        name = str(made.get("id") or "")
        if not name:
            raise VendorUnavailable("RingCentral made a subscription without naming it")
        for row in ours:
            if row.get("status") == "Active" and row.get("id") != name:
                await self._delete(str(row.get("id")))
        gone = [str(row.get("id")) for row in ours if row.get("id") != name]
        former = dict.fromkeys((*known.former, known.id, *gone))
        return Subscribed(
            id=name,
            owner=self.api.owner,
            expires_at=moment(made.get("expirationTime")),
            is_new=True,
            former=tuple(filter(None, former))[-FORMER_MAX:],
            terms=self.terms,
        )

    def _is_ours(self, row: Row, known: Subscribed) -> bool:
        """By its address; others of the same account belong to other programs."""
        mode = row.get("deliveryMode")
        address = mode.get("address") if isinstance(mode, dict) else None
        return bool(row.get("id")) and (address == self.address or row.get("id") == known.id)

    async def _make(self) -> Row:
        try:
            return await self._ask("POST", PATH, self._wanted((*FILTERS, CONSENTS)))
        except VendorRefused:
            return await self._ask("POST", PATH, self._wanted(FILTERS))

    def _wanted(self, filters: tuple[str, ...]) -> Row:
        return {
            "eventFilters": list(filters),
            "deliveryMode": {
                "transportType": "WebHook",
                "address": self.address,
                "verificationToken": self.token,
            },
            "expiresIn": int(LASTS.total_seconds()),
        }

    async def _delete(self, subscription_id: str) -> None:
        try:
            await self._ask("DELETE", f"{PATH}/{subscription_id}")
        except VendorRefused:
            return  # It is gone already.

    async def _ask(self, method: str, path: str, payload: Row | None = None) -> Row:
        """One call; if nobody can tell what became of it, the next look finds out."""
        try:
            return await self.api.call(method, path, payload=payload)
        except VendorSilent as error:
            raise VendorUnavailable("RingCentral did not answer", code=error.code) from error
