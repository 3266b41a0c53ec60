"""What staff said and did not arrive: once more to another address, or as an approved template.

The words keep their row and their message at the desk; other rows of the outbox become their parts.
Of two who do this at once one does it, and the other is told that it is on its way.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.booking_desk import DeskDeps
from bot.desk import floor as floors
from bot.desk.people import Member
from bot.desk.speaking import get, require_holder
from bot.desk.speaking_out import Saying, get_listener, put
from bot.domain import AddressId, ConversationId, Purpose
from bot.domain_sending import TemplateUse
from bot.errors import CallerError, Conflict, NotFound
from bot.profile_templates import VALUE_MAX, TemplateText
from bot.store import desk_floor, desk_marks, desk_words
from bot.store.connection import Connection
from bot.store.desk_words import Listener, Words, WordsId
from bot.templating import clean

Carriers = Mapping[str, str]
"""By configured channel: whose templates may leave its closed window."""


async def say_elsewhere(
    deps: DeskDeps, conn: Connection, words_id: WordsId, address_id: AddressId, *, by: Member
) -> Listener:
    """Say it at another address at which the customer may be written to.

    Raises:
        Held, Conflict: another holds it, nobody does, or it is on its way already.
        NotFound: there are no such words, or the address is not this customer's.
    """
    words, conversation_id = await _get_unsent(conn, words_id, by)
    ways = await desk_words.list_ways(conn, conversation_id)
    to = next((each for each in ways if each.address_id == address_id), None)
    if to is None:
        raise NotFound("this customer may not be written to there")
    await _put_again(deps, conn, Saying(words=words, to=to, text=words.text), by=by)
    return to


async def say_template(
    deps: DeskDeps,
    conn: Connection,
    words_id: WordsId,
    *,
    name: str,
    language: str,
    values: Mapping[str, str],
    carriers: Carriers,
    by: Member,
) -> Listener:
    """Send approved words in place of those that the closed window kept.

    Raises:
        Held, Conflict, NotFound: as for `say_elsewhere`; or there is no such template.
        CallerError: a gap is empty or filled with too much; names the gap.
    """
    words, conversation_id = await _get_unsent(conn, words_id, by)
    to = await get_listener(conn, conversation_id)
    found = deps.profile.templates.get(name)
    text = found.languages.get(language) if found and found.channel == to.channel else None
    content_id = text.id_at(carriers.get(to.channel, "")) if text else ""
    if found is None or text is None or not content_id:
        raise NotFound("there is no such template any more")
    filled = fill_gaps(text, values)
    saying = Saying(
        words=words,
        to=to,
        text=text.fill(filled),
        template=TemplateUse(content_id=content_id, variables=filled),
        purpose=(Purpose.PROMOTIONAL if found.category == "marketing" else Purpose.CONVERSATIONAL),
    )
    await _put_again(deps, conn, saying, by=by)
    return to


def fill_gaps(text: TemplateText, values: Mapping[str, str]) -> dict[str, str]:
    """What stands in each gap, in the one line that the vendor takes.

    Raises:
        CallerError: a gap is empty or filled with too much; `{{1}}` names it.
    """
    filled = {}
    for gap in text.gaps:
        value = clean(values.get(gap, ""))
        if not value:
            raise CallerError(f"{{{{{gap}}}}}: fill this in")
        if len(value) > VALUE_MAX:
            raise CallerError(f"{{{{{gap}}}}}: at most {VALUE_MAX} characters, not {len(value)}")
        filled[gap] = value
    return filled


async def find_templates(
    deps: DeskDeps, conn: Connection, words_id: WordsId, *, carriers: Carriers, by: Member
) -> tuple[Words, Listener, Mapping[str, tuple[str, TemplateText]]]:
    """What may be sent in place of words that a closed window kept: by name, language and text.

    In the customer's language; where a template has it not, in the business's. Only what the
    channel's carrier has under a name of its own.

    Raises:
        Held, Conflict, NotFound: as for `say_elsewhere`.
    """
    words, conversation_id = await _get_unsent(conn, words_id, by)
    to = await get_listener(conn, conversation_id)
    home = deps.profile.business.home_language
    carrier = carriers.get(to.channel, "")
    found = {}
    for name, template in deps.profile.templates.items():
        spoken = (each for each in (to.language, home) if each in template.languages)
        carried = (each for each in spoken if template.languages[each].id_at(carrier))
        language = next(carried, None)
        # A follow-up's twin is filled from rows, never by hand.
        is_twin = bool(template.twin_of)
        if template.channel == to.channel and language is not None and not is_twin:
            found[name] = (language, template.languages[language])
    return words, to, found


async def _get_unsent(
    conn: Connection, words_id: WordsId, by: Member
) -> tuple[Words, ConversationId]:
    words = await get(conn, words_id)
    floor = await desk_floor.get(conn, words.escalation_id)
    if floor is None:
        raise NotFound("these words belong to no conversation of ours")
    await require_holder(conn, floor, by)
    if await desk_marks.read_standing(conn, words.id) != "failed":
        raise Conflict("this is on its way already")
    return words, floor.conversation_id


async def _put_again(deps: DeskDeps, conn: Connection, saying: Saying, *, by: Member) -> None:
    words = saying.words
    await desk_words.forget_parts(conn, words.id)
    await desk_words.change(conn, words.id, text=words.text, status="waiting")
    await put(deps, conn, saying, by=by)
    await floors.spoke(deps, conn, words.escalation_id)
