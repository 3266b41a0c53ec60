"""Whom of a segment a campaign can reach at present, by which channel, and why not the others.

What the preview shows and planning asks again; bot/follow_ups decides once more when each is due,
and the send gate when it leaves. Reads, never writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.causes.moments import NO_OFFER
from bot.domain import Consent, CustomerId, Purpose
from bot.domain_campaigns import Wanted
from bot.follow_ups.campaign_pace import Line
from bot.follow_ups.campaign_words import show
from bot.follow_ups.refusing import COMPLAINTS, Windows
from bot.follow_ups.segments import list_meant, list_page
from bot.follow_ups.wording import clean
from bot.profile import Profile
from bot.profile_follow_up_words import OFFERS
from bot.quiet import Whereabouts, find_whereabouts, home_of, wants_clear_consent
from bot.store import segments as store
from bot.store.connection import Connection
from bot.store.segments import NOBODY, PAGE, Candidate, Door, Standing

NOT_OFFERED = frozenset({"webchat", "slack", "voice"})
"""Where nobody looks once the talk is over."""
MAIL, WHATSAPP = "email", "whatsapp"
SAMPLES_MAX = 3

NO_WORDS = "no words in their language"
COMPLAINT = "a complaint of theirs is open"
OPTED_OUT = "opted out"
SAID_NO = f"said no to an offer less than {NO_OFFER.days} days ago"
NO_YES = "no yes to offers"
STATE_LAW = "the law of their state asks for a yes to offers itself"
NO_ADDRESS = "no address that can be reached"
US_WHATSAPP = "WhatsApp brings no marketing to numbers of +1"
NO_TEMPLATE = "their WhatsApp window is closed and the profile has no template for offers"
NO_POSTAL = "offers by mail need [business] postal_address in the profile"
TOO_LATE = "the campaign ends before their turn"
_WEIGHT = (US_WHATSAPP, NO_TEMPLATE, NO_POSTAL, STATE_LAW, NO_YES, NO_ADDRESS)
"""Of several addresses that all fail, the reason that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The channels there are."""

    windows: Windows
    count: Callable[[str, str], int] = lambda _channel, _text: 1
    """A channel's name and a text to what is paid for it, in segments or messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Somebody who may be written to, as it looks now."""

    customer_id: CustomerId
    name: str
    channel: str
    language: str
    where: Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Somebody who is meant and left out."""

    reason: str


Page = tuple[tuple[Reached | Left, ...], CustomerId | None, bool]
"""How each who is meant stands, up to which customer, and whether those are all."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What is counted while the pages go by."""

    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)
    last_at: datetime | None = None
    known: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a campaign would come to if it were started now."""

    by_channel: Mapping[str, int]
    """How many would be reached, the most first."""
    left_out: Mapping[str, int]
    """How many would not, by reason, the most first."""
    cost: Decimal | None
    """None: nobody has said a price."""
    unpriced: tuple[str, ...]
    """Channels whose price nobody has said."""
    samples: tuple[tuple[str, str], ...]
    """Channel and words of a few, their names cut."""
    last_at: datetime | None
    """When the last one would go."""

    @property
    def count(self) -> int:
        """How many are reached."""
        return sum(self.by_channel.values())

    @property
    def meant(self) -> int:
        """How many the segment means."""
        return self.count + sum(self.left_out.values())


def judge(
    profile: Profile,
    wanted: Wanted,
    means: Means,
    candidate: Candidate,
    standing: Standing,
    *,
    now: datetime,
) -> Reached | Left:
    """Whether one of the segment may be written to as it looks now, and by which address."""
    language = language_of(profile, candidate.language)
    if language not in wanted.words:
        return Left(reason=NO_WORDS)
    if standing.trouble in COMPLAINTS:
        return Left(reason=COMPLAINT)
    if _has_left(standing):
        return Left(reason=OPTED_OUT)
    if standing.has_refused:
        return Left(reason=SAID_NO)
    if standing.is_recent:
        return Left(reason=recent(profile))
    reasons = {NO_ADDRESS}
    for door in standing.doors:
        where = _where(profile, candidate, door)
        reason = _why_not(profile, means, door, where, now)
        if not reason:
            return Reached(
                customer_id=candidate.customer_id,
                name=candidate.name,
                channel=door.channel,
                language=language,
                where=where,
            )
        reasons.add(reason)
    return Left(reason=next(each for each in _WEIGHT if each in reasons))


def recent(profile: Profile) -> str:
    """Why somebody is left out who was written to a short while ago."""
    return f"written to unasked within {profile.follow_ups.gap_hours} hours"


def language_of(profile: Profile, language: str) -> str:
    """The language in which somebody reads offers: theirs, where it is one of ours."""
    business = profile.business
    return language if language in business.languages else business.home_language


async def judge_pages(
    conn: Connection,
    profile: Profile,
    wanted: Wanted,
    means: Means,
    *,
    after: CustomerId | None,
    now: datetime,
) -> AsyncGenerator[Page]:
    """Everybody who is meant, page by page."""
    is_last = False
    while not is_last:
        page = await list_page(conn, wanted.segment, after)
        after, is_last = (page[-1] if page else after), len(page) < PAGE
        meant = await list_meant(conn, profile, wanted.segment, page, now=now)
        since = now - timedelta(hours=profile.follow_ups.gap_hours)
        ids = [each.customer_id for each in meant]
        refused = (OFFERS, now - NO_OFFER)
        stand = await store.read_standing(conn, ids, since=since, refused=refused) if ids else {}
        found = tuple(
            judge(profile, wanted, means, each, stand.get(each.customer_id, NOBODY), now=now)
            for each in meant
        )
        yield found, after, is_last


async def preview(
    conn: Connection, profile: Profile, wanted: Wanted, means: Means, *, now: datetime
) -> Preview:
    """Everybody who is meant, counted; writes nothing."""
    tally = _Tally()
    line = Line(profile, begin_of(wanted, now), wanted.per_hour)
    pages = judge_pages(conn, profile, wanted, means, after=None, now=now)
    async for found, _after, _is_last in pages:
        for each in found:
            if isinstance(each, Left):
                tally.left_out[each.reason] += 1
            else:
                _count(profile, wanted, means, each, line=line, tally=tally)
    prices = profile.costs.segment
    priced = {name: prices[name] * n for name, n in tally.parts.items() if name in prices}
    return Preview(
        by_channel=dict(tally.channels.most_common()),
        left_out=dict(tally.left_out.most_common()),
        cost=sum(priced.values(), Decimal(0)) if priced or not tally.parts else None,
        unpriced=tuple(name for name in tally.parts if name not in prices),
        samples=tuple(tally.samples),
        last_at=tally.last_at,
    )


def begin_of(wanted: Wanted, now: datetime) -> datetime:
    """When the first one goes, if it is started at that moment."""
    return max(now, wanted.starts_at or now)


def is_too_late(wanted: Wanted, at: datetime) -> bool:
    """Whether the campaign is over by then."""
    return wanted.ends_at is not None and at >= wanted.ends_at


def _count(
    profile: Profile, wanted: Wanted, means: Means, each: Reached, *, line: Line, tally: _Tally
) -> None:
    place = line.take(each.where)
    if place is None or is_too_late(wanted, place[1]):
        tally.left_out[TOO_LATE] += 1
        return
    tally.last_at = max(place[1], tally.last_at or place[1])
    tally.channels[each.channel] += 1
    # For what it costs the first name is near enough: cleaning each would take long.
    words = _words(profile, wanted, each, each.name.strip().partition(" ")[0])
    known = (each.channel, words)
    if known not in tally.known:
        tally.known[known] = means.count(*known)
    tally.parts[each.channel] += tally.known[known]
    if len(tally.samples) < SAMPLES_MAX:
        cut = clean("name", f"{each.name.strip()[:1]}.") if each.name.strip() else ""
        tally.samples.append((each.channel, _words(profile, wanted, each, cut)))


def _words(profile: Profile, wanted: Wanted, each: Reached, name: str) -> str:
    text, business = wanted.words[each.language], profile.business.name
    return show(text, each.language, each.channel, name=name, business=business)


def _has_left(standing: Standing) -> bool:
    """A STOP at one address ends offers at all of them, unless a yes came after it."""
    if any(door.promotional is Consent.REVOKED for door in standing.doors):
        return True
    gone = [door for door in standing.doors if door.consent is Consent.REVOKED]
    if not gone or any(door.said_at is None for door in gone):
        return bool(gone)
    stopped = max(door.said_at for door in gone if door.said_at)
    return not any(
        door.said_at > stopped
        for door in standing.doors
        if door.consent is Consent.GIVEN and door.said_at
    )


def _where(profile: Profile, candidate: Candidate, door: Door) -> Whereabouts:
    zip_codes = (candidate.zip_code,) if candidate.zip_code else ()
    return find_whereabouts(door.handle, candidate.zone, zip_codes, home_of(profile))


def _why_not(profile: Profile, means: Means, door: Door, where: Whereabouts, now: datetime) -> str:
    """Why no offer may go to this address; empty where one may."""
    is_gone = door.is_suspended or door.consent is Consent.REVOKED
    if is_gone or door.channel in NOT_OFFERED or door.channel not in means.windows:
        return NO_ADDRESS
    if door.channel == MAIL and not profile.business.postal_address.strip():
        return NO_POSTAL
    if door.promotional is not Consent.GIVEN:
        if door.consent is not Consent.GIVEN:
            return NO_YES
        if wants_clear_consent(where):
            return STATE_LAW
    return _why_closed(profile, means, door, now)


def _why_closed(profile: Profile, means: Means, door: Door, now: datetime) -> str:
    seconds = means.windows.get(door.channel)
    heard = door.last_inbound_at
    if seconds is None or (heard and heard + timedelta(seconds=seconds) > now):
        return ""
    if door.channel == WHATSAPP and door.handle.startswith(("+1", "US.")):
        return US_WHATSAPP
    carried = [each for each in profile.templates.values() if each.channel == door.channel]
    takes = any(Purpose.PROMOTIONAL in each.carries for each in carried)
    return "" if takes else NO_TEMPLATE
