"""Whether a customer says that another number or mailbox is theirs too, and which it is."""

from __future__ import annotations

import re

_MAILBOX = re.compile(r"[a-z0-9._+%-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z0-9@.])\+?\d[\d\s().-]{8,18}\d(?![A-Za-z0-9@])")
_CUE = re.compile(
    r"\b(?:i'?m|i am|it'?s|that'?s|this is) (?:also|me\b|the same|still me)"
    r"|\b(?:also|other|another|old|second|different) (?:number|phone|e-?mail|mailbox|account"
    r"|line)\b"
    r"|\b(?:also|too|as well)\b.{0,40}\b(?:me|my|mine|reach)\b|\bsame (?:person|customer)\b"
    r"|\b(?:booked|texted|wrote|emailed|called|messaged|contacted)\b.{0,40}\b(?:from|with|by"
    r"|under|using)\b"
    r"|\b(?:tambi[eé]n|otro (?:n[uú]mero|correo|tel[eé]fono)|la misma persona|soy yo)\b"
    r"|\b(?:escrib[ií]|reserv[eé]|llam[eé])\b.{0,40}\b(?:desde|con)\b"
    r"|也是我|是我的另|另一个(?:号码|邮箱|电话)|同一个人|我(?:之前)?用.{0,24}(?:订|联系|发)",
    re.IGNORECASE,
)


def read_other_address(text: str) -> str:
    """The other number (E.164) or mailbox that the writer calls theirs; empty where none is."""
    plain = text[:1_000].replace("’", "'")
    return find_address(plain) if _CUE.search(plain) else ""


def find_address(text: str) -> str:
    """The mailbox or telephone number in a text, as it is kept; empty where there is none."""
    mailbox = _MAILBOX.search(text)
    if mailbox:
        return mailbox[0].lower().rstrip(".")
    number = _NUMBER.search(text)
    if number is None:
        return ""
    digits = re.sub(r"\D", "", number[0])
    if number[0].startswith("+"):
        return f"+{digits}" if 8 <= len(digits) <= 15 else ""
    # Without a country it is one of the business's own: North American numbers have ten digits.
    if len(digits) == 10:
        return f"+1{digits}"
    return f"+{digits}" if len(digits) == 11 and digits.startswith("1") else ""
