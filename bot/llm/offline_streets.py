"""Recognises a street address in a customer's text, for the offline model.

A house number and a street, and nothing of a sentence: no guests, no dishes, no verbs. What is in
doubt is no address, for it costs one more question, and a wrong one costs the order that was in it.
"""

from __future__ import annotations

import re
from typing import Final

from bot.language.date_words import look_up
from bot.language.numbers import fold

ADDRESS_MAX_CHARS: Final = 300
_COUNTED = (
    r"(?:adults?|kids?|child(?:ren)?|people|ppl|guests?|persons?|chefs?|hours?|hrs?|miles?|minutes?"
    r"|mins?|days?|weeks?|more|of us|adultos?|ninos?|personas?|invitados?|[ap]\.?m)\b"
)
"""What a number counts that is no house's."""
_SENTENCE: Final = frozenset(
    # What a sentence has and a street has not, in English.
    "a an and are as at be because been but by can could did do does done dont for from get give "
    "go gonna got had has have he her here him his how i if im in is it its just keep let like "
    "make may me more most my need no not now of off ok on only or our out over please she should "
    "so some than thanks that their them then there they this to too total turned turns until up "
    "us want was we were what when where which who will with would yes you your add adding coming "
    "instead final cancel change moved moving move paid pay send call text room gate code phone "
    "number parking cars tables chairs dollars bucks percent years old hungry vegetarian vegan "
    "each apiece guys dudes friends cousins family coworkers colleagues teenagers teens toddlers "
    "babies boys girls women men ladies seniors students players moms dads folks peeps homies "
    "heads plates chicken steak shrimp lobster lobsters filet filets scallops tofu noodles "
    "gyoza gyozas rice "
    "sake edamame salmon veggies proteins orders lbs bottles chefs grills minutes hours seats "
    "adult adults kid kids child children people ppl guests guest person persons "
    # In Spanish; the articles belong to streets.
    "que quiero queremos quisiera necesito somos seremos seriamos serian son vamos voy ya "
    "por para con sin como cuando si no mas pero porque se le les me mi mis nos su sus te al "
    "agregue cada ponga pongale sume quite cancele cambie ahora tambien total tiene tienen "
    "cumple anos todavia adultos adulto ninos nino ninas personas persona invitados gente "
    "amigos amigas primos tios suegros hermanos hijos hijas vienen viene pollo camaron "
    "camarones langosta langostas filete arroz tofu "
    "platos minutos horas dolares pesos telefono clave codigo puerta".split()
)
"""Words that no street has before its kind."""
_KIND = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|way|ct|court|pl|place|cir"
    r"|circle|ter|terrace|pkwy|parkway|hwy|highway|loop|trail|square)\b"
)
_CALLE = r"(?:calle|avenida|av\.?|avda\.?|camino|paseo|via|rancho|callejon|plaza|boulevard)"
_NAME = r"(?:[a-z0-9'.-]{1,20}\s{1,3})"
_NUMBER_FIRST = (
    rf"\b\d{{1,6}}[a-z]?\s{{1,3}}(?!{_COUNTED})(?!\S{{1,12}} (?:on|by|in) the)"
    rf"(?:[nsew]\.?\s{{1,2}})?{_NAME}{{1,4}}?{_KIND}"
)
_STREETS = (
    _NUMBER_FIRST,
    rf"\b(?:el\s{{1,2}})?\d{{1,6}},?\s{{1,3}}(?:de\s(?:la\s)?)?(?:el\s)?{_CALLE}\s{{1,3}}"
    r"[a-z'.-]{2,20}(?:\s(?!(?:y|con|para|que|and|we|somos)\b)[a-z'.-]{2,20}){0,2}",
    rf"\b{_CALLE}\s{{1,3}}(?:[a-z'.-]{{1,20}}\s{{1,3}}){{1,4}}(?:#|no\.?\s|num\.?\s)?\d{{1,6}}"
    rf"(?!\d|\s{{0,3}}{_COUNTED})",
    rf"(?<![a-z])(?:[a-z.'-]{{2,20}} ){{1,3}}(?:street|avenue|ave|road|boulevard|drive|lane)"
    rf"\s?\d{{1,6}}\s?号?(?!\d|\s{{0,3}}{_COUNTED})",
    r"[\u4e00-\u9fff]{1,10}(?:街|路|大道|巷|弄|胡同)\s?\d{1,6}(?!\s?[点個个位人])\s?[号號]?",
)
_REST = (
    r"(?:[\s,]{1,3}(?:apt|apartment|unit|suite|ste|depto|#)\.?\s?\w{1,6})?"
    r"(?:(?:[\s,]{1,3}[a-z.' ]{2,30}?)?[\s,]{1,3}(?:ca[\s,.]{1,3})?\d{5}\b"
    r"|,\s{0,2}[a-z'.]{3,15}(?: [a-z'.]{3,15})?(?:,? ca\b)?(?=\s*(?:$|[.;!,])))?"
)
_ANY = tuple(re.compile(rf"(?P<street>{each}){_REST}") for each in _STREETS)
_UNNAMED = re.compile(
    r"(?P<number>\d{2,6}[A-Za-z]?),?\s{1,3}(?P<words>[^\W\d_][\w'.-]{1,19}"
    r"(?:\s{1,3}[^\W\d_][\w'.-]{0,19}){0,3})(?P<rest>(?:[\s,]{1,3}(?:apt|apartment|unit|suite|ste"
    r"|depto|#)\.?\s?\w{1,6})?(?:,\s{0,2}[^\W\d_][\w .']{2,40}|\s\d{5})?)",
    re.IGNORECASE,
)
"""A number and a street without its kind: "1234 Broadway"."""
_LEAD = re.compile(
    r"^\W*(?:(?:(?:it'?s|its|the|our|my|new|address|is|at|will be|we are|we're|party|event|sure|ok"
    r"|yes|la|mi|nuestra|direccion|es|en|sera|claro|si)(?![a-z])|地址|是|在"
    r"|我们?的?)[\s,:：]{0,3}(?![a-z0-9]*\d)){1,6}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_HOUSE_MIN: Final = 100
"""Smaller numbers before words that nothing shows to be a street count something."""


def street(text: str) -> str:
    """The street address in a text, with unit and town; empty where there is none."""
    folded = fold(text)
    for pattern in _ANY:
        for found in pattern.finditer(folded):
            if not _is_sentence(found["street"]):
                return " ".join(text[found.start() : found.end()].split()).strip(" ,.;:")
    return ""


def plain_address(text: str) -> str:
    """A text that was asked for an address, if it is one and nothing else."""
    kept = _MAIL.sub("", " ".join(text.split()))
    lead = _LEAD.match(fold(kept))
    bare = kept[lead.end() if lead else 0 :].strip(" ,.;:")[:ADDRESS_MAX_CHARS]
    if "?" in text or "？" in text:
        return ""
    if street(bare):
        return bare if not _has_more(bare) else street(bare)
    found = _UNNAMED.fullmatch(bare)
    return bare if found and _can_be_street(found) else ""


def _can_be_street(found: re.Match[str]) -> bool:
    """Whether words after a number can be a street's name alone."""
    name = fold(found["words"]).split()
    number = int(re.sub(r"\D", "", found["number"]))
    if _is_sentence(found["words"]) or any(_is_date(word) for word in name):
        return False
    has_more = set(fold(found["rest"]).replace(",", " ").split()) & _SENTENCE
    return number >= _HOUSE_MIN and len(name) <= 4 and not has_more


def _is_date(word: str) -> bool:
    found = look_up(word)
    return found is not None and found[0] in "MWPRz"


def _is_sentence(words: str) -> bool:
    """Whether any of these words belongs to a sentence and to no street."""
    plain = (word.strip(".,'") for word in fold(words).replace("'", "").split())
    return any(word in _SENTENCE for word in plain)


def _has_more(bare: str) -> bool:
    """Whether a sentence stands beside the address: only the street is written down then."""
    return sum(word.strip(".,!") in _SENTENCE for word in fold(bare).split()) > 1
