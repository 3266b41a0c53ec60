"""Mail from a customer's mail program to the answer in it: threads, forgers, machines, bounces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import cast

import pytest
from aiohttp import ClientSession
from booking_rows import Row, write_booking
from vendor_mailgun import KEY
from vendor_sendgrid import PRIVATE, PUBLIC
from world import World, open_world

from bot.domain_booking import BookingStatus
from bot.language.embed import Encoder
from handlers.sandbox.mail_forms import Passed
from handlers.sandbox.mail_providers import MailProviders, Words
from handlers.sandbox.mailbox import OUR_MAILBOX

ANA, EVE = "ana@example.com", "eve@evil.example"
PRICE = "How much for 20 adults in 94539?"


@pytest.fixture
async def posts(
    database_url: str, redis_url: str, encoder: Encoder
) -> AsyncIterator[tuple[World, MailProviders]]:
    """The service with all three providers of mail."""
    async with _open(database_url, redis_url, encoder) as opened:
        yield opened


@asynccontextmanager
async def _open(
    database_url: str, redis_url: str, encoder: Encoder
) -> AsyncIterator[tuple[World, MailProviders]]:
    more = {"MAILGUN_SIGNING_KEY": KEY, "SENDGRID_INBOUND_PUBLIC_KEY": PUBLIC}
    async with open_world(database_url, redis_url, encoder, environment=more) as world:
        providers = cast(MailProviders, world.stand_ins.vendors["mail_providers"])
        providers.mailgun_key, providers.sendgrid_key = KEY, PRIVATE
        yield world, providers


def html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


async def test_a_thread_goes_on_and_nobody_else_gets_into_it(
    posts: tuple[World, MailProviders],
) -> None:
    """I2, I4, I10: one answer however many providers bring it; a forged reference joins nothing."""
    world, providers = posts
    long_id = "AM0PR04" + "x" * 90 + "@eurprd04.prod.outlook.example"
    older = [f"old{number}@mail.example.com" for number in range(30)]
    words = Words(
        text=PRICE, subject="RE: AW: Party <b>", name="Ana", message_id=long_id, answers=older
    )
    await providers.customer_writes(ANA, words)
    for via in ("mailgun", "mailgun-mime", "sendgrid", "sendgrid-raw", "postmark"):
        written = await providers.customer_writes(ANA, words, via=via)  # type: ignore[arg-type]  # Each is one.
        assert written.status == 200
    came = await world.stand_ins.mailbox.wait_for(ANA)
    await world.settles()
    answer = came.parsed()
    assert [len(world.stand_ins.mailbox.to(ANA)), answer["Subject"]] == [1, "Re: Party <b>"]
    assert answer["In-Reply-To"] == f"<{long_id}>"
    named = str(answer["References"]).split()
    assert (named[0], named[-1], len(named)) == (f"<{older[0]}>", f"<{long_id}>", 20)
    assert f"In-Reply-To: <{long_id}>" in came.raw, "an id that was cut or encoded joins nothing"
    assert (answer["Auto-Submitted"], answer["List-Unsubscribe"]) == ("auto-replied", None)
    assert "$" in came.text
    assert "<title>Re: Party &lt;b&gt;</title>" in html_of(answer)
    assert "src=" not in html_of(answer)
    await _others_stay_outside(world, providers, came.id)


async def test_a_stolen_token_brings_no_other_mail(posts: tuple[World, MailProviders]) -> None:
    """I2, I11: what proved a mail proves none but it, and nothing of the other mail is kept."""
    world, providers = posts
    url = f"{world.url}/webhooks/email/mailgun"
    letter = bytes(providers.compose(ANA, Words(text=PRICE, message_id="first@x.example")))
    passed = Passed(raw=letter, envelope_from=ANA, recipient=OUR_MAILBOX, is_proven=True)
    body, headers = providers.request(passed, "mailgun-mime")
    forged = body.replace(b"20 adults", b"99 adults").replace(b"first@x", b"other@x")
    said = []
    async with ClientSession() as http:
        for each in (body, forged, body):
            async with http.post(url, data=each, headers=headers) as answer:
                said.append(answer.status)
    assert said == [200, 401, 200]
    await world.settles()
    assert await world.value("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1
    assert await world.value("SELECT count(*) FROM dead_letters") == 0
    assert len(world.stand_ins.mailbox.to(ANA)) == 1


async def _others_stay_outside(world: World, providers: MailProviders, ours: str) -> None:
    """Letters of others that name ours as what they answer."""
    again = Words(text="Thanks! Do you bring tables?", subject="Re: Party", answers=[ours])
    await providers.customer_writes(ANA, again)
    forged = Words(text="What did we say so far?", subject="Re: Party", answers=[ours])
    await providers.customer_writes(EVE, forged)
    await providers.customer_writes(f"ana+x@{ANA.partition('@')[2]}", forged)
    await providers.customer_writes("аna@example.com", forged)
    await world.settles()
    owners = await world.rows(
        "SELECT a.value, count(DISTINCT m.conversation_id) AS talks, count(*) AS said"
        " FROM messages m JOIN addresses a ON a.id = m.address_id"
        " WHERE m.direction = 'inbound' GROUP BY a.value ORDER BY a.value"
    )
    said = {row["value"]: (row["talks"], row["said"]) for row in owners}
    assert said == {
        ANA: (1, 2),
        "ana+x@example.com": (1, 1),
        EVE: (1, 1),
        "аna@example.com": (1, 1),
    }
    talks = "SELECT count(DISTINCT conversation_id) FROM messages WHERE direction = 'inbound'"
    assert await world.value(talks) == 4
    answers = {letter.text for letter in world.stand_ins.mailbox.to(EVE)}
    assert not any("$" in text for text in answers), "another customer's price"


async def test_who_is_not_proved_may_ask_and_changes_nothing(
    posts: tuple[World, MailProviders],
) -> None:
    """I9, I10: no booking moves by a mail that anybody may have written."""
    world, providers = posts
    now = world.deps.bot.clock.now()
    row = Row(
        code="ABC234",
        name="Ana",
        number=ANA,
        channel="email",
        starts_at=(now + timedelta(days=40)).replace(hour=20, minute=0, second=0, microsecond=0),
        holds_until=now + timedelta(days=1),
        status=BookingStatus.CONFIRMED,
    )
    await write_booking(world.pool, row)
    cancel = Words(text="Please cancel my booking", subject="Re: booking", answers=["x@y.example"])
    await providers.customer_writes(ANA, cancel, is_proven=False)
    told = await world.stand_ins.mailbox.wait_for(ANA)
    await world.settles()
    assert "can't tell for sure" in told.text
    refused = "SELECT result ->> 'done' FROM tool_calls WHERE name = 'cancel_booking'"
    assert await world.value(refused) == "false"
    assert await world.value("SELECT status FROM bookings") == "confirmed"
    assert await world.value("SELECT count(*) FROM proposals WHERE status = 'open'") == 0
    notice = "SELECT text FROM desk_notices WHERE key LIKE 'unproven:%'"
    assert "ABC234" in str(await world.value(notice))

    await providers.customer_writes(
        ANA, Words(text="yes", answers=["x@y.example"]), is_proven=False
    )
    await providers.customer_writes(ANA, Words(text="START"), is_proven=False)
    await world.settles()
    assert await world.value("SELECT status FROM bookings") == "confirmed"
    await providers.customer_writes(ANA, Words(text="Please cancel my booking"))
    await world.until("SELECT EXISTS (SELECT FROM proposals WHERE status = 'open')")

    two = f"From: {EVE}, bob@example.com\r\nTo: {OUR_MAILBOX}\r\nMessage-ID: <2@evil.example>\r\n"
    await providers.bring(f"{two}\r\nMove our party".encode(), envelope_from=EVE)
    await world.until("SELECT EXISTS (SELECT FROM escalations WHERE reason = 'sender')")


async def test_machines_are_kept_and_bounces_are_believed_of_our_own_letters(
    posts: tuple[World, MailProviders],
) -> None:
    """I4: nothing a machine writes is answered; a bounce ends an address, a strange one none."""
    world, providers = posts
    gone = "gone@example.com"
    await providers.customer_writes(gone, Words(text="Do you bring tables?"))
    ours = (await world.stand_ins.mailbox.wait_for(gone)).id
    await world.settles()
    away = Words(
        text="I am away until Monday.",
        subject="Automatic reply: Your message",
        headers={"Auto-Submitted": "auto-replied"},
        answers=[ours],
    )
    await providers.customer_writes(gone, away)
    state = "SELECT status FROM messages WHERE external_id = $1"
    suspended = "SELECT value FROM addresses WHERE suspended_reason IS NOT NULL"
    for whom, named in ((gone, "never-sent@sandbox.example"), ("gone@onward.example", ours)):
        await providers.bring(bounce(whom, named), envelope_from="", via="sendgrid-raw")
    assert await world.value(state, ours) == "sent", "what she has sent on has reached her"
    assert await world.rows(suspended) == []
    await providers.bring(bounce(gone, ours), envelope_from="", via="sendgrid-raw")
    await world.settles()
    assert len(world.stand_ins.mailbox.letters) == 1
    ignored = await world.rows("SELECT reason FROM messages WHERE status = 'ignored' ORDER BY seq")
    assert [row["reason"].partition(":")[0] for row in ignored] == [
        "auto-reply",
        *["bounce"] * 3,
    ]
    assert await world.value(state, ours) == "failed"
    assert [row["value"] for row in await world.rows(suspended)] == [gone]


def bounce(recipient: str, message_id: str) -> bytes:
    """What a mail server sends back."""
    return (
        "From: MAILER-DAEMON@mx.example.com\r\n"
        f"To: {OUR_MAILBOX}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{recipient[:12]}-{message_id}>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n--b--\r\n"
    ).encode()
