"""The buttons under what did not arrive: send it another way, or pick an approved template.

Windows only; who may and what is sent is bot/desk/speaking_again.py's to decide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from bot.desk import speaking_again
from bot.desk.speaking_again import Carriers
from bot.desk.speaking_out import way
from bot.domain import AddressId
from bot.errors import CallerError, Conflict, NotFound
from bot.profile_templates import VALUE_MAX, TemplateText
from bot.store import staff
from bot.store.connection import borrow
from bot.store.desk_words import Listener, Words, WordsId
from channels.desk_blocks import (
    Block,
    context,
    field,
    modal,
    option,
    quoted,
    radio,
    section,
    short,
    text_input,
)
from handlers.desk.base import QUIET, Act, Answer, Asked, Office, Part
from handlers.desk.spoken import rings_of_words
from jobs.verdicts import carrier_of

CHOICES_MAX = 10
Templates = Mapping[str, tuple[str, TemplateText]]


async def send_elsewhere(office: Office, asked: Asked) -> Answer:
    """Send the same words to another address of the customer."""
    words, _, address = asked.value.partition(":")
    async with borrow(office.pool) as conn, conn.transaction():
        to = await speaking_again.say_elsewhere(
            office.tools, conn, _words_id(words), AddressId(_uuid(address)), by=asked.by
        )
    told = f"On its way to {_name(to)} by {way(to.channel)}."
    return Answer(text=told, rings=rings_of_words(to.conversation_id, _words_id(words)))


async def pick_template(office: Office, asked: Asked) -> Answer:
    """Open the window with the templates for this customer's channel and language."""
    words_id = _words_id(asked.value)
    async with borrow(office.pool) as conn, conn.transaction():
        words, to, found = await speaking_again.find_templates(
            office.tools, conn, words_id, carriers=_carriers(office), by=asked.by
        )
    if not found:
        raise Conflict("no approved template is set up for this channel and language")
    if len(found) == 1:
        name = next(iter(found))
        return Answer(window=_fill_window(words, to, name, *found[name]))
    return Answer(window=_choice_window(words, found))


async def choose(office: Office, asked: Asked) -> Answer:
    """The template was chosen: show its gaps."""
    words_id, name = _words_id(_given(asked)["words"]), asked.values.get("template", "")
    async with borrow(office.pool) as conn, conn.transaction():
        words, to, found = await speaking_again.find_templates(
            office.tools, conn, words_id, carriers=_carriers(office), by=asked.by
        )
    if name not in found:
        return Answer(errors={"template": "Choose one of them."})
    return Answer(window=_fill_window(words, to, name, *found[name]))


async def fill(office: Office, asked: Asked) -> Answer:
    """The gaps were filled in: send it."""
    given = _given(asked)
    words_id = _words_id(given["words"])
    values = {name.removeprefix("gap_"): value for name, value in asked.values.items()}
    try:
        async with borrow(office.pool) as conn, conn.transaction():
            if not await staff.take_in(conn, asked.key):
                return QUIET
            to = await speaking_again.say_template(
                office.tools,
                conn,
                words_id,
                name=given["name"],
                language=given["language"],
                values=values,
                carriers=_carriers(office),
                by=asked.by,
            )
    except CallerError as refused:
        gap, _, why = str(refused).partition(": ")
        return Answer(errors={f"gap_{gap.strip('{}')}": f"{why[:1].upper()}{why[1:]}."})
    told = f"On its way to {_name(to)} by {way(to.channel)}."
    return Answer(text=told, rings=rings_of_words(to.conversation_id, words_id))


def _carriers(office: Office) -> Carriers:
    return {name: carrier_of(each) for name, each in office.channels.items()}


def _choice_window(words: Words, found: Templates) -> Block:
    names = list(found)[:CHOICES_MAX]
    options = [option(name, _title(name)) for name in names]
    shown: list[Block] = [
        section("The 24 hours in which free words may be sent are over. These may be sent:")
    ]
    for name in names:
        shown.append(section(f"*{short(_title(name), 75)}*\n{quoted(found[name][1].text)}"))
    shown.append(field("template", "Which one?", radio(options, value=names[0])))
    metadata = json.dumps({"words": str(words.id)})
    return modal("template_choice", "Pick a template", shown, submit="Next", metadata=metadata)


def _fill_window(words: Words, to: Listener, name: str, language: str, text: TemplateText) -> Block:
    shown: list[Block] = [
        section(f"*To {_name(to)} by {way(to.channel)}:*\n{quoted(text.text)}"),
        context(f"You had written:\n{quoted(words.text)}"),
    ]
    first = (to.name.split() or [""])[0]
    for gap in text.gaps:
        suggested = first if gap == "1" else ""
        entry = text_input(value=suggested, most=VALUE_MAX)
        shown.append(field(f"gap_{gap}", f"{{{{{gap}}}}}", entry))
    given = {"words": str(words.id), "name": name, "language": language}
    return modal(
        "template_fill", "Send a template", shown, submit="Send", metadata=json.dumps(given)
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _given(asked: Asked) -> Mapping[str, str]:
    """What the window was opened with."""
    given = {name: str(value) for name, value in asked.known().items()}
    return {"words": "", "name": "", "language": "", **given}


def _words_id(value: str) -> WordsId:
    return WordsId(_uuid(value))


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound("these words are not known here") from error


def _name(to: Listener) -> str:
    return short(to.name or to.value, 80)


part = Part(
    presses={
        "send_elsewhere": Act(run=send_elsewhere),
        "pick_template": Act(run=pick_template),
    },
    submits={"template_choice": Act(run=choose), "template_fill": Act(run=fill)},
)
