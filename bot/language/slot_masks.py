"""What a number in a customer's text is not: spans blanked before anything is counted as a guest.

Sums, telephone numbers, dates, times, streets, order numbers, lengths and birthdays. Patterns are
of the language, never of a trade; all run over folded text and keep its length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BLANK = "\x01"
CHARACTERS_READ = 2_000
"""A party is described in fewer; a long mail is read from its beginning."""

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
    r"|ter|terrace|pkwy|parkway|hwy|highway|loop|trail|trl|square|plaza|commons?|alley)"
)
_CJK_NUM = r"[\d一二三四五六七八九十百千两半]"
_HAN = r"[\u2e80-\u9fff]"
_DATES_BY_NUMBER = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s{{1,3}}(?:of|de))?\s{{1,3}}{_MONTH}\b"
    r"(?:\s{1,3}(?:de\s{1,3})?20\d\d)?",
    r"\b\d{4}-\d{1,2}-\d{1,2}\b",
    r"(?<![\d$])\d{1,2}[/.]\d{1,2}(?:[/.](?:20)?\d\d)?\b(?!\s{0,3}(?:%|people|guests?|adult))",
    r"[\d一二三四五六七八九十]{1,3}月(?:份|[\d一二三四五六七八九十]{1,3}[日号號]?)?",
    r"[\d一二三四五六七八九十]{1,3}[号號日](?![码碼])",
    r"\d{2,4}年[\d一二三四五六七八九十]{1,3}月(?:份|[\d一二三四五六七八九十]{1,3}[日号號]?)?",
    r"\b\d{1,2}(?::\d{2})?\s{0,3}(?:-|to|or|–)?\s{0,3}\d{0,2}(?::\d{2})?\s{0,3}"
    r"(?:a\.?m|p\.?m)\b\.?",
    r"\b\d{1,2}:\d{2}\b",
    r"\b\d{1,2}\s{0,3}(?:o'?clock|ish\s{1,3}(?:pm|am))",
    r"\b\d{1,2}\s{0,3}(?:de la (?:tarde|noche|manana)|hrs?\b|h\b)",
    r"[\d一二三四五六七八九十两]{1,3}[点點时](?:半|钟|鐘|[\d一二三四五十]{1,9}分)?",
)
_DATES_BY_WORD = (
    rf"{_MONTH}\.?\s{{1,3}}(?:the\s{{1,3}})?\d{{1,2}}(?:st|nd|rd|th)?"
    r"(?:\s{0,3}(?:-|to|or)\s{0,3}\d{1,2}(?:st|nd|rd|th)?)?(?:,?\s{1,3}20\d\d)?"
    r"(?!\s{0,3}(?:people|ppl|guests?|adults?|kids?|person))\b",
    r"the\s{1,3}\d{1,2}(?:st|nd|rd|th)\b|(?:el|dia)\s{1,3}\d{1,2}\b(?=\s{0,3}(?:de\b|$|[,.?!]))",
    rf"(?:(?:this|next|el|este|proximo|on)\s{{1,3}}){{0,3}}(?:{_DAY})\b(?!['’]s\b)",
    r"(?:today|tonight|tomorrow|tmrw|tmr|next\s{1,3}(?:week|weekend|month)|this\s{1,3}weekend|hoy"
    r"|manana|pasado manana|la proxima semana|este fin de semana|the weekend)\b",
    r"a\s{1,3}las?\s{1,3}\d{1,2}(?:[:.]\d{2})?",
    r"(?:at|around|by)\s{1,3}(?:[1-9]|1[0-2])"
    r"(?=\s{0,3}(?:$|[,.?!]|on\b|in the\b|for\b|tonight))",
)
_DATES_IN_CHINESE = (
    r"(?:下|这|這|本)?(?:个|個)?(?:周|週|星期|礼拜|禮拜)[一二三四五六日天末]",
    r"今天|明天|后天|後天|下周|下週|下个月",
    r"(?:上午|下午|晚上|中午|早上|傍晚)[\d一二三四五六七八九十两]{1,3}[点點时]"
    r"(?:半|钟|鐘|[\d一二三四五十]{1,9}分)?",
)
_NUM_WORDS = "(?:one|two|three|four|five|six|ten|twenty|thirty|forty|fifty|hundred)"
_NUM_DIGITS = r"\d{1,7}(?:[.,]\d{1,4}){0,3}"
_NUM = rf"(?:{_NUM_DIGITS}|{_NUM_WORDS})"
_MEASURED = (
    r"\s{0,3}(?:dollars?|bucks?|usd|dolares|pesos|\$|cents?|grand)\b",
    rf"(?:\s{{0,3}}(?:-|to|x)\s{{0,3}}{_NUM})?[\s-]{{0,3}}(?:miles?|mi|millas?|km|feet|ft|foot"
    r"|inch(?:es)?|yards?|sq(?:uare)?|pies|metros?|pounds?|lbs?)\b",
    rf"(?:\s{{0,3}}(?:-|to|or|a|o)\s{{0,3}}{_NUM})?[\s-]{{0,3}}(?:hours?|hrs?|horas?|minutes?"
    r"|mins?|minutos?|days?|dias?|weeks?|wks?|semanas?|months?|mes(?:es)?|years?(?![\s-]{0,3}olds?)"
    r"|times?|veces)\b(?!\s{0,3}old)",
    r"\s{1,3}(?:(?:big|large|small|long|folding|\d{1,2}-?(?:foot|ft))\s{1,3}){0,2}(?:tables?"
    r"|chairs?|grills?|chefs?|rooms?|cars?|courses?|options?|questions?|events?|parties|party"
    r"|bookings?|things?|quotes?|mesas?|sillas?|cocineros?|preguntas?|fiestas?|opciones|eventos?"
    r"|cosas?)\b",
)
_OTHERS_BY_NUMBER = (
    r"\d?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}\b|\b\d{7,20}\b"
    r"(?!\s{0,3}(?:people|ppl|guests?|adults?|kids?|personas|adultos))",
    rf"\b{_NUM_DIGITS}(?:{'|'.join(_MEASURED)})",
    rf"{_CJK_NUM}{{1,9}}+\s{{0,3}}(?:美元|美金|元|块|塊|刀)|\b\d{{1,6}}k\b|\b\d{{1,7}}\.\d\d\b",
    r"\b\d{1,7}\s{0,3}(?:per|a|each)\s{1,3}(?:person|head|guest|adult|kid|child)\b"
    r"|\b\d{1,7}\s{1,3}(?:por|cada)\s{1,3}(?:person|cabeza|adult|nin|invitad|un[oa]|plato"
    r"|porcion|orden|pieza|hora|milla|guest)\w{0,4}",
    r"\b\d{1,7}\s{0,3}(?:%|percent|por ciento)",
    rf"\b\d{{1,6}}\s{{1,3}}(?:[nsew]\.?\s{{1,3}})?(?:[a-z0-9]{{1,20}}\s{{1,3}}){{1,3}}{_STREET}\b"
    r"\.?(?:\s{0,3}(?:#|apt|unit)\s{0,3}\w{1,8})?",
    r"[\d一二三四五六七八九十]{1,9}+\s{0,3}(?:英里|公里|里|尺|米|平)",
    r"[\d一二三四五六七八九十两半]{1,9}+\s{0,3}(?:个|個)?"
    r"(?:小时|小時|分钟|分鐘|天|周(?!岁)|星期|月|年|次)",
    r"(?<!第)[\d一二三四五六七八九十两]{1,9}+\s{0,3}(?:张|張|把|桌|名厨师|个厨师|位厨师|个问题"
    r"|個問題"
    r"|件事|种|種|场|場)",
    r"\b\d{1,3}\s{0,3}-?\s{0,3}(?:years?|yrs?)?[\s-]{0,3}(?:old)?['’]?s?\s{0,3}"
    r"(?:b-?day|birthday|anniversary)|\b\d{1,9}(?:st|nd|rd|th)\b"
    r"|[\d一二三四五六七八九十]{1,9}+(?:[岁歲](?:的)?生日|周年)|\b(?:24/7|50/50)\b",
    r"\b20[2-4]\d\b(?!\s{0,3}(?:people|guests?))",
    r"\b(?:21|18)\s{0,3}(?:\+|and (?:over|up|older))",
)
_OTHERS_BY_WORD = (
    r"https?://\S{1,200}",
    rf"(?:{_NUM_WORDS}|a|an|few|couple)(?:{_MEASURED[2]})",
    rf"{_NUM_WORDS}(?:{'|'.join(_MEASURED)})",
    r"(?:budget|presupuesto)\s{1,3}(?:is|of|es|de)?\s{0,3}(?:about|around|like"
    r"|como)?\s{0,3}\d{1,9}",
    r"(?:order|orden|pedido|invoice|confirmation|booking|reservation|reserva|factura|ref|quote"
    r"|(?<!zip )(?<!postal )code)"
    r"\s{0,3}(?:(?:number|numero|num|no\.?|#|is|id)\s{0,2}){0,2}:?\s{0,3}#?\d{1,12}",
    r"(?:calle|avenida|av)\s{1,3}[a-z ]{1,40}\d{1,6}|(?:apt|unit|suite|depto)\.?\s{0,3}#?\d{1,6}",
    r"(?:turn(?:s|ing|ed)?|cumple(?:n|anos)?(?:\s{1,3}de)?)\s{1,3}\d{1,3}(?:\s{1,3}anos)?"
    r"|sweet\s{1,3}(?:16|sixteen)\b|(?:quinceanera|xv anos|quince anos)\b",
    r"(?:get|gets|comes?|included?) (?:for|with|at) \d{1,7}\b",
    r"(?:year|ano)\s{0,3}20[2-4]\d\b(?!\s{0,3}(?:people|guests?))",
    r"one\s{1,3}(?:more\s{1,3})?(?:thing|question|sec|moment|day|of the(?!\s{1,3}(?:kid"
    r"|child)))\b|no\s{1,3}one\b"
    r"|(?:which|this|that|each|every|another)\s{1,3}one\b"
    r"|one\s{1,3}(?:is|is for)\s{1,3}(?=allerg|vegan|veg)|uno de\b",
    r"twenty[- ]one\s{0,3}(?:\+|and (?:over|up|older))|over\s{1,3}(?:21|18)\b",
    r"last\s{1,3}(?:year|time|month|summer|week)\b",
)
_OTHERS_BY_SIGN = (
    r"\+?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}\b|\+\d?[\s.-]?\(?\d{3}\)?[\s.-]\d{3}[\s.-]?\d{4}\b"
    r"|\+\d{8,15}",
    r"[$€£¥]\s{0,3}\d[\d.,]{0,14}k?|#\s?\d{1,12}",
    r"百分之[一二三四五六七八九十\d]{1,9}|[订訂][单單]号?\s{0,3}\d{1,12}|预算\s{0,3}\d{1,9}",
)


def _any_of(parts: Sequence[str]) -> str:
    return "|".join(f"(?:{part})" for part in parts)


# Each part is tried only where its first character can stand: a text of any kind is read in time.
_DATE = re.compile(
    rf"(?={_CJK_NUM})(?:{_any_of(_DATES_BY_NUMBER)})"
    rf"|\b(?=[a-z])(?:{_any_of(_DATES_BY_WORD)})|(?={_HAN})(?:{_any_of(_DATES_IN_CHINESE)})"
)
_OTHER = re.compile(
    r"(?<!\S)[^\s@]{1,64}@[^\s@]{1,64}\.\w{1,20}"
    rf"|(?={_CJK_NUM})(?:{_any_of(_OTHERS_BY_NUMBER)})"
    rf"|\b(?=[a-z])(?:{_any_of(_OTHERS_BY_WORD)})"
    rf"|(?=[+($€£¥#百订訂预])(?:{_any_of(_OTHERS_BY_SIGN)})"
)
_FIVE = re.compile(r"(?<![\d$#.,])(\d{5})(?:-\d{4})?(?![\d,.]\d|\d)")
_NEGATED = re.compile(
    r"(?:\bnot|\binstead of|\brather than|\bin place of|\ben vez de|\ben lugar de"
    r"|不是)\s{1,3}(?:the\s{1,3})?"
    r"(\d{1,9})|\b(?:went|chang\w{1,4}|going|moved|cambi\w{1,6}"
    r"|pas\w{1,6})(?:\s{1,3}\w{1,20}){0,2}?"
    r"\s{1,3}(?:from|de)\s{1,3}(\d{1,9})(?=\s{1,3}(?:\w{1,20}\s{1,3})?(?:to|a)\s{1,3}\d)"
    r"|不是\s{0,3}([\d一二三四五六七八九十]{1,9})"
)


def blank(text: str, start: int, end: int) -> str:
    """The text with a span made unreadable, its length kept."""
    return text[:start] + BLANK * (end - start) + text[end:]


def find_zip(folded: str) -> tuple[str, str]:
    """The last ZIP code of a folded text and the text without any: ("", text) where there is "
    "none."""
    found = ""
    if not _FIVE.search(folded):
        return found, folded
    clean = blank_others(folded)
    for match in _FIVE.finditer(clean):
        found = match[1]
        folded = blank(folded, match.start(), match.end())
    return found, folded


def find_date(text: str, folded: str) -> str:
    """The customer's own words for a date and time, first to last; empty where there are none."""
    read = folded[:CHARACTERS_READ]
    spans = [match.span() for match in _DATE.finditer(read) if match[0].strip()]
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
