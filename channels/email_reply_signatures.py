"""What stands below a text without being part of it: signatures, devices, disclaimers, footers.

Pure. Used by channels/email_reply.py on the lines that its writer typed. When in doubt a line
stays: a signature left in harms nobody, an answer cut away does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email_reply_words import DISCLAIMS, DISCLAIMS_BY, SENT_FROM

LINE_MAX = 300
SIGNED_LINES = 12
"""A signature under a delimiter is at most this long; below a longer text it was only a rule."""
BLOCK_LINES = 9

_DELIMITER = re.compile(r"^\s{0,3}(?:--|—|__|–){1,20}[-_—– ]{0,60}$")
_ORNAMENT = re.compile(r"^[\s\-_=~*#+.•ᐧ—–]{2,120}$|^\s{0,3}[ᐧ​]\s{0,3}$")
_SENT_FROM = re.compile(
    rf"^[\s<(*_\[]{{0,6}}(?:{SENT_FROM}).{{0,100}}$"
    r"|^[\s<(*_\[]{0,6}.{2,40}(?:(?:에서|가) 보냄|から送信|傳送|gesendet|cihazımdan gönderildi)"
    r"[\s.)>\]]{0,4}$",
    re.IGNORECASE,
)
_DISCLAIMS = re.compile(rf"^[\s*_>|\[(]{{0,6}}(?:{DISCLAIMS})", re.IGNORECASE)
_DISCLAIMS_BY = re.compile(DISCLAIMS_BY, re.IGNORECASE)
_WEB = re.compile(
    r"\bwww\.[\w-]+\.\w|\bhttps?://|^[\w-]+\.(?:com|net|org|io|co)\b|\b(?:linkedin|facebook|"
    r"instagram|twitter)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^\s<>@]{1,64}@[\w.-]{1,100}\.\w{2,}")
_PHONE = re.compile(r"(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,5}\)|\d{2,5})[\s.-]\d{2,4}[\s.-]\d{2,5}")
_LABEL = re.compile(
    r"^\s{0,3}(?:tel|telephone|téléphone|teléfono|telefon|phone|mobile|mob|cell|fax|office|direct|"
    r"[tmpfcwe]|email|e-mail|web|website|skype|电话|手机|地址|邮箱)\s{0,2}[.:：|]",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:manager|director|ceo|cto|cfo|coo|founder|co-founder|president|vice president|vp|"
    r"engineer|developer|consultant|coordinator|assistant|specialist|executive|partner|attorney|"
    r"realtor|professor|analyst|administrator|supervisor|associate|geschäftsführer|leiter|"
    r"directeur|gerente|responsable|direttore|总经理|经理|主管)\b|经理|主管",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hola|buen[oa]s|hallo|"
    r"guten (?:tag|morgen|abend)|bonjour|ciao|olá|你好|您好|大家好)(?:\W+[^.!?。！？]{0,30})?$",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"(?:\b(?:is|are|at|call|bill|to|for|contact|from|with|and|es|son|en|a|para|con|y|llame a)|"
    r"[是为给])$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^\s{0,3}[^\W\d][^:：]{0,30}[:：](?!//)")
_POSTSCRIPT = re.compile(r"^\s{0,3}p\.?\s?[sd]\b", re.IGNORECASE)


def is_device(line: str) -> bool:
    """Whether a program signed here for its owner, "Sent from my iPhone"."""
    said = line.strip()
    return len(line) <= LINE_MAX and _SENT_FROM.match(said) is not None and not _asks((said,))


def is_ornament(line: str) -> bool:
    """Whether the line is nothing but a rule."""
    return len(line) <= LINE_MAX and bool(line.strip()) and _ORNAMENT.match(line) is not None


def signed_at(lines: Sequence[str]) -> int:
    """How many of the lines are text; the others are what the writer's program adds."""
    end = len(lines)
    for place, line in enumerate(lines):
        if _begins_end(lines, place, line):
            end = place
            break
    end = _trimmed(lines, end)
    end = _above_block(lines, end)
    end = _trimmed(lines, end)
    return _trimmed(lines, end - 1) if _is_own_address(lines, end) else end


def _begins_end(lines: Sequence[str], place: int, line: str) -> bool:
    if len(line) > LINE_MAX * 20 or not line.strip():
        return False
    opening = line[:LINE_MAX]
    if is_device(line):
        return True
    if _DISCLAIMS.match(opening):
        near = " ".join(each[:LINE_MAX] for each in lines[place : place + 5])
        return place > 0 and _DISCLAIMS_BY.search(near) is not None
    if _DELIMITER.match(opening) and place > 0:
        below = [each for each in lines[place + 1 : place + 40] if each.strip()]
        if any(map(_POSTSCRIPT.match, below)):
            return False
        is_dashes = line.rstrip() == "--" or line == "-- "
        return is_dashes or not (
            len(below) > SIGNED_LINES or _asks(below) or _is_rule_in_text(lines[:place], below)
        )
    return False


def _is_rule_in_text(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a rule stands below a heading or above what was announced, and text goes on."""
    rules = [place for place, line in enumerate(below) if is_ornament(line)]
    goes_on = bool(rules) and rules[-1] < len(below) - 1
    return goes_on or any(map(is_ornament, above)) or _announces(above)


def _announces(lines: Sequence[str]) -> bool:
    """Whether what stands above only leads to what follows: a greeting, or "the venue is:"."""
    said = [line.strip() for line in lines if line.strip()]
    if not said:
        return True
    return said[-1].endswith((":", "：")) or (len(said) == 1 and bool(_GREETING.match(said[0])))


def _asks(lines: Sequence[str]) -> bool:
    """Whether somebody goes on writing below a rule."""
    return any(line.rstrip().endswith(("?", "？")) for line in lines)


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end and (not lines[end - 1].strip() or is_ornament(lines[end - 1])):
        end -= 1
    return end


def _above_block(lines: Sequence[str], end: int) -> int:
    """Without a last paragraph that is a card: a name, and ways to reach it or what it does.

    A bare name, number and address may be the answer to a question of ours: only what no customer
    would type in answer, a web page, a title or labels, makes it a card.
    """
    start = end
    while start and lines[start - 1].strip() and end - start <= BLOCK_LINES:
        start -= 1
    block = [line[:LINE_MAX] for line in lines[start:end]]
    if start == 0 or not 2 <= len(block) <= BLOCK_LINES or any(len(line) > 90 for line in block):
        return end
    contacts = sum(bool(_PHONE.search(line) or _MAIL.search(line)) for line in block)
    marks = sum(bool(_LABEL.match(line) or _WEB.search(line)) for line in block)
    titles = sum(bool(_TITLE.search(line)) for line in block[1:])
    is_card = (marks and contacts + marks >= 2) or (titles and contacts + marks >= 1)
    if not is_card or _asks(block) or any(_is_prose(line) or _is_told(line) for line in block):
        return end
    return end if _announces(lines[:start]) or _breaks_off(lines[:start]) else start


def _is_told(line: str) -> bool:
    """Whether it is a field that no card has, such as "Guests: 12"."""
    return bool(_FIELD.match(line)) and not (_LABEL.match(line) or _WEB.search(line))


def _breaks_off(lines: Sequence[str]) -> bool:
    """Whether the sentence above ends in the card, such as "Please call"."""
    last = next(line.strip() for line in reversed(lines) if line.strip())
    return bool(_OPEN_END.search(last))


def _is_own_address(lines: Sequence[str], end: int) -> bool:
    """Whether the last line is a bare address well below the text, as Foxmail signs."""
    return (
        end > 3
        and not any(line.strip() for line in lines[end - 3 : end - 1])
        and _MAIL.fullmatch(lines[end - 1][:LINE_MAX].strip()) is not None
    )


def _is_prose(line: str) -> bool:
    """Whether a line reads like a sentence."""
    return len(line.split()) >= 7 and line.rstrip().endswith((".", "!", "?", ","))
