"""What the offline model knows of a turn: the party so far, what is new, and what was asked.

Reads the situation once per step; nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.domain import Direction, StoredMessage
from bot.language.slot_masks import CHARACTERS_READ
from bot.language.slots import PartyReading, TownTest, read_party
from bot.language.wording import asked_in
from bot.llm.base import ModelRequest
from bot.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One turn as the offline model sees it."""

    profile: Profile
    language: str
    intent: str
    text: str
    """The waiting messages as one."""
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
    told, questions = _told(situation.transcript)
    asked = questions.pop()
    waiting = [message.text for message in situation.waiting]
    before = read_party(told, profile, language=language, asked=questions, is_town=is_town)
    after = read_party(
        [*told, *waiting],
        profile,
        language=language,
        asked=[*questions, *([asked] * len(waiting))],
        is_town=is_town,
    )
    if not (after.zip_code or after.city):
        read = read_party(waiting, profile, language=language)
        after = replace(after, city=_unknown_place(read.city, situation.text))
    stored = situation.quote.order if situation.quote else {}
    is_own = _priced_now(request) > 0  # The quote this turn made says nothing of before.
    before, after = _on_quote(before, {} if is_own else stored), _on_quote(after, stored)
    outbound = [m for m in situation.transcript if m.direction is Direction.OUTBOUND]
    return Facts(
        profile=profile,
        language=language,
        intent=request.intent,
        text=situation.text[:CHARACTERS_READ],
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
    )


def _unknown_place(named: str, text: str) -> str:
    """A place that no map of ours knows, so that the customer hears that it was not found."""
    return named if named and re.search(rf"\b(?:in|near|en) {re.escape(named)}", text) else ""


def _had_quote(request: ModelRequest) -> bool:
    """Whether a quote was in hand when the turn began: this turn's own does not count."""
    quote = request.situation.quote
    return quote is not None and quote.version > _priced_now(request)


def _priced_now(request: ModelRequest) -> int:
    """How many quotes this turn has made."""
    results = request.results
    return sum(1 for call, told in results if call.name == "price_party" and told.get("ok"))


def _told(transcript: tuple[StoredMessage, ...]) -> tuple[list[str], list[str]]:
    """What the customer wrote before, with what we had asked each time, and what we asked last."""
    texts: list[str] = []
    questions: list[str] = []
    asked = ""
    for message in transcript:
        if message.direction is Direction.INBOUND:
            texts.append(message.text)
            questions.append(asked)
        else:
            asked = asked_in(message.text)
    return texts, [*questions, asked]


def _on_quote(reading: PartyReading, order: Mapping[str, object]) -> PartyReading:
    """The reading laid over the last quote, where the texts alone name nobody."""
    if reading.counts or not order:
        return reading
    return replace(
        reading,
        counts=_table(order, "counts"),
        options={**_table(order, "options"), **reading.options},
        further={**_table(order, "further"), **reading.further},
        add_ons={**_table(order, "add_ons"), **reading.add_ons},
        extras={**_table(order, "extras"), **reading.extras},
        zip_code=reading.zip_code or str(order.get("zip_code") or ""),
    )


def _table(order: Mapping[str, object], name: str) -> Mapping[str, int]:
    table = order.get(name)
    if not isinstance(table, Mapping):
        return MappingProxyType({})
    return {str(code): int(count) for code, count in table.items()}


def _priced_part(reading: PartyReading) -> tuple[object, ...]:
    tables = (
        reading.counts,
        reading.options,
        reading.further,
        reading.add_ons,
        reading.extras,
    )
    return (*(dict(table) for table in tables), reading.zip_code, reading.city)
