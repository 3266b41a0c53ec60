"""How customers say "same as last time", and the party of that event, for the offline model.

Decides nothing: offline_again.py does. What is changed in the same breath is read on top of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.language.numbers import fold
from bot.language.slots import PartyReading

_LAST = re.compile(
    r"\b(?:(?:the )?same (?:exact )?(?:thing |party |order |menu |setup |package |deal |number "
    r"|stuff )?"
    r"(?:as|like|from) (?:the )?(?:last|previous|before|prior)(?: (?:time|year|party|event|one"
    r"|month|summer))?|same as (?:always|usual|we had|i had)|(?:the |our |my )usual"
    r"|(?:exactly )?(?:like|as) last (?:time|year)|(?:repeat|redo) (?:the |my |our )?(?:last"
    r"|previous)"
    r"|(?:book|order|do) (?:it|that|the same)(?: thing)? again|what (?:we|i) (?:had|ordered|got)"
    r" last (?:time|year)"
    r"|lo mismo (?:de|que|q) (?:siempre|la (?:ultima|otra) vez|la vez pasada|el ano pasado|antes)"
    r"|(?:igual|como) (?:que )?(?:la (?:ultima|otra) vez|la vez pasada|el ano pasado|siempre)"
    r"|(?:el|la) mism[oa] (?:pedido|orden|fiesta|menu)(?: de| que)? (?:la|el)? ?(?:ultima"
    r"|pasad\w)?)\b"
    r"|(?:跟|和|照|按)?上(?:一)?次(?:的)?(?:一样|那样|那个|同样|订单|安排)|(?:和|跟)(?:之前|以前"
    r"|去年)"
    r"(?:的)?(?:一样|相同)|照旧|老样子|再来一次(?:一样|同样)的"
)


def means_last(text: str) -> bool:
    """Whether the party is to be like an earlier one."""
    return bool(_LAST.search(fold(text)))


def without_last(text: str) -> str:
    """The text without those words, as long as it was: "last time" is no date."""
    folded = fold(text)
    for match in reversed(list(_LAST.finditer(folded))):
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    return text


def of_order(order: Mapping[str, object]) -> PartyReading:
    """A booked party as if the customer had just described it."""
    return PartyReading(
        counts=table(order, "counts"),
        options=table(order, "options"),
        further=table(order, "further"),
        add_ons=table(order, "add_ons"),
        extras=table(order, "extras"),
        zip_code=str(order.get("zip_code") or ""),
    )


def table(order: Mapping[str, object], name: str) -> Mapping[str, int]:
    """Codes and counts out of an order."""
    listed = order.get(name)
    if not isinstance(listed, Mapping):
        return {}
    return {str(code): int(count) for code, count in listed.items()}
