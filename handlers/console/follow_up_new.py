"""/console/follow-ups/new: staff plan a message to one customer, as /followup does in Slack.

First who is meant, then the form, looked at as often as one likes; bot/desk/follow_up_planning.py
judges and keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.desk.finding import find_customers
from bot.desk.follow_up_planning import Looked, judge, look, plan
from bot.desk.whens import FORMS, When, read_when
from bot.domain import NOTHING, AddressId, CustomerId, Mode
from bot.follow_ups.refusing import (
    TEXT_MAX,
    Wish,
    find_way,
    home_zone,
    say_at,
    why_not_by,
    zone_of,
)
from bot.ids import new_id
from bot.store import staff
from bot.store.connection import Connection, borrow
from handlers.console.base import Asked, GoTo, Office, Page, Shown, read_id
from handlers.console.saying import FOLLOW_UPS, by_field
from handlers.desk.follow_up_windows import say_cost
from jobs.follow_up_lines import lines_of

PATH = "/follow-ups/new"
SEVERAL_MAX = 20


async def show_form(office: Office, asked: Asked) -> Shown:
    """GET: who is meant, or the form for the one who is."""
    named = asked.query.get("customer", "")
    if not named:
        return Shown(template="who.html", title="New follow-up")
    async with borrow(office.pool) as conn:
        looked = await look(conn, CustomerId(read_id(named)), lines_of(office.channels).windows)
    return _form(office, looked, {"key": new_id().hex})


async def take(office: Office, asked: Asked) -> Shown | GoTo:
    """POST: a name to be looked for, a look at what was entered, or the plan."""
    if not asked.form.get("customer"):
        return await _find(office, asked)
    customer_id = CustomerId(read_id(asked.form["customer"]))
    windows = lines_of(office.channels).windows
    channel = asked.form.get("channel", "")
    address_id = AddressId(read_id(channel)) if channel else None
    when = read_when(asked.form.get("when", ""), home_zone(office.profile), now=office.clock.now())
    async with borrow(office.pool) as conn, conn.transaction():
        looked = await look(conn, customer_id, windows, address_id=address_id)
        if looked.way is None or when.at is None:
            return _form(office, looked, asked.form, _errors(looked, when))
        # The address that was chosen, also where it has become useless: that is said, not mended.
        chosen = address_id or looked.way.address_id
        wish = Wish(address_id=chosen, at=when.at, text=asked.form.get("text", ""))
        if asked.form.get("act") == "plan":
            looked = await _plan(office, conn, asked, looked, wish)
            if not looked.refusals:
                return GoTo(path=FOLLOW_UPS, query={"customer": str(customer_id)}, said="planned")
        else:
            looked = await judge(office.tools, conn, looked, wish, windows)
        seen = [] if looked.refusals else await _say_seen(office, conn, looked, wish)
    return _form(office, looked, asked.form, _errors(looked, when), seen)


async def _plan(
    office: Office, conn: Connection, asked: Asked, looked: Looked, wish: Wish
) -> Looked:
    """Kept under the form's own key: sent off twice it is planned once."""
    key = f"follow_up:console:{asked.by.id}:{read_id(asked.form.get('key', '')).hex}"
    windows = lines_of(office.channels).windows
    return await plan(
        office.tools, conn, looked.to.customer_id, wish, windows, by=asked.by, key=key
    )


async def _find(office: Office, asked: Asked) -> Shown | GoTo:
    async with borrow(office.pool) as conn:
        found = await find_customers(
            conn, office.profile, asked.form.get("who", ""), limit=SEVERAL_MAX
        )
    if not found:
        return GoTo(path=PATH, said="nobody")
    if len(found) > 1:
        facts: Mapping[str, object] = {"found": found, "query": {}, "path": PATH}
        return Shown(template="several.html", title="Who is meant?", facts=facts)
    return GoTo(path=PATH, query={"customer": str(found[0].customer_id)})


def _form(
    office: Office,
    looked: Looked,
    values: Mapping[str, str],
    errors: Mapping[str, str] = NOTHING,
    seen: Sequence[str] = (),
) -> Shown:
    facts = {
        "customer": str(looked.to.customer_id),
        "who": looked.to.name or (looked.to.ways[0].handle if looked.to.ways else "this customer"),
        "ways": looked.ways,
        "chosen": looked.way.address_id if looked.way else None,
        "closed": _closed(office, looked),
        "values": {name: values.get(name, "") for name in ("when", "text", "key")},
        "errors": dict(errors),
        "seen": seen,
        "forms": FORMS,
        "zone": office.profile.business.zone,
        "text_max": TEXT_MAX,
    }
    title = "New follow-up"
    status = 422 if errors else 200
    return Shown(template="follow_up_new.html", title=title, facts=facts, status=status)


def _errors(looked: Looked, when: When) -> Mapping[str, str]:
    errors = by_field(looked.refusals)
    return {"when": when.problem, **errors} if when.at is None else errors


async def _say_seen(office: Office, conn: Connection, looked: Looked, wish: Wish) -> list[str]:
    """The moment on both clocks, the cost, and who has the floor, where nothing stands against."""
    way, profile = find_way(looked.to, wish.address_id), office.profile
    if way is None:
        return []
    ours, theirs = home_zone(profile), zone_of(profile, looked.to, way)
    said = [
        f"Here: {say_at(profile, wish.at, ours)} ({ours.key})",
        f"For the customer: {say_at(profile, wish.at, theirs)} ({theirs.key})",
        f"It takes {say_cost(office.tools, way, wish.text)}.",
    ]
    if looked.to.mode is Mode.HUMAN:
        holder = looked.to.holder
        name = (await staff.read_names(conn, [holder])).get(holder) if holder else None
        said.append(
            f"{name or 'The staff desk'} has the conversation: it waits until they give it back."
        )
    return said


def _closed(office: Office, looked: Looked) -> list[str]:
    """Why nothing can go to them, by address; empty where something can."""
    if looked.ways:
        return []
    windows = lines_of(office.channels).windows
    why = [f"{way.channel} {way.handle}: {why_not_by(way, windows)}" for way in looked.to.ways]
    return why or ["no address is known"]


page = Page(reads={PATH: show_form}, writes={PATH: take}, label="New follow-up", place=4)
