"""What somebody wrote in a letter: pure cases, one a mail program or a trap, and hostile ones.

The staged inbox (test_staged_inbox.py) has whole letters; these are the shapes that it has not.
"""

from __future__ import annotations

import random
from time import process_time

import pytest

from channels.email_reply import TEXT_MAX, new_text
from channels.email_reply_html import visible_text

QUOTED = {
    "danish": "Ja tak!\n\nDen man. 23. nov. 2026 kl. 10.12 skrev Os <os@example.dk>:\n\n> Ja?",
    "norwegian": "Ja tak!\n\nman. 23. nov. 2026 kl. 10:12 skrev Os <os@example.no>:\n\n> Ja?",
    "swedish": "Ja tak!\n\nDen mån 23 nov. 2026 kl 10:12 skrev Oss <oss@example.se>:\n\n> Ja?",
    "finnish": "Ja tak!\n\nma 23. marrask. 2026 klo 10.12 Me <me@example.fi> kirjoitti:\n\n> Ja?",
    "czech": "Ja tak!\n\npo 23. 11. 2026 v 10:12 odesílatel My <my@example.cz> napsal:\n\n> Ja?",
    "hungarian": "Ja tak!\n\nMi <mi@x.hu> ezt írta (időpont: 2026. nov. 23., H, 10:12):\n\n> Ja",
    "turkish": "Ja tak!\n\nBiz <biz@x.tr>, 23 Kas 2026 Pzt, 10:12 tarihinde şunu yazdı:\n\n> J",
    "greek": "Ja tak!\n\nΣτις Δευ 23 Νοε 2026 στις 10:12, ο Εμείς <e@example.gr> έγραψε:\n\n> J",
    "ukrainian": "Ja tak!\n\nпн, 23 лист. 2026 р. о 10:12 Ми <my@example.ua> пише:\n\n> J",
    "japanese": "Ja tak!\n\n2026年11月23日(月) 10:12 私達 <w@example.jp>:\n\n> J",
    "romanian": "Ja tak!\n\nÎn lun., 23 nov. 2026 la 10:12, Noi <noi@example.ro> a scris:\n\n> J",
    "catalan": "Ja tak!\n\nEl dl., 23 de nov. 2026, 10:12, Nos <n@example.cat> va escriure:\n\n> J",
    "time first": "Ja tak!\n\n10:12 AM, November 23, 2026, Us <us@example.com>:\n\nUnmarked",
    "iso": "Ja tak!\n\n2026-11-23 10:12 GMT-08:00 Us <us@example.com>:\n\n> J",
    "bold header block": "Ja tak!\n\n*From:* Us <us@example.com>\n*Sent:* Monday\n*To:* You\n\nJ",
    "lotus": "Ja tak!\n\n-----Us <us@example.com> wrote: -----\nTo: You\nFrom: Us <u@x.org>\n\nJ",
    "norwegian block": "Ja tak!\n\nFra: Us <us@example.com>\nSendt: i dag\nTil: deg\nEmne: J\n\nJ",
    "polish block": "Ja tak!\n\nOd: Us <us@example.com>\nWysłano: dziś\nDo: ty\nTemat: J\n\nJ",
    "dutch block": "Ja tak!\n\nVan: Us <u@x.org>\nVerzonden: nu\nAan: jij\nOnderwerp: J\n\nJ",
    "korean block": "Ja tak!\n\n보낸 사람: u@x.org\n보낸 날짜: 오늘\n받는 사람: y\n제목: J\n\nJ",
    "reply above": "Ja tak!\n\n--- Reply above this line ---\n\nUs: hello",
    "thunderbird": "Ja tak!\n\nAm 23.11.2026 um 10:12 schrieb Hans Meier:\n> J",
    "zoho": "Ja tak!\n\n---- On Mon, 23 Nov 2026 10:12:00 -0800 Us <u@x.org> wrote ----\n\nJ",
    "superhuman": "Ja tak!\n\nVia Superhuman iOS ( https://sprh.mn/?vip=u@x.org )",
    "broken over lines": "Ja tak!\n\nOn Mon, Nov 23, 2026 at 10:12\nAM Us\n<us@x.org>\nwrote:\n> J",
    "quoted attribution": "Ja tak!\n\n> On Nov 23, 2026, at 10:12, Us <us@example.com> wrote:\n> J",
}
KEPT = (
    "On Friday we are 12, on Saturday 14.\nWhich day is cheaper?",
    "From: Sacramento\nGuests: 20\nIs that in your area?",
    "My wife wrote to you on 5/12 and asked:\ncan you come to Davis?",
    "Sent by mistake, please ignore my letter of today.\nWe do want the party.",
    "Hello,\nFrom my side all is well.\nSee you!",
    "This message is about June 5.\nThis email contains our guest list:\nAnn, Bob, Cy",
    "Hi,\nTo unsubscribe me from the offers, what do I do?",
    "Menu\n----\nchicken\nsteak\n----\nWhat do you think?",
    "5 > 4 so we need two chefs.\n\nRight?",
    "Our data:\nJohn Doe\njohn@example.com\n916-555-0100",
    "1. yes\n2. no\n3. at 6:00\n\nBob",
    "Von mir aus gern.\nWir sind zehn.",
    "Disclaimer: I have never done this before :)",
    "Date: 6/5/2027\nFrom: 5:00 pm\nTo: 8:00 pm\nGuests: 20\nAddress: 12 Oak St, Davis CA 95616",
    "Datum: 5. Juni\nVon: 17:00\nAn: unsere Adresse\nWichtig: keine Garnelen",
    "Hi,\n\nName: Ana Lopez\nCell: 916-555-0100\nEmail: ana@example.com\nGuests: 12",
    "Contact on site:\n\nBob\nCell: 916-555-0100\nEmail: bob@example.com",
    "Please call\n\nJohn Lee\nVenue manager\n916-555-0100",
    "The venue is\n\nGreen Hall\nwww.greenhall.example\n916-555-0100",
    "Please fill in:\n____________\nAna\n12 guests\nJune 5",
    "Menu A\n-----\nchicken\n\nMenu B\n-----\nsteak",
    "Hi\n\n---\n12 guests\nJune 5",
    "We are 12.\n\nThanks,\nAna\n\n--\n\nP.S. one guest is allergic to shrimp",
    "Hello,\n\nSent from my bank yesterday, did you get the deposit?\n\nAna",
    "On Friday June 5 2027 at 6:00 my mother wrote:\nshe wants steak.\nCan you do that?",
    "On 6/5/2027 at 6:00 we need:\n\n10 chicken\n5 steak",
    "Am Samstag, 5. Juni 2027 um 18:00 brauchen wir:\n\n10 Hähnchen",
)


@pytest.mark.parametrize("name", QUOTED)
def test_a_quotation_is_cut_in_every_language(name: str) -> None:
    assert new_text(QUOTED[name]) == "Ja tak!"


@pytest.mark.parametrize("text", KEPT)
def test_a_customers_own_words_stay(text: str) -> None:
    """I4: what looks like a quotation or a signature to a machine may be the answer."""
    assert new_text(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi\n\n-- \nAnn\nCEO", "Hi"),
        ("Hi\n\nSent from my Pixel", "Hi"),
        ("Hola\n\nEnviado desde mi Huawei", "Hola"),
        ("你好\n\n发自我的小米手机", "你好"),
        ("Yes\n\nAnn Lee\nEvent Manager, Acme\n+1 916 555 0100\nwww.acme.example", "Yes"),
        ("Hi\n\nThis e-mail is confidential and intended only for\nits addressee.", "Hi"),
        ("Hi\n\nVirus-free. www.avast.com", "Hi"),
        ("> Is it 5?\n\nNo, 6.\n\n> In Davis?\n\nYes.\n\n-- \nAnn", "No, 6.\n\nYes."),
        ("On 1/2/2026 at 10:00, Us <u@x.org> wrote:\n> How many?\n\nTwelve", "Twelve"),
    ],
)
def test_what_a_program_adds_is_cut(text: str, left: str) -> None:
    assert new_text(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "> only a quotation",
        "-- \nAnn",
        "Sent from my iPhone",
        "----- Forwarded message -----\nFrom: a <a@b.org>\nTo: c\nSubject: d\n\nThe words",
        "On 1/2/2026 at 10:00, Us <u@x.org> wrote:\n\nUnmarked",
        ">>> deep",
        "_____",
        "?",
    ],
)
def test_no_letter_that_says_something_says_nothing(text: str) -> None:
    assert new_text(text).strip()


def test_what_is_forwarded_is_meant_where_nothing_else_is_said() -> None:
    head = (
        "From: Gloria <g@example.org>\nDate: Sun, Nov 22, 2026\nSubject: party\nTo: Tom <t@x.org>"
    )
    forwarded = f"---------- Forwarded message ---------\n{head}\n\nCan you come?"
    assert new_text(forwarded) == "Can you come?"
    assert new_text(f"Please do!\n\n{forwarded}") == "Please do!"
    quoted = "\n".join(f"> {line}" for line in f"{head}\n\nCan you come?".splitlines())
    assert new_text(f"Begin forwarded message:\n\n{quoted}") == "Can you come?"


def test_html_says_itself_what_is_quoted_hidden_and_signed() -> None:
    html = (
        "<p>Yes<br>please</p><p style='display: none'>hidden</p><span hidden>x</span>"
        "<font color='#FFFFFF'>white</font><div style='font-size:0'>zero</div><!-- note -->"
        "<div style='background:#123456;color:#fff'>shown</div>"
        "<blockquote style='margin:0 0 0 40px;border:none'>indented</blockquote>"
        "<div class='gmail_signature'>Ann</div><blockquote type='cite'>old</blockquote>"
    )
    assert new_text("", html) == "Yes\nplease\n\nshown\n\nindented"
    assert new_text("Yes please hidden old", html) == new_text("", html)
    assert "old" in visible_text(html)
    assert "hidden" not in visible_text(html)


def test_lists_tables_and_preformatted_text_keep_their_lines() -> None:
    html = "<ul><li>a</li><li>b</li></ul><table><tr><td>1</td><td>2</td></tr></table>"
    assert new_text("", f"{html}<pre>x\n y</pre>") == "- a\n- b\n\n1 2\nx\n y"


HOSTILE = {
    "line ends": "\n" * TEXT_MAX,
    "marks": ">" * TEXT_MAX,
    "marked lines": ">\n" * (TEXT_MAX // 2),
    "wrote": "wrote:\n" * (TEXT_MAX // 7),
    "colons": ":\n" * (TEXT_MAX // 2),
    "dated": "On Mon 1/1/2026 1:00\n" * (TEXT_MAX // 21),
    "dashes": "-----\n" * (TEXT_MAX // 6),
    "fields": "From: a@b.org\nTo: x\n\n" * (TEXT_MAX // 22),
    "blanks and a colon": (" " * 390 + ":\n") * (TEXT_MAX // 392),
    "addresses": ("a@" * 190 + ":\n") * (TEXT_MAX // 382),
    "disclaimers": "x\nThis message\n" * (TEXT_MAX // 15),
}
HOSTILE_HTML = {
    "nested": "<blockquote>" * 30_000 + "x",
    "unclosed": "<p>a" * 100_000,
    "breaks": "a<br>" * 80_000,
    "angles": "<" * TEXT_MAX,
    "entities": "&" * TEXT_MAX,
    "a style": '<p style="' + "color :" * 50_000 + '">x</p>',
}


@pytest.mark.parametrize("name", [*HOSTILE, *HOSTILE_HTML])
def test_no_letter_takes_long(name: str) -> None:
    """Time grows with the letter: twice as long takes nothing like four times."""
    plain, html = HOSTILE.get(name, ""), HOSTILE_HTML.get(name)
    begun = process_time()
    new_text(plain, html)
    assert process_time() - begun < 4.0


def test_any_soup_of_marks_is_read_without_an_error() -> None:
    parts = [
        *"> \n\t-_:<>@",
        "On ",
        "wrote:",
        "\n\n",
        "From: ",
        "-- ",
        "1/1/2026 ",
        "a@b.org",
        "写道：",
    ]
    chance = random.Random(6)
    for _ in range(400):
        soup = "".join(chance.choices(parts, k=60))
        said = new_text(soup)
        assert bool(said.strip()) == bool(soup.strip())
