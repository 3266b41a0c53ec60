"""The party of a turn as the offline model reads it: without and with what waits for an answer.

Read from the customer's words, which the transcript holds; of a conversation longer than that the
last price says what the party was, and only what was said since is read on top.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain import Quote, StoredMessage
from bot.language.allergy_words import without_sufferers
from bot.language.slots import PartyReading, TownTest, read_party
from bot.llm.base import ModelRequest
from bot.llm.offline_dates import is_correction
from bot.llm.offline_last import means_last, of_order, table, without_last
from bot.profile import Profile
from bot.situation import TRANSCRIPT_MAX

Heard = list[tuple[StoredMessage, str]]
"""What the customer wrote, with what we had asked each time."""
_NUMBER_OF_HOUSE = re.compile(r"^\D{0,40}?\b\d{5}\b(?=\s{1,3}[A-Za-z])")


def read_parties(
    profile: Profile,
    request: ModelRequest,
    conversation: tuple[Heard, str],
    is_town: TownTest | None,
) -> tuple[PartyReading, PartyReading]:
    """The party without and with the waiting messages."""
    situation = request.situation
    language = situation.language
    heard, asked = conversation
    told = [without_sufferers(m.text) for m, _ in heard]
    questions = [question for _, question in heard]
    waiting = [without_sufferers(message.text) for message in situation.waiting]
    known = None
    if len(situation.transcript) >= TRANSCRIPT_MAX and situation.quote is not None:
        if priced_now(request):  # All that is said is in it, and what was before is not at hand.
            return PartyReading(), _on_quote(PartyReading(), situation.quote.order)
        known = _on_quote(PartyReading(), situation.quote.order)
        later = [n for n, (m, _) in enumerate(heard) if m.created_at > _made_at(situation.quote)]
        told, questions = [told[n] for n in later], [questions[n] for n in later]
    reads = _Reads(profile, language, is_town, known, situation.last_order)
    before = reads.party(told, questions)
    after = reads.party([*told, *waiting], [*questions, *([asked] * len(waiting))])
    if asked == "time" and is_correction(situation.text):
        after = before
    if not (after.zip_code or after.city):
        read = read_party(waiting, profile, language=language)
        after = replace(after, city=_unknown_place(read.city, situation.text))
    stored = situation.quote.order if situation.quote else {}
    is_own = priced_now(request) > 0  # The quote this turn made says nothing of before.
    return _on_quote(before, {} if is_own else stored), _on_quote(after, stored)


@dataclass(frozen=True, slots=True)
class _Reads:
    """Reads texts into a party, from where it was known or was to be like the last one."""

    profile: Profile
    language: str
    is_town: TownTest | None
    known: PartyReading | None
    last_order: Mapping[str, object] | None

    def party(self, texts: list[str], asked: list[str]) -> PartyReading:
        """What these texts say together, each with what had been asked before it."""
        known = self.known
        begins = max((n for n, text in enumerate(texts) if means_last(text)), default=-1)
        if self.last_order is not None and begins >= 0:
            known = of_order(self.last_order)
            texts, asked = [without_last(text) for text in texts[begins:]], asked[begins:]
        plain = [
            _NUMBER_OF_HOUSE.sub(" ", text) if question == "address" else text
            for text, question in zip(texts, asked, strict=True)
        ]
        return read_party(
            plain,
            self.profile,
            language=self.language,
            asked=asked,
            is_town=self.is_town,
            known=known,
        )


def priced_now(request: ModelRequest) -> int:
    """How many quotes this turn has made."""
    results = request.results
    return sum(1 for call, told in results if call.name == "price_party" and told.get("ok"))


def _made_at(quote: Quote) -> datetime:
    """When a price was made: its id tells, a UUIDv7."""
    return datetime.fromtimestamp((quote.id.int >> 80) / 1000, UTC)


def _unknown_place(named: str, text: str) -> str:
    """A place that no map of ours knows, so that the customer hears that it was not found."""
    return named if named and re.search(rf"\b(?:in|near|en) {re.escape(named)}", text) else ""


def _on_quote(reading: PartyReading, order: Mapping[str, object]) -> PartyReading:
    """The reading laid over the last quote, where the texts alone name nobody."""
    if reading.counts or not order:
        return reading
    return replace(
        reading,
        counts=table(order, "counts"),
        options={**table(order, "options"), **reading.options},
        further={**table(order, "further"), **reading.further},
        add_ons={**table(order, "add_ons"), **reading.add_ons},
        extras={**table(order, "extras"), **reading.extras},
        zip_code=reading.zip_code or str(order.get("zip_code") or ""),
    )
