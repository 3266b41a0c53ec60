"""Where a quoted letter begins: the lines that mail programs put above it, in any language.

Pure. Used by channels/email_reply.py. Each question looks at a bounded number of bounded lines, so
that no letter, however hostile, takes longer than its length allows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email_reply_words import (
    FIELDS,
    FORWARDED,
    ON,
    ORIGINAL,
    WEEKDAYS,
    WROTE,
    WROTE_JOINED,
)

LINE_MAX = 400
"""Longer lines are prose."""
SPAN = 7
"""Lines that one attribution may be broken over, with blank ones between."""
BLOCK_MAX = 14

_MARKS = re.compile(r"^[ \t]{0,40}(?:[A-Z]{1,3}(?=>))?(?:[>＞][ \t]{0,3})+")
_QUOTED = re.compile(r"^[ \t]{0,40}(?:[A-Z]{1,3})?[>＞]")
_ADDRESS = re.compile(r"[^\s<>@\"]{1,80}@[^\s<>@\"]{1,120}")
_TIME = r"\d{1,2}[:.h]\d{2}"
_DATE = (
    r"(?:\d{4}\s?[-./年]\s?\d{1,2}|\d{1,2}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{2,4}|\d{1,2}(?:st|nd|rd|"
    r"th|er|º|\.)?\s{1,3}(?:de\s|d’|d')?[^\W\d_]{3,12}\.?,?\s{1,3}(?:de\s)?\d{2,4}|[^\W\d_]{3,12}\.?"
    r"\s{1,3}\d{1,2}(?:st|nd|rd|th)?,?\s{1,3}(?:at\s)?\d{1,4})"
)
_HAS_DATE = re.compile(f"{_DATE}|{_TIME}", re.IGNORECASE)
_WROTE_WORD = rf"(?:(?<!\w)(?:{WROTE})|{WROTE_JOINED})"
_ENDS_WROTE = re.compile(
    rf"(?:{_WROTE_WORD})(?:\([^)]{{1,4}}\))?(?:\s(?:the following|folgendes|het volgende|"
    r"följande|følgende|lo siguiente|o seguinte|quanto segue))?\s{0,3}[:：]?[*_>\s]{0,4}$",
    re.IGNORECASE,
)
_HAS_WROTE = re.compile(_WROTE_WORD, re.IGNORECASE)
# "My mother wrote:" is a person's; a program gives a name.
_TOLD = re.compile(
    r"\b(?:i|you|we|he|she|they|(?:my|our|his|her|your) [\w-]+) (?:wrote|writes)\W*$|"
    r"(?:我|你|您|他|她|妈妈|爸爸)(?:写道|写到)\W*$",
    re.IGNORECASE,
)
_STARTS_ON = re.compile(
    rf"^[*_>\s]{{0,4}}(?:(?:{ON})[\s,]{{1,3}}|(?:在|于|於|ב-?))?(?:(?:{WEEKDAYS})[.,]{{0,2}}\s{{0,3}})?",
    re.IGNORECASE,
)
_STARTS_DATED = re.compile(
    rf"^[*_>\s]{{0,4}}(?:(?:{WEEKDAYS})[.,]{{0,2}}\s{{1,3}})?(?:(?:kell|klo|den)\s)?"
    rf"(?:{_DATE}|{_TIME}\s?(?:[ap]\.?m\.?)?,?\s{{1,3}}(?:[^\W\d_]{{3,12}}\s)?\d{{1,4}})",
    re.IGNORECASE,
)
_ISO_ALONE = re.compile(
    r"^\d{4}-\d{2}-\d{2}\s\d{1,2}:\d{2}(?::\d{2})?\s(?:GMT|UTC)[+-]\d{1,2}:?\d{2}\s\S"
)
_MESSAGE_OF = re.compile(rf"^[>\s]{{0,4}}message du\s{{1,3}}{_DATE}", re.IGNORECASE)
_ORIGINAL = re.compile(
    rf"^[>\s]{{0,4}}[-_=*—–]{{2,60}}\s{{0,6}}(?:(?:{ORIGINAL})|(?P<forward>{FORWARDED}))"
    r"[^\n]{0,60}$",
    re.IGNORECASE,
)
_LOTUS = re.compile(r"^-{3,10}[^\n]{1,200}\swrote:?\s{0,3}-{3,10}$")
_BEGIN_FORWARD = re.compile(rf"^[>\s]{{0,4}}(?:{FORWARDED})\s?[:：]\s{{0,3}}$", re.IGNORECASE)
_ABOVE = re.compile(
    r"^[^\w\n]{0,12}(?:please )?(?:type|write|enter)? ?(?:your )?repl(?:y|ies) .{0,20}"
    r"above (?:this|the) line",
    re.IGNORECASE,
)
_BARE_ORIGINAL = re.compile(rf"^[>\s]{{0,4}}(?:{ORIGINAL})\s?[:：]?\s{{0,3}}$", re.IGNORECASE)
_ROLE_OF = {
    name: frozenset(role for role, names in FIELDS.items() if name in names.split("|"))
    for names in FIELDS.values()
    for name in names.split("|")
}
_FIELD = re.compile(r"^[>\s|*_]{0,12}(?P<name>[^\W\d][^:：*_]{0,28}?)[*_\s]{0,3}[:：](?P<rest>.*)$")


def is_quoted(line: str) -> bool:
    """Whether the line carries a mark of quotation."""
    return _QUOTED.match(line[:LINE_MAX]) is not None


def bare(line: str) -> str:
    """The line without any mark of quotation."""
    return _MARKS.sub("", line)


def attribution(lines: Sequence[str], end: int) -> int | None:
    """Where the "On ... wrote:" begins that ends in this line, or None where there is none."""
    last = lines[end].rstrip()
    if not may_end(last):
        return None
    if _ISO_ALONE.match(last) or _MESSAGE_OF.match(last):
        return end
    return _opening(lines, end)


def may_end(line: str) -> bool:
    """Whether an attribution may end in this line: the cheap question before the dear one."""
    if not line or len(line) > LINE_MAX:
        return False
    if line.rstrip("*_> \t").endswith((":", "：")) or _ISO_ALONE.match(line):
        return True
    return _ENDS_WROTE.search(line[-60:]) is not None or _MESSAGE_OF.match(line) is not None


def _opening(lines: Sequence[str], end: int) -> int | None:
    """The nearest line above that opens with a date; else the nearest that makes it one."""
    is_quote_next, is_whole = is_followed(lines, end), True
    joined, weaker = "", None
    for start in range(end, max(end - SPAN, -1), -1):
        part = lines[start][: LINE_MAX + 1].strip()
        joined = f"{part} {joined}".strip()
        is_whole = is_whole and bool(part)
        if len(joined) > LINE_MAX:
            break
        if part and _is_attribution(joined, is_quote_next):
            if _opens_dated(joined) or _STARTS_DATED.match(joined):
                return start
            weaker = start if weaker is None and is_whole else weaker
    return weaker


def is_followed(lines: Sequence[str], place: int) -> bool:
    """Whether the next line that says anything is quoted."""
    for line in lines[place + 1 : place + 5]:
        if line.strip():
            return is_quoted(line)
    return False


def separator(line: str) -> str | None:
    """What a line like "-----Original Message-----" says: `original`, `forward` or None."""
    if len(line) > LINE_MAX:
        return None
    # QQ Mail writes the entity into the text part as well.
    line = line.replace("&nbsp;", " ")
    if found := _ORIGINAL.match(line):
        return "forward" if found["forward"] else "original"
    if _BEGIN_FORWARD.match(line):
        return "forward"
    return (
        "original" if any(each.match(line) for each in (_BARE_ORIGINAL, _ABOVE, _LOTUS)) else None
    )


def header_block(lines: Sequence[str], start: int) -> int | None:
    """The line after the block of From, Sent, To and Subject that begins here, or None."""
    if not _roles(lines[start]):
        return None
    seen: set[str] = set()
    said = ""
    place, last = start, start
    while place < min(len(lines), start + BLOCK_MAX):
        roles = _roles(lines[place])
        if roles:
            seen |= _new(roles, seen)
            said += lines[place][:LINE_MAX] + "\n"
            last = place + 1
        elif not lines[place].strip() or not _goes_on(lines, place):
            break
        place += 1
    # People fill in forms of such fields too, "From: 5:00 pm"; a subject is not among those.
    has_address = _ADDRESS.search(said) is not None
    is_block = "from" in seen and (
        (len(seen) >= 3 and "subject" in seen) or (len(seen) >= 2 and has_address)
    )
    return last if is_block else None


def _new(roles: frozenset[str], seen: set[str]) -> set[str]:
    """What a field adds; one whose name serves two is what has not been seen."""
    left = sorted(roles - seen, key=("from", "to", "sent", "subject", "more").index)
    return set(left[:1])


def _goes_on(lines: Sequence[str], place: int) -> bool:
    """Whether a field was broken, and others follow below it."""
    return any(_roles(line) for line in lines[place + 1 : place + 3])


def _roles(line: str) -> frozenset[str]:
    found = _FIELD.match(line[:LINE_MAX])
    if found is None:
        return frozenset()
    name = " ".join(found["name"].replace("\xa0", " ").lower().split())
    return _ROLE_OF.get(name, frozenset())


def _is_attribution(joined: str, is_quote_next: bool) -> bool:
    has_address = _ADDRESS.search(joined) is not None
    ends = _ENDS_WROTE.search(joined[-80:]) is not None
    if ends:
        is_told = _TOLD.search(joined) is not None
        return has_address or is_quote_next or (_opens_dated(joined) and not is_told)
    if not joined.rstrip("*_> ").endswith((":", "：")):
        return False
    if has_address and (
        _STARTS_DATED.match(joined) or (is_quote_next and _HAS_DATE.search(joined))
    ):
        return True
    is_known = has_address or is_quote_next or _HAS_WROTE.search(joined) is not None
    return is_known and _opens_dated(joined) and _is_late(joined)


def _opens_dated(joined: str) -> bool:
    """Whether it begins "On" with a date soon after it, as no sentence of a person quite does."""
    opening = _STARTS_ON.match(joined)
    return bool(
        opening
        and (opening.end() or joined[:1].isdigit())
        and _HAS_DATE.search(joined[: opening.end() + 40])
    )


def _is_late(joined: str) -> bool:
    """Whether there is a time of day or a year: people who tell of a day seldom name either."""
    return re.search(rf"{_TIME}|\d{{4}}", joined) is not None
