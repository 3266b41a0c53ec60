"""Reads from a message whether its writer opts out, comes back, or asks for help.

A message counts as a keyword only when it is nothing but the keyword. CANCEL is a carrier's word
for opting out and a customer's word for a booking, so it is asked about and never guessed (I6).
Sources: Twilio, "Advanced opt-out" and help article 223134027, read 2026-11-22; 47 CFR
64.1200(a)(10), which makes any reasonable wording a revocation.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.domain import Kind


class Wish(StrEnum):
    """What the writer wants of our messages."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    CANCEL = "cancel"
    NONE = "none"


_KEYWORDS = {
    Wish.STOP: (
        "stop|stopall|stop all|unsubscribe|unsubscribe me|end|quit|revoke|optout|opt-out|opt out"
        "|stop please|alto|parar|baja|dar de baja|no más mensajes"
        "|退订|停止|取消订阅|退訂|td|t"
    ),
    Wish.START: (
        "start|unstop|subscribe|resume|opt in|empezar|iniciar|alta|开始|订阅|重新订阅|恢复"
    ),
    Wish.HELP: "help|info|ayuda|帮助|幫助",
    Wish.CANCEL: "cancel|cancelar|cancela|取消",
}
_WISH_OF = {word: wish for wish, words in _KEYWORDS.items() for word in words.split("|")}

_STOP_SENTENCES = re.compile(
    "|".join(
        (
            r"\b(?:stop|quit) (?:texting|messaging|emailing|mailing|contacting|writing|spamming)\b",
            r"\b(?:don'?t|do not|never) (?:text|message|contact|email|write(?: to)?) (?:me|us)\b",
            r"\b(?:remove|delete|take) me (?:from|off)\b.*\blist\b",
            r"\bunsubscribe me\b",
            r"\bno more (?:texts|messages|emails)\b",
            r"\bstop (?:sending|with) (?:(?:me|us|these|the|your) )*(?:texts?|messages?|emails?)\b",
            r"\b(?:no me|no nos) (?:escrib|mand|env|contact|molest)\w+ más\b",
            r"\b(?:dejen|deje|deja|paren|pare) de (?:escribir|mandar|enviar|molestar|contactar)",
            r"\bno quiero (?:recibir )?más (?:mensajes|textos|correos)\b",
            r"\b(?:quíte|quite|borre|bórre|sáque|saque)\w* de (?:la|su) lista\b",
            r"(?:别|不要|请勿|勿)再?(?:给我|向我)?(?:发|联系|打扰)(?:我|短信|信息|消息|了)",
            r"不(?:要|想)(?:再)?(?:收到|接收)(?:你们的)?(?:短信|信息|消息)",
        )
    ),
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\bunless\b|\bwhy\b.*\bstop\b|\bplease don'?t stop\b|\buntil\b", re.IGNORECASE
)
_SENTENCE_MAX = 160
"""A revocation is short; a long text that happens to hold the words is a conversation."""


def read_wish(text: str, kind: Kind) -> Wish:
    """The wish in a message; a vendor's own verdict (`kind`) stands above the words."""
    by_vendor = {Kind.OPT_OUT: Wish.STOP, Kind.OPT_IN: Wish.START, Kind.HELP: Wish.HELP}
    if kind in by_vendor:
        return by_vendor[kind]
    bare = re.sub(r"\s+", " ", text).strip(" .!¡?¿。！？'\"\t").lower()
    if bare in _WISH_OF:
        return _WISH_OF[bare]
    if len(bare) <= _SENTENCE_MAX and _STOP_SENTENCES.search(bare) and not _NEGATED.search(bare):
        return Wish.STOP
    return Wish.NONE
