"""What people write in a card's thread: the holder's words go to the customer, all others stay.

Committed before Slack is answered (I1), once however often it comes (I2). Who holds the
conversation when the message is committed decides, not who held it when it was typed (I7). What
could not be delivered is sent again by handlers/desk/sending_again.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.desk import speaking, speaking_files
from bot.desk.floor import Floor
from bot.desk.people import Member, Role, find_member
from bot.desk.speaking_out import get_listener, way
from bot.errors import CallerError, Conflict, NotFound, VendorUnavailable
from bot.ids import new_id
from bot.store import desk_floor, desk_marks, desk_notices, desk_words, staff
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NewPost
from bot.store.desk_words import Listener, Words, WordsId
from channels.desk_blocks import actions, button, section, short
from channels.desk_text import INTERNAL, from_slack, people_named
from handlers.desk.base import QUIET, Answer, Office, Part, Ring
from handlers.desk.roles import Roles
from handlers.desk.spoken import ring_of_files, ring_of_mark, rings_of_words
from handlers.desk.thread_events import Event, Spoken, read_spoken

NAME_MAX = 80
UNKNOWN = "Nothing was sent: Slack did not tell who you are. Please write it again in a moment."


async def hear(office: Office, event: Event) -> Answer:
    """Something was said, edited or deleted in the staff channel."""
    spoken = read_spoken(event, staff_channel=office.desk.staff_channel)
    if spoken is None:
        return QUIET
    try:
        try:
            return await _hear(office, spoken)
        except _Unknown:
            await Roles(office).member(spoken.user)
            return await _hear(office, spoken)
    except (_Unknown, VendorUnavailable):
        return _whispered(office, spoken, UNKNOWN)
    except (CallerError, Conflict, NotFound) as refused:
        told = str(refused).removeprefix("TEXT: ")
        return _whispered(office, spoken, f"Nothing was sent: {short(told, 400)}")


class _Unknown(Exception):  # Never leaves this module.
    """The holder was not looked up for so long that the directory is to be asked first."""


async def _hear(office: Office, spoken: Spoken) -> Answer:
    deed = {"said": _said, "edited": _edited, "deleted": _deleted}[spoken.deed]
    async with borrow(office.pool) as conn, conn.transaction():
        if spoken.event_id and not await staff.take_in(conn, f"event:{spoken.event_id}"):
            return QUIET
        return await deed(office, conn, spoken)


async def _said(office: Office, conn: Connection, spoken: Spoken) -> Answer:
    card = await desk_floor.find_by_thread(conn, spoken.channel, spoken.thread_ts)
    if card is None or spoken.text.lstrip().startswith(INTERNAL):
        return QUIET
    # Locked: a claim that moves meanwhile comes before this message, or after it.
    floor = await desk_floor.lock(conn, card.escalation_id)
    if floor is None or await desk_words.find(conn, spoken.channel, spoken.ts) is not None:
        return QUIET
    if floor.status != "claimed" or floor.holder != spoken.user:
        return await _stays(conn, floor, spoken)
    member = await _member(office, conn, spoken.user)
    if member is None:
        raise _Unknown
    if not member.may(Role.STAFF):
        return Answer(text="Only people of the staff channel write to customers.")
    return await _speaks(office, conn, floor, spoken, by=member)


async def _speaks(
    office: Office, conn: Connection, floor: Floor, spoken: Spoken, *, by: Member
) -> Answer:
    """The holder's words: on their way at once, or behind a button where the business wants it."""
    to = await get_listener(conn, floor.conversation_id)
    text = await _for_customer(conn, spoken.text, to.channel)
    if not text.strip():
        return await _only_files(office, conn, (floor, to), spoken, by=by)
    if office.profile.desk.sending == "buttons":
        words = await speaking.offer(
            conn, floor, by=by, text=text, desk_message=(spoken.channel, spoken.ts)
        )
        return await _offered(conn, spoken, words.id, to) if words else QUIET
    delay_s = float(office.profile.desk.undo_seconds)
    words_id = await speaking.say(
        office.tools,
        conn,
        floor,
        by=by,
        text=text,
        desk_message=(spoken.channel, spoken.ts),
        delay_s=delay_s,
    )
    carrying = await _carry(conn, spoken, words_id, at=office.clock.now())
    told = f"Goes to {_name(to)} by {way(to.channel)} in {delay_s:.0f} s."
    buttons = (
        button("undo", "Undo", value=str(words_id)),
        button("send_now", "Send now", value=str(words_id)),
    )
    return Answer(
        text=told,
        blocks=(section(told), actions(buttons)),
        rings=(
            *rings_of_words(to.conversation_id, words_id, delay_s=delay_s),
            *carrying,
            _ring_of_card(floor),
        ),
    )


async def _only_files(
    office: Office,
    conn: Connection,
    where: tuple[Floor, Listener],
    spoken: Spoken,
    *,
    by: Member,
) -> Answer:
    """Files without words: they leave as words do, and can be taken back as long."""
    if not spoken.has_files:
        return QUIET
    floor, to = where
    message, waits = (spoken.channel, spoken.ts), office.profile.desk.sending == "buttons"
    words_id = await speaking_files.say_files(
        conn, floor, by=by, desk_message=message, status="offered" if waits else "waiting"
    )
    if words_id is None:
        return QUIET
    if waits:
        return await _offered(conn, spoken, words_id, to)
    carrying = await _carry(conn, spoken, words_id, at=office.clock.now())
    told = f"Goes to the customer in {float(office.profile.desk.undo_seconds):.0f} s."
    undo = button("undo", "Undo", value=str(words_id))
    blocks = (section(told), actions((undo,)))
    return Answer(text=told, blocks=blocks, rings=(*carrying, ring_of_mark(words_id)))


async def _carry(
    conn: Connection, spoken: Spoken, words_id: WordsId, *, at: datetime | None
) -> tuple[Ring, ...]:
    """Owe the customer what hangs on the message; at None once the words are sent."""
    if not spoken.has_files:
        return ()
    await speaking_files.attach(conn, words_id, spoken.files, at=at)
    return (ring_of_files(words_id),) if at else ()


async def _offered(conn: Connection, spoken: Spoken, words_id: WordsId, to: Listener) -> Answer:
    """The button without which neither the words leave nor what hangs on them."""
    await _carry(conn, spoken, words_id, at=None)
    told = "Only the team reads this until you send it."
    send = button("send_offered", f"Send to {to.name or to.value}", value=str(words_id))
    return Answer(text=told, blocks=(section(told), actions((send,))))


async def _stays(conn: Connection, floor: Floor, spoken: Spoken) -> Answer:
    """Whoever is not the holder is told once in this thread that only the team reads it."""
    if floor.status == "resolved":
        told = "Only the team reads this: the conversation is back with the concierge."
    elif floor.status == "claimed":
        told = f"{short(floor.holder_name, NAME_MAX)} holds this conversation: only the team reads "
        told += "this."
    else:
        told = "Only the team reads this. Press Claim to answer."
    key = f"told:{floor.escalation_id}:{floor.status}:{floor.holder}:{spoken.user}"
    return Answer(text=told) if await staff.take_in(conn, key) else QUIET


async def _edited(office: Office, conn: Connection, spoken: Spoken) -> Answer:
    words = await desk_words.find(conn, spoken.channel, spoken.ts)
    if words is None or words.status == "undone":
        return QUIET
    if spoken.text.lstrip().startswith(INTERNAL):
        return await _deleted(office, conn, spoken, deed="edit")
    floor = await desk_floor.lock(conn, words.escalation_id)
    by = await _member(office, conn, words.staff_id)
    to = await desk_words.find_listener(conn, floor.conversation_id) if floor else None
    if by is None or to is None:
        return QUIET
    text = await _for_customer(conn, spoken.text, to.channel)
    delay_s = float(office.profile.desk.undo_seconds)
    try:
        done = await speaking.reword(
            office.tools, conn, words.id, by=by, text=text, delay_s=delay_s
        )
    except (CallerError, Conflict) as refused:
        return await _refused(office, conn, (words, spoken), to, refused)
    if not done:
        return await _not_carried(conn, words, "edit", to)
    return Answer(rings=rings_of_words(to.conversation_id, words.id, delay_s=delay_s))


async def _refused(
    office: Office,
    conn: Connection,
    edited: tuple[Words, Spoken],
    to: Listener,
    refused: CallerError | Conflict,
) -> Answer:
    """What they changed it to cannot be said: what they do not want to say any more neither."""
    words, spoken = edited
    if await speaking.take_back(office.tools, conn, words.id) == "gone":
        return await _not_carried(conn, words, "edit", to)
    why = short(str(refused).removeprefix("TEXT: "), 400)
    told = f"Taken back, and nothing was sent: {why}"
    return replace(_whispered(office, spoken, told), rings=(ring_of_mark(words.id),))


async def _deleted(
    office: Office, conn: Connection, spoken: Spoken, *, deed: str = "deletion"
) -> Answer:
    words = await desk_words.find(conn, spoken.channel, spoken.ts)
    if words is None:
        return QUIET
    if await speaking.take_back(office.tools, conn, words.id) != "gone":
        return Answer(rings=(ring_of_mark(words.id),))
    floor = await desk_floor.get(conn, words.escalation_id)
    to = await desk_words.find_listener(conn, floor.conversation_id) if floor else None
    return await _not_carried(conn, words, deed, to)


async def _not_carried(conn: Connection, words: Words, deed: str, to: Listener | None) -> Answer:
    """Say in the thread, once, that the customer has the first version."""
    if not await speaking.has_left(conn, words.id):
        return QUIET
    how_far = {
        "read": "has already read",
        "delivered": "has already received",
        "failed": "may have received",
    }
    standing = await desk_marks.read_standing(conn, words.id)
    name = (to.name or to.value) if to else "The customer"
    had = how_far.get(standing, "gets")
    post = NewPost(
        key=f"not_carried:{words.id}:{deed}",
        text=f"Too late: {name} {had} the first version. Your {deed} was not carried over.",
        kind="thread",
        escalation_id=words.escalation_id,
    )
    owed = await desk_notices.owe_post(conn, post)
    if owed is None:
        return QUIET
    return Answer(rings=(Ring(job="notify_desk", key=str(owed), ids={"notice_id": str(owed)}),))


async def _member(office: Office, conn: Connection, person_id: str) -> Member | None:
    known = await find_member(
        conn,
        office.profile,
        person_id,
        staff_channel=office.desk.staff_channel,
        now=office.clock.now(),
    )
    return known.member if known else None


async def _for_customer(conn: Connection, text: str, channel: str) -> str:
    named = people_named(text)
    people = await staff.read_names(conn, named) if named else {}
    return from_slack(text, channel, people)


def _name(to: Listener) -> str:
    return short(to.name or to.value, NAME_MAX)


def _ring_of_card(floor: Floor) -> Ring:
    ids = {"escalation_id": str(floor.escalation_id)}
    return Ring(job="redraw_card", key=str(new_id()), ids=ids)


def _whispered(office: Office, spoken: Spoken, told: str) -> Answer:
    """Told to who did it; of an edit the event does not name them where answers look."""
    whisper = partial(
        office.desk.whisper,
        spoken.user,
        told,
        (section(told),),
        channel=spoken.channel,
        thread_ts=spoken.thread_ts,
    )
    return Answer(after=whisper)


part = Part(events={"message": hear})
