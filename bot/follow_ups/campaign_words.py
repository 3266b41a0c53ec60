"""The words of a campaign: what may stand in them, and how they look filled.

The owner writes them by language. `{name}` and `{business}` are filled for each customer, and a
part in `[ ]` falls away where a name in it is not known. bot/follow_ups/wording.py fills them when
one goes; here they are checked, and shown beforehand. Pure.
"""

from __future__ import annotations

import re

from bot import profile_follow_up_words as words
from bot.follow_ups.refusing import TEXT_MAX
from bot.follow_ups.wording import TELEPHONE

MAY_BE_UNKNOWN = frozenset({"name"})
FIELDS = frozenset({"name", "business"})
_GAP = re.compile(r"\{([^{}]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def find_problem(text: str) -> str:
    """What is wrong with the words, for whoever wrote them; empty where nothing is."""
    if not text.strip():
        return "write what the customers read"
    if len(text) > TEXT_MAX:
        return f"at most {TEXT_MAX} characters; this has {len(text)}"
    wrong = [gap for gap in _GAP.findall(text) if gap not in FIELDS]
    if wrong:
        return f"{{{wrong[0][:30]}}} is nothing that can be filled in: use {{name}} or {{business}}"
    if re.search(r"[{}]", _GAP.sub("", text)):
        return "a { or } stands alone; write {name} or {business}"
    without = _OPTIONAL.sub("", text)
    if re.search(r"[\[\]]", without):
        return "a [ or ] stands alone, or inside another; write such as Hi[ {name}],"
    bare = [gap for gap in _GAP.findall(without) if gap in MAY_BE_UNKNOWN]
    if bare:
        return (
            f"not everybody's {bare[0]} is known: put {{{bare[0]}}} into [ ], as in Hi[ {{name}}],"
        )
    return "" if without.strip() else "all of it may fall away: write some of it outside [ ]"


def show(text: str, language: str, channel: str, *, name: str, business: str) -> str:
    """The words as somebody of that name, as wording cleans it, reads them there."""
    filled, _missing = words.fill(text, {"name": name, "business": business})
    if channel not in TELEPHONE or re.search(r"\bSTOP\b", filled):
        return filled
    return f"{filled} {words.line('follow_up_stop', language)}"
