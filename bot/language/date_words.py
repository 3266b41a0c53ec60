"""The words of dates and times in English, Spanish and Chinese, each with its kind.

A kind is one letter; bot/language/date_rules.py matches shapes of letters instead of words, so that
a rule is written once for three languages. Words only: what they mean is decided by the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

Word = tuple[str, int, str]
"""Kind, value (a month, a weekday, an offset), part of the day."""

_MONTHS = (
    "january jan enero ene", "february feb febrero feburary febuary", "march mar marzo",
    "april apr abril", "may mayo", "june jun junio", "july jul julio", "august aug agosto ago",
    "september sept sep septiembre setiembre", "october oct octubre", "november nov noviembre",
    "december dec diciembre dic",
)  # fmt: skip
_WEEKDAYS = (
    "monday mon lunes mondays", "tuesday tue tues martes tuesdays",
    "wednesday wed weds miercoles wednesdays wensday wendsday wednsday",
    "thursday thu thur thurs jueves thursdays", "friday fri viernes fridays",
    "saturday sat sabado saturdays sabados satuday sab", "sunday sun domingo sundays domingos",
)  # fmt: skip
# Words that are a month or a weekday only beside something else of a date.
WEAK = {"may": "K", "march": "K", "mar": "K", "sat": "U", "sun": "U", "ago": "."}
_ORDINALS = (
    "first primer primero primera", "second segundo segunda", "third tercer tercero tercera",
    "fourth", "fifth quinto quinta", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth", *("",) * 9, "thirtieth",
)  # fmt: skip
_KINDS = {
    "t": "the el la los las",
    "o": "of de del 的 year's",
    "n": "on for para",
    "a": "at @",
    "u": "around about bout abt by near tipo approximately approx roughly circa",
    "m": "like maybe say probably perhaps possibly preferably quizas quiza digamos como "
    "大概 大约 大約 差不多 约 約 可能",
    "I": "in during en within",
    "F": "from desde starting 从",
    "A": "after following despues tras",
    "B": "before antes",
    "d": "to until till til through thru hasta al - – — ~ 到 至",
    "v": "or and y o u & / 或 或者 还是 和 跟 、",
    "j": "a an un una",
    "b": "between entre",
    "i": "this these este esta 这",
    "x": "next proximo proxima nxt",
    "p": "last past previous pasado pasada ultimo ultima",
    "f": "coming upcoming siguiente",
    "k": "day days dia dias",
    "w": "week weeks wk wks semana semanas",
    "s": "month months mes meses",
    "h": "hour hours hr hrs hora horas minute minutes min mins minutos",
    "c": "people ppl person persons guests guest adults adult kids kid children child folks pax "
    "friends women men girls boys teens toddlers personas persona adultos adulto ninos nino ninas "
    "gente invitados amigos miles feet ft years year yrs anos ano stars chefs chef tables "
    "times steaks chickens plates grills dollars percent persons attendees heads total",
    "X": "not cannot cant can't don't dont won't isn't except excepto unless tampoco 不是 不要",
    "V": "actually sorry wait rather oops perdon digo 改成 改到 不对",
    "T": "move moving moved change changing reschedule rescheduled switch push bump postpone "
    "cambiar cambio mover pasar 改期 改",
    "!": ". ! ? ; 。 ！ ？ ；",
    ",": ", ， ( ) （ ）",
    "y": "any every each some cualquier algun cada",
    "z": "am pm",
}
_PHRASES = {
    "g": {0: "this month|the month|este mes|del mes|这个月|本月", 1: "next month|"
    "the coming month|proximo mes|"
          "mes que viene|mes proximo|mes entrante|mes que entra|下个月|下月|下個月", 2: "下下个月|"
          "month after next", -1: "last month|mes pasado|上个月"},
    "l": {0: "this week|esta semana|这周|本周|这个星期|这星期|本週|這週", 1: "next week|"
    "nxt week|next wk|"
          "the coming week|proxima semana|semana que viene|semana proxima|otra semana|"
          "semana entrante|semana que entra|semana siguiente|下周|下个星期|下星期|下週|"
          "下个礼拜|下礼拜",
          2: "week after next|下下周|下下个星期|下下星期", -1: "last week|semana pasada|上周|"
          "上星期"},
    "e": {0: "this weekend|the weekend|weekend|this wknd|this coming weekend|fin de semana|"
          "este fin de semana|finde|este finde|fin de|周末|这周末|本周末|这个周末|週末|這週末",
          1: "next weekend|nxt weekend|next wknd|proximo fin de semana|fin de semana que viene|"
          "otro fin de semana|fin de semana proximo|proximo finde|下周末|下个周末|下週末",
          2: "weekend after next|下下个周末|下下周末",
          -1: "last weekend|fin de semana pasado|上周末"},
    "Y": {2001: "next year|proximo ano|ano que viene|ano proximo|明年", 2000: "this year|"
    "este ano|今年",
          2002: "后年"},
    "Z": {0: "que viene|que entra|entrante|que sigue"},
    "E": {1: "early|beginning of|start of|principios de|a principios de|inicios de|comienzos de|"
          "初|上旬|the beginning of|the start of",
          2: "mid|middle of|mediados de|a mediados de|中旬|中|the middle of", 3: "late|"
          "end of|the end of|"
          "finales de|a finales de|fines de|fin de|底|下旬|a fines de"},
    "S": {3: "月底|end of the month|end of month|fin de mes|finales de mes",
          1: "月初|beginning of the month|principios de mes", 2: "月中|mid month|mediados de mes"},
    "m": {1: "or so|or thereabouts|more or less|give or take|o por ahi|mas o menos|aproximadamente|"
          "aprox|左右|前后|前後|上下", 0: "tal vez|somewhere around|right around"},
    "X": {1: "is out|is a no|is no go|is a no go|is no good|is not good|is bad|is not possible|"
          "isn't possible|is impossible|no podria|no podriamos|no me funciona|no nos funciona|"
          "no es posible|no nos queda|no me queda|no nos sirve|no voy a poder|不方便|没空|沒空|"
          "没时间|沒時間|没有时间|去不了|有事|不合适|不合適|不太行|不太方便|"
          "doesn't work|doesnt work|does not work|won't work|wont work|isn't good|is no good|"
          "no puedo|no podemos|no me sirve|no se puede|不行|不可以",
          0: "anything but|any day but|every day but|all but|"
          "everything but|any time but|menos el|menos los|salvo|salvo el|excepto el|fuera del|"
          "除了|除|instead of|rather than|other than|"
          "en vez de|en lugar de|can not|"
          "no es|but not"},
    "N": {2: "a couple of|couple of|a couple"},
    "B": {0: "之前|以前|前的|前一个|before|prior to|antes de|antes del"},
    "q": {0: "half past|y media", 1: "quarter past|quarter after|y cuarto", 2: "quarter to|"
          "quarter till|quarter of|menos cuarto|un cuarto para las"},
    "a": {0: "a las|a la|alas|a eso de las|como a las|sobre las|tipo las|para las|"
    "a partir de las|desde las|por ahi de las|como tipo a las|"
          "hasta las|de las"},
    "A": {0: "from now|the day after|之后|以后|后的|后第一个", 1: "after next"},
    "I": {0: "dentro de|de aqui a"},
    "b": {0: "entre las"},
    "v": {0: "y las|o las"},
    "w": {9: "那周|那个星期|那一周|那个礼拜"},
}  # fmt: skip
_RELATIVE: Mapping[tuple[int, str], str] = {
    (0, ""): "today|tody|todays|hoy|今天|今日",
    (0, "evening"): "tonight|tonite|this evening|今晚|今天晚上",
    (0, "morning"): "this morning|esta manana|今早|今天早上",
    (0, "afternoon"): "this afternoon|esta tarde|今天下午",
    (0, "night"): "esta noche|hoy en la noche|hoy por la noche",
    (1, ""): "tomorrow|tmrw|tmr|tomorow|tommorow|tommorrow|tomorrrow|tmw|manana|mañana|"
    "明天|明日|明儿",
    (1, "evening"): "明晚|明天晚上|tomorrow night",
    (1, "morning"): "明早|明天早上",
    (2, ""): "day after tomorrow|the day after tomorrow|overmorrow|pasado manana|后天|後天",
    (2, "evening"): "后天晚上|后晚",
    (3, ""): "大后天|大後天",
    (7, ""): "de hoy en ocho|hoy en ocho|a week from now|de hoy en 8|a week from today",
    (8, ""): "de manana en ocho",
    (15, ""): "de hoy en quince|半个月后",
    (14, ""): "in a fortnight|two weeks from today",
    (-1, ""): "yesterday|ayer|昨天|last night|anoche|昨晚",
    (-2, ""): "anteayer|antier|前天|day before yesterday",
}
_PARTS = {
    "morning": "in the morning|por la manana|en la manana|de la manana|morning|mornings|la manana|"
    "a la manana|durante la manana|temprano en la manana|早上|上午|早晨|清晨|madrugada|"
    "de la madrugada|凌晨",
    "noon": "lunchtime|lunch time|del mediodia|del medio dia",
    "afternoon": "in the afternoon|afternoon|afternoons|por la tarde|en la tarde|de la tarde|"
    "tarde|"
    "下午|午后|tardecita",
    "evening": "in the evening|evening|evenings|evning|dinner time|dinnertime|晚上|傍晚|晚|"
    "tardenoche|tardecita noche|nochecita|en la nochecita|temprano en la noche",
    "night": "at night|night|nite|por la noche|en la noche|de la noche|noche|夜里|夜晚|nighttime",
}
MIDDAY = (
    "noon|midday|mediodia|medio dia|high noon|twelve noon|12 noon|中午十二点|中午12点|正午|中午"
)
MIDNIGHT = "midnight|medianoche|media noche|午夜|半夜|半夜十二点"
# They settle which six is meant without being a part of the day that anybody asked for.
MEALS = {
    "evening": "dinner|supper|cena|cenar|晚餐|晚饭",
    "noon": "lunch|brunch|almuerzo|almorzar|午餐|午饭",
    "morning": "breakfast|desayuno|早餐|早饭",
}


def _listed() -> Iterator[tuple[str, Word]]:
    """Every list of words with what its words are."""
    for kind, words in _KINDS.items():
        yield "|".join(words.split()), (kind, 0, "")
    for kind, table in (("M", _MONTHS), ("W", _WEEKDAYS), ("Q", _ORDINALS)):
        for value, words in enumerate(table, start=0 if kind == "W" else 1):
            yield "|".join(words.split()), (kind, value, "")
    for kind, values in _PHRASES.items():
        yield from ((words, (kind, value, "")) for value, words in values.items())
    yield from ((words, ("R", day, part)) for (day, part), words in _RELATIVE.items())
    yield from ((words, ("P", 0, part)) for part, words in _PARTS.items())
    yield from ((words, ("L", 0, part)) for part, words in MEALS.items())
    yield "a la una|de la una|la una", ("C", 1, "")
    yield MIDDAY, ("C", 12, "noon")
    yield MIDNIGHT, ("C", 0, "night")


def _lexicon() -> dict[str, Word]:
    words: dict[str, Word] = {}
    for listed, (kind, value, part) in _listed():
        for word in listed.split("|"):
            words[word] = (WEAK.get(word, kind) if kind in "MW" else kind, value, part)
    words.pop("", None)
    return words


LEXICON: Mapping[str, Word] = _lexicon()
# Long words of one meaning: one slip of the finger in them is forgiven. "Sundae" is a pudding.
_FORGIVEN = (
    "january february august september october november december enero febrero agosto septiembre "
    "octubre noviembre diciembre monday tuesday wednesday thursday friday saturday sunday lunes "
    "miercoles viernes sabado domingo tomorrow tonight weekend evening afternoon morning"
).split()
_REAL = frozenset(
    "sundae sundaes mundane sunny today moaning mourning warning booking morningstar tuesdays "
    "weekends weekdays weekday mondays evenings mornings sabados warming friends gusto augusta "
    "agosta ever everning even leaving evenly domino dominos enteros entero febrile members member "
    "remember dinero genero linea lunas line".split()
)


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


_NEAR: Mapping[str, str] = {
    short: word for word in _FORGIVEN for short in {word, *_shorter(word)} if len(word) > 5
}


@lru_cache(maxsize=8_192)
def look_up(word: str) -> Word | None:
    """The kind of a word, one slip forgiven in long ones; None for any other word."""
    found = LEXICON.get(word)
    if found is not None or not 5 <= len(word) <= 11 or word in _REAL or not word.isascii():
        return found
    if word in _NEAR:
        return LEXICON[_NEAR[word]]
    near = {_NEAR[short] for short in _shorter(word) if short in _NEAR}
    close = [each for each in near if each[0] == word[0] and abs(len(each) - len(word)) <= 1]
    return LEXICON[close[0]] if len(close) == 1 else None
