"""Which words of a rewording are neither the original's, nor the customer's, nor harmless.

A closed list, not one of what is bad: whoever may write any word can promise in more ways than
anybody can list. Called for follow-ups that a model has made personal.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.language.han import simplified

_TOKEN = re.compile(r"[\u3400-\u9fff]|\d+|[^\W\d_\u3400-\u9fff]+|[^\w\s\u3400-\u9fff]")
_PLAIN = frozenset(".,;:!?'\"()-–—…¡¿，。；：！？、（）“”’‘ ")
"""Marks that may come and go."""
_HARMLESS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "a an the and so as with for of to in on at by from about when while until before after "
        "i we us our ours you your yours it its this that these those there they them their he she "
        "his her him who is are be been being was were am do does has have had will would s t re "
        "ve ll d m hi hello dear hope hoping look looks looking forward glad happy delighted "
        "excited thrilled celebrate celebrating celebration party parties event evening day big "
        "lovely wonderful great nice soon ready almost nearly here just around corner all "
        "everyone family friends kids guests together quick note warm warmly very really such what "
        "how coming comes up turning turns turned birthday anniversary".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas y e con para de del a al en por sobre cuando mientras "
        "hasta antes despues que nosotros nos nuestro nuestra nuestros nuestras usted ustedes su "
        "sus le les lo se es son ser esta estan estar sera fue ha han hola estimado estimada "
        "esperamos espero gusto alegra alegramos feliz felices contentos emocionados celebrar "
        "celebrando celebracion fiesta evento noche dia gran grande especial lindo linda bonito "
        "maravilloso pronto listos casi ya aqui todos todas familia amigos ninos juntos mucho muy "
        "tan como cumple cumplen cumpleanos aniversario llega viene".split()
    ),
    "zh": frozenset(
        "的了和与在为给对从到是有会将我们您你他她它这那个些位很真非常也都就还啊呢吧嗯好高兴开心期待盼望"
        "祝愿幸福快乐庆生日纪念派聚会活动晚上天大特别美精彩马上即将一起家人朋友孩子们大家见面准备满岁"
    ),
}


def strange_words(found: str, original: str, told: Sequence[str], language: str) -> tuple[str, ...]:
    """What a rewording says in words of its own.

    Words of the original and of what was told may come as often as they do there; the harmless
    ones of the language as often as they like. Chinese is read by characters.
    """
    known = Counter(_tokens(original))
    for each in told:
        known += Counter(_tokens(each))
    harmless = _HARMLESS.get(language, frozenset())
    said = Counter(_tokens(found))
    return tuple(
        token
        for token, times in said.items()
        if token not in harmless and token not in _PLAIN and times > known[token]
    )


def _tokens(text: str) -> list[str]:
    plain = simplified(unicodedata.normalize("NFKC", text).casefold())
    marked = unicodedata.normalize("NFKD", plain)
    return _TOKEN.findall("".join(c for c in marked if not unicodedata.combining(c)))
