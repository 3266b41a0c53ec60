"""The HTML half of a letter: the same words, readable on a phone and in the dark, nothing fetched.

No picture, script, tracking or style from elsewhere. Used by channels/email_letter.py, which has
the plain half. Source: RFC 2046 section 5.1.4, the colour schemes of the HTML standard, section
4.2.5.1 (read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_LINK = re.compile(r"https?://[^\s<>\"'。，；！？）」]+[^\s<>\"'.,;:!?)。，；！？）」]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,'PingFang SC',sans-serif"
# Colours are left to the reader's program, which knows whether it is dark; so is the direction of
# each paragraph to its own script. A word longer than a telephone is wide is broken.
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:16px;{font};font-size:16px;line-height:1.5">
<div style="max-width:600px;margin:0 auto;overflow-wrap:anywhere;word-break:break-word">
{body}
<div dir="auto" style="margin-top:24px;padding-top:12px;border-top:1px solid #888;font-size:13px;\
opacity:.8">
{footer}
</div>
</div>
</body>
</html>
"""


def page(
    text: str,
    *,
    title: str,
    language: str,
    footer: Sequence[str],
) -> str:
    """A letter's text as HTML.

    Args:
        text: the plain half without its footer.
        title: the subject.
        language: ISO code of the text.
        footer: lines below the letter; an address of the web in them becomes a link.
    """
    said = [
        f"<p dir='auto' style='margin:0 0 16px'>{_lines(part)}</p>"
        for part in _PARAGRAPHS.split(text)
    ]
    return _PAGE.format(
        language=language if _LANGUAGE.fullmatch(language) else "en",
        title=escape(title),
        font=_FONT,
        body="\n".join(said),
        footer="<br>\n".join(map(_lines, footer)),
    )


def _lines(text: str) -> str:
    """Escaped, its line ends kept and its links made pressable."""
    out, place = [], 0
    for found in _LINK.finditer(text):
        out.append(escape(text[place : found.start()]))
        link = escape(found[0])
        out.append(f'<a href="{link}">{link}</a>')
        place = found.end()
    return "".join((*out, escape(text[place:]))).replace("\n", "<br>\n")
