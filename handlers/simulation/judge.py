"""Whether a scripted conversation ended as it must: by the database and the figures, not by words.

Independent of the guard: sums are read here by a plain pattern and looked for in what was stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from handlers.simulation.scripts import Expect, Script

_SUM = re.compile(r"(?:US)?\$\s?(\d[\d,]*(?:\.\d+)?)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a conversation has left."""

    replies: tuple[tuple[str, ...], ...]
    """By what was said, in order."""
    records: Mapping[str, Any]
    """As bot/store/records.py reads them."""
    evidence: str
    """What tools and articles said, as one text."""


def judge(script: Script, outcome: Outcome, *, facts: str, zone: ZoneInfo) -> tuple[str, ...]:
    """What is wrong, a line each; nothing when all is as it must be.

    Args:
        facts: every figure of the profile, as one text.
        zone: the business's, in which days and times are written.
    """
    checks = (
        _accounts(outcome),
        _sums(outcome, facts),
        _prices(script.expect, outcome.records),
        _bookings(script.expect, outcome.records, zone),
        _people(script.expect, outcome.records),
        _knowledge(script.expect, outcome.records),
        _words(script.expect, outcome),
    )
    return tuple(problem for check in checks for problem in check)


def _accounts(outcome: Outcome) -> Iterator[str]:
    """Every text was answered, unless somebody else has the floor or wants no answers."""
    if outcome.records["unaccounted"]:
        yield "a message was never accounted for"
    quiet = outcome.records["mode"] == "human" or "revoked" in _consents(outcome.records)
    unheard = [place for place, said in enumerate(outcome.replies, start=1) if not said]
    if unheard and not quiet:
        yield f"no answer to text {unheard[0]}"


def _sums(outcome: Outcome, facts: str) -> Iterator[str]:
    quotes = " ".join(
        f"{q['total']} {q['deposit']} {q['lines']}" for q in outcome.records["quotes"]
    )
    known = {_value(found) for found in _NUMBER.findall(f"{facts} {outcome.evidence} {quotes}")}
    for said in (text for step in outcome.replies for text in step):
        for amount in _SUM.findall(said):
            if _value(amount) not in known:
                yield f"the sum ${amount} stands nowhere"


def _value(figure: str) -> Decimal:
    return Decimal(figure.replace(",", "")).normalize()


def _prices(expect: Expect, records: Mapping[str, Any]) -> Iterator[str]:
    quotes: Sequence[Mapping[str, Any]] = records["quotes"]
    if expect.quotes is not None and len(quotes) != expect.quotes:
        yield f"{len(quotes)} prices were made, not {expect.quotes}"
    wanted = expect.order is not None or expect.dishes is not None
    if wanted and not quotes:
        yield "no price was made"
    if not wanted or not quotes:
        return
    order = quotes[-1]["order"]
    counts = {code: count for code, count in order["counts"].items() if count}
    if expect.order is not None and counts != dict(expect.order):
        yield f"the price is for {counts}, not {dict(expect.order)}"
    for code, count in (expect.dishes or {}).items():
        tables = ("options", "further", "add_ons", "extras")
        got = sum(order[table].get(code, 0) for table in tables)
        if got != count:
            yield f"{got} {code} were priced, not {count}"


def _bookings(expect: Expect, records: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    if expect.booking is None:
        return
    rows: Sequence[Mapping[str, Any]] = records["bookings"]
    if expect.booking == "none":
        if any(row["status"] not in ("lapsed", "cancelled") for row in rows):
            yield "there is a booking"
        return
    if not rows:
        yield "there is no booking"
        return
    last = rows[-1]
    starts = datetime.fromisoformat(last["starts_at"]).astimezone(zone)
    got = {
        "status": last["status"],
        "agreed": "agreed" if last["agreed"] else "undecided",
        "day": f"{starts:%Y-%m-%d}",
        "time": f"{starts:%H:%M}",
        "guests": str(last["headcount"]),
    }
    for part, wanted in expect.booked.items():
        if got[part] != wanted:
            yield f"the booking's {part} is {got[part]}, not {wanted}"


def _people(expect: Expect, records: Mapping[str, Any]) -> Iterator[str]:
    reasons = [row["reason"] for row in records["escalations"]]
    match expect.person:
        case "no" if reasons:
            yield f"a person was asked: {reasons[-1]}"
        case "yes" if not reasons:
            yield "no person was asked"
        case str(reason) if reason not in ("no", "yes") and reason not in reasons:
            yield f"no person was asked because of {reason}: {reasons}"
    if expect.consent is not None and expect.consent not in _consents(records):
        yield f"consent is {_consents(records)}, not {expect.consent}"
    if expect.language is not None and records["language"] != expect.language:
        yield f"the language is {records['language']}, not {expect.language}"


def _knowledge(expect: Expect, records: Mapping[str, Any]) -> Iterator[str]:
    if expect.cites and not set(expect.cites) & set(records["cited"]):
        yield f"none of {list(expect.cites)} was found: {records['cited']}"
    if expect.unanswered is not None and bool(records["unanswered"]) != expect.unanswered:
        yield f"{records['unanswered']} questions were put down for the owner"
    memories: Mapping[str, str] = records["memories"]
    for kind, value in (expect.remembers or {}).items():
        if memories.get(kind, "").lower() != value.lower():
            yield f"{kind} is remembered as {memories.get(kind)!r}, not {value!r}"
    for kind in expect.forgets:
        if kind in memories:
            yield f"{kind} is still remembered"


def _words(expect: Expect, outcome: Outcome) -> Iterator[str]:
    said = "\n".join(text for step in outcome.replies for text in step)
    for pattern in expect.never:
        if re.search(pattern, said, re.IGNORECASE):
            yield f"a reply matches {pattern!r}"


def _consents(records: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((records["consent"] or {}).values())
