"""The windows of one follow-up: why it is there, and its words and moment to be edited.

Opened by the buttons of handlers/desk/follow_up_listing.py. An edit is refused field by field,
with all that stands against it; whatever is kept is judged again before it leaves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.desk.whens import FORMS, read_when
from bot.domain_follow_ups import CAMPAIGN, WAITING, Owed
from bot.errors import BadPayload, Conflict
from bot.follow_ups.foretelling import foretell
from bot.follow_ups.managing import LEFT, OVER, Edit, Edited, edit, hash_of, version_of
from bot.follow_ups.refusing import TEXT_MAX, home_zone, say_at
from bot.follow_ups.state_words import say_title
from bot.follow_ups.why import read_story
from bot.follow_ups.why_words import Paragraph, say_story
from bot.store import follow_ups
from bot.store.connection import borrow
from channels.desk_blocks import (
    Block,
    context,
    cut,
    escape,
    field,
    modal,
    section,
    short,
    text_input,
)
from handlers.desk.base import OLD_WINDOW, Act, Answer, Asked, Office, Part
from handlers.desk.follow_up_listing import EDIT, WHY, id_of
from handlers.desk.follow_up_windows import TEXT_LABEL
from jobs.follow_up_lines import lines_of

TEXT_SHOWN = 2400
WHEN_HINT = f"In our own time: {FORMS}."
GONE = "followup_gone"


async def show_why(office: Office, asked: Asked) -> Answer:
    """The whole story of one, in a window."""
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        wanted, lines = id_of(asked.detail), lines_of(office.channels)
        story = await read_story(office.tools, conn, wanted, lines)
    told = say_story(office.profile, story)
    return Answer(window=modal(WHY, "Why", [_shown(each) for each in told]))


async def open_edit(office: Office, asked: Asked) -> Answer:
    """The window with the moment and the words as they are."""
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        owed = await follow_ups.find(conn, id_of(asked.detail))
        if owed is None or owed.status not in WAITING or owed.message_id is not None:
            return Answer(window=_over(owed))
        foretold = await foretell(office.tools, conn, owed, lines_of(office.channels))
    return Answer(window=_window(office, owed, owed.text or foretold.text))


async def keep_edit(office: Office, asked: Asked) -> Answer:
    """The window was sent off: kept, or told by field why not."""
    known = asked.known()
    typed = asked.values.get("when", "").strip()
    when = read_when(typed, home_zone(office.profile), now=office.clock.now())
    is_same = typed == known.get("when")
    if when.at is None and not is_same:
        return Answer(errors={"when": when.problem})
    text: str | None = asked.values.get("text", "")
    if hash_of(text or "") == known.get("words"):
        text = None
    seen = known.get("seen")
    if not isinstance(seen, str):
        raise BadPayload(OLD_WINDOW)
    asks = Edit(at=None if is_same else when.at, text=text, seen=seen)
    windows = lines_of(office.channels).windows
    wanted = id_of(str(known.get("id")))
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            edited = await edit(office.tools, conn, wanted, asks, windows, by=asked.by)
    except Conflict as error:
        return Answer(errors={"text": str(error)})
    if edited.refusals:
        return Answer(errors=_by_field(edited))
    return Answer(window=_kept(office, edited))


def _window(office: Office, owed: Owed, text: str) -> Block:
    here = owed.due_at.astimezone(home_zone(office.profile))
    when = f"{here:%Y-%m-%d %H:%M}"
    is_rule = not owed.planned_by and owed.cause != CAMPAIGN
    own = " Left empty, the rule's own words go." if is_rule else ""
    metadata = {
        "id": str(owed.id),
        "seen": version_of(owed),
        "when": when,
        "words": hash_of(text),
    }
    blocks = (
        section(f"*{short(say_title(owed.cause, owed.step), 100)}*\n{short(owed.because, 400)}"),
        field("when", "When", text_input(value=when, most=80), hint=WHEN_HINT),
        field(
            "text",
            TEXT_LABEL,
            text_input(value=text, lines=True),
            hint=f"At most {TEXT_MAX} characters. What you change here is yours: nothing in it "
            f"is filled in or kept up to date any more.{own}",
            optional=is_rule,
        ),
        context("All of it is looked at again before it leaves."),
    )
    return modal(EDIT, "Edit", blocks, submit="Keep", metadata=json.dumps(metadata))


def _kept(office: Office, edited: Edited) -> Block:
    owed = edited.owed
    at = say_at(office.profile, owed.due_at, home_zone(office.profile))
    head = ":white_check_mark: Kept" if edited.is_changed else "Nothing was changed"
    blocks = [section(f"{head}: it goes on *{at}*, if it still may.")]
    if owed.text:
        blocks.append(section(cut(escape(owed.text), TEXT_SHOWN)))
    return modal("followup_edited", "Edited", blocks)


def _over(owed: Owed | None) -> Block:
    said = "There is no such follow-up any more."
    if owed is not None:
        is_out = owed.message_id is not None
        said = LEFT if is_out else f"{OVER}{owed.reason or owed.status.value}"
    told = f"{said[:1].upper()}{said[1:]}"
    return modal(GONE, "Edit", (section(short(told, 600)),))


def _shown(part: Paragraph) -> Block:
    return section(f"*{short(part.head, 120)}*\n{cut(escape(part.text), TEXT_SHOWN)}")


def _by_field(edited: Edited) -> Mapping[str, str]:
    """All that stands against it, each beside its field."""
    errors: dict[str, str] = {}
    for each in edited.refusals:
        name = each.field if each.field in ("when", "text") else "when"
        errors[name] = f"{errors[name]}; {each.reason}" if name in errors else each.reason
    return errors


part = Part(
    presses={WHY: Act(run=show_why), EDIT: Act(run=open_edit)},
    submits={EDIT: Act(run=keep_edit)},
)
