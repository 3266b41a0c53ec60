"""Reads people named one by one, the customer among them: "me, my wife and 8 friends".

Called after everybody with a number was read; adds to the mentions of a scan.
"""

from __future__ import annotations

import re

from bot.language.slot_scan import Mention, Scan
from bot.language.slot_words import Word

_PLUS_SELF = re.compile(r"(?:\bplus|\bmas|\+|加上|算上|再加|加)\s{0,3}$")
_ALSO = re.compile(
    r"^\W*(?:(?:oh|ok|wait|actually|ah|ay)\W+){0,2}(?:and|plus|also|add|y|mas|tambien|agregue)"
    r"(?: also| too)?\s{1,3}(?:my|our|mis?|nuestros|a mis?)\s{1,3}$"
    r"|^\W*(?:还有|加上|再加|加)我?的?$"
)
_COME_TOO = re.compile(
    r"\b(?:coming|joining|come|comes|join|joins|make it|tag(?:ging)? along)\b.{0,12}"
    r"\b(?:too|also|as well|after all)\b|\balso (?:is |are )?(?:coming|joining|come)"
    r"|\btambien (?:vienen?|van?|vendran?|iran|se )|\b(?:vienen?|van) tambien\b"
    r"|\bse (?:sumaron|suman?|sumo|apunt[ao]n?|apuntaron|agreg[ao]n?|agregaron|unen?|unieron)\b"
    r"|也(?:要|会|想|都|能)?(?:来|参加|一起|去)"
)
_SELF_DOES = re.compile(
    r"\s{0,3}(?:'?m\b|'?d\b|'?ve\b|'?ll\b|(?:am|was|were|will|would|have|had|want|need|hope|think"
    r"|wonder\w*|plan\w*|work|live)\b)"
)


def read_company(found: Scan) -> None:
    """ "Me, my wife and 8 friends": people named one by one, the customer among them."""
    selves = [word for word in found.words if word.kind == "self" and not _eats(found, word)]
    others = [word for word in found.words if word.kind == "person" and word.code != "0"]
    counted = [m for m in found.mentions if m.code == "person" or m.kind == "band"]
    if any(m.kind == "total" and m.code != "person" for m in found.mentions):
        if not _add_self(found, selves, others) and any(_in_list(found, s) for s in selves):
            found.mentions = [m for m in found.mentions if m.code != "person"]
        return  # The count that was said holds whoever is named.
    if _add_others(found, selves, others):
        return
    only = re.search(r"\b(?:just|only|solo|nada mas)\b|只有|就", found.body)
    near = [word for word in others if _in_list(found, word)]
    if _add_self(found, selves, others):
        return
    if not selves or (not near and not counted) or not any(_in_list(found, s) for s in selves):
        return
    if not counted and len(near) < 2 and not only:
        return
    if not any(m.code == "person" for m in found.mentions) and counted and not near:
        return
    alone = max(int(word.code) for word in selves) + sum(int(word.code) for word in near)
    friends = sum(m.value for m in found.mentions if m.code == "person")
    found.mentions = [m for m in found.mentions if m.code != "person"]
    _add_named(found, alone + friends)


def _add_named(found: Scan, value: int) -> None:
    """Count those who were named, unless a count that was said is more than that."""
    default = found.profile.service().default_band
    said = [m for m in found.mentions if m.code == default and not m.sign and not m.is_added]
    if any(m.value > value for m in said):
        return  # "15 adults, me and my wife want lobster".
    found.mentions.append(Mention(kind="band", code=default, value=value, start=0, is_named=True))


def _add_self(found: Scan, selves: list[Word], others: list[Word]) -> bool:
    """ "Plus me and my wife": so many more than were counted before."""
    plus = next((word for word in selves if _PLUS_SELF.search(found.before(word.start))), None)
    if plus is None or any(m.code == "person" for m in found.mentions):
        return False
    company = [w for w in others if w.start > plus.end and _in_list(found, w)]
    value = int(plus.code) + sum(int(word.code) for word in company)
    found.mentions.append(Mention(kind="total", value=value, start=plus.start, sign=1))
    return True


def _add_others(found: Scan, selves: list[Word], others: list[Word]) -> bool:
    """ "Oh and my parents too": so many more, where nobody else is named."""
    if selves or not others or found.mentions or any(not n.is_used for n in found.numbers):
        return False
    if not _ALSO.search(found.before(others[0].start)) and not _COME_TOO.search(found.body):
        return False
    value = sum(int(word.code) for word in others)
    found.mentions.append(Mention(kind="total", value=value, start=others[0].start, sign=1))
    return True


def _eats(found: Scan, word: Word) -> bool:
    """Whether a dish is for them: "lobster for me and my wife" counts no guests."""
    last = found.last_word(word.start)
    is_dish = last is not None and last.kind in ("option", "add_on", "extra", "choice")
    gap = found.body[last.end : word.start] if last else ""
    return is_dish and bool(re.fullmatch(r"s?\s{0,3}(?:for|para|给)\s{0,3}", gap))


def _in_list(found: Scan, word: Word) -> bool:
    """Whether a person stands in an enumeration, not as the one it is all for."""
    before, after = found.before(word.start, 32), found.after(word.end, 10)
    if word.kind == "self" and _SELF_DOES.match(after):
        return False
    return bool(
        re.search(
            r"(?:[,，&+:：]|\band|\by|\bplus|\bwith|\bcon|\bmas|和|加上?|跟|、|还有|再加|\bit'?s"
            r"|\bjust|\bonly|\bsolo|\bfor)\s{0,4}(?:(?:both|sets|pairs|of|my|mis?|our|her|his"
            r"|their|sus?|nuestr[oa]s?|l[oa]s|[我他她]们?的?|两边的?|双方的?)\s{0,4}){0,4}$",
            before,
        )
        or re.match(r"\s{0,4}(?:[,，&+]|and\b|y\b|plus\b|mas\b|con\b|和|加|跟|、)", after)
    )
