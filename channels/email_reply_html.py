"""The HTML part of a letter as text, quotations marked with ">" and what nobody sees left out.

Pure; never fetches anything. Used by channels/email_reply.py, and by whoever shows a letter to a
model. Source: what Gmail, Outlook, Apple Mail, Yahoo, Thunderbird, ProtonMail and Zoho write (read
2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html  # type: ignore[import-untyped]  # It ships no types.

DEPTH_MAX = 10
"""Deeper quotations are marked no further."""
RULE = "-----Original Message-----"

_UNSEEN = frozenset(
    "head style script title meta link template noscript object embed iframe svg math select "
    "option textarea audio video canvas map".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead "
    "tr ul".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 blockquote ul ol".split())
_DECLARED = re.compile(r"^\s{0,100}<\?xml[^>]{0,200}\?>")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDES = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|opacity:0(?:\.0+)?(?:;|$)|"
    r"(?<![\w-])font-size:0(?:\.0+)?(?:px|pt|em|%)?(?:;|!|$)|max-height:0(?:px)?(?:;|!|$)|"
    r"(?<![\w-])(?:width|height):0(?:px)?(?:;|!|$)|text-indent:-\d{3,}|left:-\d{3,}"
)
_WHITE = r"(?:#fff(?:fff)?|white|rgb\(255,255,255\)|transparent)(?:;|!|$)"
_WHITE_TEXT = re.compile(rf"(?<![\w-])color:{_WHITE}")
_OTHER_GROUND = re.compile(rf"background(?:-color)?:(?!{_WHITE})")
_PLAIN_INDENT = re.compile(r"border(?:-left)?:(?:none|0|medium)")

_QUOTING = re.compile(
    r"\b(?:gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra|tutanota_quote|"
    r"gmx_quote|quoted-plain-text|hey_quote|mail_quote|yahooquoted|"
    r"moz-email-headers-table|mailbox-conversation|front-blockquote|x_gmail_attr)\b",
    re.IGNORECASE,
)
_SIGNING = re.compile(
    r"\b(?:gmail_signature(?:_prefix)?|moz-signature|moz-txt-sig|ms-outlook-mobile-signature|"
    r"x_ms-outlook-mobile-signature|applemailsignature|protonmail_signature_block|"
    r"signature_text|yahoo-signature|ymail_android_signature|zmail_signature\w*|mail-signature|ydp\w{4,12}signature)\b",
    re.IGNORECASE,
)
_TURNING = re.compile(r"\b(?:x_)?(?:divrplyfwdmsg|appendonsend|mail-editor-reference-message-\w+|"
                      r"isreplycontent|origbody)\b", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """An HTML part as text."""

    text: str
    is_marked: bool
    """Whether it said itself what is quoted, signed or hidden."""


def visible_text(source: str) -> str:
    """What a reader sees of an HTML part, quotations marked."""
    return marked_text(source).text


def marked_text(source: str) -> Drawn:
    """As `visible_text`, with signatures left out and the word that the HTML said what is what."""
    source = source.replace("\x00", "")
    drawing = _Drawing()
    try:
        root = html.document_fromstring(_DECLARED.sub("", source))
        _draw(root, drawing)
    except (etree.LxmlError, ValueError):
        drawing.is_marked = False
    said = drawing.text()
    if said.strip() or drawing.is_marked:
        return Drawn(said, is_marked=drawing.is_marked)
    # Nested deeper than the parser follows, or no HTML at all.
    return Drawn(_SPACE.sub(" ", _TAG.sub(" ", source)).strip(), is_marked=False)


@dataclass(slots=True)
class _Drawing:
    """Lines as they grow."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    depth: int = 0
    exact: int = 0
    is_marked: bool = False

    def say(self, text: str | None) -> None:
        if not text:
            return
        if self.exact:
            first, *others = text.split("\n")
            self.line.append(first)
            for other in others:
                self.end(is_forced=True)
                self.line.append(other)
            return
        self.line.append(_SPACE.sub(" ", text))

    def end(self, *, is_forced: bool = False) -> None:
        said = "".join(self.line)
        said = said.rstrip() if self.exact else _SPACE.sub(" ", said).strip()
        self.line.clear()
        if said or is_forced:
            self._put(said)

    def space(self) -> None:
        self.end()
        if self.lines and self.lines[-1].strip("> "):
            self._put("")

    def _put(self, said: str) -> None:
        mark = ">" * min(self.depth, DEPTH_MAX)
        self.lines.append(f"{mark} {said}".rstrip() if mark else said)

    def text(self) -> str:
        self.end()
        return "\n".join(self.lines).strip("\n")


def _draw(root: html.HtmlElement, drawing: _Drawing) -> None:
    """Walk without recursion: letters nest as deep as their senders like."""
    unseen = 0
    quoted: list[html.HtmlElement] = []
    left_out: list[html.HtmlElement] = []
    for event, node in _walk(root):
        is_opening = event == "open"
        if not isinstance(node.tag, str):
            if not is_opening and not left_out:
                drawing.say(node.tail)
            continue
        if is_opening:
            if left_out or _is_left_out(node, drawing):
                left_out.append(node)
                unseen += 1
                continue
            _open(node, drawing, quoted)
        elif left_out and left_out[-1] is node:
            left_out.pop()
            if not left_out:
                drawing.say(node.tail)
        else:
            _close(node, drawing, quoted)
            drawing.say(node.tail)


def _walk(root: html.HtmlElement) -> Iterator[tuple[str, html.HtmlElement]]:
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            yield "close", node
        else:
            yield ("open" if event == "start" else "close"), node


def _is_left_out(node: html.HtmlElement, drawing: _Drawing) -> bool:
    if node.tag in _UNSEEN:
        return True
    named = f"{node.get('class', '')} {node.get('id', '')}"
    if _is_hidden(node) or (named.strip() and _SIGNING.search(named[:500])):
        drawing.is_marked = True
        return True
    return False


def _is_hidden(node: html.HtmlElement) -> bool:
    if node.get("hidden") is not None:
        return True
    style = re.sub(r"\s", "", node.get("style", "")[:2000]).lower()
    if not style:
        return (node.get("color") or "").lower() in {"#ffffff", "#fff", "white"}
    if _HIDES.search(style):
        return node.tag not in {"img", "td", "table", "tr"} or "display:none" in style
    return bool(_WHITE_TEXT.search(style)) and not _OTHER_GROUND.search(style)


def _open(node: html.HtmlElement, drawing: _Drawing, quoted: list[html.HtmlElement]) -> None:
    tag = node.tag
    if tag == "br":
        drawing.end(is_forced=True)
    elif tag in _BLOCKS:
        if tag in _SPACED:
            drawing.space()
        else:
            drawing.end()
    if _turns(node):
        drawing.space()
        drawing.is_marked = True
        drawing.lines.append(RULE)
    elif _quotes(node):
        drawing.space()
        drawing.is_marked = True
        quoted.append(node)
        drawing.depth += 1
    if tag == "li":
        drawing.say("- ")
    if tag == "pre":
        drawing.exact += 1
    drawing.say(node.text)


def _close(node: html.HtmlElement, drawing: _Drawing, quoted: list[html.HtmlElement]) -> None:
    tag = node.tag
    if tag == "img" and node.get("alt") and drawing.depth == 0:
        return
    if tag in {"td", "th"}:
        drawing.say(" ")
    if tag in _SPACED:
        drawing.space()
    elif tag in _BLOCKS:
        drawing.end()
    if tag == "pre":
        drawing.exact -= 1
    if quoted and quoted[-1] is node:
        drawing.end()
        quoted.pop()
        drawing.depth -= 1
        drawing.space()


def _quotes(node: html.HtmlElement) -> bool:
    """Whether all inside this element is somebody else's."""
    named = f"{node.get('class', '')} {node.get('id', '')}"[:500]
    if node.tag == "blockquote":
        style = re.sub(r"\s", "", node.get("style", "")[:500]).lower()
        return not (_PLAIN_INDENT.search(style) and "gmail_quote" not in named)
    return bool(named.strip()) and _QUOTING.search(named) is not None


def _turns(node: html.HtmlElement) -> bool:
    """Whether all from here on is the letter that is answered."""
    named = node.get("id", "")[:200]
    return (
        bool(named) and _TURNING.search(named) is not None and "appendonsend" not in named.lower()
    )
