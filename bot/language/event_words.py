"""What a customer writes whose event is close ahead or under way: the kinds that cannot wait.

Patterns of the three languages over folded text; what the crew and the guests are called comes from
the business profile. Only bot/event_day.py asks, and only while an event is that close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.language.allergy_words import names_allergy
from bot.language.numbers import fold
from bot.profile import Profile

KINDS = ("allergy", "change", "access", "late", "weather", "guests")
"""In the order in which they weigh: the first that is read gives the sentence."""

_CHANGE = (
    r"\b(?:cancel\w*|call(?:ing)? (?:it |this |everything )?off|postpone\w*|resched\w*|rain ?check"
    r"|(?:move|push|shift|bump) (?:it|the|our|my|this|everything|back|up|to)\b"
    r"|(?:change|switch) (?:of |the |our |my |to )?(?:date|time|day|address|place|location|venue)"
    r"|(?:different|another|new) (?:day|date|time|address|location)"
    r"|start (?:\w+ )?(?:later|earlier)|(?:later|earlier) start"
    r"|posponer|aplazar|aplazamos|reprogram\w*|suspender"
    r"|cambi(?:ar|amos|o) (?:de |la |el )?(?:fecha|hora|dia|direccion|lugar)"
    r"|(?:mover|pasar|recorrer)(?:lo|la)?\b|otr[oa] (?:dia|fecha|hora|direccion)"
    r"|mas (?:tarde|temprano))"
    r"|取消|改期|改天|改到|推迟|延期|延后|提前开始|换(?:个|到)?\S{0,2}(?:时间|日子|地址|地方)"
    r"|晚一?点(?:开始|来)"
    r"|早一?点(?:开始|来)"
)
_ACCESS = (
    r"\b(?:gate|door ?bell|buzzer|intercom|call ?box|locked out|(?:key|gate|door|access) ?code"
    r"|driveway|parking|park (?:a|the|his|her|their)|entrance"
    r"|(?:can'?t|cannot|can not|couldn'?t|could not) find|find (?:us|our|the (?:house|place"
    r"|address))"
    r"|wrong (?:house|address|street|door|place)|is lost|got lost|power(?:'?s| is| went)? out"
    r"|porton|reja|timbre|no (?:encuentra|encuentran|encontramos|la encuentra)|estacion\w+"
    r"|codigo (?:de|del)|(?:direccion|casa) equivocada|equivoc\w+ de (?:casa|direccion)"
    r"|casa equivocada|esta perdid[oa]|se perdio)\b"
    r"|门铃|大门|门禁|找不到|停车|地址(?:错|不对)|走错|迷路|进不(?:来|去)|密码|停电"
)
_WEATHER = (
    r"\b(?:rain\w*|pouring|drizzl\w*|storm\w*|thunder\w*|lightning|wind(?:s|y)?|gusts?|smok(?:e|y)"
    r"|wildfires?|air quality|aqi|heat ?wave|heat|(?:too|so|very|extremely) hot|snow\w*|hail\w*"
    r"|forecast|weather|flood\w*|lluvi\w*|llov\w+|lluev\w*|tormenta|vientos?|humo|incendios?|calor"
    r"|granizo|nev\w+|clima|pronostico|mal tiempo|calidad del aire)\b"
    r"|下(?:大|小|暴)?雨|有雨|暴雨|雨(?:很|太)?大|刮风|大风|风(?:很|太|好)?大|烟|雾霾|高温|(?:太"
    r"|很|好)热|天气|预报|打雷|下雪"
    r"|空气质量"
)


def read_kinds(text: str, profile: Profile) -> tuple[str, ...]:
    """Which of KINDS a text is about, weightiest first."""
    folded = fold(text)
    patterns = _patterns(_crew(profile), _guests(profile))
    return tuple(
        kind
        for kind in KINDS
        if (names_allergy(text) if kind == "allergy" else patterns[kind].search(folded))
    )


@lru_cache(maxsize=8)
def _patterns(crew: str, guests: str) -> Mapping[str, re.Pattern[str]]:
    texts = {
        "change": _CHANGE,
        "access": _ACCESS,
        "late": _late(crew),
        "weather": _WEATHER,
        "guests": _guest_changes(guests),
    }
    return {kind: re.compile(pattern) for kind, pattern in texts.items()}


def _late(crew: str) -> str:
    others = "guys?|team|people|staff|driver|he|she|they|any ?one|anybody|some ?one|somebody"
    who = rf"(?:{crew}|{others})"
    quien = rf"(?:{crew}|equipo|gente|muchach[oa]s?|senor|senora|cocinero|persona)"
    return (
        rf"\bwhere(?:'?s| is| are|s)? (?:(?:the|my|our|your|is|are) )*{who}\b|\bno sign of\b"
        rf"|\b{who}(?:'s| is| are| was)? (?:\w+ )?(?:not here|late|delayed|missing|a no.?show)\b"
        rf"|\b{who} (?:\w+ )?(?:has|have|did|is|are)n'?t (?:\w+ )?(?:arrive|show|come|turn|here"
        rf"|get)"
        rf"|\b{who} (?:has|have|did|is|are) not (?:\w+ )?(?:arrive|show|come|turn|here|get)"
        r"|\b(?:no ?body|no one)(?:'s| is| has)? (?:\w+ )?(?:here|come|came|arrive|show)"
        rf"|\bwhen (?:will|is|does|are) (?:(?:the|our|my|your) )?{who} (?:\w+ )?(?:arriv|com|get"
        rf"|here)"
        r"|\b(?:still|been) waiting\b|\bon (?:his|her|their|the) way\b|\beta\b|\bno.?show\b"
        r"|\b(?:running|so|very|is|are|be|minutes?|min|mins|hours?) late\b"
        rf"|\bdonde (?:esta|estan|anda|andan|viene|quedo) (?:(?:el|la|los|mi|su|nuestro) )?{quien}"
        r"|\bno (?:ha|han) (?:llegado|venido)|\bno (?:llega|llegan|llego|aparece)\b"
        r"|\bnada que llega"
        rf"|\b{quien} (?:no|aun no|todavia no) (?:llega|ha|esta)"
        r"|\ben camino\b|\b(?:llega|llegan|viene|va|vienen|muy|horas?|minutos) tarde\b|\bretrasad"
        r"|\b(?:ya (?:casi|mero|viene|llega|salio)|cuanto (?:le )?falta|sigo esperando"
        r"|seguimos esperando)\b"
        rf"|(?:{crew}|师傅|你们|人)\S{{0,6}}(?:在哪|到哪|人呢|没来|没到|还没|迟到|出发|什么时候到"
        rf"|几点到)|还没(?:来|到)"
        r"|迟到|人呢|怎么还(?:没|不)|等了\S{0,6}(?:分钟|小时|半)|还要(?:等)?多久"
    )


def _guest_changes(guests: str) -> str:
    return (
        rf"\b(?:more|extra|additional|fewer|less|other) (?:{guests})\b"
        rf"|\b(?:we'?(?:ll| will|re| are)|there (?:are|will be)|make (?:it|that)|now|instead"
        rf"|total of|count is|going to be|it'?s|down to"
        rf"|up to) (?:\w+ ){{0,3}}?(?:\w+) (?:{guests})\b"
        r"|\b(?:head ?count|guest count|guest list|number of (?:guests|people))\b"
        r"|\b(?:make (?:it|that)|down to|up to) \d{1,3}\b(?!:| ?(?:am|pm|o'?clock))"
        rf"|\b(?:add|adding|bring|bringing|plus) (?:\w+ ){{0,2}}(?:{guests})\b"
        rf"|(?:{guests}|\d|few|couple)\b.{{0,16}}\b(?:can'?t (?:make|come)|dropped|backed out"
        r"|(?:aren'?t|not|isn'?t) coming|won'?t (?:make|be|come))"
        rf"|\b(?:{guests}) (?:mas|menos|extra|adicional(?:es)?)\b|\b(?:mas|menos) (?:{guests})\b"
        r"|\b(?:\d+|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|diez|varios|algunos) (?:mas"
        r"|menos)\b"
        rf"|\b(?:somos|seremos|seriamos|vamos a ser|van a ser|ahora son) (?:\w+ )?(?:\d+"
        rf"|\w+ (?:{guests}))"
        r"|\bno (?:van a poder|pueden|podran) (?:venir|ir|asistir)\b|\bno vienen\b"
        r"|\bnumero de invitados"
        r"|(?:多|少|加|增加|减少|再来|再加|添|减)(?:了|来|出)?\S{0,4}(?:人|位)|人数|(?:改成|变成"
        r"|变为|现在是?|一共)\S{0,5}(?:人|位)"
        r"|\S{0,3}(?:人|位)(?:\S{0,3})(?:不来|来不了|不能来)"
    )


def _crew(profile: Profile) -> str:
    return _either(fold(name) for name in profile.business.worker.values())


def _guests(profile: Profile) -> str:
    """What guests are called in any language: Latin letters only, since Chinese counts its own."""
    service = profile.service()
    tables = [service.guest_words or {}, *(band.words for band in service.bands.values())]
    spoken = (fold(word) for table in tables for words in table.values() for word in words)
    return _either(word for word in spoken if word.isascii())


def _either(words: Iterable[str]) -> str:
    listed = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    return "|".join(f"{word}s?" if word.isascii() else word for word in listed) or r"(?!)"
