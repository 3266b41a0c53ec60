"""/followups: what is planned, why, and what staff do about it: edit it, cancel it, send it now.

Also the rules, their results and a trial run, by a first word. What a press does is
bot/follow_ups/managing.py's; handlers/desk/follow_up_story.py opens the windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.desk.finding import find_customers
from bot.desk.follow_up_planning import cancel
from bot.domain import CustomerId
from bot.domain_follow_ups import FollowUpId
from bot.errors import Conflict, NotFound
from bot.follow_ups.managing import send_now
from bot.follow_ups.refusing import home_zone, say_at
from bot.follow_ups.state_words import say_state, say_title
from bot.follow_ups.why_words import say_foretold
from bot.ids import new_id
from bot.store import follow_up_lists, staff
from bot.store.connection import Connection, borrow
from bot.store.finding import Found
from bot.store.follow_up_lists import Listed
from channels.desk_blocks import Block, actions, button, context, section, short
from handlers.desk.base import Act, Answer, Asked, Office, Part, Ring, SlashCommand
from handlers.desk.follow_up_rules import show_margins, show_results, show_rules, show_trial
from handlers.desk.words import asks_help, say_more, say_who, show_help
from jobs.follow_up_lines import lines_of

LIST_MAX = 20
PAST_MAX = 5
"""With the list's two blocks for each, fewer than the vendor's fifty blocks."""
SHOWN_TEXT = 160
SHOWN_WHY = 200
CANCEL, NOW, WHY, EDIT = "followup_cancel", "followup_now", "followup_why", "followup_edit"
BY_WORD = {
    "rules": show_rules,
    "results": show_results,
    "margins": show_margins,
    "try": show_trial,
}


async def list_follow_ups(office: Office, asked: Asked) -> Answer:
    """/followups: what is planned, for everybody or one customer; or what its first word names."""
    if asks_help(asked.value):
        return show_help("/followups")
    first, _, rest = asked.value.strip().partition(" ")
    if first.lower() in BY_WORD:
        return await BY_WORD[first.lower()](office, asked, rest)
    async with borrow(office.pool) as conn:
        if not asked.value.strip():
            return await _listed(office, conn, None)
        found = await find_customers(conn, office.profile, asked.value)
        if not found:
            return show_help("/followups", f"Nobody is known as “{asked.value[:80]}”.")
        if len(found) > 1:
            return _several(found)
        return await _listed(office, conn, found[0].customer_id)


async def cancel_follow_up(office: Office, asked: Asked) -> Answer:
    """The list without the one that was taken back, in place of the list that was shown."""
    whose = _customer(asked.value)
    async with borrow(office.pool) as conn:
        async with conn.transaction():
            done = await cancel(office.tools, conn, id_of(asked.detail), by=asked.by)
        first = "Cancelled." if done else "Nothing to cancel: it had left, or was cancelled before."
        return await _listed(office, conn, whose, first=first, replaces=True)


async def send_follow_up_now(office: Office, asked: Asked) -> Answer:
    """What becomes of it now, above the list as it is then."""
    whose, wanted = _customer(asked.value), id_of(asked.detail)
    rings: tuple[Ring, ...] = ()
    async with borrow(office.pool) as conn:
        try:
            async with conn.transaction():
                foretold = await send_now(
                    office.tools, conn, wanted, lines_of(office.channels), by=asked.by
                )
            said = say_foretold(office.profile, foretold)
            if foretold.outcome == "skip":
                said = f"Nothing was changed: now {said}"
            else:
                ring = {"follow_up_id": str(wanted)}
                rings = (Ring(job="send_follow_up", key=str(new_id()), ids=ring),)
        except Conflict as error:
            said = str(error)
        first = f"{said[:1].upper()}{said[1:]}."
        return await _listed(office, conn, whose, first=first, replaces=True, rings=rings)


def id_of(value: str) -> FollowUpId:
    """The follow-up that a button names.

    Raises:
        NotFound: the button names none.
    """
    return FollowUpId(_uuid(value))


async def _listed(
    office: Office,
    conn: Connection,
    customer_id: CustomerId | None,
    *,
    first: str = "",
    replaces: bool = False,
    rings: tuple[Ring, ...] = (),
) -> Answer:
    shown = await follow_up_lists.list_ahead(conn, customer_id, limit=LIST_MAX)
    count = await follow_up_lists.count_ahead(conn, customer_id)
    names = await staff.read_names(conn, list({each.planned_by for each in shown}))
    head = f"{count or 'No'} follow-up{'s' if count != 1 else ''} planned"
    head = f"{first} {head}".strip()
    blocks = [section(f"*{short(head, 2000)}*")]
    for each in shown:
        blocks += _ahead(office, each, names, customer_id)
    if count > len(shown):
        blocks.append(context(f"… and {count - len(shown)} later ones"))
    if customer_id is not None:
        past = await follow_up_lists.list_past(conn, customer_id, limit=PAST_MAX)
        blocks += [context("Lately")] if past else []
        blocks += [_past(office, each) for each in past]
    return Answer(text=head, blocks=tuple(blocks), replaces=replaces, rings=rings)


def _ahead(
    office: Office, each: Listed, names: Mapping[str, str], whose: CustomerId | None
) -> list[Block]:
    """One that waits, with what can be done about it; what lies in the outbox only says why."""
    at = say_at(office.profile, each.due_at, home_zone(office.profile))
    who = short(each.customer, 60) or "somebody"
    handle = f" · {short(each.handle, 60)}" if each.handle else ""
    lines = [f"*{at}* · {who}{handle}", f"{short(say_title(each.cause, each.step), 80)}"]
    if each.because:
        lines[-1] += f": {short(each.because, SHOWN_WHY)}"
    if each.text:
        lines.append(short(each.text, SHOWN_TEXT))
    lines.append(f"_{_state(each, names)}_")
    return [section("\n".join(lines)), actions(_buttons(each, whose))]


def _state(each: Listed, names: Mapping[str, str]) -> str:
    by = short(names.get(each.planned_by, each.planned_by), 40)
    planned = f"planned by {by}" if by else "planned by its rule"
    if each.status == "planned" and not each.reason:
        return planned
    return f"{planned} · {short(say_state(each.status, each.reason), SHOWN_WHY)}"


def _buttons(each: Listed, whose: CustomerId | None) -> list[Block]:
    value = str(whose or "")
    made = [button(f"{WHY}:{each.id}", "Why", value=value)]
    if each.has_left:
        return made
    customer = each.customer[:80] or "this customer"
    return [
        *made,
        button(f"{EDIT}:{each.id}", "Edit", value=value),
        button(
            f"{NOW}:{each.id}",
            "Send now",
            value=value,
            confirm=f"Judge the message to {customer} now? It goes only if it may.",
        ),
        button(
            f"{CANCEL}:{each.id}",
            "Cancel",
            value=value,
            style="danger",
            confirm=f"Cancel the message to {customer}?",
        ),
    ]


def _past(office: Office, each: Listed) -> Block:
    at = say_at(office.profile, each.due_at, home_zone(office.profile))
    state = short(say_state(each.status, each.reason), SHOWN_WHY)
    told = f"{at} · {short(say_title(each.cause, each.step), 80)}\n_{state}_"
    return {**section(told), "accessory": button(f"{WHY}:{each.id}", "Why")}


def _several(found: tuple[Found, ...]) -> Answer:
    told = "Several fit; name one more exactly:\n" + "\n".join(map(say_who, found))
    blocks = [section(told), *([context(say_more(found))] if say_more(found) else [])]
    return Answer(text=told, blocks=tuple(blocks))


def _customer(value: str) -> CustomerId | None:
    return CustomerId(_uuid(value)) if value else None


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound("what this button belonged to is not there any more") from error


part = Part(
    presses={CANCEL: Act(run=cancel_follow_up), NOW: Act(run=send_follow_up_now)},
    commands={
        "/followups": SlashCommand(
            run=list_follow_ups,
            usage="[CUSTOMER | rules | results [DAYS] | margins [DAYS] | "
            "try CAUSE [DAYS] [FIGURE=...]]",
            help="What is planned, soonest first: why, edit, cancel, send now. Or the rules, what "
            "they brought, what events left (for owners), and what a rule would have done in the "
            "past days; nothing is sent.",
        ),
    },
)
