"""How customers speak of the moment at which they will answer or pay, for the offline model.

"Can I say yes tomorrow?" names a day that is no wish for an event on it.
"""

from __future__ import annotations

import re

from bot.language.numbers import fold

_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DIAS = r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
_WHEN = (
    rf"(?:today|tomorrow|tonight|(?:right )?now|later|(?:this|next) (?:week|{_DAYS}|evening)"
    rf"|(?:on |by |until |till )?{_DAYS}|(?:this|tomorrow) (?:morning|afternoon|evening|night))"
    r"(?: (?:morning|afternoon|evening|night))?"
)
_CUANDO = (
    rf"(?:hoy(?: mismo)?|manana|esta (?:noche|tarde)|ahora(?: mismo)?|luego|mas tarde"
    rf"|(?:el |este )?{_DIAS}|la (?:proxima semana|semana que viene))"
)
_SHI = r"(?:今天|今晚|明天|明晚|后天|现在|马上|晚点|(?:下?周|星期|礼拜)[一二三四五六日天]|下周)"
_ANSWER = (
    r"(?:pay(?:ing)?|send(?:ing)? (?:it|the (?:deposit|money))|deposit|say(?:ing)? (?:yes|no)"
    r"|decid(?:e|ing)|answer(?:ing)?|reply(?:ing)?|respond(?:ing)?|let (?:you|u) know"
    r"|get(?:ting)? back to (?:you|u)|think (?:about it|it over)|text (?:you|u)"
    r"|tell (?:you|u)(?! what)"
    r"|(?:the )?deposit (?:is )?due|give (?:you|u) (?:an|my) answer)"
)
_CONTESTA = (
    r"(?:pag(?:ar|o|ue|arlo|arla|amos)|deposit(?:ar|o)|enviar(?:lo| el deposito| el dinero)?"
    r"|mandar(?:lo| el deposito| el dinero)?|deci(?:r|rle|rles|dir|rte)(?: que si)?|decido"
    r"|contest(?:ar|arle|o)|respond(?:er|erle|o)|avis(?:ar|arle|arles|o)|confirmar(?:le|les)"
    r"|digo(?: que si)?)"
)
_DA = r"(?:付款?|付钱|交(?:定金|押金|钱)?|转账|答复|回复|回您|回你|决定|告诉[您你]|说|想想|考虑)"
_LEADS_ON = "not|and|but|for|what|about|if|when|book|hold|have|move|change|y|pero|para|si|cuando"
"""Words after which the day is the event's again."""
_BETWEEN = rf"(?:[\s,]+(?!(?:{_LEADS_ON})\b)[a-z']{{1,12}}){{0,3}}?[\s,]+"
_PATTERNS = (
    re.compile(rf"\b{_ANSWER}\b(?:{_BETWEEN})(?P<when>{_WHEN})\b"),
    re.compile(
        rf"\b(?P<when>{_WHEN})[\s,]+(?:can|could|may|do|must|should) (?:i|we)\b.{{0,12}}?"
        rf"{_ANSWER}\b"
    ),
    re.compile(rf"\b{_CONTESTA}\b(?:{_BETWEEN})(?P<when>{_CUANDO})\b"),
    re.compile(
        rf"\b(?P<when>{_CUANDO})[\s,]+(?:(?:le|les|te|ya|mismo|tengo que|tenemos que|puedo"
        rf"|podemos|debo|hay que)[\s,]+){{0,2}}{_CONTESTA}\b"
    ),
    re.compile(rf"(?P<when>{_SHI})[^,，。？?!！]{{0,4}}{_DA}"),
    re.compile(rf"{_DA}[^,，。？?!！]{{0,2}}(?P<when>{_SHI})"),
)


def speaks_of_answering(text: str) -> bool:
    """Whether a day is named on which to answer or to pay."""
    return _first(text) is not None


def without_answering(text: str) -> str:
    """The text without those days; as long as it was."""
    while (found := _first(text)) is not None:
        begins, ends = found.span("when")
        text = text[:begins] + " " * (ends - begins) + text[ends:]
    return text


def _first(text: str) -> re.Match[str] | None:
    folded = fold(text)
    return next((found for each in _PATTERNS if (found := each.search(folded))), None)
