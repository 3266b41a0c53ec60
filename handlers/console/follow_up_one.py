"""/console/follow-ups/ID: the whole story of one, and what may be done about it.

Edits, cancels and "send now" are those of the desk and the terminal (bot/follow_ups/managing.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk.follow_up_planning import cancel
from bot.desk.whens import FORMS, read_when
from bot.domain_follow_ups import CAMPAIGN, WAITING, FollowUpId, Owed
from bot.errors import Conflict, NotFound
from bot.follow_ups.foretelling import foretell
from bot.follow_ups.managing import Edit, edit, hash_of, send_now, version_of
from bot.follow_ups.refusing import TEXT_MAX, home_zone
from bot.follow_ups.state_words import say_title
from bot.follow_ups.why import read_story
from bot.follow_ups.why_words import say_foretold, say_story
from bot.ids import new_id
from bot.store import addressees, follow_ups
from bot.store.connection import borrow
from handlers.console.base import ID, Asked, GoTo, Office, Page, Shown
from handlers.console.saying import FOLLOW_UPS as PATH
from handlers.console.saying import by_field, say_there
from jobs.follow_up_lines import lines_of

ONE = f"{PATH}/{ID}"
JOB = "send_follow_up"


async def show_story(office: Office, asked: Asked, *, told: str = "") -> Shown:
    """GET: why it is there, what happened, and what would happen now."""
    wanted = FollowUpId(asked.named())
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        story = await read_story(office.tools, conn, wanted, lines_of(office.channels))
        people = await addressees.list_all(conn, [story.owed.customer_id])
    head, *parts = say_story(office.profile, story)
    facts = {
        "id": str(wanted),
        "customer": str(story.owed.customer_id),
        "who": story.listed.customer or "this customer",
        "head": head,
        "parts": parts,
        "there": say_there(office, people[0] if people else None, story.owed.due_at),
        "waits": story.foretold is not None,
        "told": told,
    }
    return Shown(template="follow_up.html", title=head.head, facts=facts)


async def show_edit(office: Office, asked: Asked) -> Shown:
    """GET: the form with the moment and the words as they are."""
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        owed = await follow_ups.find(conn, FollowUpId(asked.named()))
        if owed is None:
            raise NotFound("there is no such follow-up any more")
        if owed.status not in WAITING or owed.message_id is not None:
            raise Conflict("it has left or is over: nothing can be changed any more")
        foretold = await foretell(office.tools, conn, owed, lines_of(office.channels))
    here = owed.due_at.astimezone(home_zone(office.profile))
    text = owed.text or foretold.text
    values = {
        "when": f"{here:%Y-%m-%d %H:%M}",
        "was": f"{here:%Y-%m-%d %H:%M}",
        "text": text,
        "words": hash_of(text),
        "seen": version_of(owed),
    }
    return _form(office, asked.id, owed, values)


async def keep_edit(office: Office, asked: Asked) -> Shown | GoTo:
    """POST: kept, or the form again with all that stands against it beside its fields."""
    values, wanted = dict(asked.form), FollowUpId(asked.named())
    typed = values.get("when", "").strip()
    is_same = typed == values.get("was")
    when = read_when(typed, home_zone(office.profile), now=office.clock.now())
    async with borrow(office.pool) as conn:
        owed = await follow_ups.find(conn, wanted)
        if owed is None:
            raise NotFound("there is no such follow-up any more")
        if when.at is None and not is_same:
            return _form(office, asked.id, owed, values, {"when": when.problem})
        text: str | None = values.get("text", "")
        if hash_of(text or "") == values.get("words"):
            text = None
        asks = Edit(at=None if is_same else when.at, text=text, seen=values.get("seen", ""))
        windows = lines_of(office.channels).windows
        try:
            async with conn.transaction():
                edited = await edit(office.tools, conn, wanted, asks, windows, by=asked.by)
        except Conflict as error:
            return _form(office, asked.id, owed, values, {"text": str(error)})
    if edited.refusals:
        return _form(office, asked.id, owed, values, by_field(edited.refusals))
    return GoTo(path=f"{PATH}/{asked.id}", said="kept" if edited.is_changed else "same")


async def take_back(office: Office, asked: Asked) -> GoTo:
    """POST: it does not go."""
    async with borrow(office.pool) as conn, conn.transaction():
        done = await cancel(office.tools, conn, FollowUpId(asked.named()), by=asked.by)
    return GoTo(path=f"{PATH}/{asked.id}", said="cancelled" if done else "over")


async def judge_now(office: Office, asked: Asked) -> Shown:
    """POST: it goes now if it may; what becomes of it is said with an address, so not in ours."""
    wanted = FollowUpId(asked.named())
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            lines = lines_of(office.channels)
            foretold = await send_now(office.tools, conn, wanted, lines, by=asked.by)
    except Conflict as error:
        return await show_story(office, asked, told=_sentence(str(error)))
    said = say_foretold(office.profile, foretold)
    if foretold.outcome == "skip":
        return await show_story(office, asked, told=_sentence(f"Nothing was changed: now {said}"))
    office.doorbell.ring(JOB, str(new_id()), follow_up_id=str(wanted))
    return await show_story(office, asked, told=_sentence(said))


def _form(
    office: Office,
    named: str,
    owed: Owed,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Shown:
    is_rule = not owed.planned_by and owed.cause != CAMPAIGN
    facts = {
        "id": named,
        "values": {name: values.get(name, "") for name in ("when", "was", "text", "words", "seen")},
        "errors": dict(errors or {}),
        "because": owed.because,
        "is_rule": is_rule,
        "forms": FORMS,
        "zone": office.profile.business.zone,
        "text_max": TEXT_MAX,
    }
    title = f"Edit: {say_title(owed.cause, owed.step)}"
    status = 422 if errors else 200
    return Shown(template="follow_up_edit.html", title=title, facts=facts, status=status)


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


page = Page(
    reads={ONE: show_story, f"{ONE}/edit": show_edit},
    writes={
        f"{ONE}/edit": keep_edit,
        f"{ONE}/cancel": take_back,
        f"{ONE}/now": judge_now,
    },
)
