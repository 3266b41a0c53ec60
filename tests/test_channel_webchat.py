"""The web chat from a page's side: a message once, a stream that loses and repeats nothing.

It has no vendor, so the contract suite's vendors do not name it: the same questions are asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chaos import frozen, server_pid
from chatting import Line, Visitor, visitors
from modelled import ASKED, ORDER, PRICED, Stores, modelled
from scripted_model import call, say
from staff_room import Staff
from world import World

from bot import intake
from bot.clock import ShiftedClock
from bot.devstack import DevStack
from bot.language.embed import Encoder
from handlers import chat_watching
from handlers.service import listen, web_process
from jobs.base import perform

PRICE = "How much for 25 adults and 6 kids?"


async def test_a_visitor_asks_and_reads_the_answer_once(world: World) -> None:
    """I2, I3: whatever is posted twice is one message with one answer, and its stream says so."""
    async with visitors(world) as visitor:
        ann = visitor()
        assert await ann.comes() == {"resumed": False, "cookie": False}
        assert await ann.comes() == {"resumed": True, "cookie": True}
        own = str(uuid4())
        async with ann.watching() as line:
            for _ in range(3):
                answer = await ann.writes(PRICE, own_id=own, page="https://x.example/menu")
                assert (answer.status, await answer.json()) == (200, {"stored": True})
            await line.until(lambda seen: any("1,555.00" in text for text in seen.replies))
            await line.until(lambda seen: seen.of("state")[-1]["waiting"] is False)
            asked = line.messages[0]
            assert (asked["from"], asked["own"], asked["text"]) == ("you", own, PRICE)
            assert [said["text"] for said in line.messages].count(PRICE) == 1
            assert len({said["id"] for said in line.messages}) == len(line.messages)
            seqs = [said["seq"] for said in line.messages]
            assert seqs == sorted(seqs)
            await line.until(lambda seen: {asked["id"]: "seen"} in seen.of("states"))
            reply = next(said for said in line.messages if "1,555.00" in said["text"])
            assert (reply["from"], reply["state"]) == ("bot", "sent")
            await ann.post("receipts", {"delivered": [reply["id"]]})
            await line.until(lambda seen: {reply["id"]: "delivered"} in seen.of("states"))
            await ann.post("receipts", {"delivered": [reply["id"]], "read": [reply["id"]]})
            await line.until(lambda seen: {reply["id"]: "read"} in seen.of("states"))
        assert (
            await world.value("SELECT status FROM messages WHERE id = $1::uuid", reply["id"])
            == "read"
        )
        await _others_see_nothing(world, visitor, reply)
        await _resumes_without_loss_or_double(world, ann, line)


async def _others_see_nothing(
    world: World, visitor: Callable[..., Visitor], reply: dict[str, Any]
) -> None:
    """I10: neither by a stream of their own nor by acknowledging what is not theirs."""
    bob = visitor()
    await bob.comes()
    async with bob.watching() as line:
        await bob.post("receipts", {"delivered": [reply["id"]]})
        await bob.writes("hi")
        await line.until(lambda seen: bool(seen.replies))
        assert [said["text"] for said in line.messages if said["from"] == "you"] == ["hi"]
        assert not any("1,555" in text for text in line.replies)


async def _resumes_without_loss_or_double(world: World, ann: Visitor, line: Line) -> None:
    before = len(line.messages)
    await ann.writes("And for 20 adults?")
    await world.settles()
    async with ann.watching(line.last_id) as resumed:
        await resumed.until(lambda seen: any("1,100.00" in text for text in seen.replies))
        texts = [said["text"] for said in resumed.messages]
        assert texts[0] == "And for 20 adults?"
        assert PRICE not in texts
        last_id = resumed.last_id
    async with ann.watching(last_id) as again, ann.watching() as fresh:
        await fresh.until(lambda seen: len(seen.messages) >= before + len(texts))
        await again.until(lambda seen: bool(seen.of("state")))
        assert not again.messages


async def test_staff_answer_a_visitor_who_leaves_a_number(world: World) -> None:
    """I7: who speaks is said, the bot is silent; a way to them is asked for only now, and kept."""
    async with visitors(world) as visitor:
        ann = visitor()
        await ann.comes()
        async with ann.watching() as line:
            await ann.writes("Hi there")
            await line.until(lambda seen: bool(seen.replies))
            assert not any("phone number" in text for text in line.replies)
            await ann.writes("I want to talk to a real person please")
            await line.until(lambda seen: any("phone number" in text for text in seen.replies))
            await line.until(lambda seen: seen.of("state")[-1]["with"] == "staff")
            told = len(line.replies)
            await ann.writes("Sure: (415) 555-2671 or Ann@Example.com")
            card = await world.desk_shows()
            whole = str(await world.value("SELECT value FROM addresses"))
            assert f"visitor {whole[:6]}" in str(card.blocks)  # Whole it tells staff nothing.
            assert whole not in str(card.blocks)
            staff = Staff(world)
            await staff.presses(card, "claim")
            await world.until("SELECT status = 'claimed' FROM escalations")
            await staff.writes("We can do the 24th!", card)
            # Staff may take their words back for ten seconds.
            await world.until("SELECT count(*) = 1 FROM messages WHERE author = 'staff'")
            assert isinstance(world.ground.clock, ShiftedClock)
            world.ground.clock.shift += timedelta(seconds=11)
            talk = str(await world.value("SELECT id FROM conversations"))
            await perform(world.deps, "deliver", {"conversation_id": talk})
            await line.until(lambda seen: any("the 24th" in text for text in seen.replies))
            said = next(each for each in line.messages if "the 24th" in each["text"])
            assert said["from"] == "staff"
            assert said["name"]
            assert len(line.replies) == told + 1
            await world.settles()
        kept = await world.rows("SELECT kind, value FROM memories ORDER BY kind")
        assert [tuple(each) for each in kept] == [
            ("email", "ann@example.com"),
            ("phone", "(415) 555-2671"),
        ]
        # Told, not proved: it is nobody's address, and the next question asks for nothing more.
        assert await world.value("SELECT count(*) FROM addresses") == 1


async def test_a_reply_is_shown_while_it_is_written(
    database_url: str, redis_url: str, encoder: Encoder
) -> None:
    """I8, I12: pieces are a beginning of the reply; the outbox's row is what stays."""
    text = f"{PRICED} Shall I look at a date for you? It is easy."
    steps = (say("How can I help?"), call("price_party", ORDER), say(text, pieces=12))
    stores = Stores(database_url, redis_url, encoder)
    async with modelled(stores, *steps) as (world, _), visitors(world) as visitor:
        ann = visitor()
        await ann.comes()
        async with ann.watching() as line:
            await ann.writes("I have a question")
            await line.until(lambda seen: bool(seen.replies))
            before = len(line.events)
            await ann.writes(ASKED)
            await line.until(lambda seen: text in seen.replies)
            pieces = [said["text"] for name, said in line.events[before:] if name == "piece"]
            assert pieces
            assert all(text.startswith(piece) for piece in pieces)
            last = len(line.events) - 1 - line.events[::-1].index(("message", line.messages[-1]))
            assert line.messages[-1]["text"] == text
            assert before < [name for name, _ in line.events].index("piece", before) < last


async def test_who_may_not_come_in_is_told_so_and_nothing_is_stored(idle_world: World) -> None:
    """I11, I13: foreign pages, forged visits, floods and oversized bodies leave no row."""
    world = idle_world
    async with visitors(world) as visitor:
        foreign = visitor(origin="https://evil.example")
        answer = await foreign.post("session", {})
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        nobody = visitor()
        answer = await nobody.writes("hi")
        assert answer.status == 401
        assert answer.headers["Access-Control-Allow-Origin"] == world.url
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        forged = visitor(cookie="concierge_chat=" + "a" * 32 + "-20000.AAAA")
        assert (await forged.writes("hi")).status == 401
        url, headers = f"{world.url}/chat/messages", {"Origin": world.url}
        preflight = {**headers, "Access-Control-Request-Method": "POST"}
        async with nobody.http.options(url, headers=preflight) as allowed:
            assert (allowed.status, "POST" in allowed.headers["Access-Control-Allow-Methods"]) == (
                204,
                True,
            )
            assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
        ann = visitor()
        await ann.comes()
        async with ann.http.post(url, data="{}", headers=ann.headers) as plain:
            assert plain.status == 415
        assert (await ann.writes("x" * 17_000)).status == 413
        assert (await ann.writes("x" * 4_001)).status == 400
        assert (await ann.post("receipts", {"read": ["1"]})).status == 400
        too_large = await ann.upload(b"x" * (8 * 1024 * 1024 + 1))
        assert too_large.status == 413
        assert await world.value("SELECT count(*) FROM messages") == 0
        # Twenty a minute, counted for every process at once. Two minutes may share this second.
        for _ in range(41):
            refused = await ann.writes("hi")
            if refused.status != 200:
                break
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Access-Control-Expose-Headers"] == "Retry-After"


async def test_a_browser_without_cookies_keeps_the_token_itself(idle_world: World) -> None:
    async with visitors(idle_world) as visitor:
        ann = visitor()
        said = await ann.comes(token=True)
        ann.cookie = ""
        bearer = {"Authorization": f"Bearer {said['token']}"}
        answer = await ann.post("session", {"token": True}, **bearer)
        assert (await answer.json())["resumed"] is True
        answer = await ann.post("messages", {"id": str(uuid4()), "text": "hi"}, **bearer)
        assert answer.status == 200
        # Whose browser keeps the cookie is given no token that a script could read.
        bob = visitor()
        await bob.comes()
        assert "token" not in await bob.comes(token=True)


async def test_streams_are_bounded_and_other_processes_are_heard(idle_world: World) -> None:
    """I12: written to one process, seen on another at once, and without Redis a moment later."""
    world = idle_world
    bound = listen(world.ground.settings.model_copy(update={"port": 0}))
    second = f"http://127.0.0.1:{bound.getsockname()[1]}"
    async with visitors(world) as visitor, web_process(world.ground, bound):
        ann = visitor()
        await ann.comes()
        async with AsyncExitStack() as stack:
            for _ in range(5):
                line = await stack.enter_async_context(ann.watching(url=second))
            headers = ann.headers
            async with ann.http.get(f"{second}/chat/events", headers=headers) as refused:
                assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
            await ann.writes("hello")
            await line.until(lambda seen: bool(seen.messages))
            await world.rows(
                "INSERT INTO messages (conversation_id, address_id, direction, channel, author,"
                " text, status, external_id) SELECT conversation_id, address_id, 'outbound',"
                " channel, 'bot', 'by nobody rung', 'sent', 'x' FROM messages"
            )
            await line.until(lambda seen: "by nobody rung" in seen.replies)
        # What was closed makes room.
        async with ann.watching(url=second) as again:
            await again.until(lambda seen: len(seen.messages) == 2)


async def test_while_the_stores_are_away_nothing_is_said_to_be_stored(
    idle_world: World, stack: DevStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1, I14: 503 with a time to come again; the same message then is one."""
    monkeypatch.setattr(intake, "COMMIT_TIMEOUT_S", 0.5)
    own = str(uuid4())
    async with visitors(idle_world) as visitor:
        ann = visitor()
        await ann.comes()
        with frozen(server_pid(stack)):
            answer = await ann.writes("hello", own_id=own)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert answer.headers["Access-Control-Allow-Origin"] == idle_world.url
        assert (await ann.writes("hello", own_id=own)).status == 200
        assert await idle_world.value("SELECT count(*) FROM messages") == 1


async def test_a_stream_on_which_nothing_happens_is_ended(
    idle_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_watching, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(chat_watching, "REST_MS", 0.0)
    async with visitors(idle_world) as visitor:
        ann = visitor()
        await ann.comes()
        async with ann.watching() as line:
            await line.ended.wait()
            assert line.events[-1] == ("rest", {})


async def test_a_photo_is_kept_and_shown_as_sent(idle_world: World) -> None:
    """I2: sent twice it is one message; its row names a file of our own store."""
    own = str(uuid4())
    async with visitors(idle_world) as visitor:
        ann = visitor()
        await ann.comes()
        for _ in range(2):
            assert (await ann.upload(b"\x89PNG\r\n\x1a\n" + b"0" * 90, own_id=own)).status == 200
        assert (await ann.upload(b"")).status == 400
        # From a made-up place far ahead there is nothing to tell, and no harm.
        async with ann.watching("9" * 18 + ".") as ahead:
            await ahead.until(lambda seen: bool(seen.of("state")))
            assert not ahead.messages
        async with ann.http.head(f"{ann.world.url}/chat/events", headers=ann.headers) as head:
            assert head.status == 405
        async with ann.watching() as line:
            await line.until(lambda seen: bool(seen.messages))
        assert [said["files"] for said in line.messages] == [[{"name": "yard.png"}]]
        url = await idle_world.value("SELECT rest -> 'media' -> 0 ->> 'url' FROM messages")
        assert str(url).startswith("kept:")
