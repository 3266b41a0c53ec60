"""Webhooks over real HTTP: what is refused, what is kept, and what a vendor reads in return."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
import pytest
from caller import FORM, INBOUND, SID, STATUS, Caller, encoded, form
from world import World

from handlers.commands import replay

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def caller(idle_world: World, http: aiohttp.ClientSession) -> Caller:
    return Caller(idle_world, http)


# ── Who may speak (I11) ─────────────────────────────────────────────────────────────────────


async def test_unsigned_and_wrongly_signed_are_refused(caller: Caller, idle_world: World) -> None:
    """I11: nothing is stored, not even as a dead letter."""
    assert (await caller.posts(encoded(), signature=""))[0] == 401
    assert (await caller.posts(encoded(), signature="nonsense"))[0] == 401
    other = caller.sign(INBOUND, encoded(Body="something else"))
    assert (await caller.posts(encoded(), signature=other))[0] == 401
    assert (await caller.posts(encoded(), signature="\u00e9"))[0] == 401
    assert (await caller.posts(encoded(MessageSid="-"), signature="nonsense"))[0] == 401
    assert await idle_world.value("SELECT count(*) FROM messages") == 0
    assert await idle_world.value("SELECT count(*) FROM dead_letters") == 0


async def test_a_signature_of_another_path_is_refused(caller: Caller) -> None:
    """I11: the URL is part of what is signed; forwarded headers do not change it."""
    signature = caller.sign(STATUS, encoded())
    assert (await caller.posts(encoded(), signature=signature))[0] == 401
    forwarded = {"X_Forwarded_Host": "elsewhere.example", "X_Forwarded_Proto": "https"}
    assert (await caller.posts(encoded(), **forwarded))[0] == 200


async def test_an_unconfigured_path_is_not_there(caller: Caller) -> None:
    """A channel that is off answers 404."""
    for path in ("/webhooks/whatsapp", "/webhooks/email/mailgun", "/webhooks/nobody"):
        assert (await caller.posts(encoded(), path))[0] == 404


# ── What is answered ────────────────────────────────────────────────────────────────────────


async def test_an_accepted_text_is_answered_with_empty_twiml(
    idle_world: World, http: aiohttp.ClientSession
) -> None:
    """Anything else in the answer would be sent to the customer."""
    caller, body = Caller(idle_world, http), encoded()
    headers = {"Content-Type": FORM, "X-Twilio-Signature": caller.sign(INBOUND, body)}
    for _ in range(2):
        async with http.post(idle_world.url + INBOUND, data=body, headers=headers) as response:
            assert response.status == 200
            assert response.content_type == "text/xml"
            assert await response.text() == TWIML
    assert await idle_world.value("SELECT count(*) FROM messages") == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"MessageSid": "-"}, "MessageSid"),
        ({"From": "-"}, "From"),
        ({"To": ""}, "To"),
        ({"From": "<nobody>"}, "From"),
        ({"NumMedia": "many"}, "NumMedia"),
        ({"NumMedia": "1"}, "MediaUrl0"),
        ({"MessageSid": "SM/../x"}, "MessageSid"),
        ({"Latitude": "north"}, "Latitude"),
    ],
)
async def test_a_malformed_text_is_refused_and_kept(
    caller: Caller, idle_world: World, fields: dict[str, str], named: str
) -> None:
    """One line that names the field; the whole request is kept, without its signature."""
    body = encoded(**fields)
    status, said = await caller.posts(body)
    assert status == 400
    assert named in said
    assert said.count("\n") == 1
    assert "<nobody>" not in said
    letter = (await idle_world.rows("SELECT * FROM dead_letters"))[0]
    assert letter["body"] == body
    assert named in letter["error"]
    assert set(letter["headers"]) <= {"content-type", "user-agent"}


async def test_a_header_that_is_no_text_spoils_no_dead_letter(
    caller: Caller, idle_world: World
) -> None:
    """A user agent is bytes that anybody chose; the letter is kept all the same."""
    reader, writer = await asyncio.open_connection(*idle_world.url[7:].split(":"))
    body = encoded(From="-")
    head = (
        f"POST {INBOUND} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
        f"X-Twilio-Signature: {caller.sign(INBOUND, body)}\r\nContent-Length: {len(body)}\r\n"
    )
    writer.write(head.encode() + b"User-Agent: \xff\xfe\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    assert answer.split(b" ")[1] == b"400"
    assert await idle_world.value("SELECT count(*) FROM dead_letters") == 1


async def test_too_much_is_refused(caller: Caller, idle_world: World) -> None:
    """1 MiB is the limit, and what is just below it is read."""
    assert (await caller.posts(encoded(Body="x" * (1024 * 1024 + 1))))[0] == 413
    assert (await caller.posts(encoded(Body="x" * (1024 * 1024 - 200))))[0] == 200
    assert await idle_world.value("SELECT count(*) FROM messages") == 1


async def test_events_of_other_products_are_taken_and_ignored(
    caller: Caller, idle_world: World
) -> None:
    """A vendor that is told 4xx for them would report us as broken."""
    call = urlencode({"CallSid": "CA1", "CallStatus": "ringing", "From": "+14155550101"})
    assert await caller.posts(call.encode()) == (200, TWIML)
    assert await caller.posts(b"") == (200, TWIML)
    odd = urlencode({"MessageSid": SID, "MessageStatus": "pondering", "To": "+14155550101"})
    assert (await caller.posts(odd.encode(), STATUS))[0] == 200
    assert (await caller.posts(b"{}", Content_Type="application/json"))[0] == 401
    assert await idle_world.value("SELECT count(*) FROM messages") == 0


@pytest.mark.parametrize(
    "body",
    [
        encoded(Body="🎉👩‍👩‍👧‍👦 see you 🔥"),
        encoded(Body="مرحبا، كم السعر؟ \u202e\u2066"),
        encoded(Body="nul \x00 in \x00 the middle", ProfileName="a\x00b"),
        urlencode(form()).encode().replace(b"hello", b"%ED%A0%80%ED%B0%80"),
        urlencode(form()).encode().replace(b"hello", b"%FF%FE%80"),
        urlencode(form()).encode().replace(b"hello", b"\xff\xfe"),
        encoded(Body="x" * 65536),
        encoded(Body="字" * 20000),
        encoded() + b"&Body=again&Body=and+again&From=%2B14155550199&Empty=&=&&Tail",
        encoded(Body="", NumMedia="", ProfileName=""),
        encoded(ProfileName="\ud83d\udc4b".encode("utf-16", "surrogatepass").decode("utf-16")),
        encoded() + b"&" + b"&".join(b"f%d=1" % n for n in range(400)),
        encoded() + b"&" + b"&".join(b"f%d=1" % n for n in range(600)),
        b"%",
        b"&&&===",
        b"\x00" * 100,
    ],
)
async def test_odd_bodies_pass_or_are_refused_and_are_never_our_fault(
    caller: Caller, idle_world: World, body: bytes
) -> None:
    """Never a 5xx; what is accepted is in the database."""
    status, _ = await caller.posts(body)
    assert status in (200, 400, 401)
    stored = await idle_world.value("SELECT count(*) FROM messages")
    assert stored == (1 if status == 200 and b"MessageSid" in body else 0)


async def test_emoji_and_right_to_left_text_are_kept_as_written(
    caller: Caller, idle_world: World
) -> None:
    """What the customer wrote is what staff read; only NUL, which no text holds, goes."""
    words = "שלום 🎉 20 אנשים\r\n第二行"
    await caller.posts(encoded(Body=words + "\x00"))
    stored = str(await idle_world.value("SELECT text FROM messages"))
    assert stored.replace("\r\n", "\n") == words.replace("\r\n", "\n")


# ── Receipts (I5) ───────────────────────────────────────────────────────────────────────────


async def test_receipts_in_any_order_never_move_a_status_back(
    world: World, http: aiohttp.ClientSession
) -> None:
    """I5: read, then delivered, then sent, each twice: it stays read."""
    ann = world.customer("+14155550101", "whatsapp")
    await ann.asks("price for 10 adults?")
    await world.until("SELECT count(*) = 1 FROM messages WHERE status = 'read'")
    caller, sid = Caller(world, http), ann.received[0].sid
    for status in ("sent", "delivered", "failed", "queued", "undelivered", "sent"):
        fields = {"MessageSid": sid, "MessageStatus": status, "ChannelPrefix": "whatsapp"}
        assert (await caller.posts(urlencode(fields).encode(), STATUS))[0] == 200
    statuses = await world.rows("SELECT status FROM messages WHERE direction = 'outbound'")
    assert [row["status"] for row in statuses] == ["read"]


# ── Dead letters ────────────────────────────────────────────────────────────────────────────


async def test_dead_letters_are_listed_and_replayed(
    idle_world: World, caller: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was wrong in the reading is mended, and the text that was kept is answered."""
    world = idle_world
    await caller.posts(encoded(From="-"))
    await caller.posts(encoded(From="-", MessageSid="SM" + "f" * 32))
    env = world.ground.environment

    async def replays(*, only: UUID | None = None, listed: bool = False) -> tuple[int, str]:
        code = await replay.run(argparse.Namespace(list=listed, only=only), env)
        return code, capsys.readouterr().out

    code, said = await replays(listed=True)
    assert (code, said.count("From is missing")) == (0, 2)
    assert (await replays())[0] == 1
    letter = UUID(str(await world.value("SELECT id FROM dead_letters LIMIT 1")))
    await world.rows("UPDATE dead_letters SET body = $1 WHERE id = $2", encoded(), letter)
    code, said = await replays(only=letter)
    assert (code, said.strip()) == (0, "1 of 1 read.")
    assert await world.value("SELECT count(*) FROM messages") == 1
    assert (await replays(listed=True))[1].count("From is missing") == 1
    await world.rows("UPDATE messages SET created_at = created_at - interval '20 seconds'")
    await world.start_worker()
    assert await world.customer("+14155550101").hears()
