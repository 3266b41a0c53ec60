"""Letters that go out: the thread they stand in, how they look, and how offers are ended."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from channel_cases import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_sample import ANA, letter, mail

from bot.domain import AddressId, Author, Media, Purpose, Thread
from bot.domain_sending import Answered, OutboundMessage
from bot.errors import BadSignature, VendorRefused
from bot.media import MediaStore, kept_url, open_media
from bot.settings import load_settings
from bot.unsubscribing import make_link, read_token
from channels.email_enclosing import enclosures
from channels.email_letter import Enclosure, Letterhead, compose

SECRET = "only these tests know it, nobody else"
HEAD = Letterhead(
    name="Hibachi & Sons",
    postal_address="1 Main St, Fremont, CA 94539",
    base_url="https://concierge.example.com",
    secret=SECRET,
)
ADDRESS = AddressId(UUID(int=77))
LONG = "AM0PR04MB" + "x" * 80 + "@eurprd04.prod.outlook.example"


def answered(subject: str = "Party", **thread: object) -> Answered:
    said = Thread(**{"message_id": LONG, **thread})  # type: ignore[arg-type]  # Fields by name.
    return Answered(external_id=said.message_id, said_at=NOW, subject=subject, thread=said)


def written(row: OutboundMessage, *files: Enclosure, head: Letterhead = HEAD) -> EmailMessage:
    """The letter as a mail program reads it."""
    raw = compose(row, mail().sender, ANA, head=head, files=files).as_bytes()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    return message_from_bytes(raw, policy=policy.default)


def halves(made: EmailMessage) -> tuple[str, str]:
    plain, shown = made.get_body(("plain",)), made.get_body(("html",))
    assert plain is not None
    assert shown is not None
    return str(plain.get_content()), str(shown.get_content())


def test_an_answer_stands_in_its_thread_with_ids_that_stay_whole() -> None:
    """RFC 5322 3.6.4: theirs, then their own; of fifty the first and the last."""
    many = tuple(f"{number}{'y' * 70}@mail.example" for number in range(50))
    row = letter(subject="", answered=answered("Re: RE: AW: 回复：Party", references=many))
    made = written(replace(row, is_reply=True))
    named = str(made["References"]).split()
    assert (made["Subject"], made["In-Reply-To"]) == ("Re: Party", f"<{LONG}>")
    assert [named[0], named[9], named[10]] == [f"<{many[at]}>" for at in (0, 9, 41)]
    assert (len(named), named[-1]) == (20, f"<{LONG}>")
    alone = written(letter(subject="", answered=answered(in_reply_to="p@x.example")))
    assert str(alone["References"]).split() == ["<p@x.example>", f"<{LONG}>"]


@pytest.mark.parametrize(
    "given_id", ["", "a b@c", "x>\r\nBcc: eve@evil.example", "é@x.example", "z" * 2000]
)
def test_an_id_that_no_header_can_hold_is_left_out(given_id: str) -> None:
    made = written(letter(subject="", answered=answered(message_id=given_id)))
    assert (made["In-Reply-To"], made["References"], made["Bcc"]) == (None, None, None)


def test_who_writes_decides_what_machines_are_told() -> None:
    """RFC 3834: an answer, a notice, and a colleague's own words, to whom a machine may answer."""
    row = letter(answered=answered())
    assert written(replace(row, is_reply=True))["Auto-Submitted"] == "auto-replied"
    assert written(row)["Auto-Submitted"] == "auto-generated"
    by_staff = written(replace(row, author=Author.STAFF))
    assert (by_staff["Auto-Submitted"], by_staff["X-Auto-Response-Suppress"]) == (None, None)


def test_both_halves_say_the_same_and_fetch_nothing() -> None:
    text = "Hi <b>Ana</b> & co,\nsee https://example.com/a?b=1&c=2.\n\nBye"
    plain, shown = halves(written(letter(text=text, language="es")))
    assert plain.replace("\r\n", "\n").strip() == text
    assert "Hi &lt;b&gt;Ana&lt;/b&gt; &amp; co,<br>" in shown
    assert '<a href="https://example.com/a?b=1&amp;c=2">' in shown
    assert '<html lang="es">' in shown
    assert "Hibachi &amp; Sons" in shown
    assert "Fremont" not in shown, "what answers a question is no advertisement"
    assert not re.search(r"<img|<script|<link|src=|url\(|@import", shown)
    assert "color-scheme" in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"is_unasked": True}, "Unsubscribe from offers: "),
        ({"purpose": Purpose.PROMOTIONAL, "language": "es"}, "No recibir más ofertas: "),
        ({"is_unasked": True, "language": "zh"}, "退订优惠信息: "),
    ],
)
def test_whoever_did_not_ask_can_end_it_with_one_press(
    changes: dict[str, object], said: str
) -> None:
    """RFC 8058, I6: one https address in the header and the same to be seen, and who we are."""
    made = written(letter(subject="", address_id=ADDRESS, answered=answered(), **changes))
    link = make_link(HEAD.base_url, SECRET, ADDRESS)
    assert str(made["List-Unsubscribe"]) == f"<{link}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made["In-Reply-To"] is None
    plain, shown = halves(made)
    assert said + link in plain
    assert link in shown
    assert all("1 Main St, Fremont" in half for half in (plain, shown))
    assert read_token(SECRET, link.rpartition("/")[2]) == ADDRESS


def test_a_link_that_would_not_work_is_not_given() -> None:
    for head in (replace(HEAD, secret=""), replace(HEAD, base_url="")):
        made = written(letter(is_unasked=True, address_id=ADDRESS), head=head)
        assert made["List-Unsubscribe"] is made["List-Unsubscribe-Post"] is None
    assert mail(PUBLIC_URL="http://far.example").head.base_url == ""
    assert mail(PUBLIC_URL="https://far.example").head.base_url == "https://far.example"


@pytest.mark.parametrize("token", ["", "x", "00" * 16, f"{ADDRESS.hex}.AAAA", "a.b.c", "é"])
def test_nobody_makes_such_a_link_but_us(token: str) -> None:
    """I11."""
    with pytest.raises(BadSignature):
        read_token(SECRET, token)


def test_a_letter_without_words_of_its_own_has_a_subject_all_the_same() -> None:
    assert written(letter(subject=""))["Subject"] == "Your message to Hibachi & Sons"
    assert written(letter(subject="", language="es", is_unasked=True))["Subject"] == (
        "Novedades de Hibachi & Sons"
    )


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=400), subject=st.text(max_size=100), ids=st.lists(st.text(max_size=30))
)
def test_whatever_was_said_a_letter_can_be_written_and_sent_again(
    text: str, subject: str, ids: list[str]
) -> None:
    """I5: the same row is the same letter, whatever others have put into its thread."""
    row = letter(subject="", text=text, answered=answered(subject, references=tuple(ids)))
    assert str(written(row)["Message-ID"]) == str(written(replace(row, attempt=2))["Message-ID"])
    names = [name.lower() for name in written(row)]
    assert len(names) == len(set(names))
    assert "bcc" not in names


async def test_pictures_go_with_a_letter_or_it_does_not_go(tmp_path: Path) -> None:
    store: MediaStore = open_media(load_settings({"DATA_DIR": str(tmp_path)}))
    content = bytes(range(256))
    key = await store.put(content)
    kept = Media(kept_url(key), "image/png", "jardín 花.png")
    found = await enclosures(store, (kept, Media(kept_url(key), "application/pdf")))
    assert [each.name for each in found] == ["jardín 花.png", "2.pdf"]
    parts = list(written(letter(), *found).iter_attachments())
    assert [part.get_filename() for part in parts] == ["jardín 花.png", "2.pdf"]
    assert parts[0].get_content() == content
    for gone in (Media(kept_url("0" * 64), "image/png"), Media("https://x.example/a", "image/png")):
        with pytest.raises(VendorRefused, match="not kept"):
            await enclosures(store, (gone,))
    large = await store.put(b"x" * (19 * 1024 * 1024))
    with pytest.raises(VendorRefused, match="too large"):
        await enclosures(store, (Media(kept_url(large), "video/mp4"),))


def test_a_letter_is_dated_by_its_row() -> None:
    assert written(letter(claimed_at=NOW + timedelta(hours=1)))["Date"].datetime == (
        NOW + timedelta(hours=1)
    )


def test_lines_are_as_short_as_mail_wants_them_but_for_ids_and_links() -> None:
    """RFC 2045 6.7 and 6.8, RFC 2047 2: 76 a line and 75 a word, whatever is written."""
    row = letter(subject="派对 " * 60, text="你好" * 300 + "\n" + "x" * 3000, answered=answered())
    file = Enclosure(name="菜单" * 40 + ".pdf", content_type="application/pdf", content=b"x" * 5000)
    raw = compose(row, mail().sender, ANA, head=HEAD, files=[file]).as_bytes()
    long = {line.partition(b":")[0] for line in raw.split(b"\r\n") if len(line) > 78}
    assert long <= {b"In-Reply-To", b"References"}
    words = re.findall(rb"=\?[^?]+\?[bq]\?[^?]*\?=", raw)
    assert words
    assert max(map(len, words)) <= 75
    made = message_from_bytes(raw, policy=policy.default)
    assert str(made["Subject"]).replace(" ", "") == "派对" * 60
    assert [part.get_filename() for part in made.iter_attachments()] == ["菜单" * 40 + ".pdf"]
    assert halves(made)[0].split() == row.text.split()
