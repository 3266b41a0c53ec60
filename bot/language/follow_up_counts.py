"""Numbers that answer a follow-up: how many come, how many more or fewer, how many stars.

A whole phrase or nothing. Text comes folded by follow_up_answers.py: plain lower case without
accents and marks, numbers in digits.
"""

from __future__ import annotations

import re

from bot.language.follow_up_answer_words import Answer

GUESTS_MAX = 999
_UNIT = (
    r"(?:people|ppl|persons?|guests?|of us|heads?|personas?|invitados?"
    r"|位客人|个客人|位|个人|人|个|名)"
)
_TOTAL = r"(?:in total|total|all together|altogether|in all|en total|al final|finally|总共|一共)"
_PEOPLE = rf"(?:\s*{_UNIT})?(?:\s*{_TOTAL})?"
_NEW = r"(?<!\d)(?P<new>\d{1,3})(?!\d)"
_OLD = r"(?<!\d)(?P<old>\d{1,3})(?!\d)"
_NUMBER = (
    r"(?:(?:the|our|el|la)\s+)?(?:new |final |updated |nuevo |nueva )?"
    r"(?:number|count|headcount|head count|total|numero|cuenta)(?: of (?:guests|people)"
    r"| de (?:personas|invitados))?"
)
_WILL = r"(?:will|would|ll|d)?\s*(?:now |actually |only |just )?(?:be|is|are|have|re|s|has)?"
_ENGLISH = (
    rf"(?:(?:we|it|there|that|{_NUMBER})\s*{_WILL}|(?:were|weve got|we have got|we got)"
    r"|(?:were|we are|we went|it went|went|its) (?:up|down) to|down to"
    r"|(?:well|wed|itll|itd|thatll|therell|itwill) be|its|its (?:gonna|going to) be"
    r"|it is (?:gonna|going to) be|(?:were|we are) (?:gonna|going to) be|gonna be|going to be"
    r"|(?:(?:can|could) (?:you|we) )?(?:please )?(?:lets )?(?:make (?:it|that|us)"
    r"|change (?:it|that|us|the number|to)(?: to)?|update (?:it|that|us|the number)?\s*to"
    r"|bump (?:it|us) (?:up )?to)|(?:i|we) (?:need|want|have) to change (?:it |the number )?to"
    r"|(?:we |it )?dropped to|(?:were|we are) at|looks like|update|lets (?:do|say|go with))"
)
_SPANISH = (
    r"(?:(?:ya |ahora |ahora ya )?(?:somos|seremos|seriamos|son|serian|seran|quedamos"
    r"|quedariamos|quedan|vamos a ser|van a ser|va a ser|van a ir|vamos a ir"
    r"|vamos|van|vamos a quedar|seguimos siendo)"
    r"|ahora|cambie(?:l[oa])? (?:a|por)|cambiar a|cambiel[oa]|(?:me )?l[oa] cambia a|pongale|ponga"
    r"|que sean|sean|mejor"
    r"|(?:bajamos|subimos|bajo|subio|aumentamos) a|por favor sean)"
)
_CHINESE = (
    r"(?:(?:请|麻烦|帮我|帮忙|我们|人数|现在|最后|目前|应该)*"
    r"(?:改成|改为|改到|改|变成|变为|变|增加到|减少到|减到|减为|加到|定为|定)"
    r"|(?:我们|人数|现在|最后|目前|大家|这边)*(?:会有|会是|共|一共|总共|有|是|要来|就|只|只有"
    r"|就是|还是|来|到|剩|会来)*)"
)
_ONLY = r"(?:(?:just|only|solo|solamente|nomas|nada mas|ya nada mas|ya nomas|unicamente)\s+)*"
_NOW = r"(?:(?:actually|now|ahora|ya|entonces)\s+)*"
_BE = rf"{_NOW}{_ONLY}(?:(?:{_ENGLISH}|{_SPANISH}|{_CHINESE})\s*)?{_NOW}{_ONLY}"
_NOT = r"(?:(?:not|no|instead of|rather than|en vez de|en lugar de|不是|而不是|原来是)\s*"
_TAIL = (
    rf"(?:\s*(?:coming|now|instead|then|ahora|mejor|para ser exactos|{_TOTAL}|了|吧|的))*"
    r"(?:\s*(?:is|es) (?:right|correct|correcto|the (?:new |final )?number))?"
)
_WE = (
    r"(?:(?:we (?:will )?have|we will be|well have|well be|weve got|there will be|tendremos"
    r"|seremos|somos|vamos a ser|se suman|llegan|vienen|van)\s+)?"
)
_THEY = r"(?:\s*(?:people|ppl|persons?|guests?|personas?|invitados?))?"
_STAY_AWAY = (
    r"(?:(?:cant|cannot|can not|wont|will not|arent|are not|are no longer|no pueden|no van a|no van"
    r"|ya no|no)\s*(?:come|coming|make it|be there|be coming|a? ?venir|vienen|ir|a ir"
    r"|van)|cancell?ed|dropped out|cancelaron)"
)
_COUNTED = r"(?:位|个人|人|个|名)"
PATTERNS = (
    (
        Answer.MORE,
        (
            rf"{_WE}{_NEW}\s*(?:more|extra|additional|mas){_THEY}(?: are coming)?",
            rf"(?:\+|plus|(?:(?:can|could) (?:you|we) )?(?:please )?add|another"
            rf"|agregue(?:nos)?|anada|sume|se suman)\s*{_NEW}{_PEOPLE}"
            r"(?:\s*(?:more|mas))?",
            rf"{_WE}{_NEW}\s*(?:personas|invitados|persona) mas",
            rf"(?:还|会|又)?(?:再加|再来|多加|多来|多了|多|加|增加|新增)\s*{_NEW}{_COUNTED}了?",
        ),
    ),
    (
        Answer.FEWER,
        (
            rf"{_WE}{_NEW}\s*(?:fewer|less|menos){_THEY}",
            rf"(?:minus|menos|quite)\s+{_NEW}{_PEOPLE}",
            rf"{_WE}{_NEW}\s*(?:personas|invitados|persona) menos",
            rf"{_NEW}{_PEOPLE}\s*{_STAY_AWAY}",
            rf"(?:会)?(?:少来|少了|少|减少|减)\s*{_NEW}{_COUNTED}了?",
            rf"(?:有)?{_NEW}{_COUNTED}(?:来不了|不来|不能来)了?",
        ),
    ),
    (
        Answer.COUNT,
        (
            rf"{_BE}{_NEW}{_PEOPLE}(?:\s*{_NOT}{_OLD}{_PEOPLE}))?{_TAIL}",
            rf"(?:change )?(?:from|de|从)\s*{_OLD}{_PEOPLE}\s*(?:to|a|改成|变成|到|改为)"
            rf"\s*{_NEW}{_PEOPLE}",
            rf"{_NOT}{_OLD}{_PEOPLE})\s*(?:but|sino|是|而是)?\s*{_NEW}{_PEOPLE}{_TAIL}",
            r"(?:its |it is |we are |were |we have |somos |seguimos siendo |seguimos |我们)?\s*"
            rf"(?:still (?:at )?|todavia|aun|还是|仍是|仍然是)\s*{_NEW}{_PEOPLE}"
            r"\s*(?:as planned|没变|不变)?",
            rf"{_NEW}{_PEOPLE}\s*(?:is |es |esta |estan )?"
            r"(?:right|correct|good|fine|as planned|bien|correcto|没错|没变|不变|正确|对)",
        ),
    ),
)
_COMPILED = tuple((answer, tuple(map(re.compile, each))) for answer, each in PATTERNS)
_STARS = re.compile(
    r"([1-5])\s*(?:stars?|estrellas?|颗?星)(?:好评)?"
    r"|([1-5])\s*(?:/|out of|of|de|sobre)\s*5(?:\s*(?:stars?|estrellas?|星))?"
)
_OF_TEN = re.compile(r"(\d{1,2})\s*(?:/|out of|of|de|sobre)\s*10")
_COUNTS_PEOPLE = re.compile(_UNIT)
_ONE = re.compile(r"\bun[ao]?\b(?= (?:persona |invitado )?(?:mas|menos)\b)")


def read_guests(plain: str, guests: int | None) -> tuple[Answer, int] | None:
    """Guests that a phrase names, and whether so many in all, more or fewer.

    Args:
        plain: the folded phrase.
        guests: how many they are as far as we know; a number of nothing is taken for theirs
            only where it is near that: it may be an hour, a day or a house. None: a number was
            asked for, so that any is.
    """
    plain = _ONE.sub("1", plain)
    for answer, patterns in _COMPILED:
        for pattern in patterns:
            if found := pattern.fullmatch(plain):
                number = int(found["new"])
                is_far = guests is not None and not guests <= 2 * number <= 4 * guests
                is_bare = answer is Answer.COUNT and not _COUNTS_PEOPLE.search(plain)
                if not 1 <= number <= GUESTS_MAX or (is_bare and is_far):
                    return None
                return answer, number
    return None


def read_stars(plain: str) -> int | None:
    """One to five; of ten it is half as many. A number that stands all alone is none."""
    if found := _OF_TEN.fullmatch(plain):
        tenths = int(found[1])
        return max(1, (tenths + 1) // 2) if 0 <= tenths <= 10 else None
    found = _STARS.fullmatch(plain)
    return int(found[1] or found[2]) if found else None
