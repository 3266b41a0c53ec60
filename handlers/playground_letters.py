"""Letters as the playground's mailbox shows them, and an answer as a mail program writes it.

Pure: takes what the stand-ins keep, gives HTML and words. Everything out of a letter is escaped.
Called by handlers/playground_mail.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from handlers.sandbox.mail_providers import Words, Written
from handlers.sandbox.mailbox import Letter

ACCEPTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One letter of a thread, either way."""

    id: str
    """Its Message-ID, without angle brackets."""
    box: str
    """The customer's mailbox."""
    is_ours: bool
    subject: str
    text: str
    at: float
    status: int = ACCEPTED
    """What the service answered to a customer's letter."""
    files: tuple[str, ...] = ()
    has_html: bool = False


def gather(sent: Iterable[Letter], written: Iterable[Written]) -> tuple[Shown, ...]:
    """All letters of both directions, oldest first."""
    ours = (
        Shown(
            id=letter.id,
            box=letter.recipient.lower(),
            is_ours=True,
            subject=letter.subject,
            text=letter.text,
            at=letter.at,
            files=tuple(name for name, _kind, _text in letter.attachments),
            has_html=bool(html_of(letter)),
        )
        for letter in sent
    )
    theirs = (
        Shown(
            id=each.id,
            box=each.sender.lower(),
            is_ours=False,
            subject=each.subject,
            text=each.text,
            at=each.at,
            status=each.status,
        )
        for each in written
    )
    return tuple(sorted((*ours, *theirs), key=lambda each: each.at))


def boxes(letters: Sequence[Shown]) -> tuple[str, ...]:
    """The customers' mailboxes, the one with the newest letter first."""
    return tuple(dict.fromkeys(each.box for each in reversed(letters)))


def html_of(letter: Letter) -> str:
    """The HTML part of a letter of ours; empty where it has none."""
    body = letter.parsed().get_body(("html",))
    return "" if body is None else str(body.get_content())


def answer_words(letter: Letter, text: str, *, is_quoting: bool) -> Words:
    """An answer to a letter of ours, with the original below it where the program quotes."""
    parsed = letter.parsed()
    before = str(parsed["References"] or "").split()
    at = datetime.fromtimestamp(letter.at, UTC)
    sender = escape(letter.sender)
    said = f"On {at:%a, %b} {at.day}, {at.year} at {at:%H:%M} "
    below = "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())
    quoted = f"\n\n{said}<{letter.sender}> wrote:\n\n{below}\n"
    html = (
        f'<div dir="ltr">{_lines(text)}</div><br>'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{said}&lt;<a href="mailto:{sender}">{sender}</a>&gt; wrote:<br></div>'
        f'<blockquote class="gmail_quote">{_lines(letter.text)}</blockquote></div>'
    )
    return Words(
        text=text + quoted if is_quoting else text,
        html=html if is_quoting else "",
        answers=tuple(each.strip("<>") for each in (*before, letter.id)),
    )


def draw_boxes(found: Sequence[str], present: str) -> str:
    """The mailboxes to choose from."""
    return "\n".join(
        f'<li><a href="/playground/mail?box={quote(box)}"'
        f"{' aria-current=page' if box == present else ''}>{escape(box)}</a></li>"
        for box in found
    )


def draw_thread(letters: Sequence[Shown]) -> str:
    """The letters of one mailbox, oldest first as a thread is read."""
    return "\n".join(map(_letter, letters)) or '<p class="none">No letter yet.</p>'


def _letter(letter: Shown) -> str:
    at = datetime.fromtimestamp(letter.at, UTC)
    name = quote(letter.id, safe="")
    files = " ".join(
        f'<a class="file" href="/playground/mail/{name}/{quote(file, safe="")}">{escape(file)}</a>'
        for file in letter.files
    )
    html = (
        f'<details class="html"><summary>As HTML</summary><iframe sandbox loading="lazy"'
        f' title="The letter as HTML" src="/playground/mail/{name}/as.html"></iframe></details>'
        if letter.has_html
        else ""
    )
    answer = (
        f'<button type="button" class="answer" data-letter="{escape(letter.id)}"'
        f' data-box="{escape(letter.box)}" data-subject="{escape(letter.subject)}">Answer</button>'
        if letter.is_ours
        else ""
    )
    refused = (
        f'<p class="refused" role="status">The service answered {letter.status}: not taken.</p>'
        if letter.status != ACCEPTED
        else ""
    )
    return (
        f'<article class="{"ours" if letter.is_ours else "theirs"}">'
        f"<header><h3>{escape(letter.subject) or '(no subject)'}</h3>"
        f"<p>{'from the service to' if letter.is_ours else 'from'} {escape(letter.box)}"
        f' <time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{at:%Y-%m-%d %H:%M} UTC</time></p></header>'
        f"<pre>{escape(letter.text)}</pre>{refused}{html}<footer>{files}{answer}</footer></article>"
    )


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.splitlines()))
