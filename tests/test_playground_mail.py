"""The playground's mail in a real browser: a letter to the service, its answer, and back again."""

from __future__ import annotations

import re
from email.message import EmailMessage

from aiohttp import ClientSession
from playground_sample import open_browser
from playwright.async_api import Page, expect
from world import World

from channels.email_reply import new_text
from handlers.playground_letters import answer_words, draw_thread, gather
from handlers.sandbox.mail_providers import Written
from handlers.sandbox.mailbox import Letter

ANN = "ann.rivera@example.com"
ASKED = "What does it cost for 12 adults?"
AGAIN = "And could 2 of us have tofu?"
WIDTHS = (390, 1440)


def _letter(text: str, *, html: str = "") -> Letter:
    made = EmailMessage()
    made["Message-ID"] = "<second@sandbox.example>"
    made["References"] = "<first@example.com>"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return Letter(
        id="second@sandbox.example",
        sender="bookings@sandbox.example",
        recipient=ANN,
        subject="<b>Hi</b>",
        text=text,
        attachments=(("a<b.ics", "text/calendar", "x"),),
        raw=made.as_bytes().decode("ascii"),
        at=1_795_000_000.0,
    )


def test_an_answer_is_read_as_its_own_words_however_it_quotes() -> None:
    """What the page writes as a mail program, the service reads as one."""
    letter = _letter("Two lines\n\nof ours")
    words = answer_words(letter, "Yes, both.", is_quoting=True)
    assert words.answers == ("first@example.com", "second@sandbox.example")
    assert "> of ours" in words.text
    assert new_text(words.text) == new_text("", words.html) == "Yes, both."
    bare = answer_words(letter, "Yes, both.", is_quoting=False)
    assert (bare.text, bare.html) == ("Yes, both.", "")


def test_nothing_out_of_a_letter_is_markup() -> None:
    letter = _letter("<script>alert(1)</script>", html="<p onclick=x()>hi</p>")
    theirs = Written(id="x", sender=ANN, subject='"><img src=x>', text="<i>", status=401, at=1.0)
    drawn = draw_thread(gather([letter], [theirs]))
    assert re.findall(r"<(?:script|img|i|b|p on)[ >]", drawn) == []
    assert "&lt;script&gt;" in drawn
    assert "<iframe sandbox " in drawn
    assert "The service answered 401" in drawn


async def test_a_visitor_writes_a_letter_and_answers_the_answer(world: World) -> None:
    """At the width of a telephone and of a desk, by keyboard, without a complaint of the page."""
    complaints: list[str] = []
    async with open_browser() as browser:
        page = await browser.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        await page.goto(f"{world.url}/playground/mail")
        await page.get_by_label("From").fill(ANN)
        await page.get_by_label("Subject").fill("Hibachi for twelve")
        await page.get_by_label("Text").fill(ASKED)
        await page.get_by_label("File").set_input_files(
            {"name": "patio.txt", "mimeType": "text/plain", "buffer": b"north side"}
        )
        await page.get_by_role("button", name="Send", exact=True).press("Enter")
        answer = page.locator("article.ours").first
        await expect(answer).to_be_visible(timeout=20_000)
        await expect(page.locator("article.theirs")).to_contain_text(ASKED)
        await _reads_html(page)
        await answer.get_by_role("button", name="Answer").press("Enter")
        await expect(page.get_by_label("Subject")).to_have_value("Re: Hibachi for twelve")
        await page.get_by_label("Text").fill(AGAIN)
        await page.get_by_label("Text").press("Control+Enter")
        await expect(page.locator("article.ours")).to_have_count(2, timeout=20_000)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
    assert complaints == []
    texts = await world.rows("SELECT text FROM messages WHERE direction = 'inbound' ORDER BY seq")
    assert [row["text"] for row in texts] == [f"Hibachi for twelve\n{ASKED}", AGAIN]
    assert await world.value("SELECT count(*) FROM conversations") == 1


async def _reads_html(page: Page) -> None:
    """The HTML part shows in a frame that can do nothing."""
    part = page.locator("details.html").first
    await part.locator("summary").press("Enter")
    frame = part.frame_locator("iframe").locator("body")
    await expect(frame).to_contain_text(re.compile(r"\w"))
    for scheme, paper in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 18, 18)")):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # Each is one.
        await expect(part.locator("iframe")).to_have_css("background-color", paper)
        await expect(part.locator("iframe")).to_have_css("color-scheme", "light dark")


async def test_only_the_page_itself_may_write(idle_world: World) -> None:
    """I11: no foreign page, no broken letter, and nothing of a letter runs."""
    letter = {"from": ANN, "text": "Hi"}
    path = "/playground/mail/letters"
    async with ClientSession(idle_world.url) as http:
        foreign = await http.post(path, json=letter, headers={"Origin": "https://evil.example"})
        assert foreign.status == 403
        for wrong, named in (
            ({"from": "nobody", "text": "Hi"}, "from"),
            ({**letter, "subject": "a\r\nBcc: x@y.z"}, "subject"),
            ({**letter, "file": {"name": "a", "type": "text/plain", "content": "%"}}, "file"),
            ({**letter, "file": {"name": "../a", "type": "x/y", "content": ""}}, "file.name"),
        ):
            refused = await http.post(path, json=wrong)
            assert refused.status == 400
            assert named in await refused.text()
        assert (await http.post(path, json={**letter, "answers": "unknown@x"})).status == 404
        assert (await http.get("/playground/mail/unknown/as.html")).status == 404
        page = await http.get("/playground/mail?box=<script>alert(1)</script>")
        assert "<script>alert" not in await page.text()
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
