"""Reads numbers that stand alone: the answer to our question, or a total after "make it", "
""party of".

Runs last, on the numbers that ages, dishes and words for people have left over.
"""

from __future__ import annotations

import re

from bot.language.slot_masks import BLANK
from bot.language.slot_scan import Mention, Number, Scan

_HEDGE = (
    r"(?:between|entre|about|around|abt|approx(?:imately)?|aprox(?:imadamente)?|roughly|maybe"
    r"|like|probably|prob|up to|at least"
    r"|close to|exactly|just|only|at most|como|unos|unas|\buna|alrededor de|mas o menos|casi|hasta"
    r"|quiza[s]?|solo|the"
    r"|大概|大约|差不多|可能|也许|~|≈|就|only)"
)
_HEDGES = re.compile(rf"(?:{_HEDGE}\s{{0,3}}){{1,4}}$")
_SHORT = 120
_CLOCK_MOST, _ZIP_LEAST = 12, 1_000
"""Characters: a longer text is no bare number, and a longer lead says nothing more."""
_CUE = re.compile(
    r"(?:\b(?:party|group|crew|squad|gang|bunch|posse|team|clan|banda|bola|grupo|family"
    r"|familia|table|mesa|crowd|gathering|headcount|guest count"
    r"|head count|count|total|number)"
    r"(?:\s{1,4}(?:size|number))?\s{0,4}(?:of|for|de|para|is|es|was|:|=|will be|would be|now|to)*"
    r"|\b(?:for|para|pa)|\bso|\bvamos|\bvenimos|\bvan|\bvienen|\bcorrijo|\bwe(?:'?re| are"
    r"|'?ll be| will be| have| got| need)|\b(?:there(?:'?s| is"
    r"| are| will be|'?ll be))"
    r"|\b(?:somos|seremos|seriamos|vamos a ser|son|seran|estaremos|seria|serian|tenemos|habra|hay)"
    r"|\b(?:have|having|expecting|expect|hosting|feeding|feed|invited|inviting|it'?s|its|be|serve"
    r"|esperamos)"
    r"|\b(?:make (?:it|that|this)|change (?:it|that|this) to|changed to|switch to|go with"
    r"|let'?s do|let'?s say|bump it to"
    r"|bump it up to|update to|up it to|to be|down to|up to|now|actually|wait|no|nope|sorry|oops"
    r"|i meant|meant|correction"
    r"|what(?: about)?|how(?: about)?|and if|what if (?:we|it)(?:'?s| are|'?re| were)?"
    r"|que tal|y si (?:somos|fueramos)"
    r"|this (?:year|time)(?: it'?s)?|este ano"
    r"|mejor|perdon|digo|quise decir|if we (?:only |just )?(?:do|have|are)"
    r"|cambial[oa] a|cambia a|que sean|ponle|pon|en realidad|ahora)"
    r"|人数|那|那么|改成|改为|改到|换成|变成|应该是|一共|总共|总计|我们|是|大概|大约|差不多|有"
    r"|共|不对|到"
    r"|请|來|來了)"
    r"[\s,.:!-]{0,6}$"
)
_AFTER_BARE = re.compile(
    r"^\s{0,4}(?:$|[,.;!?)\n:"
    + BLANK
    + r"-]|(?:on|in|at|this|next|and|with|for|please|pls|plz|now|then|instead|not|but|incl\w*"
    r"|total|max|ish|or|en|el|este|para|con|y|por|the|from|to|coming|confirmed|going|attending"
    r"|altogether|tops|some|plus|mas|adult"
    r"|hombre|total|if|is|because|so|porque|pues|ya que|que"
    r"|we|i|what|how|cuanto|es|around|about|near|right|people|all)\b|[^\x00-\x7f])"
)
_POLITE = re.compile(
    r"\b(?:hi|hello|hey|ok|okay|yes|yeah|yep|sure|please|pls|thanks|thank you|thx|total|ish|or so"
    r"|i think|i guess|so far"
    r"|hola|si|gracias|por favor|creo|creo que|mas o menos|total|max|it is|it'?s|its|we are"
    r"|there are|somos|seremos|will be"
    r"|probably|maybe|around|about|like|lol|haha|um|uh|hmm|let'?s say|or|idk|final answer|final"
    r"|then|actually|no|wait|sorry|perhaps|rather|o|tal vez|quizas|mejor|digamos|como|unos|unas"
    r"|casi|hasta)\b"
    r"|[\s,.!?~:)(-]|左右|吧|[个個位名]|那|就|算"
    r"|大概|一共|总共|谢谢|的|嗯|好"
)
_INCLUDING = re.compile(
    r"^\s{0,4},?\s{0,3}(?:(?:not )?(?:incl\w*|counting)|(?:sin )?(?:incluyendo|contar"
    r"|contando)|其中|不?包括|里面|当中|不算|不含)"
    r"|^\s{0,3},\s{0,3}(?:(?:out )?of (?:whom|which|them|those)"
    r"|de (?:los cuales|las cuales|ellos|ellas|esos|esas))\b"
)
_IN_ALL = re.compile(
    r"^\s{0,4}(?:in total|in all|all in|total|altogether|all together|en total|tops|max"
    r"|que (?:vamos|somos|seremos|vienen|van|vendran|estaremos))\b"
)
_FOR_DATE = re.compile(rf"^\s{{0,4}}(?:for|on|this|next|para|el)?[a-z\s]{{0,12}}{BLANK}")
_CHANGE = re.compile(r"^\s{0,4}(more|less|fewer|mas|menos)\s{0,4}(?:$|[,.!?])")
_CHANGE_BEFORE = re.compile(
    r"^(?:\s{0,3}(?:ok|oh|and|wait|actually|sorry|so)[\s,]{1,3}){0,2}\s{0,3}(minus|menos"
    r"|(?:we )?lost|quita|quitar|quitale|take away"
    r"|remove|减|減|少|plus|add|mas|加)\s{0,3}$"
)
_COUNTS_ON = re.compile(r"\W*(?:minus|menos|plus|less|减|減|少|加|多)\s{0,2}\d{1,3}\W*$")
"""Guests more or fewer, whatever had been asked."""
_FEWER = frozenset(
    {
        "less",
        "fewer",
        "menos",
        "minus",
        "lost",
        "quita",
        "quitar",
        "quitale",
        "away",
        "remove",
        "减",
        "減",
        "少",
    }
)
_CORRECTS = re.compile(
    r"\b(?:actually|make (?:it|that)|change (?:it|that)|instead|sorry|wait|i meant|mejor|perdon"
    r"|digo|cambial[oa]|ahora somos"
    r"|now (?:it'?s|we'?re)|of us|party of|en realidad)\b|改|不对|应该是|不好意思|抱歉|[说打写搞]错"
    r"|\b(?:somos|seremos|seriamos|vamos a ser|vamos siendo"
    r"|(?:y|ya|ahora|que|pero) (?:son|seran|serian)|we(?: are|'?re|'?ll be| will be|'?d be"
    r"| would be)|if we (?:only )?(?:do|have|are|make it))"
    r"\s{1,3}(?:(?:like|about|only|just|now|como"
    r"|unos|unas|ahora|solo|ya)\s{1,3}){0,2}\d|我们(?:现在|一共|总共|是|有|大概){0,2}\s?\d"
)


_ME_AND = re.compile(
    r"\b(?:me|myself|yo)\s{0,3}(?:plus|and|\+|y|mas)\s{0,3}$|我(?:加|和|跟)\s{0,2}$"
)
_SETTLES = re.compile(
    r"\b(?:let'?s say|let'?s call it|call it|say|final (?:answer|count|number)|digamos"
    r"|pongamos)\b|就算|算|^\W*(?:(?:ok|and|y|what about|how about|que tal|what if)\W+){0,2}"
    r"(?:for|para|with|con)\s{1,3}\d{1,3}\W*$"
)
"""Words with which a count is settled, not a day."""


def read_bare(found: Scan, asked: str, *, has_total: bool) -> None:
    """Add a total or count of children for what a lone number means."""
    corrects = _CORRECTS.search(found.body) or _COUNTS_ON.match(found.body)
    if asked in ("zip", "yes") and has_total and _is_guests(found, asked):
        asked = "headcount"  # No ZIP code, and no answer to the terms: the guests once more.
    if asked in ("date", "time") and has_total and _SETTLES.search(found.body):
        asked = "headcount"
    if asked not in ("", "headcount", "children") and not corrects:
        return
    for number in found.numbers:
        if not number.is_used and not _read_with_self(found, number):
            _read_bare(found, number, asked, has_total)


def _read_with_self(found: Scan, number: Number) -> bool:
    """ "Me plus 14": the customer is one of them."""
    after = found.after(number.end)
    if not (_ME_AND.search(found.before(number.start)) and _AFTER_BARE.match(after)):
        return False
    _add_bare(found, number, Mention(kind="total", value=number.value + 1, start=number.start))
    return True


def _is_guests(found: Scan, asked: str) -> bool:
    """Whether one lone number of a size for guests is all that is said; twelve may be noon."""
    free = [number for number in found.numbers if not number.is_used]
    least = _CLOCK_MOST if asked == "yes" else 1
    return len(free) == 1 and least < free[0].value < _ZIP_LEAST


def _read_bare(found: Scan, number: Number, asked: str, has_total: bool) -> None:
    """A number alone: the answer to our question, or a total after "make it", "party of"."""
    changed = _CHANGE.match(found.after(number.end))
    if not changed and _AFTER_BARE.match(found.after(number.end)):
        changed = _CHANGE_BEFORE.search(found.body[: number.start][:_SHORT])
    if changed and has_total:
        sign = -1 if changed[1].split()[-1] in _FEWER else 1
        _add_bare(
            found, number, Mention(kind="total", value=number.value, sign=sign, start=number.start)
        )
        return
    rest = found.body[: number.start] + " " + found.body[number.end :]
    is_short = len(rest) < _SHORT
    alone = is_short and not _POLITE.sub("", rest.replace(BLANK, " ")).strip()
    lead = _HEDGES.sub("", found.before(number.start, _SHORT))
    after = found.after(number.end)
    cued = bool(_CUE.search(lead)) and bool(_AFTER_BARE.match(after))
    cued = cued or bool(_IN_ALL.match(after)) or bool(_INCLUDING.match(after))
    cued = cued or (not lead.strip() and bool(_FOR_DATE.match(after)))
    cued = cued or (found.is_corrected and not found.mentions and bool(_AFTER_BARE.match(after)))
    if alone and asked == "children":
        young = found.eldest_young_band()
        _add_bare(
            found,
            number,
            Mention(kind="band", code=young, value=number.value, start=0, is_part=True),
        )
    elif cued or (alone and asked in ("", "headcount") and (asked == "headcount" or not has_total)):
        first = found.mentions and found.mentions[0].kind == "total" and not cued
        if not first:
            _add_bare(
                found,
                number,
                Mention(
                    kind="total",
                    value=number.value,
                    low=number.low,
                    start=number.start,
                    is_bare=True,
                ),
            )


def _add_bare(found: Scan, number: Number, mention: Mention) -> None:
    if number.value > 0 or mention.kind == "band":
        number.is_used = True
        found.mentions.append(mention)
