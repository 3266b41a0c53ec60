"""/console/follow-ups: what is planned for whom, when, why and in which words.

The list with its filters; handlers/console/follow_up_one.py shows one of them and changes it.
Judging a whole page takes long where much must be read: what is left when its time is over says
so, and its own page has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.causes.base import causes
from bot.desk.finding import find_customers
from bot.domain import CustomerId
from bot.domain_follow_ups import WAITING, FollowUpStatus
from bot.follow_ups.foretelling import Foretold, foretell
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.state_words import STATES, say_state, say_title
from bot.store import addressees, follow_up_lists, follow_up_pages, follow_ups, staff
from bot.store.addressees import Addressee
from bot.store.connection import Connection, borrow
from bot.store.follow_up_lists import Listed
from bot.store.follow_up_pages import Chosen
from handlers.console.base import Asked, GoTo, Office, Page, Shown, read_id
from handlers.console.saying import FOLLOW_UPS as PATH
from handlers.console.saying import say_there
from jobs.follow_up_lines import lines_of

PAGE_ROWS = 50
PAGES_MAX = 10_000
FORETELL_WITHIN_MS = 2500.0
SEVERAL_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One of them as the list shows it."""

    listed: Listed
    title: str
    here: str
    there: str
    """In the customer's zone; empty where that is ours, or not known."""
    state: str
    by: str
    """Who planned it."""
    words: str
    way: str
    verdict: str
    """What would become of it now; empty where it does not wait, or was not looked at."""
    waits: bool
    """Whether something can still be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What looking closer at one has brought."""

    words: str = ""
    way: str = ""
    verdict: str = ""


NOTHING_SEEN = Seen()


async def show_list(office: Office, asked: Asked) -> Shown:
    """GET /console/follow-ups."""
    chosen, page = _chosen(asked.query), _page(asked.query.get("page", ""))
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        found = await follow_up_pages.list_chosen(
            conn, chosen, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS
        )
        count = await follow_up_pages.count_chosen(conn, chosen)
        rows = await _rows(office, conn, found)
        whose = await _whose(conn, chosen.customer_id)
    facts = {
        "rows": rows,
        "count": count,
        "page": page,
        "pages": max(1, -(-count // PAGE_ROWS)),
        "chosen": chosen,
        "whose": whose,
        "zone": office.profile.business.zone,
        **_choices(),
    }
    return Shown(template="follow_ups.html", title="Follow-ups", facts=facts)


async def choose(office: Office, asked: Asked) -> Shown | GoTo:
    """POST /console/follow-ups: names stay out of addresses, so the filter comes as a form."""
    cause, status = asked.form.get("cause", ""), asked.form.get("status", "")
    who = asked.form.get("who", "").strip()
    named = asked.form.get("customer", "")
    query = {"cause": cause, "status": status, "customer": named}
    if who:
        async with borrow(office.pool) as conn:
            found = await find_customers(conn, office.profile, who, limit=SEVERAL_MAX)
        if not found:
            return _go(query, said="nobody")
        if len(found) > 1:
            facts = {"found": found, "query": _said(query), "path": PATH}
            return Shown(template="several.html", title="Who is meant?", facts=facts)
        query["customer"] = str(found[0].customer_id)
    return _go(query)


def _go(query: Mapping[str, str], said: str = "") -> GoTo:
    return GoTo(path=PATH, query=_said(query), said=said)


def _said(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}


def _choices() -> Mapping[str, object]:
    titles = {name: cause.title for name, cause in causes().items()}
    over = [each for each in FollowUpStatus if each not in WAITING]
    return {
        "causes": sorted(titles.items(), key=lambda each: each[1]),
        "states": [(each.value, STATES[each.value]) for each in (*WAITING, *over)],
    }


def _chosen(query: Mapping[str, str]) -> Chosen:
    customer, cause, status = (query.get(n, "") for n in ("customer", "cause", "status"))
    return Chosen(
        customer_id=CustomerId(read_id(customer)) if customer else None,
        cause=cause if cause in causes() else "",
        status=status if status in {each.value for each in FollowUpStatus} else "",
    )


def _page(said: str) -> int:
    is_number = said.isascii() and said.isdigit() and len(said) < 6
    return min(max(1, int(said)), PAGES_MAX) if is_number else 1


async def _whose(conn: Connection, customer_id: CustomerId | None) -> str:
    """What the customer of the filter is called."""
    if customer_id is None:
        return ""
    found = await addressees.list_all(conn, [customer_id])
    if not found:
        return "a customer who is no more"
    handles = [way.handle for way in found[0].ways[:1]]
    return found[0].name or "".join(handles) or "this customer"


async def _rows(office: Office, conn: Connection, found: Sequence[Listed]) -> tuple[Row, ...]:
    people = await addressees.list_all(conn, list({each.customer_id for each in found}))
    known = {each.customer_id: each for each in people}
    names = await staff.read_names(conn, list({each.planned_by for each in found}))
    until_ms = office.clock.monotonic_ms() + FORETELL_WITHIN_MS
    rows = []
    for each in found:
        seen = NOTHING_SEEN
        if office.clock.monotonic_ms() < until_ms:
            seen = await _look(office, conn, each)
        by = names.get(each.planned_by, each.planned_by)
        rows.append(_row(office, each, known.get(each.customer_id), seen, by))
    return tuple(rows)


async def _look(office: Office, conn: Connection, each: Listed) -> Seen:
    """What would become of it now, or, of what has left, what it said."""
    if not _waits(each):
        after = await follow_up_lists.read_after(conn, each.id)
        return Seen(words=after.text, way=after.channel)
    owed = await follow_ups.find(conn, each.id)
    if owed is None:
        return NOTHING_SEEN
    foretold = await foretell(office.tools, conn, owed, lines_of(office.channels))
    return Seen(words=foretold.text, way=foretold.way, verdict=_say_verdict(foretold))


def _waits(each: Listed) -> bool:
    return not each.has_left and each.status in WAITING


def _say_verdict(foretold: Foretold) -> str:
    """Short, because it stands in a list; its own page says the rest."""
    if foretold.outcome == "send":
        return "it could go now"
    waits = {"held": "is held", "later": "would wait now", "skip": "would be left out now"}
    return f"{waits[foretold.outcome]}: {foretold.reason}"


def _row(office: Office, each: Listed, to: Addressee | None, seen: Seen, by: str) -> Row:
    profile = office.profile
    return Row(
        listed=each,
        title=say_title(each.cause, each.step),
        here=say_at(profile, each.due_at, home_zone(profile)),
        there=say_there(office, to, each.due_at),
        state=say_state(each.status, each.reason),
        by=by,
        words=each.text or seen.words,
        way=each.handle or seen.way,
        verdict=seen.verdict,
        waits=_waits(each),
    )


page = Page(reads={PATH: show_list}, writes={PATH: choose}, label="Planned", place=1)
