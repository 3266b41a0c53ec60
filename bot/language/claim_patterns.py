"""The shapes in which figures are written in English, Spanish and Chinese, as regular expressions.

All match text made plain by claim_text: lower case, no accents, digits only, no wide gaps. Reading
the matches is claims.py's work. Every repetition is bounded, or possessive behind a lookbehind, so
that no text takes longer than its length.
"""

from __future__ import annotations

import re

_NUM = r"(?:\d{1,3}(?:[,.' ]\d{3}){1,4}(?:[.,]\d{1,2})?(?![\d])|\d++(?:[.,]\d++)?)"
_MULT = r"(?:\s?(?:k\b|mil\b|thousand\b|grand\b|hundred\b|[百千万]))?"
_TO = r"\s{0,3}(?:-|–|—|~|to|and|or|a|y|o|u|至|到|或|和)\s{0,3}"


UNITS: dict[re.Pattern[str], re.Pattern[str]] = {}
"""By pattern of a counted thing its unit alone: where that is absent, the rest is not tried."""


def _counted(unit: str, *, gap: str = r"[\s-]{0,4}") -> re.Pattern[str]:
    """A number, or a range of two, before a unit."""
    counted = re.compile(
        rf"(?:(?<!\d)(?<!\d[.,])(?P<lo>{_NUM}{_MULT}){_TO})?(?<!\d)(?<!\d[.,])(?P<n>{_NUM}{_MULT}){gap}(?:{unit})"
    )
    UNITS[counted] = re.compile(unit)
    return counted


NUMBER = re.compile(rf"(?<!\d)(?<!\d[.,])(?P<n>{_NUM}{_MULT})")
IGNORED = re.compile(
    r"\b24\s{0,3}[/x]\s{0,3}7\b"
    r"|^[ \t]{0,4}[-*•]?[ \t]{0,4}\(?(?:[1-9]|1\d|20)[.)、](?=[ \t]{0,4}[^\d\s])|\d⁄\d",
    re.MULTILINE,
)
EMAIL = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}")
_TLD = (
    "com|net|org|io|co|me|app|link|ly|info|biz|shop|xyz|cn|mx|es|us|dev|ai|gl|to|site|online|store"
    "|top|club|tv|cc|page|site|live|pro"
)
URL = re.compile(
    r"(?:https?|ftp|hxxps?)://[^\s<>\"'()]+|\bwww\.[^\s<>\"'()]+"
    rf"|(?<![a-z0-9-])[a-z0-9-]++(?:\.[a-z0-9-]{{1,63}}){{0,6}}\.(?:{_TLD})\b(?:/[^\s<>\"'()]*)?"
    r"|(?<![a-z0-9-])[a-z0-9-]++ (?:dot|punto) (?:com|net|org|io|co)\b"
)
PHONE = re.compile(
    r"(?<![\w.])(?:\+?\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]?\d{4}(?!\d)"
    r"|(?<!\w)\+\d[\d\s.-]{6,16}\d|(?<![\w.,-])\d{3}[.-]\d{4}(?![\d-])"
    r"|(?<!\d)(?<!\d[.,])\d{9,15}(?!\d)"
)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene", "february feb febrero", "march mar marzo",
            "april apr abril abr", "may mayo", "june jun junio", "july jul julio",
            "august aug agosto ago", "september sept sep septiembre setiembre",
            "october oct octubre", "november nov noviembre", "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_TH = r"(?:st|nd|rd|th)?"
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
        "twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30, "primero": 1}
_ORD = "|".join(sorted(ORDINALS, key=len, reverse=True))
_DAY = rf"(?P<day>\d{{1,2}}{_TH}(?!\d|[.,:]\d)|(?:[23]0[ -])?(?:{_ORD})\b)"
_DAY2 = (
    rf"(?:\s{{0,3}}(?:-|–|to|and|or|y|al|o)\s{{0,3}}(?P<day2>\d{{1,2}}){_TH}"
    r"(?![\d:/%]|\s{0,3}(?:[ap]\.?m)))?"
)
_NOT_MEANT = r"(?!\s{0,3}(?:guests?|people|adults?|kids|[ap]\.?m\b|:|%))"
DATES = (
    re.compile(
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
        r"(?:t(?P<h>\d\d):(?P<m>\d\d)(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?(?!\d)"
    ),
    re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})(?:[日号號]|(?!\d))"),
    re.compile(
        rf"\b{_MONTH} (?:the |el )?{_DAY}{_NOT_MEANT}{_DAY2}(?:,? (?:de )?(?P<year>20\d\d))?"
    ),
    re.compile(
        rf"(?<!\d)(?<!\d[.,])(?<!\$){_DAY}{_DAY2}(?: of| de| del)? {_MONTH}(?:,? (?:de "
        r"|del )?(?P<year>20\d\d))?"
    ),
    re.compile(r"(?<![\d/.,])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/])"),
    re.compile(r"(?<![\d/.,-])(?P<a>\d{1,2})([-.])(?P<b>\d{1,2})\2(?P<year>\d{4})(?!\d)"),
    re.compile(rf"\b(?:in|this|next|early|late|mid|en|de|para|until|by|since|for) {_MONTH}(?! \d)"),
    re.compile(r"(?<![\d个])(?P<month>\d{1,2})月(?!\d)"),
    re.compile(
        r"\b(?:the|el dia|on|dia|el) (?P<day>\d{1,2})(?:st|nd|rd|th)\b"
        r"|\bdia (?P<day_>\d{1,2})\b|(?<!\d)(?P<dayz>\d{1,2})[号號](?![楼线])"
    ),
)  # fmt: skip
WORDED_DATES = (DATES[2], DATES[3], DATES[6])

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mondays mon lunes 周一 星期一 礼拜一",
            "tuesday tuesdays tue tues martes 周二 星期二 礼拜二",
            "wednesday wednesdays wed miercoles 周三 星期三 礼拜三",
            "thursday thursdays thu thurs thur jueves 周四 星期四 礼拜四",
            "friday fridays fri viernes 周五 星期五 礼拜五",
            "saturday saturdays sat sabado sabados 周六 星期六 礼拜六",
            "sunday sundays sun domingo domingos 周日 周天 星期日 星期天 礼拜天 礼拜日",
        )
    )
    for name in names.split()
}  # fmt: skip
_SHORT = ("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun")
_LONG = "|".join(name for name in WEEKDAYS if name not in _SHORT and name.isascii())
_HAN = "|".join(name for name in WEEKDAYS if not name.isascii())
WEEKDAY = re.compile(
    rf"(?:\b(?P<w>{_LONG})\b|(?P<z>{_HAN})|\b(?P<s>{'|'.join(_SHORT)})\b\.?(?=,? ?(?:\d|\x00"
    r"|at\b)))"
    r"(?:,? (?:the |el |dia )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"(?![\d:%$.,]|\s{0,3}(?:[ap]\.?m\b|:)))?"
)
RELATIVE = {
    "the day after tomorrow": 2, "day after tomorrow": 2, "pasado manana": 2, "tomorrow": 1,
    "yesterday": -1, "ayer": -1, "tonight": 0, "esta noche": 0, "manana": 1, "后天": 2, "明天": 1,
    "明晚": 1, "今晚": 0, "昨天": -1, "大后天": 3,
}  # fmt: skip
RELATIVE_DAY = re.compile(
    r"大后天|后天|明天|明晚|今晚|昨天|\b(?:the )?day after tomorrow\b|\bpasado manana\b"
    r"|\btomorrow\b"
    r"|\byesterday\b|\bayer\b|\btonight\b|\besta noche\b|(?<!la )(?<!esta )(?<!de )\bmanana\b"
)

_PART = (
    r"(?:\s{0,3}(?:de la|in the|por la|del|at) (?P<part>manana|tarde|noche|morning|afternoon"
    r"|evening|night|mediodia))"
)
_AP = r"(?P<ap>[ap])\.?\s?m\b\.?"
_TAIL = rf"(?:\s{{0,3}}{_TO}(?P<h2>\d{{1,2}})(?::(?P<m2>\d\d))?\s{{0,3}}(?P<ap2>[ap])\.?\s?m\b\.?)?"
TIMES = (
    re.compile(
        rf"(?<!\d)(?<!\d[.,])(?<!\$)(?:(?P<h0>\d{{1,2}})(?:[:.](?P<m0>\d\d))?{_TO})?"
        rf"(?<!\d)(?<!\d[.,:])(?P<h>\d{{1,2}})(?:[:.h ](?P<m>[0-5]\d))?\s{{0,3}}{_AP}"
    ),
    re.compile(rf"(?<!\d)(?<!\d[.,])(?P<h>\d{{1,2}})[:h](?P<m>[0-5]\d)(?!\d){_PART}?(?:\s{{0,3}}hrs?\b)?"),
    re.compile(
        r"(?P<zh>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里"
        r"|晚)?\s{0,3}(?<!\d)(?<!\d[.,])(?P<h>\d{1,2}|(?<=[晨上午晚里])一)"
        r"\s{0,3}(?:点|點|时(?!间))钟?\s{0,3}(?P<zm>半|[13]刻|\d{1,2}(?!\d)分?)?"
    ),
    re.compile(rf"(?<!\d)(?<!\d[.,])(?P<h>\d{{1,2}})\s{{0,3}}(?:o'?\s?clock|en punto){_PART}?"),
    re.compile(
        r"(?<!\d)(?<!\d[.,])(?P<h>\d{1,2})(?: (?:y (?P<es>media|cuarto)|(?P<m>[0-5]\d)))?" + _PART
    ),
    re.compile(r"\b(?P<past>half|quarter) (?:past|after) (?P<h>\d{1,2})\b"),
    re.compile(
        r"\b(?P<noon>noon|midday|mediodia)\b|(?P<noonz>中午|正午)"
        r"|(?P<night>\bmidnight\b|\bmedianoche\b|午夜|半夜)"
    ),
)  # fmt: skip
VAGUE_TIME = re.compile(
    r"\b(?:at|by|until|till|before|after|around|las?)\s{1,3}(?P<h>\d{1,2})"
    rf"(?: y (?P<es>media|cuarto))?(?:{_TO}(?:las? )?(?P<h2>\d{{1,2}}))?"
    r"(?![\d$%°]|[.,:/]\d|\s{0,3}(?:each|per|total|main\b"
    r"|\w+ (?:st|street|ave|rd)\b))"
)

PERCENT = (
    _counted(r"%|percent\b|per cent\b|por ciento\b|pct\b", gap=r"\s{0,3}"),
    re.compile(rf"百分之(?P<n>{_NUM})"),
    re.compile(r"(?P<fold>\d(?:\.\d)?)折"),
)
_COIN = (
    r"us\$|usd\b|dollars?\b|dolares\b|dolar\b|bucks?\b|pesos?\b|euros?\b|eur\b|rmb\b|cny\b"
    r"|pounds?\b"
    r"|美元|美金|美刀|人民币|块(?!儿|[肉牛鸡])钱?|元|刀(?!具)|[$€£¥]"
)
MONEY = (
    re.compile(
        rf"(?<!\d)(?<!\d[.,])(?P<whole>{_NUM}) (?:dollars?|dolares)"
        r" (?:and|y|con) (?P<cents>\d{1,2}) (?:cents?|centavos)\b"
    ),
    re.compile(
        rf"(?:us\$|(?:usd|eur|rmb|cny|mxn)\s?\$?|us\s?\$|[$€£¥])\s{{0,3}}(?P<n>{_NUM}{_MULT})"
        rf"(?:{_TO}(?:us)?[$€£¥]?\s{{0,3}}(?P<n2>{_NUM}{_MULT})(?!\d|[.,]\d|\s{{0,3}}(?:%|guests|people"
        r"|adults|kids|miles|hours|[ap]\.?m\b|\w)))?"
    ),
    _counted(_COIN, gap=r"[\s-]{0,4}"),
    re.compile(rf"(?<!\d)(?<!\d[.,])(?P<cents>{_NUM})\s{{0,3}}(?:cents?|centavos|¢)\b"),
    re.compile(r"\b(?P<grand>a grand)\b"),
)  # fmt: skip
_ADJ = (
    r"(?:(?:more|other|extra|additional|hungry|total|adult|grown|young|little|small|invited"
    r"|of your|of my)\s{1,3})?"
)
HEADCOUNT = (
    _counted(
        _ADJ
        + r"(?:guests?|people|persons?|adults?|grown-?ups?|kids?|children|child|toddlers?|infants?"
        r"|bab(?:y|ies)|pax|heads?\b(?! start)|attendees|diners|eaters|chefs?|invitados?"
        r"|personas?|adultos?|ninos?"
        r"|ninas?|menores|comensales|bebes?|cocineros?)\b",
        gap=r"[\s-]{1,4}",
    ),
    _counted(
        r"(?:多|来)?(?:[位名个個]\s{0,3})?(?:大人|成人|成年人|客人|来宾|宾客|嘉宾|小孩|孩子|儿童"
        r"|小朋友|宝宝|婴儿|厨师|朋友"
        r"|人(?!民币))|(?:多|来)?[位名](?!数)",
        gap=r"\s{0,3}",
    ),
    re.compile(r"\b(?:part(?:y|ies)|groups?|grupos?|fiestas?) (?:of|de) (?P<n>\d++)(?![.,]\d)"),
)
_HOUR = 60
DURATION_MINUTES = (
    (re.compile(r"business day|working day|dias? habil|day|dia|天|日"), 24 * _HOUR),
    (re.compile(r"week|semana|周|星期|礼拜"), 168 * _HOUR),
    (re.compile(r"month|mes|个?月"), 720 * _HOUR),
    (re.compile(r"year|ano|年"), 8760 * _HOUR),
    (re.compile(r"min|分"), 1),
    (re.compile(r"sec|seg|秒"), 0),
    (re.compile(r"h|个?半?小时|钟头"), _HOUR),
)
DURATION = _counted(
    r"(?P<unit>(?:business days?|working days?|dias? habiles|hours?|hrs?|minutes?|mins?|days?"
    r"|weeks?|months?"
    r"|seconds?|years?(?![ -]olds?)|h|horas?|minutos?|dias?|semanas?|meses|mes|anos?(?! de edad))\b"
    r"|个?(?P<half>半)?(?:小时|钟头)|分钟|(?<!哪一)(?<!哪1)天|周(?![一二三四五六日末])|个?(?:星期"
    r"|礼拜)(?![一二三四五六日天])|个月|年|日|秒)"
    r"(?P<and_half>\s{1,3}(?:and a half|y media))?"
)
HALF_HOUR = re.compile(r"\bhalf an hour\b|\bhalf hour\b|\bmedia hora\b|半(?:个)?小时|半个钟头")
DISTANCE = _counted(
    r"(?P<unit>(?:miles?|mi|millas?|km|kms|kilometers?|kilometros?)\b|英里|公里|迈)"
)

PRICE_BEFORE = re.compile(
    r"(?:total|price|prices?|priced|costs?|comes? to|quoted?|deposit|fee|charged?|charges|pay"
    r"|rate|do it for|make it"
    r"|yours for|deal at|let you have it for|precio|cuestan?|sale en|serian?|pagar|cobramos"
    r"|deposito|minimo|tarifa"
    r"|se lo dejo en|价格|价钱|总共|一共|1共|总价|共|合计|总计|只要|只需|收费|收您|收|定金"
    r"|押金|费用|付|每人|每位|最低消费|算您|给您)"
    r"[\s:：]{0,2}(?:(?:is|are|of|at|es|de|son|be|would be|will be|only|just|about|around|是"
    r"|为|到|solo|nomas)[\s:]{0,2}){0,2}$"
)
PRICE_AFTER = re.compile(
    r"\s{0,3}(?:each\b|per (?:person|head|guest|adult|child|kid)|a (?:head|person)\b|apiece|flat\b"
    r"|in total|total\b|all in\b"
    r"|por (?:persona|cabeza|adulto|nino|invitado)|cada uno|c/u|en total|一位|1位|每位|一个人"
    r"|1个人|每人|/ ?(?:人|person|pp|guest))"
)
STREET_AFTER = re.compile(
    r" [a-z][a-z']{1,20}(?: [a-z]{2,20})? (?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd"
    r"|way|ct|court|pl|place)\b"
)
"""A number before this is a house's, whatever stands before it."""
