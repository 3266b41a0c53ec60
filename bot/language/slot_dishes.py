"""Reads from a scanned text what guests want beyond being there: options, add-ons and extras.

A count stands before a dish, after it, or is "everyone". A dish that is only asked about ("how much
is lobster?") is no order; one that is wanted without a count is unclear.
"""

from __future__ import annotations

import re

from bot.language.slot_further import read_further
from bot.language.slot_ordered import EVERYONE, Dishes, let_go, move_counted, note_replaced
from bot.language.slot_portions import read_portions
from bot.language.slot_scan import Number, Scan
from bot.language.slot_swaps import (
    is_taken_off,
    plain_gap,
    points_back,
    swapped,
)
from bot.language.slot_words import Word

_DISHES = frozenset({"option", "add_on", "extra"})
_FORWARD = re.compile(
    r"^[\s\-:(]{0,6}(?:(?:orders?|portions?|pieces?|servings?|less|fewer|menos|mas|plates?"
    r"|sides?|x|×|of|de|ordenes|orden"
    r"|porciones|porcion|raciones"
    r"|platos|les|cambia[nr]?|cambie[ns]?|una?|proteinas?|por|proteins?|swap|their|one|the|more|extra|want|wants|wanting|with|get|gets|getting|having|have|will|would|like"
    r"|to|them|us|whom|which|ellos|nosotros|eat|eating|upgrade[ds]?"
    r"|prefer|van|querer|going|quieren|quiere|queremos|que|sean|be|por|con|comen|prefieren"
    r"|doing|do|do the|for|on|as|more)[\s\-]{1,4})*$"
    r"|^[\s份个個位人都的想要吃加换改成为選选來来點点用]{0,6}$"
)
_PEOPLE_GAP = re.compile(
    r"\b(?:want|wants|with|get|gets|getting|having|have|like|eat|eating|prefer|upgrade[ds]?"
    r"|quieren|con|comen|prefieren"
    r"|do|doing)\b|[要吃换選选点]"
)
_BACKWARD = re.compile(
    r"^[\s:(]{0,6}(?:x|×|for|para|por|upgrade for|tails? for|de)?\s{0,4}(?:about|around|like|the"
    r"|just|only|solo)?\s{0,4}$|^(?:[给給要来：:是就有]|减到|加到|改成|改为|变成|只要)*$"
)
_FOR = re.compile(
    r"^\s{0,4}(?:x\s?|×|:|for\s{1,4}|para\s{1,4}|给|給)(?:about |the |just )?\d", re.ASCII
)
_ALL_AFTER = re.compile(
    r"^\s{0,4}(?:for|para|to|a|with|upgrade for|tails? for|one|por|给|給|x)?\s{0,4}$"
)
_ALL_BEFORE = re.compile(
    r"^\s{0,4}(?:(?:gets?|wants?|has|have|having|with|con|quieren?|to|on|in|the|a|is|are|getting"
    r"|comen|will|would|like|upgrade[ds]?"
    r"|de|una|un|por)\s{1,4})*$|^[要吃换選选来都上加一份个個用]*$"
)
_ALL_BARE = re.compile(
    r"(?:\ball(?:\s{1,4}(?:the|of (?:us|them)))?(?:\s{1,3}(?:want|get|have|having|would like"
    r"|prefer))?|\btod[oa]s?(?:\s{1,4}con)?|全(?:部)?(?:要|换|换成|都要|升级|升级成)?)\s{0,4}$"
)
_AND = re.compile(r"^\s{0,4}(?:,|and|&|y|\+|plus|和|、|跟|,\s{0,4}and)\s{0,4}$")
_WANT = re.compile(
    r"\b(?:add|adding|want|wants|upgrade|upgrading|with|include|including|get|plus|and|like|need"
    r"|also|quiero|quisiera|agreg\w{1,20}"
    r"|anad\w{1,20}|con|mas|y|incluy\w{1,20}|tambien|do|have)\b|[加要换和跟]|还有|升级|\+"
)
_QUESTION = re.compile(
    r"\b(?:how much|what(?:'?s| is| are| about)?|price of|cost|costs|cost of|extra for|do (?:you"
    r"|u)|does|is there|are there|which|can (?:i|we)"
    r"|cuanto|cuesta|que|tienen|hay|cual|ofrecen|included?)\b|多少钱|有没有|几钱|什么|可以|价格"
    r"|有.{0,4}吗"
)


_TIGHT = re.compile(r"\s{0,3}(?:(?:orders?|portions?|pieces?)\s{1,3}of\s{1,3}|ordenes de |份|个)?")
_FOR_SOME = re.compile(r"s?\s{1,3}(?:for|para)\b|\s{0,3}给")
_EACH_AFTER = re.compile(r"s?\s{0,3}(?:for\s{1,3}|para\s{1,3})?")
_LESS_AFTER = re.compile(r"s?\s{1,3}(?:less|fewer|menos)\b")
_LESS_BEFORE = re.compile(
    r"\b(?:fewer|less|menos)(?:\s{1,3}orders? of)?\s{1,3}$"
    r"|(?:\b(?:remove|minus|drop|take off|quita\w{0,3})\s{1,3}(?:one|two|three|four|an?"
    r"|una?|dos|tres)?"
    r"|[减減少])[\d\s一二两三四五份个個]{0,6}$"
)
_MORE_AFTER = re.compile(r"s?\s{1,3}(?:more|mas)\b(?!\s{1,3}(?:adult|kid|people|guest))")
_MORE_BEFORE = re.compile(
    r"\b(?:more|mas)(?:\s{1,3}orders? of)?\s{1,3}$|(?:再加|多加|多)[\d\s一二两三四五份个個]{1,6}$"
)


def read_dishes(found: Scan) -> Dishes:
    """Read the dishes and take their counts out of the scan."""
    dishes = Dishes(further=read_further(found))
    read_portions(found, dishes.further)
    dishes.for_people += dishes.further.for_people
    words = [word for word in found.words if word.kind in _DISHES]
    replaced = swapped(found, words)
    for index, word in enumerate(words):
        key = (word.kind, word.code)
        if word in replaced and move_counted(found, word, words[index + 1], dishes):
            continue
        if is_taken_off(found, word) or word in replaced:
            dishes.counts[key] = 0
        elif index and words[index - 1] in replaced and not _has_count(found, word):
            dishes.unclear.append(f"{word.kind}:{word.code}")
        else:
            _read_dish(found, words, index, dishes)
    let_go(found, words, dishes)
    for kind, code in dishes.counts:
        dishes.unclear = [name for name in dishes.unclear if name != f"{kind}:{code}"]
    note_replaced(dishes)
    return dishes


def _read_dish(found: Scan, words: list[Word], index: int, dishes: Dishes) -> None:
    """How much is wanted of one dish, or that it must be asked."""
    word = words[index]
    key = (word.kind, word.code)
    count = _count(found, word, dishes)
    if count is None and index and _follows(found, words[index - 1], word, dishes):
        count = EVERYONE
    sign = 0 if count is None else _sign(found, word)
    if count is not None and sign and count > 0:
        dishes.changes[key] = sign * count
    elif count is not None:
        dishes.counts[key] = count
        _share(found, words, index, dishes, count)
    elif key not in dishes.counts:
        dishes.named += [word.code] if word.kind == "option" else []
        _uncounted(found, word, dishes)


def _has_count(found: Scan, word: Word) -> bool:
    return any(not n.is_used and n.end <= word.start for n in found.numbers[-1:])


def _count(found: Scan, word: Word, dishes: Dishes) -> int | None:
    each = _number_each(found, word)
    if each is not None:
        each.is_used = True
        return EVERYONE * each.value
    if _is_for_all(found, word):
        return EVERYONE
    number = _number_after(found, word, dishes) if _FOR.match(found.after(word.end)) else None
    number = number or _number_before(found, word, dishes) or _number_after(found, word, dishes)
    if number is None:
        return None
    number.is_used = True
    if points_back(found, number):
        dishes.in_place.append(((word.kind, word.code), number.value))
    return number.value


def _sign(found: Scan, word: Word) -> int:
    """+1 for "2 more lobsters", -1 for "1 lobster less", 0 where the count is the whole count."""
    before, after = found.before(word.start, 24), found.after(word.end, 16)
    if _LESS_AFTER.match(after) or _LESS_BEFORE.search(before):
        return -1
    return 1 if _MORE_AFTER.match(after) or _MORE_BEFORE.search(before) else 0


def _follows(found: Scan, last: Word, word: Word, dishes: Dishes) -> bool:
    """ "Everyone wants lobster and filet": the second is for everyone too."""
    is_joined = _AND.match(found.body[last.end : word.start])
    key = (last.kind, last.code)
    return bool(is_joined and last.kind == word.kind and dishes.counts.get(key) == EVERYONE)


def _number_each(found: Scan, word: Word) -> Number | None:
    """The two of "2 gyozas each" and "每人2份煎饺"."""
    before = [n for n in found.numbers if n.end <= word.start and not n.is_used]
    if not before or not _TIGHT.fullmatch(found.body[before[-1].end : word.start]):
        return None
    number = before[-1]
    for other in found.words:
        if other.kind != "all" or other.code == "group":
            continue
        if other.start >= word.end and _EACH_AFTER.fullmatch(found.body[word.end : other.start]):
            return number
        if other.end <= number.start and _ALL_BEFORE.match(found.body[other.end : number.start]):
            return number
    return None


def _is_for_all(found: Scan, word: Word) -> bool:
    if _ALL_BARE.search(found.before(word.start, 12)):
        return True
    for other in found.words:
        if other.kind != "all":
            continue
        if other.start >= word.end and _ALL_AFTER.match(found.body[word.end : other.start]):
            return True
        if other.end <= word.start and _ALL_BEFORE.match(found.body[other.end : word.start]):
            return True
    return False


def _number_before(found: Scan, word: Word, dishes: Dishes) -> Number | None:
    """ "20 gyoza", "10 guests want lobster", "upgrade 10 to filet"."""
    before = [n for n in found.numbers if n.end <= word.start and not n.is_used]
    if not before:
        return None
    number, gap = before[-1], plain_gap(found.body[before[-1].end : word.start])
    if _FORWARD.match(gap):
        return number
    people = [
        w
        for w in found.words
        if number.end <= w.start and w.end <= word.start and w.kind not in ("choice", "option")
    ]
    if len(people) != 1 or people[0].kind not in ("guest", "band", "person"):
        return None
    lead, rest = (
        found.body[number.end : people[0].start],
        plain_gap(found.body[people[0].end : word.start]),
    )
    is_joined = _FORWARD.match(rest) and _PEOPLE_GAP.search(rest) and _FORWARD.match(lead + " ")
    is_whole = re.search(r"\bwith\b|\bcon\b", rest) and len(before) == 1 and word.kind != "option"
    if not is_joined or is_whole:
        return None
    dishes.for_people.append(number.value)
    return number


def _number_after(found: Scan, word: Word, dishes: Dishes) -> Number | None:
    """ "Filet for 10", "gyoza x20", "龙虾10份"."""
    after = next((n for n in found.numbers if n.start >= word.end and not n.is_used), None)
    if after is None or not _BACKWARD.match(found.body[word.end : after.start]):
        return None
    follows = found.next_word(after.end)
    gap = found.body[after.end : follows.start] if follows else ""
    is_near = follows is not None and bool(
        re.fullmatch(r"[\s个個位名份]{0,6}(?:of\s{1,4})?(?:the\s{1,4})?", gap)
    )
    if follows and is_near and follows.kind in _DISHES and follows.kind != word.kind:
        return None
    lead = found.body[word.end : after.start].strip()
    if follows and is_near and follows.kind in _DISHES and not re.search(r"[x×:(]|for|para", lead):
        return None
    if not (follows and is_near and follows.kind in ("guest", "band", "person")):
        return after
    if not re.search(r"for|para|给|給", lead):
        return None
    if word.kind == "option" and not found.profile.service().options[word.code].surcharge:
        return None
    dishes.for_people.append(after.value)
    return after


def _share(found: Scan, words: list[Word], index: int, dishes: Dishes, count: int) -> None:
    """ "Lobster and filet for everyone": dishes joined before a count share it."""
    while index > 0 and _AND.match(found.body[words[index - 1].end : words[index].start]):
        index -= 1
        key = (words[index].kind, words[index].code)
        if key in dishes.counts:
            return
        dishes.counts[key] = count


def _is_counted_on(found: Scan, word: Word, width: int) -> bool:
    """Whether a count leads up to an option in its sentence that no rule has read."""
    options = found.profile.service().options
    begin = word.start - width
    lead = [n for n in found.numbers if not n.is_used and begin <= n.start < word.start]
    is_next = bool(lead) and found.next_word(lead[-1].end) == word
    return is_next and word.kind == "option" and bool(options[word.code].surcharge)


def _uncounted(found: Scan, word: Word, dishes: Dishes) -> None:
    sentence = re.split(r"[.!\n]|？", found.body[: word.start])[-1]
    if _QUESTION.search(sentence) or re.match(r"[^.!\n]{0,20}多少钱", found.after(word.end)):
        return
    if word.kind == "extra":
        dishes.counts[word.kind, word.code] = 1
        return
    service = found.profile.service()
    free = word.kind == "option" and not service.options[word.code].surcharge
    name = f"{word.kind}:{word.code}"
    is_wanted = _WANT.search(sentence[-30:]) or _FOR_SOME.match(found.after(word.end))
    if not is_wanted and not _is_counted_on(found, word, len(sentence)):
        return
    if not free and name not in dishes.unclear:
        dishes.unclear.append(name)
