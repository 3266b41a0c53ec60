"""Ways of saying that a date is open or gone, who comes, and what others have: tools' to know.

A table for bot/guard_matters.py, made as bot/guard_bargains.py's is. Which date is open is told by
its figures, which bot/guard_facts.py reads.
"""

from __future__ import annotations

from collections.abc import Mapping

_WHEN = (
    r"(?:date|day|evening|night|afternoon|morning|noon|slot|spot|time|weekend|week|month|monday"
    r"|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|[ap]\.?m|1?\d(?:st|nd|rd"
    r"|th)?|january|february|march|april|may|june|july|august|september|october|november"
    r"|december)"
)
_CUANDO = (
    r"(?:fecha|dia|noche|tarde|manana|hora|horario|semana|mes|lunes|martes|miercoles|jueves"
    r"|viernes|sabado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre"
    r"|octubre|noviembre|diciembre|[ap]\.?m|\d{1,2})"
)

SLOTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "slot": (
        (
            "open avai free clea",
            rf"\b{_WHEN}\b\.?,? (?:\w+ ){{0,3}}?(?:is|are|'s|looks?|stays?"
            rf"|remains?) (?:\w+ ){{0,3}}"
            r"(?:open|available|free|clear)\b",
        ),
        ("avai free", r"\b(?:we|chefs?|our \w+)(?:'re| are| is)? (?:\w+ ){0,2}(?:available|free"
                      r"|open) (?:on|at|for|that"
         r"|this|next|then|all|both|every|tomorrow|tonight)\b"),
        (
            "slot open avai spot room spac free date",
            r"\b(?:have|got|there(?:'s| is| are)|still|see) (?:\w+ ){0,3}(?:slots?|openings?"
            r"|availability|spots?|room|space|dates?|times?) (?:\w+ )?(?:left|open|available"
            r"|for you"
            r"|on|at|that|this|next|then|still)\b|\bavailability (?:on|for|that|this) ",
        ),
        ("work fits good", rf"\b{_WHEN} (?:works|fits|is good|is fine)(?: (?:perfectly|great|well"
                           rf"|fine"
         r"))?(?: for us| on our (?:side|end))\b"),
        (
            "libr disp luga cupo espa huec lugar abie",
            rf"\b{_CUANDO}\b,? (?:\w+ ){{0,3}}(?:esta|estan|queda|sigue|hay"
            rf"|tenemos) (?:\w+ ){{0,2}}"
            r"(?:libre|disponible|abiert[oa]|lugar|cupo|espacio|hueco)s?\b|\b(?:tenemos|hay|queda"
            r"|quedan|contamos con) (?:\w+ ){0,2}(?:disponib\w+|cupos?|espacios?|lugar(?:es)?"
            r"|huecos?"
            rf"|libres?)\b.{{0,24}}\b{_CUANDO}\b|\b(?:tenemos|hay) (?:\w+ )?(?:disponible"
            rf"|disponibilidad)\b",
        ),
        ("", r"(?<!没)有(?:空位|空档|档期|名额|位置|位子|空的)|还(?:有|剩)\S{0,3}(?:位|空|名额"
             r"|档)|(?:[点日号天午晚上周末六日一二三四五])(?:都|还|也)?有空(?!吗)"
         r"|(?:日期|那天|当天|时间)\S{0,3}(?:没有?问题|可以(?!吗)|空着)"),
    ),
    "full": (
        (
            "sold book full avai open unav slot take gone",
            r"\bsold out\b|\bunavailable\b|\b(?:fully|completely|all|totally|already) booked(?: up"
            r"| out| solid)?\b(?! for you)|\bbooked (?:up|out|solid)\b|\b(?:not|no longer)"
            r" available\b|n't available\b|\balready (?:taken|gone)\b(?! by)"
            r"|\bno (?:\w+ )?(?:openings"
            r"|slots|availability|dates|spots)\b",
        ),
        ("agot llen ocup disp lugar luga cupo", r"\bagotad[oa]s?\b|\btodo (?:esta )?(?:lleno"
                                                r"|ocupado)\b|\bno (?:hay|tenemos|queda|quedan) "
         r"(?:\w+ )?(?:lugar(?:es)?|cupos?|espacios?|disponib\w+)"),
        ("", r"(?:已经?|都|全)\S{0,3}(?:订满|约满|满了|订完|没位)|没有?(?:空位|空档|档期|名额)"),
    ),
    "other": (
        (
            "othe anot clie cust some gues fami",
            r"\b(?:an)?other (?:customer|client|guest|party|family|couple|lady|gentleman|person)s?"
            r"(?:'s)?\b.{0,40}\b(?:has|have|had|booked|took|taken|paid|lives?|reserved|got|phone"
            r"|number|address|event|is at|name)\b",
        ),
        ("otro otra clie", r"\botr[oa]s? (?:client[ea]|familia|persona|senor|senora"
                           r"|invitad[oa])\b.{0,30}\b(?:tiene|reservo"
         r"|pago|aparto|vive|se llama)\b"),
        ("", r"(?:另一位|别的|其他|另外\S{0,2}|另一个)(?:客人|顾客|客户|人家)\S{0,10}(?:订|约|付"
             r"|住|电话|地址|有)"),
    ),
}  # fmt: skip
