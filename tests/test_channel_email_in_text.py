"""What is left of letters that are broken, foreign, or much more than their new words."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_forms import INBOX
from mail_letters import ANA, HOUSE, NOW, letter, read

from bot.domain import Kind
from channels.email_charsets import decode, decode_words
from channels.email_headers import POLICY, canonical, mailboxes, thread_of
from channels.email_raw import RawMail
from channels.email_reading import read_mail


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (letter("No end\n--b1\nContent-Type: text/plain\n\nhi", "Content-Type: multipart/mixed"),
         "No end"),
        (letter("bare\nline\nends"), "bare\nline\nends"),
        (letter("nul\x00 here"), "nul here"),
        (letter("odd", "Content-Type: text/plain; charset=x-unheard-of"), "odd"),
        (letter("odd", "Content-Type: ;;;==\x01"), "odd"),
        (letter("öd", "Content-Type: text/plain; charset=idna"), "öd"),
        (letter("!!!", "Content-Transfer-Encoding: base64"), ""),
        (letter("a=20b=\r\nc", "Content-Transfer-Encoding: quoted-printable"), "a bc"),
        (letter("<p>one</p><p hidden>two</p><!-- three -->", "Content-Type: text/html"), "one"),
    ],
)  # fmt: skip
def test_a_broken_letter_still_says_something(raw: str, text: str) -> None:
    message = read(raw)
    assert message.text.startswith(text)
    assert "two" not in message.text + message.full_text


@pytest.mark.parametrize(
    ("content", "label", "text"),
    [
        ("“é”".encode("cp1252"), "iso-8859-1", "“é”"),
        ("镕".encode("gb18030"), "gb2312", "镕"),
        ("é".encode(), "us-ascii", "é"),
        ("é".encode(), "", "é"),
        (b"caf\xe9", "utf-8", "café"),
        ("똠".encode("cp949"), "ks_c_5601-1987", "똠"),
        (b"\xff\xfe\x00", "rot13", "ÿþ"),
    ],
)
def test_text_is_read_by_what_labels_mean(content: bytes, label: str, text: str) -> None:
    assert decode(content, label) == text


def test_encoded_words_join_where_they_were_cut() -> None:
    whole = b64encode("生日派对".encode()).decode()
    assert decode_words(f"=?utf-8?b?{whole}?=\r\n =?utf-8?q?_ok?= plain") == "生日派对 ok plain"


def test_ids_are_found_however_they_are_written() -> None:
    raw = letter(
        "x",
        "In-Reply-To: Your message <p1@hibachi.example> (of today)",
        "References: <r1@x>\r\n\t<r2@x> =?utf-8?q?=3Cr3=40x=3E?=",
    )
    thread = thread_of(message_from_bytes(raw.encode(), policy=POLICY))
    assert thread.in_reply_to == "p1@hibachi.example"
    assert thread.references == ("r1@x", "r2@x", "r3@x")


def test_a_subject_speaks_only_where_a_letter_begins() -> None:
    assert read(letter("20 of us", "Subject: Party in May")).text == "Party in May\n20 of us"
    assert read(letter("Party in May?", "Subject: party in may")).text == "Party in May?"
    assert read(letter("", "Subject: Call me")).text == "Call me"
    assert read(letter("ok", "Subject: Re: Party")).text == "ok"
    answer = letter("ok", "Subject: Party", "In-Reply-To: <x@hibachi.example>")
    assert read(answer).text == "ok"


def test_all_of_a_letter_is_kept_beside_its_new_words() -> None:
    body = "Yes.\r\n\r\nOn Mon, Nov 23, 2026 at 9:00 AM Hibachi <b@h.example> wrote:\r\n> Shall we?"
    message = read(letter(body))
    assert message.text == "Yes."
    assert "Shall we?" in message.full_text
    assert read(letter("Yes.")).full_text == ""


@pytest.mark.parametrize(
    ("said", "is_for_person"),
    [
        ("Please see my answers below in red.", True),
        ("I replied inline.", True),
        ("Mis respuestas están abajo en rojo.", True),
        ("我的回答在下面。", True),
        ("Yes to both. Is the answer to my question still open?", False),
    ],
)
def test_answers_inside_what_is_quoted_without_marks_are_a_persons_to_read(
    said: str, is_for_person: bool
) -> None:
    """I4: nobody can tell them from our own words, so no machine answers what stands above."""
    block = f"From: Us <{INBOX}>\nSent: Monday\nTo: Ana\nSubject: Party\n\nHow many?\nTwelve!\n"
    assert ("for_person" in read(letter(f"{said}\n\n{block * 2}")).extras) is is_for_person
    quoted = "\n".join(f"> {line}" for line in block.splitlines())
    assert "for_person" not in read(letter(f"{said}\n\n{quoted}\n\nTwelve!")).extras


def test_a_picture_alone_is_a_picture_and_an_ornament_is_none() -> None:
    head = "Content-Type: multipart/related; boundary=r"
    picture = "--r\r\nContent-Type: image/png\r\nContent-ID: <c>\r\n\r\n{}\r\n"
    small, large = (picture.format("x" * size) for size in (100, 30_000))
    message = read(letter(small + large + "--r--", head))
    assert [len(each.content or b"") for each in message.media] == [30_000]
    assert (message.kind, message.extras["ornaments"]) == (Kind.MEDIA, "1")


def test_a_clock_that_is_plainly_wrong_is_not_believed() -> None:
    right = read(letter("x", "Date: Mon, 23 Nov 2026 10:00:00 -0500"))
    assert right.sent_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    for wrong in ("Thu, 1 Jan 1970 00:00:00 +0000", "Mon, 23 Nov 2099 10:00:00 +0000", "soon"):
        assert read(letter("x", f"Date: {wrong}")).sent_at is None


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(
            ["From", "Content-Type", "Message-ID", "References", "Date", "Subject", "Reply-To"]
        ),
        max_size=6,
    ),
    values=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60), min_size=6
    ),
    body=st.binary(max_size=300),
)
def test_no_letter_breaks_the_reader(names: list[str], values: list[str], body: bytes) -> None:
    """Whatever headers hold: a message, or a letter kept for somebody to look at."""
    head = "".join(f"{name}: {value}\r\n" for name, value in zip(names, values, strict=False))
    raw = (f"From: {ANA}\r\n" + head + "\r\n").encode() + body
    parsed = read_mail(RawMail(raw=raw, envelope_from=ANA, recipient=INBOX), HOUSE, NOW)
    assert len(parsed.messages) + len(parsed.unread) == 1
    for message in parsed.messages:
        assert "\x00" not in message.text + message.subject + message.external_id
        message.text.encode()
        assert message.sender == canonical(message.sender) != ""
        assert all(len(value) <= 300 for value in message.extras.values())


DEEP = "".join(
    f"--b{at}\r\nContent-Type: multipart/mixed; boundary=b{at + 1}\r\n\r\n" for at in range(1500)
)


@pytest.mark.parametrize(
    "raw",
    [
        letter(sender="(" * 5_000 + ")" * 5_000 + ANA),
        letter(sender=", ".join(f"a{number}@x.example" for number in range(5_000))),
        letter("x", "Subject: " + "=?utf-8?q?a?= " * 20_000),
        letter("x", "Content-Type: text/plain; " + "a=b; " * 50_000),
        letter(DEEP, "Content-Type: multipart/mixed; boundary=b0"),
        letter("Content-Type: message/rfc822\r\n\r\n" * 2_000, "Content-Type: message/rfc822"),
        letter("--b\r\n\r\nx\r\n" * 50_000, "Content-Type: multipart/mixed; boundary=b"),
        letter("<div>" * 50_000, "Content-Type: text/html"),
        letter(
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            + "Action: failed\r\n\r\n" * 900_000,
            "Content-Type: multipart/report; boundary=b",
        ),
    ],
    ids="comments senders words parameters depth letters parts html reports".split(),
)
def test_no_letter_takes_the_reader_long(raw: str) -> None:
    """Each of these took the standard library's parsers minutes, or all of the stack."""
    mail = RawMail(raw=raw.encode(), envelope_from=ANA, recipient=INBOX)
    parsed = read_mail(mail, HOUSE, NOW)
    assert len(parsed.messages) + len(parsed.unread) == 1
    assert all(len(message.text) <= 50_000 for message in parsed.messages)


def test_mailboxes_survive_what_no_parser_likes() -> None:
    hostile = letter(sender='<<>>, @, a@@b, <x@y.example>, "unclosed <z@y.example>')
    found = mailboxes(message_from_bytes(hostile.encode(), policy=POLICY), "From")
    assert all(canonical(address) == address for _, address in found)
