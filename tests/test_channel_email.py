"""Mail: what leaves, what the server's answers mean, and what nobody can slip into a letter."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from channel_cases import NOW, PRIVATE_WORDS
from hypothesis import given
from hypothesis import strategies as st
from mail_sample import ANA, FILE, NO_HTTP, letter, mail

from bot.clock import FrozenClock
from bot.errors import ConfigError, VendorRefused, VendorSilent, VendorUnavailable
from bot.plugins import load
from channels.base import AddressRefused, Channel, ConfiguredChannel
from channels.email import channel
from channels.email_letter import compose
from handlers.sandbox.changes import Changes
from handlers.sandbox.faults import Fault, FaultKind
from handlers.sandbox.journal import Journal
from handlers.sandbox.mailbox import Mailbox


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that keeps what it takes."""
    opened = Mailbox(changes=Changes(), journal=Journal(None), clock=FrozenClock(NOW))
    await opened.start()
    yield opened
    await opened.stop()


def test_without_settings_mail_is_off_and_half_of_them_is_a_mistake() -> None:
    assert channel.configure({}, NO_HTTP) is None
    with pytest.raises(ConfigError, match="SMTP_URL is missing"):
        channel.configure({"EMAIL_FROM": "a@b.example"}, NO_HTTP)
    with pytest.raises(ConfigError, match="EMAIL_FROM is missing"):
        channel.configure({"SMTP_URL": "smtp://127.0.0.1"}, NO_HTTP)


def test_mail_is_found_as_a_channel_like_any_other() -> None:
    found = load("channels", "channel", Channel)  # type: ignore[type-abstract]
    channel_: ConfiguredChannel = mail()
    assert found["email"] is channel
    assert (channel_.name, channel_.routes, channel_.window_s) == ("email", (), None)
    assert channel_.default_sender == "bookings@hibachi.example"


@pytest.mark.parametrize(
    "url",
    ["http://mail.example", "mail.example:587", "smtp://", "smtp://h:port", "smtp://h/inbox"],
)
def test_a_wrong_server_is_named(url: str) -> None:
    with pytest.raises(ConfigError, match="SMTP_URL is wrong"):
        mail(SMTP_URL=url)


@pytest.mark.parametrize("sender", ["nobody", "a@", "Name <>", "a b@c.example", "ü@c.example"])
def test_a_wrong_sender_is_named(sender: str) -> None:
    with pytest.raises(ConfigError, match="EMAIL_FROM is wrong"):
        mail(EMAIL_FROM=sender)


def test_credentials_never_cross_an_open_line() -> None:
    """Only loopback may do without TLS, which must then come before anything else."""
    far = mail(SMTP_URL="smtp://user%40x:p%3Aw@mail.example").server
    assert (far.must_start_tls, far.speaks_tls, far.port) == (True, False, 587)
    assert (far.user, far.password) == ("user@x", "p:w")
    wrapped = mail(SMTP_URL="smtps://mail.example").server
    assert (wrapped.must_start_tls, wrapped.speaks_tls, wrapped.port) == (False, True, 465)
    assert not mail(SMTP_URL="smtp://localhost").server.must_start_tls


async def test_a_letter_arrives_whole(mailbox: Mailbox) -> None:
    """Text in its language, sender's name, the calendar file beside it."""
    row = letter(subject="派对已确认 🎉", text="Hola Ñandú\n.\n一句话。", attachments=(FILE,))
    sent = await mail(mailbox.port).send(row)
    (came,) = mailbox.to(ANA)
    parsed = came.parsed()
    assert (came.subject, came.text) == ("派对已确认 🎉", "Hola Ñandú\n.\n一句话。")
    assert came.sender == "bookings@hibachi.example"
    assert parsed["From"].addresses[0].display_name == "Café Hibachi"
    assert parsedate_to_datetime(parsed["Date"]) == NOW
    assert parsed.get_content_type() == "multipart/mixed"
    assert parsed["Auto-Submitted"] == "auto-generated"
    (part,) = parsed.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert (part.get_filename(), part.get_content()) == ("party.ics", FILE.text)
    assert came.id == sent.external_id == f"{row.id}@hibachi.example"


async def test_a_second_try_is_recognised_as_the_same_letter(mailbox: Mailbox) -> None:
    """I5: the Message-ID is made from the row, not from the moment."""
    channel_ = mail(mailbox.port)
    first = await channel_.send(letter())
    second = await channel_.send(letter(attempt=2))
    assert first.external_id == second.external_id
    assert len({came.id for came in mailbox.letters}) == 1


@given(
    subject=st.text(max_size=300),
    text=st.text(max_size=500),
    name=st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40),
)
def test_nobody_can_slip_a_header_in(subject: str, text: str, name: str) -> None:
    """Whatever a name or a subject holds, the letter has the headers that we gave it, once."""
    row = letter(subject=f"{subject}\r\nBcc: eve@example.com\n\n{name}", text=text)
    made = compose(row, mail().sender, ANA).as_bytes()
    head = made.split(b"\r\n\r\n")[0]
    names = sorted(line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" ")
    assert names == sorted(
        b"From To Subject Date Message-ID Auto-Submitted X-Auto-Response-Suppress "
        b"MIME-Version Content-Type".split()
    )
    assert max(map(len, made.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@example.com",
        "ana@",
        "a\r\nBcc: b@c.example",
        "ñan dú@example.com",
        "ñ@dú@example.com",
        "ñ\r\nBcc: b@c.example",
        "\ud800@example.com",
        "a b@c.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a@" + "b" * 300 + ".example",
        "a\x00@b.example",
    ],
)
async def test_what_is_no_mailbox_is_never_tried_again(address: str, mailbox: Mailbox) -> None:
    with pytest.raises(AddressRefused) as caught:
        await mail(mailbox.port).send(letter(recipient=address))
    assert not caught.value.opted_out
    assert not mailbox.letters
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "answer", "expected"),
    [
        ("mail", "451 4.3.0 later", VendorUnavailable),
        ("rcpt", "450 4.2.0 greylisted", VendorUnavailable),
        ("data", "452 4.3.1 full", VendorUnavailable),
        ("mail", "550 5.7.1 who are you", VendorRefused),
        ("rcpt", "550 5.1.1 no such user", AddressRefused),
        ("rcpt", "550 unknown", AddressRefused),
        ("rcpt", "550 5.7.1 blocked by policy", VendorRefused),
        ("rcpt", "552 5.2.2 mailbox full", VendorRefused),
        ("data", "554 5.6.0 looks like spam", VendorRefused),
    ],
)
async def test_each_answer_has_its_meaning(
    operation: str, answer: str, expected: type[Exception], mailbox: Mailbox
) -> None:
    """An outage is retried, a refusal is not, and only a missing mailbox is held against it."""
    code, _, words = answer.partition(" ")
    fault = Fault(kind=FaultKind.FAIL, status=int(code), code=words)
    mailbox.faults.add(operation, fault)
    with pytest.raises(expected) as caught:
        await mail(mailbox.port).send(letter())
    assert type(caught.value) is expected
    assert not mailbox.letters


async def test_a_line_that_breaks_after_the_letter_leaves_it_open(mailbox: Mailbox) -> None:
    """I5: it did arrive, and nobody can be asked; so nothing is sent again by itself."""
    mailbox.faults.add("data", Fault(kind=FaultKind.DROP))
    channel_ = mail(mailbox.port)
    with pytest.raises(VendorSilent):
        await channel_.send(letter())
    assert len(mailbox.letters) == 1
    with pytest.raises(VendorRefused, match="no list"):
        await channel_.find_sent(letter(), frozenset())


async def test_a_server_that_is_away_is_tried_again(mailbox: Mailbox) -> None:
    await mailbox.stop()
    with pytest.raises(VendorUnavailable):
        await mail(mailbox.port).send(letter())
    with pytest.raises(VendorUnavailable):
        await mail(mailbox.port).check()
    await mailbox.start()
    await mail(mailbox.port).check()
    await mail(mailbox.port).send(letter())
    assert len(mailbox.letters) == 1


@asynccontextmanager
async def server_saying(answer: Callable[[str], str]) -> AsyncIterator[tuple[int, list[str]]]:
    """A server that greets, and answers each line as it is told; what it heard."""
    heard: list[str] = []
    lines: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            heard.append(line)
            writer.write(answer(line).encode() + b"\r\n")

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        for line in lines:
            line.close()
            with suppress(ConnectionError):
                await line.wait_closed()
        await server.wait_closed()


async def test_without_encryption_nothing_is_said() -> None:
    """A server that should encrypt and does not hears neither password nor letter."""
    async with server_saying(lambda _line: "250 plain") as (port, heard):
        channel_ = mail()
        server = replace(
            channel_.server, port=port, must_start_tls=True, user="me", password="secret"
        )
        with pytest.raises(VendorUnavailable):
            await replace(channel_, server=server).send(letter())
    assert all(line.split()[0] in ("EHLO", "HELO", "QUIT") for line in heard)


async def test_a_refused_login_says_which_setting() -> None:
    def answer(line: str) -> str:
        if line.startswith("EHLO"):
            return "250-here\r\n250 AUTH PLAIN"
        return "535 5.7.8 wrong" if line.startswith("AUTH") else "250 ok"

    async with server_saying(answer) as (port, heard):
        channel_ = mail(SMTP_URL=f"smtp://me:secret@127.0.0.1:{port}")
        with pytest.raises(VendorRefused, match="SMTP_URL"):
            await channel_.send(letter())
    assert not any(line.startswith("MAIL") for line in heard)


async def test_nothing_personal_is_logged(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """I13: neither address nor words, whether it goes well or not."""
    with caplog.at_level(logging.INFO):
        await mail(mailbox.port).send(letter())
        mailbox.faults.add("rcpt", Fault(kind=FaultKind.FAIL, status=550, code=f"no {ANA}"))
        with pytest.raises(AddressRefused) as caught:
            await mail(mailbox.port).send(letter())
    assert ANA not in caplog.text + str(caught.value)
    assert PRIVATE_WORDS not in caplog.text


def test_a_letter_is_one_piece_and_nothing_is_none() -> None:
    assert mail().render("Hello.\r\n" * 1000) == (("Hello.\n" * 1000).strip(),)
    assert mail().render(" \n\x00 ") == ()


async def test_what_came_survives_a_restart(tmp_path: Path) -> None:
    """The sandbox shows yesterday's letters too."""
    journal = Journal(tmp_path / "state.jsonl")
    assert journal.open() == ()
    first = Mailbox(changes=Changes(), journal=journal, clock=FrozenClock(NOW))
    await first.start()
    await mail(first.port).send(letter(attachments=(FILE,), text="一句话"))
    await first.stop()
    journal.close()
    again = Mailbox(changes=Changes(), journal=Journal(None), clock=FrozenClock(NOW))
    for fact in Journal(tmp_path / "state.jsonl").open():
        again.restore(fact)
    assert again.letters == first.letters
    assert again.to(ANA)[0].attachments[0][2] == FILE.text
