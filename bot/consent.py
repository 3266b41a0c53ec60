"""Reads from a message whether its writer opts out, comes back, wants offers, or asks for help.

A keyword counts when a message, or a sentence of it, is nothing but the keyword with the small
words people put around it. Sentences that mean it count too: any reasonable wording is a
revocation. CANCEL is a carrier's word for opting out and a customer's word for a booking, so it is
asked about and never guessed (I6). OFFERS is a yes to promotion and wants the bare word, with no
question mark: "any offers?" asks. Sources: Twilio, "Advanced opt-out" and help article
223134027, read 2026-11-22; 47 CFR 64.1200(a)(10).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from bot.domain import Kind
from bot.language.revoking import is_delighted, is_narrowed, is_return, is_revocation
from bot.language.revoking_forms import respell


class Wish(StrEnum):
    """What the writer wants of our messages."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    CANCEL = "cancel"
    OFFERS = "offers"
    NONE = "none"


_KEYWORDS = {
    Wish.STOP: (
        "stop|stopp|stopall|stop all|unsubscribe|unsuscribe|end|quit|revoke|optout|opt out|opt-out"
        "|opt me out|remove me|remove my number|leave me alone|lose my number|cease and desist"
        "|do not contact|alto|parar|pare|paren|baja|dar de baja|detener|detenganse|no más mensajes"
        "|cancelar suscripción|déjenme en paz|dejenme en paz"
        "|stahp|sotp|stpo|unsub|unsubcribe|unsubscibe|opting out|detengan|detener mensajes"
        "|退订|退訂|停止|停|取消订阅|取消訂閱|td|t退订|t退訂|停发|停發|勿扰|勿擾|别烦我"
        "|請停止|请停止|拒收"
    ),
    Wish.START: (
        "start|unstop|subscribe|resume|opt in|empezar|iniciar|alta|comenzar|reanudar|suscribir"
        "|suscribirme|开始|開始|订阅|訂閱|重新订阅|恢复|恢復|恢复订阅|恢復訂閱|恢复接收"
    ),
    Wish.HELP: "help|help me|info|ayuda|帮助|帮助我|幫助|求助",
    Wish.CANCEL: "cancel|cancelar|cancela|取消",
    Wish.OFFERS: "offers|yes offers|yes to offers|ofertas|sí ofertas|si ofertas|优惠|優惠",
}
_WISH_OF = {word: wish for wish, words in _KEYWORDS.items() for word in words.split("|")}
_UNMISTAKABLE = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "opt out", "optout", "退订", "退訂"}
)
"""What means it as a sentence of its own, in the middle of other things."""

_AROUND = re.compile(
    r"^(?:(?:please|pls|plz|just|ok|por favor|wrong number)\s+)+"
    r"|(?:\s+(?:please|pls|plz|now|me|it|this|that|already|thanks|ya|por favor|gracias"
    r"|promotions))+$"
)
_SIGNATURE = re.compile(
    r"\n+\s*(?:sent from my|enviado desde mi|发自我的)[^\n]*\s*$", re.IGNORECASE
)
_COMMAS = re.compile(r"[,，、]+")
_SENTENCES = re.compile(r"[.!?;。！？；\n]+|\s[-–—]\s")

REPEATS_MAX = 10
_SENTENCE_MAX = 160
"""A revocation is short; a long text that happens to hold the words is a conversation."""


def read_wish(text: str, kind: Kind) -> Wish:
    """The wish in a message; a vendor's own verdict (`kind`) stands above the words."""
    by_vendor = {Kind.OPT_OUT: Wish.STOP, Kind.OPT_IN: Wish.START, Kind.HELP: Wish.HELP}
    if kind in by_vendor:
        return by_vendor[kind]
    parts = _parts(text)
    sentences = [sentence for part in parts if (sentence := _plain(part))]
    whole = " ".join(sentences)
    if (wish := _keyword(whole)) is not Wish.NONE:
        return Wish.NONE if wish is Wish.OFFERS and not _is_plain_yes(text, kind) else wish
    for_joy = is_delighted(whole)
    few = len(sentences) <= REPEATS_MAX and not for_joy
    if few and any(_bare(sentence) in _UNMISTAKABLE for sentence in sentences):
        return Wish.STOP
    short = len(whole) <= _SENTENCE_MAX
    if short and not is_narrowed(whole) and any(_revokes(part, for_joy=for_joy) for part in parts):
        return Wish.STOP
    if short and is_return(whole):
        return Wish.START
    return Wish.NONE


def is_bare(text: str) -> bool:
    """Whether a message is nothing but a keyword, said once or more: it tells nothing besides."""
    whole = " ".join(sentence for part in _parts(text) if (sentence := _plain(part)))
    return _keyword(whole) is not Wish.NONE


def _parts(text: str) -> list[str]:
    return _SENTENCES.split(_SIGNATURE.sub("", text[:1000]))


def _is_plain_yes(text: str, kind: Kind) -> bool:
    """Whether the keyword was written or tapped, and is not asked: only that agrees to offers."""
    return kind in (Kind.TEXT, Kind.BUTTON) and not any(mark in text for mark in "?？¿")


def _revokes(part: str, *, for_joy: bool) -> bool:
    """A sentence in itself: "please don't. Stop texting me" is no "don't stop".

    Who is delighted means no bare "stop it" by itself: "stop it, that looks delicious".
    """
    pieces = [_plain(piece) for piece in _COMMAS.split(part)]
    meant = [piece for piece in pieces if not (for_joy and _bare(piece) in _UNMISTAKABLE)]
    return is_revocation(",".join(meant))


def _keyword(plain: str) -> Wish:
    for form in (plain, _bare(plain), plain.replace(" ", ""), _bare(respell(plain))):
        if form in _WISH_OF:
            return _WISH_OF[form]
        words = form.split()
        # "STOP STOP STOP" is meant; hundreds of them are a machine's.
        if len(words) <= REPEATS_MAX and len(set(words)) == 1 and words[0] in _WISH_OF:
            return _WISH_OF[words[0]]
    return Wish.NONE


def _bare(plain: str) -> str:
    """Without the polite and impatient words around it."""
    before = ""
    while before != plain:
        before, plain = plain, _AROUND.sub("", plain).strip()
    return plain


def _plain(text: str) -> str:
    """Lower case letters, digits and single spaces: no emoji, quotes, dashes or hidden marks."""
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()
    shown = "".join(
        letter if letter.isalnum() or letter in "'-" else " "
        for letter in folded
        if unicodedata.category(letter) != "Cf"
    )
    return " ".join(shown.replace(" - ", " ").split()).strip("'- ")
