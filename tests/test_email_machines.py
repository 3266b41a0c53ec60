"""Which letters no person wrote, and what bounces tell: pure cases beside the staged inbox (I4).

Whole letters of each kind lie in tests/mails; here are the edges of each rule.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from bot.domain import (
    AddressId,
    Author,
    Direction,
    Kind,
    MessageId,
    Status,
    StoredMessage,
)
from bot.noise import LETTERS_MAX, LETTERS_WITHIN, why_ignored
from channels.email_bounces import BLOCKED, FULL, LATE, UNREACHABLE
from channels.email_machines import Machine, MachineKind, judge_letter, read_bounce
from channels.email_mime import read_letter

US = "bookings@hibachi.example"
OUR_ID = "0192f0ad-0001-7abc-8def-0000000000b1"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def judged(head: str, body: str = "Hello", *, envelope: str = "ann@example.com") -> Machine | None:
    sender = "" if head.lower().startswith("from:") else "From: Ann <ann@example.com>\r\n"
    raw = f"{sender}{head}\r\n\r\n{body}\r\n".encode()
    return judge_letter(read_letter(raw), envelope_from=envelope, our_addresses=frozenset({US}))


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Party",
        "Auto-Submitted: no",
        "Auto-Submitted: No (really)",
        "Precedence: first-class",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: DR, NDR, RN, NRN",
        "X-Loop: somebody@else.example",
        "Feedback-ID: 1:2:3:provider",
        "Return-Path: <ann@example.com>",
        "List-Id: <bookings.hibachi.example>\r\nPrecedence: list",
        "X-Spam-Status: No, score=0.1",
        "From: Noreen Plymouth <noreen.plymouth@example.com>",
        "From: Bob Ounce <bobounces@example.com>",
        "Subject: Notes on the vacation party",
    ],
)
def test_a_persons_letter_is_a_persons(head: str) -> None:
    assert judged(head) is None


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Auto-Submitted: auto-replied", MachineKind.AUTO_REPLY),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=x@y.z", MachineKind.AUTO_REPLY),
        ("Auto-Submitted: auto-generated (rejected)", MachineKind.AUTOMATIC),
        ("Auto-Submitted: auto-notified", MachineKind.AUTOMATIC),
        ("Return-Path: <>", MachineKind.AUTO_REPLY),
        ("X-Autorespond: Party", MachineKind.AUTO_REPLY),
        ("X-Auto-Reply-From: a@b.org", MachineKind.AUTO_REPLY),
        ("Precedence: auto_reply", MachineKind.AUTO_REPLY),
        ("Precedence: junk", MachineKind.BULK),
        ("List-Unsubscribe: <https://x.example>", MachineKind.BULK),
        ("List-Id: <cats.lists.example.org>", MachineKind.LIST),
        ("List-Post: <mailto:cats@lists.example.org>", MachineKind.LIST),
        (f"X-Loop: {US}", MachineKind.OWN),
        (f"From: Us <{US.upper()}>", MachineKind.OWN),
        ("From: x <no_reply@example.com>", MachineKind.NO_REPLY),
        ("From: x <NoReply+77@example.com>", MachineKind.NO_REPLY),
        ("From: x <nepasrepondre@example.fr>", MachineKind.NO_REPLY),
        ("From: x <mailer-daemon@example.com>", MachineKind.BOUNCE),
        ("X-Failed-Recipients: a@b.org", MachineKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
         MachineKind.RECEIPT),
        ("Subject: Report domain: x.y Submitter: z Report-ID: 1", MachineKind.REPORT),
        ("X-Mailgun-Sflag: Yes", MachineKind.SPAM),
        ("Subject: Automatic reply: Party", MachineKind.AUTO_REPLY),
        ("Subject: Re: Abwesenheitsnotiz", MachineKind.AUTO_REPLY),
        ("Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOiDmiqXku7c=?=", MachineKind.AUTO_REPLY),
        ("X-Auto-Response-Suppress: oof", MachineKind.ASKS_SILENCE),
    ],
)  # fmt: skip
def test_each_rule_finds_its_machine(head: str, kind: MachineKind) -> None:
    found = judged(head)
    assert found is not None
    assert found.kind is kind
    assert found.needs_person is (kind is MachineKind.ASKS_SILENCE)


def test_an_envelope_without_a_sender_is_a_machines() -> None:
    for envelope in ("", "<>"):
        found = judged("Subject: Party", envelope=envelope)
        assert found is not None
        assert found.kind is MachineKind.AUTO_REPLY


def test_a_subject_alone_never_silences_a_question() -> None:
    assert judged("Subject: Out of office", "Can we book the 5th?") is None
    # A question of ours in what is quoted is not theirs.
    quoted = "Away.\r\n\r\nOn 1/2/2026 at 10:00, Us <u@x.org> wrote:\r\n> How many?"
    assert judged("Subject: Out of office", quoted) is not None


def _notice(fields: str, *, returned: str = f"Message-ID: <{OUR_ID}@hibachi.example>") -> bytes:
    return (
        "From: mailer-daemon@example.com\r\nContent-Type: multipart/report;"
        " report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        f"Sorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.org\r\n{fields}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("fields", "status", "reason", "is_soft", "bad"),
    [
        ("Action: failed\r\nStatus: 5.1.1", Status.FAILED, UNREACHABLE, False, True),
        ("Action: failed\r\nStatus: 5.2.2", Status.FAILED, FULL, True, False),
        ("Action: failed\r\nStatus: 4.4.7", Status.FAILED, None, True, False),
        ("Action: delayed\r\nStatus: 4.4.1", Status.SENT, LATE, True, False),
        ("Action: failed\r\nStatus: 5.7.1", Status.FAILED, BLOCKED, True, False),
        ("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 user\r\n unknown",
         Status.FAILED, UNREACHABLE, False, True),
        ("Action: delivered\r\nStatus: 2.0.0", Status.DELIVERED, "", False, False),
        ("Action: relayed (x)\r\nStatus: 2.0.0", Status.SENT, "", False, False),
    ],
)  # fmt: skip
def test_a_notice_tells_how_bad_it_is(
    fields: str, status: Status, reason: str | None, is_soft: bool, bad: bool
) -> None:
    (receipt,) = read_bounce(read_letter(_notice(fields)))
    assert receipt.external_id == f"{OUR_ID}@hibachi.example"
    assert receipt.tag == OUR_ID
    assert (receipt.status, receipt.is_soft, receipt.bad_address) == (status, is_soft, bad)
    assert reason is None or receipt.reason == reason


def test_a_notice_that_names_no_letter_of_ours_moves_nothing() -> None:
    nothing = "Action: failed\r\nStatus: 5.1.1"
    assert read_bounce(read_letter(_notice(nothing, returned="Subject: x"))) == ()
    assert read_bounce(read_letter(_notice("Action: expanded\r\nStatus: 2.0.0"))) == ()
    (strange,) = read_bounce(read_letter(_notice(nothing, returned="Message-ID: <x@y.z>")))
    assert (strange.external_id, strange.tag) == ("x@y.z", "")


def test_only_a_complaint_is_taken_for_one() -> None:
    raw = (
        "From: fbl@example.net\r\nContent-Type: multipart/report; report-type=feedback-report;"
        " boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: KIND\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{OUR_ID}@hibachi.example>\r\nSubject: x\r\n\r\nHi\r\n--b--\r\n"
    )
    (receipt,) = read_bounce(read_letter(raw.replace("KIND", "Abuse").encode()))
    assert receipt.opted_out
    assert receipt.tag == OUR_ID
    for other in ("not-spam", "auth-failure"):
        assert read_bounce(read_letter(raw.replace("KIND", other).encode())) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: x",
        b"Content-Type: multipart/report; boundary=\r\n\r\nx",
        b"Content-Type: multipart/report; report-type*0=\xff\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\n\x00\xff: \xfe\r\nAction: failed",
        _notice("Action:\r\nStatus: " + "9" * 5000),
        _notice("Action: failed\r\n" + "X: y\r\n" * 5000),
        b"From: mailer-daemon@x.org\r\nSubject: failure notice\r\n\r\n" + b"Message-ID:" * 5000,
    ],
)
def test_no_letter_is_too_broken_to_be_judged(raw: bytes) -> None:
    letter = read_letter(raw)
    judge_letter(letter, envelope_from="a@b.org", our_addresses=frozenset({US}))
    assert len(read_bounce(letter)) <= 1


def test_two_machines_do_not_answer_each_other_for_ever() -> None:
    """I4: different words each time, and still an end; the same on another channel goes on."""
    address = AddressId(uuid4())

    def stored(text: str, author: Author, at: datetime) -> StoredMessage:
        inbound = author is Author.CUSTOMER
        return StoredMessage(
            id=MessageId(UUID(int=1)),
            seq=1,
            direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
            author=author,
            kind=Kind.TEXT,
            text=text,
            status=Status.RECEIVED if inbound else Status.SENT,
            channel="email",
            address_id=address,
            created_at=at,
            said_at=at,
        )

    answers = [stored(f"a{i}", Author.BOT, NOW - timedelta(minutes=i)) for i in range(LETTERS_MAX)]
    letter = stored("Ticket 4711 received", Author.CUSTOMER, NOW)
    assert "loop" in str(why_ignored(letter, answers))
    assert why_ignored(letter, answers[1:]) is None
    assert why_ignored(replace(letter, created_at=NOW + LETTERS_WITHIN), answers) is None
    assert why_ignored(replace(letter, channel="sms"), answers) is None
    assert why_ignored(replace(letter, address_id=AddressId(uuid4())), answers) is None
