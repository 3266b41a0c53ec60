"""Doors, handles, codes and people that are neither the house's, the customer's nor a tool's.

Links and mailboxes are read as a person would read them: "evil dot com", "evil[.]com", letters
spaced apart. Plainly written ones, and phones, are claims already. bot/guard.py asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.guard_deeds import any_of
from bot.language import claim_patterns, claim_readers
from bot.language.claim_text import folded_text

_HINT = re.compile(r"\b(?:dot|punto|arroba|at)\b|[\[({@$。点]|hxxp|(?:\b\w ){4}|:/|\bgmail\b")
_RESPELLINGS = (
    (re.compile(r"(?<![a-z0-9])(?:[a-z0-9.@:/] ){4,80}[a-z0-9](?![a-z0-9])"), None),
    (re.compile(r"\s?[\[({]\s?(?:dot|punto|\.|点)\s?[\])}]\s?"), "."),
    (re.compile(r"\s?[\[({]\s?(?:at|arroba|@)\s?[\])}]\s?"), "@"),
    (re.compile(r"(?<=[a-z0-9]) ?(?:\bdot\b|\bpunto\b) ?(?=[a-z]{2})"), "."),
    (re.compile(r"(?<=[a-z0-9])\s?[点。]\s?(?=[a-z]{2,6}(?![a-z]))"), "."),
    (re.compile(r"(?<=[a-z0-9]) (?:at|arroba) (?=[a-z0-9-]{2,40}\.[a-z])"), "@"),
    (re.compile(r"\bhxxp"), "http"),
)
_HANDLE = re.compile(r"(?<![\w.@])[@][a-z0-9_][a-z0-9_.-]{1,40}|(?<![\w$])\$[a-z_]\w{2,40}")
_ELSEWHERE = any_of(
    r"\b(?:wechat|weixin|telegram|skype|kakao\w*|snapchat|discord|tiktok|instagram|facebook"
    r"|paypal|cash ?app|alipay|bitcoin|btc|crypto\w*|ethereum|western union|moneygram"
    r"|gift cards?|wire transfer|revolut|apple pay|google pay)\b|微信|支付宝|比特币|qq",
)
_ACCOUNT = any_of(
    r"\b(?:iban|routing|swift|account|acct|cuenta|clabe)\b.{0,16}\d",
    r"账号|账户\S{0,6}\d",
    r"\bbc1[a-z0-9]{10}|\b0x[0-9a-f]{16}",
    r"\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b",
)
_STREET = re.compile(
    r"\b(\d{1,6}) ([a-z][\w']*)(?: [a-z][\w']*){0,3} (?:st|street|ave|avenue|rd|road|dr|drive|ln"
    r"|lane|blvd|boulevard|way|ct|court|pl|place|circle|terrace)\b"
    r"|\b(?:calle|avenida|av) ([a-z]+)(?: [a-z]+){0,2} (?:#|no\.? ?)?(\d{1,6})\b"
)
_CODE = re.compile(r"(?<![\w@.$/-])(?=[A-Z-]{0,11}\d)(?=[\d-]{0,11}[A-Z])[A-Z0-9-]{5,14}(?![\w-])")
_CODE_NAMED = re.compile(
    r"(?:[Cc]ode|[Nn]umber|[Rr]eference|[Cc]ódigo|[Cc]odigo|号)\W{0,3}(?:is|es|是)?\W{0,3}([A-Z]{4,12})\b"
)
_NAME = "[A-ZÁÉÍÓÚÑ][a-zà-ÿ]{1,20}"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚"
)
_NAMES = (
    re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|[Ss]eñora?|Sra?|Don|Doña)\b\.? ({_NAME}(?: {_NAME})?)"),
    re.compile(rf"\b[Cc]hef (?:is |will be |named |called |llamad[oa] )?({_NAME})"),
    re.compile(rf"\b(?:[Cc]hef|[Cc]ook|[Ww]orker|[Ss]erver)\b(?:'s name)? (?:is|will be|es"
               rf"|será) ({_NAME})"),
    re.compile(
        rf"\b({_NAME}) (?:booked|reserved|lives|cancell?ed|is cooking|will cook|is your chef"
        r"|will be your chef|approved|reservó|pagó|vive|cocinará|canceló|aprobó)\b"
    ),
    re.compile(
        rf"\b({_NAME} {_NAME}) (?:booked|has|took|paid|is coming|will|lives|tiene|reservó|va|irá)\b"
    ),
    re.compile(rf"\b({_NAME}) paid \$"),
    re.compile(rf"\b(?:I'm|I am|Soy) ({_NAME})(?=[,.!]| from\b| and\b| here\b| de\b| y\b)"),
    re.compile(rf"([{_SURNAMES}][\u4e00-\u9fff]{{0,2}})(?:师傅|大厨|先生|女士|小姐|太太)"),
    re.compile(r"(?:厨师|师傅)(?:是|叫|会是|名叫)([\u4e00-\u9fff]{2,3})(?=[,。!?,!?]|$)"),
)  # fmt: skip
_NO_NAMES = frozenset(
    "i it he she they we you this that there here who what which someone somebody everyone nobody"
    " everybody anyone chef chefs our your the a one each all both none guests kids children people"
    " staff team nothing everything something whoever customer customers yes no thanks sure great"
    " usted ustedes ella el ellos alguien nadie quien todo todos su nuestro nuestra and but or so "
    "if sorry happy glad"
    " once when after arrives brings comes cooks will can does not and service services".split()
)


def strangers(draft: str, *, stated: str, known_doors: frozenset[str], told: str) -> list[str]:
    """Codes of what a draft brings in from outside: foreign contact, unknown name, foreign code.

    Args:
        draft: as written.
        stated: trusted words, folded.
        known_doors: links and mailboxes that may be said.
        told: the customer's words, folded.
    """
    folded = folded_text(draft)
    known = f"{stated}\n{told}"
    has_door = any(door not in known_doors for door in _hidden_doors(folded))
    has_handle = any(found[0] not in known for found in _HANDLE.finditer(folded))
    is_elsewhere = any(found[0] not in stated for found in _ELSEWHERE.finditer(folded))
    has_account = (found := _ACCOUNT.search(folded)) and found[0] not in stated
    has_street = any(each not in known for each in _streets(folded))
    broken = ["foreign contact"] * bool(
        has_door or has_handle or has_account or has_street or _offers(folded, is_elsewhere)
    )
    codes = [m[0] for m in _CODE.finditer(draft)] + [m[1] for m in _CODE_NAMED.finditer(draft)]
    broken += ["foreign code"] * any(folded_text(code) not in known for code in codes)
    broken += ["unknown name"] * any(name not in known for name in _people(draft))
    return broken


def _offers(folded: str, is_elsewhere: bool) -> bool:
    """Whether it speaks of another's service, and not to say that we have none of it."""
    return is_elsewhere and not re.search(r"\b(?:not|no|n't|nor|never)\b|n't\b|不|没", folded)


def _hidden_doors(folded: str) -> Iterator[str]:
    """Links and mailboxes that are only seen once the text is spelled plainly."""
    if not _HINT.search(folded):
        return
    plain = folded
    for pattern, new in _RESPELLINGS:
        plain = pattern.sub(lambda m, n=new: m[0].replace(" ", "") if n is None else n, plain)  # type: ignore[misc]
    if plain == folded:
        return
    for found in claim_patterns.EMAIL.finditer(plain):
        yield found[0]
    for found in claim_patterns.URL.finditer(claim_patterns.EMAIL.sub(" ", plain)):
        yield claim_readers.url(found[0])


def _streets(folded: str) -> Iterator[str]:
    """Number and first word of each street address, as it would be told."""
    for found in _STREET.finditer(folded):
        yield f"{found[1]} {found[2]}" if found[1] else f"{found[3]}"


def _people(draft: str) -> Iterator[str]:
    """Names of people in a draft, folded, a word at a time."""
    for pattern in _NAMES:
        for found in pattern.finditer(draft):
            words = folded_text(found[1]).split()
            if words[0] not in _NO_NAMES:
                yield from words
