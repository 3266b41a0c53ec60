"""Deeds that a draft may claim only where a tool did them: booked, cancelled, paid and the like.

A deed is done in the first person, or to this customer's booking; how such things go in general,
and what is not done, conditional or asked, is none. Read by guard_rules.py.
"""

from __future__ import annotations

import re


def any_of(*alternatives: str) -> re.Pattern[str]:
    """One pattern of several."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in alternatives))


# A deed, the effects that make it true, and how it is claimed.
DEEDS: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = (
    (
        frozenset({"booked", "confirmed"}),
        any_of(
            r"\b(?:i|we)(?:'ve| have)? (?:just |now |already |gone ahead and )?(?:booked"
            r"|reserved|scheduled|secured|locked)\b",
            r"\byou(?:'re| are) (?:now |all |officially |already )*(?:booked|confirmed"
            r"|scheduled|set for)\b",
            # "Dates are confirmed by our team" is how it works; "your dates are" is a deed.
            r"(?:(?<=your dates )|(?<=the dates )|(?<!dates )(?<!bookings )(?<!reservations ))"
            r"\b(?:is|are|has been|have been|it's|that's) (?:now |all |officially "
            r"|already )*(?:booked|reserved|confirmed|scheduled|locked in)\b",
            r"\b(?:booking|reservation) (?:is )?(?:confirmed|complete|done)\b|\ball booked\b",
            r"\b(?:he|hemos|ya|le|te) (?:\w+ ){0,2}(?:reservado|reservada|agendado|confirmado"
            r"|apartado|reserve|agende)\b",
            r"\b(?:esta|queda|quedo|ha sido|fue|estan|quedan) (?:\w+ )?(?:reservad|confirmad"
            r"|agendad|apartad)[oa]s?\b",
            r"\breserva (?:confirmada|hecha|lista)\b",
            r"\bit's a done deal|\bis a done deal",
            r"已经?(?:\S{0,6})(?:预订|预定|订好|确认|安排|约好|锁定|保留)|(?:预订|预定"
            r"|预约)(?:成功|已(?!经?(?:取消|更改|修改|改))|完成|好了)|(?:订|约|定|安排)好了",
            r"\b(?:on|in) (?:the|our) (?:calendar|books|schedule)\b|\ball set (?:for|on)\b"
            r"|\b(?:put|pencil\w*) you (?:down|in)\b",
            r"\bmade (?:the|your|a) (?:reservation|booking)\b|\b(?:reservation|booking) (?:has been"
            r"|is|was) (?:now )?(?:made|placed|in)\b",
            r"\b(?:slot|spot|date|place|time|evening) is (?:now |all )?yours\b",
            r"\b(?:hice|hicimos) (?:la|su|tu) reserva|\breserva (?:ya )?(?:esta|quedo) (?:hecha"
            r"|lista)"
            r"|\b(?:lugar|espacio|fecha|horario|dia) (?:ya )?es (?:suy|tuy)[oa]",
            r"排上了|归您了?|(?:预订|预定|预约)(?:完成|成功)",
            r":\s*(?:booked|confirmed|reservad[oa]|confirmad[oa])\b",
        ),
    ),
    (
        frozenset({"held", "booked", "confirmed"}),
        any_of(
            r"\b(?:i|we)(?:'ve| have)? (?:put|placed) (?:a |the |your )?\w* ?(?:on )?hold\b",
            r"\b(?:i|we)(?:'m| am|'re| are|'ve| have) (?:now )?(?:holding|held)\b",
            r"\b(?:is|are|it's|that's) (?:now |still )?on hold\b",
            r"\b(?:is|are) being (?:kept|held|saved|reserved)\b"
            r"|\bwe(?:'ll| will) (?:keep|hold|save|reserve) (?:that|the|your|this|it)\b",
            r"\b(?:estoy|estamos) (?:guardando|apartando)\b|\b(?:le|te|les|se l[oa]s?) (?:guardo"
            r"|aparto)\b"
            r"(?![^.!?]*\?)",
            r"\b(?:queda|sigue|esta) (?:guardad|apartad)[oa]\b",
            r"(?:给|为|帮)您(?:先)?(?:留着|留好|留到|保留)",
        ),
    ),
    (
        frozenset({"cancelled"}),
        any_of(
            r"\b(?:i|we)(?:'ve| have)? (?:just |now |already )?cancell?ed\b",
            r"\b(?:has been|have been|is now|are now|is|was) cancell?ed\b",
            r"\bcalled (?:it|that|this|the \w+|your \w+) off\b|\boff the books\b",
            r"\b(?:he|hemos|ya) (?:\w+ )?(?:cancelad[oa]|cancele)\b|\b(?:esta|queda|ha sido"
            r"|fue|quedo) cancelad[oa]\b",
            r"已经?\S{0,6}取消|取消(?:了|成功|好了|完成)",
        ),
    ),
    (
        frozenset({"changed"}),
        any_of(
            r"\b(?:i|we)(?:'ve| have)? (?:just |now |already )?(?:changed|moved|rescheduled"
            r"|updated|switched) (?:your|the|it|that) ?(?:\w+ )?(?:booking|date|event|time|party"
            r"|appointment|slot|reservation|to|for)\b",
            r"\b(?:i|we)(?:'ve| have)? (?:just |now |already )?(?:updated|changed|added|removed"
            r"|increased|reduced|swapped)\b.{0,30}\b(?:booking|reservation|count|guests?|order|event"
            r"|party|date|time|address)\b",
            r"\bya (?:cambie|movi|actualice|modifique)\b|\bcambi(?:e|amos) (?:su|tu|la) (?:reserva"
            r"|fecha)|\bmovi(?:mos)? (?:su|tu|la) ",
            r"\b(?:it's|that's|it is|that is) (?:now |all |already )?(?:changed|moved"
            r"|rescheduled)\b",
            r"\b(?:reserva|fecha|evento) (?:ya )?(?:cambio|se cambio|ha cambiado|queda"
            r" cambiad[oa])\b|\bel cambio (?:ya )?(?:esta|queda) (?:hecho|en)\b",
            r"\b(?:booking|event|reservation|date) (?:has been|is|was) (?:now "
            r"|successfully )?(?:changed|moved|rescheduled|updated)\b",
            r"\b(?:he|hemos|ya) (?:\w+ )?(?:cambiado|movido|reprogramado|actualizado) (?:su|tu"
            r"|la) (?:reserva|fecha|evento|cita)",
            r"已经?\S{0,8}(?:改期|改到|改成|更改|修改)|改好(?:了|[::,,.。]|$)",
        ),
    ),
    (
        frozenset({"paid"}),
        any_of(
            r"\b(?:deposit|payment) (?:has been |is now |was )(?:received|paid|confirmed"
            r"|processed)\b",
            r"\b(?:your|the) (?:deposit|payment) is (?:received|paid|confirmed|processed)\b"
            r"(?! (?:by|to|when|with|through|via|on)\b)",
            r"\bwe(?:'ve| have)? (?:just )?(?:received|got) your (?:deposit|payment)\b",
            r"\bpayment went through\b|\b(?:charged|debited) your card\b|\bgot (?:your"
            r"|the) (?:deposit"
            r"|payment|money)\b|\b(?:deposit|payment|money) (?:just |has |have )?(?:arrived|came in"
            r"|cleared|gone through|went through|landed)\b",
            r"\bcobr(?:amos|e) (?:su|tu) (?:tarjeta|deposito)|\b(?:llego|entro) (?:su|tu"
            r"|el) (?:deposito"
            r"|pago)|扣款|到账",
            r"(?:recibimos|hemos recibido|recibi) (?:su|tu) (?:deposito|pago)",
            r"(?:已|我们)\S{0,2}收到\S{0,6}(?:定金|付款|押金)",
        ),
    ),
    (
        frozenset({"refunded"}),
        any_of(
            r"\b(?:i|we)(?:'ve| have)? (?:just |already )?(?:refunded|issued (?:a|your"
            r"|the) \w* ?refund|processed (?:a|your|the) \w* ?refund)\b",
            r"\brefund (?:has been|was|is) (?:\w+ )?(?:issued|processed|sent|on its way"
            r"|approved)\b",
            r"\bmoney (?:is|was|has been) (?:\w+ )?(?:on its way|sent|returned|back)\b"
            r"|\bsent (?:the"
            r"|your|a|you a|you the) refund\b",
            r"\bdinero (?:va|ya va|esta) (?:de regreso|en camino)|\b(?:mande|envie|hice) (?:el|su)"
            r" reembolso|钱\S{0,3}退(?:给|了|回)|退给您了",
            r"\b(?:he|hemos|ya) (?:\w+ )?reembolsad|reembolso (?:ha sido|fue|esta) ",
            r"已经?\S{0,4}退款|退款已",
        ),
    ),
)  # fmt: skip
_DEED_BEFORE = any_of(
    r"\b(?:not|nothing|none|nada|never|once (?!again|more)|until|after|when|if|before|unless"
    r"|cuando|una vez|hasta|si|no|aun no|despues)\b[^,]*$|n't\b[^,]*$",
    r"(?:如果|若|等|一旦|尚未|还没|没有|未|是否|才)[^,,]*$",
    r"\b(?:an?|any|each|every|una?|cada|cualquier) (?:\w+ ){0,2}(?:(?:that|which|que) )?$",
    r"\bchef's time $|\bel chef $",
    r"^\W*(?:would|do|did|should|is|are|was|shall|want|can|has|have|desea|quiere)\b",
)
_NEAR = 160
"""How far from a deed its excuse is looked for."""
_DEED_AFTER = re.compile(
    r"^\W*(?:\w+\W+){0,2}(?:once|when|if|until|after|only|cuando|una vez|hasta|solo)\b|^(?:后"
    r"|之后|的话|时|才|吗)"
)


def asserts(sentence: str, deed: re.Pattern[str]) -> bool:
    """Whether a sentence says that a deed is done, and not that it will be, is not or might be."""
    return any(
        not _DEED_BEFORE.search(sentence[max(0, found.start() - _NEAR) : found.start()])
        and not _DEED_AFTER.search(sentence[found.end() : found.end() + _NEAR])
        for found in deed.finditer(sentence)
    )
