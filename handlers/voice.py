"""POST /webhooks/twilio/voice/answer: speaks in a telephone call what the outbox has for it.

channels/voice.py stores what the caller says and sends the call here. Twilio waits fifteen seconds
for an answer, so a caller whose answer is not there yet is put off and comes again; nothing is
lost by that, nor by hanging up. Decides nothing: the rules of a call are in bot/voice.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from bot import voice as rules
from bot.calls import takes_texts
from bot.domain import Mode, Status
from bot.ids import new_id
from bot.language.wording import say
from bot.profile import Profile
from bot.store import desk_floor, desk_notices
from bot.store import voice as store
from bot.store.connection import Connection, borrow
from bot.store.desk_notices import NewPost
from bot.store.voice import Spoken, TextWay, Turn
from channels.base import ConfiguredChannel, Reply
from channels.twilio_signature import read_form
from channels.voice import ConfiguredVoice, Fields, call_sid, caller, is_proved, turn_id
from channels.voice_twiml import (
    ANSWER_PATH,
    TONGUES,
    Leg,
    Said,
    go_on,
    hang_up,
    listen,
    put_through,
    read_leg,
    read_step,
    tongue_of,
)
from handlers.keys import CLOCK, DOORBELL, POOL
from handlers.webhooks import read_call

BODY_MAX_BYTES = 64 * 1024
FIRST_WAIT_S = 5.0
"""Before the caller hears that it takes a moment."""
WAIT_S = 8.0
LOOK_EVERY_S = 0.2
WAITS_MAX = 6
"""Put off so often, a caller need not stay on the line for the answer."""
TRIES_MAX = 3
"""A caller who is silent so often in a row has gone."""


def add_voice(
    app: web.Application, *, profile: Profile, channels: Mapping[str, ConfiguredChannel]
) -> None:
    """Add the route, if calls are taken."""
    channel = channels.get(store.CHANNEL)
    if isinstance(channel, ConfiguredVoice):
        calls = _Calls(app, profile, channel, has_texts=store.TEXTS in channels)
        app.router.add_post(ANSWER_PATH, calls.answer)


@dataclass(frozen=True, slots=True)
class _Moment:
    """One request of a call."""

    fields: Fields
    leg: Leg

    def words(self, name: str, **slots: str) -> Said:
        """A fixed sentence in the caller's language; each time of waiting has its own."""
        language = self.leg.language
        return Said(say(name, language, seed=f"call {self.leg.waits}", **slots), language)

    @property
    def turn_id(self) -> str:
        return turn_id(self.fields, self.leg.turn)

    @property
    def earlier(self) -> list[str]:
        """The other turns of the call."""
        return [turn_id(self.fields, turn) for turn in range(1, self.leg.turn)]


class _Calls:
    """The handler with what it needs."""

    def __init__(
        self, app: web.Application, profile: Profile, channel: ConfiguredVoice, *, has_texts: bool
    ) -> None:
        self._app, self._profile, self._channel = app, profile, channel
        self._has_texts = has_texts

    async def answer(self, request: web.Request) -> web.Response:
        """What the caller hears next.

        Raises:
            BadSignature: Twilio did not send it. BadPayload: we never gave this address.
        """
        call = await read_call(request, BODY_MAX_BYTES)
        self._channel.verify(call)
        now = _Moment(read_form(call.body).fields, read_leg(call.query))
        call_sid(now.fields)
        match read_step(call.query):
            case "hello":
                reply = await self._hello(now)
            case "wait":
                reply = await self._answered(now)
            case "dialled":
                reply = await self._dialled(now)
            case "chosen":
                reply = listen(self._base, now.leg, [now.words("voice_chosen")])
            case "unclear":
                reply = listen(self._base, now.leg, [now.words("voice_unclear")])
            case "silent":
                reply = await self._silent(now)
        return web.Response(text=reply.body, content_type=reply.content_type)

    @property
    def _base(self) -> str:
        return self._channel.base

    async def _hello(self, now: _Moment) -> Reply:
        proved = is_proved(now.fields)
        async with borrow(self._app[POOL]) as conn:
            known = await store.meet(conn, caller(now.fields), is_proved=proved)
        spoken = known.language if known is not None else ""
        language = tongue_of(spoken or self._profile.business.home_language)
        doubt = known is not None and known.has_other_ways and not proved
        leg = Leg(turn=1, language=language, doubt=int(doubt))
        business = self._profile.business.name
        hello = Said(say("voice_hello", language, business=business), language)
        others = [Said(say("voice_languages", each), each) for each in TONGUES if each != language]
        return listen(self._base, leg, [hello, *others])

    async def _silent(self, now: _Moment) -> Reply:
        """Whoever was put off may just be waiting for what is there by now."""
        if late := await self._late(now):
            return listen(self._base, replace(now.leg, tries=0), late)
        if now.leg.tries >= TRIES_MAX:
            return hang_up([now.words("voice_bye")])
        can_write = self._has_texts and takes_texts(caller(now.fields))
        offer = "voice_offer" if can_write else "voice_offer_person"
        return listen(
            self._base, now.leg, [now.words("voice_silent" if now.leg.tries < 2 else offer)]
        )

    async def _late(self, now: _Moment) -> list[Said]:
        before = replace(now, leg=replace(now.leg, turn=max(now.leg.turn - 1, 0)))
        async with borrow(self._app[POOL]) as conn, conn.transaction():
            turn = await store.find_turn(conn, before.turn_id)
            if turn is None or turn.is_coming:
                return []
            words, way = await self._speak(conn, before, turn, is_late=True)
        self._ring_for_text(turn, way)
        return words

    async def _answered(self, now: _Moment) -> Reply:
        """The answer once it is there; until then the caller is asked to wait."""
        turn = await self._wait(now)
        if turn is None:
            return await self._put_off(now)
        async with borrow(self._app[POOL]) as conn, conn.transaction():
            words, way = await self._speak(conn, now, turn)
        self._ring_for_text(turn, way)
        if turn.mode is Mode.HUMAN and not now.leg.dialled:
            return await self._to_person(now, words)
        if not words:
            is_passed = turn.mode is Mode.HUMAN or turn.is_drafted
            words = [now.words("voice_passed_on" if is_passed else "voice_go_on")]
        return self._next(now, words)

    def _ring_for_text(self, turn: Turn, way: TextWay | None) -> None:
        if way is not None:
            conversation_id = str(turn.conversation_id)
            self._app[DOORBELL].ring("deliver", str(new_id()), conversation_id=conversation_id)

    async def _wait(self, now: _Moment) -> Turn | None:
        """What the caller said, once it is accounted for and all that answers it may be heard."""
        clock = self._app[CLOCK]
        patience_ms = 1000 * (WAIT_S if now.leg.waits else FIRST_WAIT_S)
        began_ms = clock.monotonic_ms()
        while True:
            async with borrow(self._app[POOL]) as conn:
                turn = await store.find_turn(conn, now.turn_id)
            if turn is not None and turn.status is not Status.RECEIVED and not turn.is_coming:
                return turn
            if clock.monotonic_ms() - began_ms >= patience_ms:
                return None
            await asyncio.sleep(LOOK_EVERY_S)

    async def _put_off(self, now: _Moment) -> Reply:
        leg = replace(now.leg, waits=now.leg.waits + 1)
        if leg.waits < WAITS_MAX:
            return go_on(self._base, "wait", leg, [now.words("voice_moment")])
        can_write = self._has_texts and takes_texts(caller(now.fields))
        return self._next(now, [now.words("voice_later" if can_write else "voice_slow")])

    async def _speak(
        self, conn: Connection, now: _Moment, turn: Turn, *, is_late: bool = False
    ) -> tuple[list[Said], TextWay | None]:
        """What is to be said, marked as heard, and what must also be read as a text (I9).

        What is late is said only if it never was; else Twilio may ask again and hears the same.
        """
        said = await store.list_spoken(conn, now.turn_id, now.earlier)
        said = tuple(each for each in said if not (is_late and each.is_heard))
        fresh = await store.mark_heard(conn, [each.id for each in said])
        has_terms = any(turn.has_terms or rules.asks_for_yes(each.text) for each in said)
        written = [each for each in said if has_terms or rules.has_link(each.text)]
        way = await self._find_way(conn, now, turn) if written else None
        if way is not None:
            at = self._app[CLOCK].now()
            for each in written:
                if each.id in fresh:
                    await rules.put_in_writing(conn, turn.conversation_id, way, each, now=at)
        words = [_aloud(each, now.leg.language, is_texted=way is not None) for each in said]
        if has_terms:
            is_answerable = way is not None and way.is_theirs
            words.append(now.words("voice_in_writing" if is_answerable else "voice_by_person"))
        return words, way

    async def _find_way(self, conn: Connection, now: _Moment, turn: Turn) -> TextWay | None:
        number = caller(now.fields)
        return await rules.find_way(conn, turn.address_id, number, has_texts=self._has_texts)

    async def _to_person(self, now: _Moment, words: Sequence[Said]) -> Reply:
        """Ring a person while there are any, else promise that one calls back."""
        leg = replace(now.leg, dialled=1)
        number = self._channel.forward_to or self._profile.business.phone
        is_ours = number == now.fields.get("To")
        if number and not is_ours and rules.is_open(self._profile, self._app[CLOCK].now()):
            return put_through(self._base, leg, number, [*words, now.words("voice_dialling")])
        return await self._promise(replace(now, leg=leg), words)

    async def _dialled(self, now: _Moment) -> Reply:
        if now.fields.get("DialCallStatus") in ("completed", "answered"):
            return hang_up()
        return await self._promise(now, ())

    async def _promise(self, now: _Moment, words: Sequence[Said]) -> Reply:
        """What is promised is owed to staff before it is said."""
        async with borrow(self._app[POOL]) as conn, conn.transaction():
            turn = await store.find_turn(conn, now.turn_id)
            owed = None if turn is None else await self._owe_call(conn, now, turn)
        if owed is not None:
            self._app[DOORBELL].ring("notify_desk", str(owed), notice_id=str(owed))
        return self._next(now, [*words, now.words("voice_message")])

    async def _owe_call(
        self, conn: Connection, now: _Moment, turn: Turn
    ) -> desk_notices.NoticeId | None:
        floor = await desk_floor.find_open(conn, turn.conversation_id)
        post = NewPost(
            key=f"call_back:{call_sid(now.fields)}",
            text=f"Please call back: {caller(now.fields)} rang for a person and reached nobody.",
            kind="notice" if floor is None else "thread",
            escalation_id=None if floor is None else floor.escalation_id,
        )
        return await desk_notices.owe_post(conn, post)

    def _next(self, now: _Moment, words: Sequence[Said]) -> Reply:
        """Say it and listen for the caller's next turn."""
        if now.leg.turn >= rules.TURNS_MAX:
            return hang_up([*words, now.words("voice_bye")])
        spoken = words[-1].language if words else now.leg.language
        leg = replace(now.leg, turn=now.leg.turn + 1, tries=0, waits=0, language=spoken)
        return listen(self._base, leg, words)


def _aloud(said: Spoken, language: str, *, is_texted: bool) -> Said:
    """One of our messages as it is spoken: in its own language, else in the call's."""
    language = tongue_of(said.language or language)
    return Said(rules.speakable(said.text, language, is_texted=is_texted), language)
