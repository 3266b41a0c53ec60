"""Ways of reporting what nobody did: sent, told, approved, charged, deleted; and "in a day".

A table for bot/guard_matters.py, made as bot/guard_bargains.py's is. What is done to a booking is
bot/guard_deeds.py's, which knows the tools that do it.
"""

from __future__ import annotations

from collections.abc import Mapping

REPORTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "deed": (
        (
            "i we ive weve just",
            r"\b(?:i|we)(?:'ve| have)?(?: just| already| now)? (?:emailed|e-mailed|mailed|texted"
            r"|called|phoned|messaged|charged|deleted|erased|wiped|spoken|talked|forwarded|faxed"
            r"|wired|transferred|paid|ordered|shipped|mailed|unsubscribed|blocked|reported)\b"
            r"|\b(?:i|we)(?:'ve| have)?(?: just| already| now)? (?:sent|told) (?:you|the (?:chef"
            r"|contract|invoice|receipt|link|kitchen|driver|bank|police)|him|her|them|it|a|an"
            r"|your)\b(?! (?:that|about|before|earlier))",
        ),
        (
            "mana boss owne gere chef appr duen jefe",
            r"\b(?:manager|boss|owner|supervisor|head chef|gerente|jefe|jefa|duen[oa])\b"
            r"(?: (?:has|have|already|just|just now|ya|lo|me|ha))* (?:approved?|agreed|said (?:yes"
            r"|ok|it)|signed|okayed|aprobo|aprobado|autorizo|dijo que si|acepto)\b|\bapproved (?:it"
            r"|your|the|this|that)\b",
        ),
        (
            "mand envi borr elim habl llam cobr pase",
            r"\bya (?:le |te |lo |la |se lo )?(?:mande|envie|borre|elimine|hable|llame|cobre"
            r"|cobramos"
            r"|mandamos|enviamos|avise|pague|borramos|eliminamos)\b|\b(?:he|hemos) (?:enviado"
            r"|mandado"
            r"|borrado|eliminado|hablado|llamado|cobrado)\b",
        ),
        (
            "your data info numb deta acco list mess card",
            r"\b(?:data|number|details|information|account|messages|card)\b (?:has been|have been"
            r"|is|are|was|were) (?:now |all |permanently )?(?:deleted|removed|erased|charged|wiped)"
            r"\b|\btaken you off\b|\bremoved you from\b",
        ),
        ("", r"(?:已经?|刚刚?)\S{0,6}(?:发送|发给|寄给|寄出|打电话|删除|扣款|扣费|转账|通知了?厨师)"
         r"|(?:经理|老板|主管)\S{0,4}(?:批准|同意|答应)|资料\S{0,4}删"),
    ),
    "when": (
        (
            "next this comi firs last end begi prox fin este esta",
            r"\b(?:next|this|this coming|the coming) (?:week|weekend|month|year|summer|spring|fall"
            r"|winter)\b|\b(?:first|last|end|beginning|middle) of (?:next |this |the )?(?:week"
            r"|month"
            r"|year)\b|\b(?:la )?proxima semana|\bel proximo (?:mes|ano)|\bfin(?:es)? de semana"
            r"|\bfin de mes|\besta semana|\beste mes",
        ),
        (
            "for with in up leas last hast dura por en afte dent",
            r"\b(?:for|within|in|up to|at least|lasts?|takes?|after|hasta|dura|por|en|dentro de)"
            r" (?:just |only |about |unas? )?(?:an?|una?|another|half an?) (?:hour|day|week|month"
            r"|year"
            r"|hora|dia|semana|mes|ano)\b",
        ),
        ("", r"(?:下|这|本|上)(?:个)?(?:周末|星期(?![一二三四五六日天])"
             r"|礼拜(?![一二三四五六日天])|月(?!\d)|周(?![一二三四五六日天末]))|月底|月初"
         r"|(?:保留|留)\S{0,2}一(?:天|周|个?星期|个?月)"),
    ),
}  # fmt: skip
