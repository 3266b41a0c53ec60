"""The rules of a telephone call: what is speakable, what must be written, when a person is rung.

Knows no vendor. A spoken yes binds nobody (bot/tools/agreeing.py): what asks for one is texted as
well. handlers/voice.py and jobs/text_unheard.py call this.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.calls import takes_texts
from bot.domain import AddressId, ConversationId
from bot.language.wording import asked_in, say
from bot.profile import Profile
from bot.store import outbox, voice
from bot.store.connection import Connection
from bot.store.outbox import Draft
from bot.store.voice import Spoken, TextWay

TURNS_MAX = 60
"""Nobody says more in one call than this many things; a machine might."""

_URL = re.compile(r"(?:https?://|www\.)[^\s，。、）)\]]+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)\+?\d{8,15}(?!\w)")
_CENTS = re.compile(r"(\$\d[\d,]*)\.00(?!\d)")
_TIMES = re.compile(r" [x×] (?=\$)")
_IS = re.compile(r"\s*=\s*")
_FROM_TO = re.compile(r"(\$\d[\d,.]*\d|\$\d) ?[-–] ?(?=\$?\d)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_MARKS = re.compile(r"[*_`#~|<>\[\]{}\\^]+")
_ENDS = tuple(".!?:;,。！？：；，")
_UNSPEAKABLE = frozenset({"So", "Sk", "Cn", "Co", "Cs", "Cf", "Cc"})


def speakable(text: str, language: str, *, is_texted: bool = False) -> str:
    """The text as somebody would read it aloud: no markup, no addresses, numbers digit by digit.

    With `is_texted` it says where a link is to be found.
    """
    link = say("voice_link", language) if is_texted else ""
    text = _FROM_TO.sub(rf"\1 {say('voice_to', language)} ", _CENTS.sub(r"\1", text))
    text = _IS.sub(", ", _TIMES.sub(f" {say('voice_at', language)} ", _URL.sub(link, text)))
    text = _NUMBER.sub(lambda found: " ".join(found[0].removeprefix("+")), text)
    lines = (_line(line) for line in text.splitlines())
    return " ".join(filter(None, lines))


def _line(line: str) -> str:
    line = _MARKS.sub(" ", _BULLET.sub("", line))
    kept = (c for c in line if unicodedata.category(c) not in _UNSPEAKABLE)
    line = " ".join("".join(kept).split())
    if not any(map(str.isalnum, line)):
        return ""
    return line if line.endswith(_ENDS) else line + "."


def asks_for_yes(text: str) -> bool:
    """Whether it states terms and asks for the yes that binds (I9)."""
    return asked_in(text) == "yes"


def has_link(text: str) -> bool:
    """Whether it names an address that nobody could note down by ear."""
    return _URL.search(text) is not None


def is_open(profile: Profile, now: datetime) -> bool:
    """Whether people are there to take a call (I15)."""
    local = now.astimezone(ZoneInfo(profile.business.zone)).time()
    return profile.hours.opens <= local < profile.hours.closes


async def find_way(
    conn: Connection, address_id: AddressId, number: str, *, has_texts: bool
) -> TextWay | None:
    """Where the caller can be texted; None where that is impossible or unwanted (I6)."""
    if not (has_texts and takes_texts(number)):
        return None
    way = await voice.find_text_way(conn, address_id)
    return way if way is not None and way.is_open else None


async def put_in_writing(
    conn: Connection,
    conversation_id: ConversationId,
    way: TextWay,
    said: Spoken,
    *,
    now: datetime,
) -> None:
    """Owe the caller what they hear as a text too, unless they have these words already."""
    if await voice.is_texted(conn, way.address_id, said.text, now=now):
        return
    draft = Draft(
        conversation_id=conversation_id,
        address_id=way.address_id,
        channel=voice.TEXTS,
        text=said.text,
        author=said.author,
        purpose=said.purpose,
        epoch=said.epoch,
        due_at=now,
        language=said.language or None,
    )
    await outbox.insert(conn, draft)
