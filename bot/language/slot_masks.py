"""What a number in a customer's text is not: spans blanked before anything is counted as a guest.

Sums, telephone numbers, dates, times, streets, order numbers, lengths and birthdays. Patterns are
of the language, never of a trade; all run over folded text and keep its length.
"""

from __future__ import annotations

import re

BLANK = "\x01"

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|setiembre|octubre|noviembre|diciembre)"
)
_DAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day|d)?s?|lunes|martes|miercoles"
    r"|jueves|viernes|sabado|domingo"
)
_STREET = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|way|ct|court|pl|place|cir"
    r"|circle"
    r"|ter|terrace|pkwy|hwy|highway)"
)
_DATES = (
    rf"\b{_MONTH}\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s*(?:-|to|or)\s*\d{{1,2}}(?:st|nd"
    rf"|rd|th)?)?"
    r"(?:,?\s+20\d\d)?(?!\s*(?:people|ppl|guests?|adults?|kids?|person))\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+(?:of|de))?\s+{_MONTH}\b(?:\s+(?:de\s+)?20\d\d)?",
    r"\b\d{4}-\d{1,2}-\d{1,2}\b",
    r"(?<![\d$])\d{1,2}[/.]\d{1,2}(?:[/.](?:20)?\d\d)?\b(?!\s*(?:%|people|guests?))",
    r"\bthe\s+\d{1,2}(?:st|nd|rd|th)\b|\b(?:el|dia)\s+\d{1,2}\b(?=\s*(?:de\b|$|[,.?!]))",
    r"(?:\d{2,4}年)?[\d一二三四五六七八九十]{1,3}月(?:份|[\d一二三四五六七八九十]{1,3}[日号號]?)?",
    r"[\d一二三四五六七八九十]{1,3}[号號日](?![码碼])",
    rf"\b(?:(?:this|next|el|este|proximo|on)\s+)*(?:{_DAY})\b(?!['’]s\b)",
    r"(?:下|这|這|本)?(?:个|個)?(?:周|週|星期|礼拜|禮拜)[一二三四五六日天末]",
    r"\b(?:today|tonight|tomorrow|tmrw|tmr|next\s+(?:week|weekend|month)|this\s+weekend|hoy|manana"
    r"|pasado manana|la proxima semana|este fin de semana|the weekend)\b|今天|明天|后天|後天|下周"
    r"|下週|下个月",
)
_TIMES = (
    r"\b\d{1,2}(?::\d{2})?\s*(?:-|to|or|–)?\s*\d{0,2}(?::\d{2})?\s*(?:a\.?m|p\.?m)\b\.?",
    r"\b\d{1,2}:\d{2}\b",
    r"\b\d{1,2}\s*(?:o'?clock|ish\s+(?:pm|am))",
    r"\ba\s+las?\s+\d{1,2}(?:[:.]\d{2})?|\b\d{1,2}\s*(?:de la (?:tarde|noche|manana)|hrs?\b|h\b)",
    r"(?:上午|下午|晚上|中午|早上|傍晚)?[\d一二三四五六七八九十两]{1,3}[点點时](?:半|钟|鐘"
    r"|[\d一二三四五十]{1,9}分)?",
    r"\b(?:at|around|by)\s+(?:[1-9]|1[0-2])(?=\s*(?:$|[,.?!]|on\b|in the\b|for\b|tonight))",
)
_NUM = r"(?:\d+(?:[.,]\d+)*|one|two|three|four|five|six|ten|twenty|thirty|forty|fifty|hundred)"
_OTHERS = (
    r"https?://\S+|\S+@\S+\.\w+",
    r"\+?\d?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}\b|\+\d{8,15}|\b\d{7,}\b",
    rf"[$€£¥]\s*\d[\d.,]*k?|\b{_NUM}\s*(?:dollars?|bucks?|usd|dolares|pesos|\$|cents?|grand)\b"
    r"|[\d一二三四五六七八九十百千两]{1,9}\s*(?:美元|美金|元|块|塊|刀)|\b\d+k\b|\b\d+\.\d\d\b",
    r"\b(?:budget|presupuesto)\s+(?:is|of|es|de)?\s*(?:about|around|like|como)?\s*\d+|预算\s*\d+",
    r"\b\d+\s*(?:per|a|each)\s+(?:person|head|guest|adult|kid|child)\b|\b\d+\s+(?:por|cada)\s+\w+",
    r"\b\d+\s*(?:%|percent|por ciento)|百分之[\d一二三四五六七八九十]{1,9}",
    r"\b(?:order|orden|pedido|invoice|confirmation|booking|reservation|reserva|factura|ref|quote"
    r"|(?<!zip )(?<!postal )code)"
    r"\s*(?:number|numero|num|no\.?|#|is|id)*\s*:?\s*#?\d+|#\s?\d+|[订訂][单單]号?\s*\d+",
    rf"\b\d{{1,6}}\s+(?:[nsew]\.?\s+)?(?:[a-z0-9]+\s+){{1,3}}{_STREET}\b\.?(?:\s*(?:#|apt"
    rf"|unit)\s*\w+)?",
    r"\b(?:calle|avenida|av)\s+[a-z ]+\d+|\b(?:apt|unit|suite|depto)\.?\s*#?\d+",
    rf"\b{_NUM}(?:\s*(?:-|to|x)\s*{_NUM})?[\s-]*(?:miles?|mi|millas?|km|feet|ft|foot|inch(?:es)?"
    rf"|yards?"
    r"|sq(?:uare)?|pies|metros?|pounds?|lbs?)\b|[\d一二三四五六七八九十]{1,9}\s*(?:英里|公里|里|尺|米"
    r"|平)",
    rf"\b(?:{_NUM}|a|an|few|couple)(?:\s*(?:-|to|or|a|o)\s*{_NUM})?[\s-]*(?:hours?|hrs?|horas?"
    rf"|minutes?|mins?"
    r"|minutos?|days?|dias?|weeks?|wks?|semanas?|months?|mes(?:es)?|years?(?![\s-]*olds?)|times?"
    r"|veces)\b"
    r"(?!\s*old)|[\d一二三四五六七八九十两半]{1,9}\s*(?:个|個)?(?:小时|小時|分钟|分鐘|天|周(?!岁)"
    r"|星期|月|年|次)",
    rf"\b{_NUM}\s+(?:big\s+|large\s+|small\s+|long\s+|folding\s+|\d+-?(?:foot|ft)\s+)*(?:tables?"
    rf"|chairs?|grills?"
    r"|chefs?|rooms?|cars?|courses?|options?|questions?|events?|parties|party|bookings?|things?"
    r"|quotes?"
    r"|mesas?|sillas?|cocineros?|preguntas?|fiestas?|opciones|eventos?|cosas?)\b"
    r"|[\d一二三四五六七八九十两]{1,9}\s*(?:张|張|把|桌|名厨师|个厨师|位厨师|个问题|個問題|件事|种|種"
    r"|场|場)",
    r"\b(?:turn(?:s|ing|ed)?|cumple(?:n|anos)?(?:\s+de)?)\s+\d+(?:\s+anos)?|\bsweet\s+(?:16"
    r"|sixteen)\b"
    r"|\b\d+\s*(?:-|\s)?\s*(?:years?|yrs?)?[\s-]*(?:old)?['’]?s?\s*(?:b-?day|birthday|anniversary)"
    r"|\b\d+(?:st|nd|rd|th)\b|[\d一二三四五六七八九十]{1,9}[岁歲](?:的)?生日"
    r"|[\d一二三四五六七八九十]{1,9}周年"
    r"|\b(?:quinceanera|xv anos|quince anos|24/7|50/50)\b",
    r"\b(?:get|gets|comes?|included?) (?:for|with|at) \d+\b",
    r"\b(?:year|ano)?\s*20[2-4]\d\b(?!\s*(?:people|guests?))",
    r"\bone\s+(?:more\s+)?(?:thing|question|sec|moment|day|of the)\b|\bno\s+one\b|\b(?:which|this"
    r"|that|each|every|another)"
    r"\s+one\b|\bone\s+(?:is|is for)\s+(?=allerg|vegan|veg)|\buno de\b",
    r"\b(?:21|18|twenty[- ]one)\s*(?:\+|and (?:over|up|older))|\bover\s+(?:21|18)\b",
)
_DATE = re.compile("|".join(f"(?:{part})" for part in (*_DATES, *_TIMES)))
_OTHER = re.compile("|".join(f"(?:{part})" for part in _OTHERS))
_FIVE = re.compile(r"(?<![\d$#.,])(\d{5})(?:-\d{4})?(?![\d,.]\d|\d)")
_NEGATED = re.compile(
    r"(?:\bnot|\binstead of|\brather than|\bin place of|\ben vez de|\ben lugar de"
    r"|不是)\s+(?:the\s+)?"
    r"(\d+)|\b(?:went|chang\w+|going|moved|cambi\w+|pas\w+)(?:\s+\w+){0,2}?\s+(?:from"
    r"|de)\s+(\d+)(?=\s+(?:\w+\s+)?(?:to|a)\s+\d)|不是\s*([\d一二三四五六七八九十]{1,9})"
)


def blank(text: str, start: int, end: int) -> str:
    """The text with a span made unreadable, its length kept."""
    return text[:start] + BLANK * (end - start) + text[end:]


def find_zip(folded: str) -> tuple[str, str]:
    """The last ZIP code of a folded text and the text without any: ("", text) where there is "
    "none."""
    clean = blank_others(folded)
    found = ""
    for match in _FIVE.finditer(clean):
        found = match[1]
        folded = blank(folded, match.start(), match.end())
    return found, folded


def find_date(text: str, folded: str) -> str:
    """The customer's own words for a date and time, first to last; empty where there are none."""
    spans = [match.span() for match in _DATE.finditer(folded) if match[0].strip()]
    return text[spans[0][0] : spans[-1][1]] if spans and len(text) == len(folded) else ""


def blank_dates(folded: str) -> str:
    """The text without dates and times."""
    return _DATE.sub(lambda match: BLANK * len(match[0]), folded)


def blank_others(folded: str) -> str:
    """The text without sums, telephone numbers, streets, lengths, birthdays and the like."""
    return _OTHER.sub(lambda match: BLANK * len(match[0]), folded)


def blank_negated(folded: str) -> str:
    """The text without numbers the customer takes back: "make it 25, not 20"."""
    for match in _NEGATED.finditer(folded):
        group = next(i for i in (1, 2, 3) if match[i])
        rest = blank(folded, match.start(group), match.end(group))
        if re.search(r"\d|[一二三四五六七八九十]", rest):
            folded = rest
    return folded
