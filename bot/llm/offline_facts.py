"""What the offline model knows of a turn: the party so far, what is new, and what was asked.

Reads the situation once per step; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import takewhile

from bot.domain import Author, Direction, MessageId, StoredMessage
from bot.domain_booking import Booking, Proposal
from bot.language.slot_masks import CHARACTERS_READ
from bot.language.slot_spelling import respell
from bot.language.slots import PartyReading, TownTest
from bot.language.wording import asked_in
from bot.llm.base import ModelRequest
from bot.llm.offline_dates import (
    Offered,
    When,
    beside,
    of_booking,
    over,
    read_when,
    since,
)
from bot.llm.offline_last import means_last
from bot.llm.offline_offers import Offer, read_offers
from bot.llm.offline_parties import Heard, priced_now, read_parties
from bot.profile import Profile
from bot.situation import Situation

BOOKING_AGENT = "operations"
BOOKING_TOOL = "hold_slot"
HANDOFFS_MAX = 2
"""As many as a turn allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One turn as the offline model sees it."""

    profile: Profile
    language: str
    intent: str
    text: str
    """The waiting messages as one, in plain spelling."""
    raw: str
    """The same as it was written: names and addresses are read from this."""
    tools: frozenset[str]
    party: PartyReading
    """The party after the waiting messages."""
    before: PartyReading
    """The party without them."""
    is_changed: bool
    """Whether the waiting messages changed what is priced."""
    is_unclear: bool
    """Whether they named something whose count or age must be asked."""
    has_new_date: bool
    asked: str
    """What we asked last: headcount, zip, date, dishes, ages, confirm, person, or nothing."""
    has_quote: bool
    is_first: bool
    """Whether we have said nothing yet in this conversation."""
    failures: int
    name: str
    seed: str
    can_book: bool = False
    """Whether dates are ours to look up and hold, by a tool of ours or of an agent we hand to."""
    bookings: tuple[Booking, ...] = ()
    proposal: Proposal | None = None
    when: When = field(default_factory=When)
    """The day and time wished for, over all that was said since the last booking."""
    when_now: When = field(default_factory=When)
    """What the waiting messages alone say of it."""
    told: tuple[str, ...] = ()
    """What the customer wrote before, oldest first."""
    ours: str = ""
    """What we said last."""
    asked_times: int = 0
    """How often in a row our words have ended with that question."""
    means_last: bool = False
    """Whether the party is to be as at the last event, and there was one."""
    wants_date: bool = False
    """Whether the customer has named a day or time, ever."""
    reason: str = "the customer needs a person"

    @property
    def summary(self) -> str:
        """The party in codes, for staff; holds no words of the customer."""
        party = self.party
        parts = [f"{count} {code}" for code, count in party.counts.items()]
        for table in (party.options, party.further, party.add_ons, party.extras):
            parts += [f"{code} x{count}" for code, count in table.items()]
        if party.zip_code:
            parts.append(f"ZIP {party.zip_code}")
        return f"{self.intent}: " + (", ".join(parts) if parts else "no party described yet")


def read_facts(profile: Profile, request: ModelRequest, is_town: TownTest | None) -> Facts:
    """Read a request."""
    situation = request.situation
    language = situation.language
    heard, asked = _heard(situation.transcript)
    ours, offered = _offered(situation.transcript, situation.waiting)
    before, after = read_parties(profile, request, (heard, asked), is_town)
    wished, when_now = _times(profile, situation, (heard, asked), offered)
    outbound = [m for m in situation.transcript if m.direction is Direction.OUTBOUND]
    return Facts(
        profile=profile,
        language=language,
        intent=request.intent,
        text=respell(situation.text[:CHARACTERS_READ], profile, language),
        raw=situation.text[:CHARACTERS_READ],
        tools=frozenset(tool.name for tool in request.tools),
        party=after,
        before=before,
        is_changed=_priced_part(before) != _priced_part(after),
        is_unclear=bool(set(after.ambiguous) - set(before.ambiguous)),
        has_new_date=bool(after.mentions_date) and after.mentions_date != before.mentions_date,
        asked=asked,
        has_quote=_had_quote(request),
        is_first=not outbound,
        failures=situation.failures,
        name=situation.customer_name.split(" ")[0][:30] if situation.customer_name else "",
        seed=f"{situation.conversation_id} {len(outbound)}",
        wants_date=bool(after.mentions_date),
        can_book=_can_book(request),
        bookings=situation.bookings,
        proposal=situation.proposal,
        when=over(wished, when_now),
        when_now=when_now,
        told=tuple(message.text for message, _ in heard),
        ours=ours,
        asked_times=_asked_times(situation.transcript, asked),
        means_last=situation.last_order is not None and means_last(situation.text),
    )


def _times(
    profile: Profile, situation: Situation, conversation: tuple[Heard, str], offered: Offered
) -> tuple[When, When]:
    """The day and time wished for before, and what the waiting messages say of it."""
    heard, asked = conversation
    language, bookings = situation.language, situation.bookings
    spelled = _plain((message for message, _ in heard), profile, language)
    told = [(message, question) for message, (_, question) in zip(spelled, heard, strict=True)]
    wished = _wished(profile, language, told, bookings, offered)
    now = [(message, asked) for message in _plain(situation.waiting, profile, language)]
    when_now = read_when(profile, language, now, choices=wished.choices, offered=offered)
    return wished, beside(profile, bookings[0], when_now) if bookings else when_now


def _plain(
    messages: Iterable[StoredMessage], profile: Profile, language: str
) -> list[StoredMessage]:
    """The messages in plain spelling."""
    return [replace(each, text=respell(each.text, profile, language)) for each in messages]


def _asked_times(transcript: tuple[StoredMessage, ...], asked: str) -> int:
    ours = (
        asked_in(message.text)
        for message in reversed(transcript)
        if message.direction is Direction.OUTBOUND and message.author is not Author.SYSTEM
    )
    return sum(1 for _ in takewhile(lambda question: question == asked, ours)) if asked else 0


def _can_book(request: ModelRequest) -> bool:
    tools = {tool.name for tool in request.tools}
    handed = sum(call.name == "hand_off" for call, _ in request.results)
    may_hand = handed < HANDOFFS_MAX and request.agent != BOOKING_AGENT and "hand_off" in tools
    return BOOKING_TOOL in tools or may_hand


def _wished(
    profile: Profile,
    language: str,
    heard: Heard,
    bookings: tuple[Booking, ...],
    offered: Offered,
) -> When:
    """What was wished for before now: the undecided hold's time, or what was said of late."""
    held = next((b for b in bookings if b.agreed_at is None), None)
    if held is not None:
        further = read_when(profile, language, since(heard, held.created_at), offered=offered)
        return over(of_booking(profile, held), beside(profile, held, further))
    last = max((b.agreed_at for b in bookings if b.agreed_at), default=None)
    wished = read_when(profile, language, since(heard, last), offered=offered)
    return beside(profile, bookings[0], wished) if bookings else wished


def _had_quote(request: ModelRequest) -> bool:
    """Whether a quote was in hand when the turn began: this turn's own does not count."""
    quote = request.situation.quote
    return quote is not None and quote.version > priced_now(request)


def _heard(
    transcript: tuple[StoredMessage, ...],
) -> tuple[Heard, str]:
    """What the customer wrote before, with what we had asked each time; what we asked last."""
    heard: Heard = []
    asked = ""
    for message in transcript:
        if message.direction is Direction.INBOUND:
            heard.append((message, asked))
        elif message.author is not Author.SYSTEM:  # A letter about a booking asks nothing.
            asked = asked_in(message.text)
    return heard, asked


def _offered(
    transcript: tuple[StoredMessage, ...], waiting: tuple[StoredMessage, ...]
) -> tuple[str, Offered]:
    """What we said last, and the days and times that stood in our text before each message."""
    offered: dict[MessageId, tuple[Offer, ...]] = {}
    ours, offers = "", tuple[Offer, ...]()
    for message in (*transcript, *waiting):
        if message.direction is Direction.INBOUND:
            offered[message.id] = offers
        else:
            ours, offers = message.text, read_offers(message.text)
    return ours, offered


def _priced_part(reading: PartyReading) -> tuple[object, ...]:
    tables = (
        reading.counts,
        reading.options,
        reading.further,
        reading.add_ons,
        reading.extras,
    )
    return (*(dict(table) for table in tables), reading.zip_code, reading.city)
