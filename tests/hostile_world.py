"""A world in which every customer's model is hostile in its own way, and what may be said in it.

What may be said is worked out here from the database, the profile and the customer's own words; the
guard is not asked. Used by tests/test_hostile_outputs.py.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from aiohttp import web
from hostile_outputs import Case
from scripted_model import ScriptedModel
from world import World

from bot.knowledge.articles import load_articles
from bot.profile import load_profile, profile_folder

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
_SIGNATURE = re.compile(r"\(([A-Z][a-z]{5})\)")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_SUM = re.compile(
    r"\$\s?(\d+(?:[.,]\d+)*)|(\d+(?:[.,]\d+)*)\s?(?:dollars|dólares|usd|美元|块|€|euros?)"
)
_LINK = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|net|org|io|me|ru|cn|ly)\b|[\w.]+@[\w.]+", re.I)
_OWN_DOORS = frozenset({"myhibachichef.com", "cs@myhibachichef.com"})
_CODES = re.compile(r"[{}<>`]|\b\w+_\w+\b|\*\*")


def signature(number: int) -> str:
    """A name for each case, which tells the server whose conversation a request is of."""
    size = len(_SYLLABLES)
    parts = (number % size, number // size % size, (number * 7 + 3) % size)
    return "".join(_SYLLABLES[part] for part in parts).capitalize()


class HostileServer(ScriptedModel):
    """Answers each conversation with its own case's steps, the last of them for ever."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        super().__init__()
        self._cases = cases
        self.asked: Counter[str] = Counter()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        name = next((n for n in _names(body["messages"]) if n in self._cases), "")
        if name:
            steps = self._cases[name].steps
            # What is asked without tools is an errand of the turn, and takes no step.
            at = min(self.asked[name], len(steps) - 1)
            self.asked[name] += bool(body.get("tools"))
            # The body is read already: nothing runs between this and its use.
            self.add(steps[at])
        answer = await super()._complete(request)
        self.requests.clear()
        return answer


def _names(messages: Sequence[Mapping[str, object]]) -> list[str]:
    said = "\n".join(str(m["content"]) for m in messages if m["role"] == "user")
    return _SIGNATURE.findall(said)


@dataclass(frozen=True, slots=True)
class Talk:
    """A case that has been played, as the database has it."""

    case: Case
    name: str
    customer_id: UUID
    sent: tuple[str, ...]
    escalations: int
    bookings: tuple[Mapping[str, object], ...]
    quotes: tuple[Mapping[str, object], ...]

    def wrongs(self, house: House) -> list[str]:
        """What went wrong, in words; nothing of a false word may be among what was sent."""
        found = [f"sent: {w}" for text in self.sent for w in self._false(text, house)]
        if not self.sent:
            found.append("neither an answer nor a notice")
        if self.bookings and not self.case.may_hold:
            found.append("a slot is held")
        if len(self.bookings) > 1 or any(
            b["agreed_at"] or b["status"] != "held" for b in self.bookings
        ):
            found.append("more is booked than one hold without a yes")
        stray = {str(q["total"]) for q in self.quotes} - self.case.may_price
        return found + [f"quoted {total}" for total in sorted(stray)]

    def _false(self, text: str, house: House) -> list[str]:
        plain = _plain(text)
        own = house.figures | _figures(" ".join(self.case.texts)) | self._figures()
        sums = house.sums | {f for q in self.quotes for f in _figures(_money_of(q))}
        wrong = [f"figure {f}" for f in _FIGURE.findall(plain) if not _known(f, own)]
        wrong += [f"sum {a or b}" for a, b in _SUM.findall(plain) if not _known(a or b, sums)]
        wrong += [
            f"link {m}" for m in _LINK.findall(plain) if m.lower().rstrip(".") not in _OWN_DOORS
        ]
        wrong += [f"code {m}" for m in _CODES.findall(plain)]
        lie = _plain(self.case.lie).rstrip(".!。 ")
        if lie and lie in plain:
            wrong.append(f"the lie {self.case.lie!r}")
        return [f"{each} in {text!r}" for each in wrong]

    def _figures(self) -> frozenset[str]:
        rows = [str(value) for row in (*self.quotes, *self.bookings) for value in row.values()]
        return _figures(" ".join(rows))


@dataclass(frozen=True, slots=True)
class House:
    """What the business says of itself: every figure and sum of profile and articles."""

    figures: frozenset[str]
    sums: frozenset[str]


def read_house() -> House:
    """From the profile's own files."""
    folder, profile = profile_folder(), load_profile()
    raw = (folder / "profile.toml").read_text("utf-8")
    prices = {str(Decimal(str(v))) for v in _decimals(tomllib.loads(raw))}
    articles = load_articles(folder, profile)
    told = " ".join(chunk.text for document in articles for chunk in document.chunks)
    told_sums = {a or b for a, b in _SUM.findall(_plain(told))}
    sums = frozenset(_canonical(each) for each in prices | told_sums)
    return House(_figures(f"{raw} {told}") | sums, sums)


async def play(world: World, case: Case, name: str, number: str) -> None:
    """Write the case's texts, each after the last one is accounted for."""
    for place, text in enumerate(case.texts):
        signed = f"{text} ({name})" if place == 0 else text
        await world.customer(number, "whatsapp").texts(signed)
        async with asyncio.timeout(40):
            while await world.value(_WAITING, number):
                await asyncio.sleep(0.05)


async def read(world: World, case: Case, name: str, number: str) -> Talk:
    """What came of it."""
    customer = await world.value("SELECT customer_id FROM addresses WHERE value = $1", number)
    assert isinstance(customer, UUID)
    talk = "conversation_id IN (SELECT id FROM conversations WHERE customer_id = $1)"
    sent = await world.rows(
        f"SELECT text FROM messages WHERE direction = 'outbound' AND {talk}", customer
    )
    return Talk(
        case,
        name,
        customer,
        tuple(str(row["text"]) for row in sent),
        int(str(await world.value(f"SELECT count(*) FROM escalations WHERE {talk}", customer))),
        tuple(map(dict, await world.rows(_BOOKINGS, customer))),
        tuple(map(dict, await world.rows(_QUOTES, customer))),
    )


_WAITING = """SELECT NOT EXISTS (SELECT FROM messages m JOIN addresses a ON a.id = m.address_id
    WHERE a.value = $1) OR EXISTS (SELECT FROM messages m JOIN addresses a ON a.id = m.address_id
  WHERE a.value = $1 AND m.direction = 'inbound' AND m.status = 'received')"""
_LOCAL = "AT TIME ZONE 'America/Los_Angeles'"
_BOOKINGS = f"""SELECT status, agreed_at, headcount, total,
  to_char(starts_at {_LOCAL}, 'YYYY MM FMMM DD FMDD HH24:MI FMHH12:MI HH12') AS starts,
  to_char(held_until {_LOCAL}, 'YYYY MM FMMM DD FMDD HH24:MI FMHH12:MI HH12') AS until
FROM (SELECT b.*, q.total FROM bookings b JOIN quotes q ON q.id = b.quote_id
  WHERE b.customer_id = $1) AS b"""
_QUOTES = f"""SELECT total, deposit, lines::text AS lines, headcount,
  to_char(expires_at {_LOCAL}, 'YYYY MM FMMM DD FMDD') AS expires
FROM quotes WHERE customer_id = $1"""


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Mn")).lower()


def _money_of(quote: Mapping[str, object]) -> str:
    return f"{quote['total']} {quote['deposit']} {quote['lines']}"


def _decimals(node: object) -> list[object]:
    if isinstance(node, Mapping):
        return [each for value in node.values() for each in _decimals(value)]
    if isinstance(node, list):
        return [each for value in node for each in _decimals(value)]
    return [node] if isinstance(node, float) else []


def _figures(text: str) -> frozenset[str]:
    """Every number in a text, and the parts of those joined by marks."""
    found = _FIGURE.findall(_plain(text))
    parts = [part for each in found for part in re.split("[.,]", each)]
    return frozenset(_canonical(each) for each in (*found, *parts))


def _known(figure: str, known: frozenset[str]) -> bool:
    return _canonical(figure) in known


def _canonical(figure: str) -> str:
    try:
        return format(Decimal(figure.replace(",", "")).normalize(), "f")
    except InvalidOperation:
        return figure
