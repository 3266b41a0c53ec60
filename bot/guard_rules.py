"""What a draft may not say whatever figures it has: promises, deeds not done, safety of allergies.

Each rule is patterns over folded text (lower case, no accents) and the words that excuse a match,
in English, Spanish and Chinese. Sentences are judged one by one, so that an excuse reaches no
further than its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.guard_deeds import DEEDS, any_of, asserts

_SENTENCE = re.compile(r"[^.!?。!?\n]+(?:\.(?=\d)[^.!?。!?\n]+)*[.!?。!?\n]?")


# Matters that may be spoken of only where the evidence speaks of them too.
MATTERS: Mapping[str, re.Pattern[str]] = {
    "refund": any_of(r"\brefund",
    r"reembols",
    r"\bdevol(?:v|u)",
    r"money back",
    r"退款|退还|退钱|退定金|全额退"),
    "discount": any_of(
        r"\bdiscount",
        r"\bcoupon",
        r"promo code",
        r"\bspecial (?:deal|price|rate)",
        r"\d{1,6} ?(?:%|percent|dollars|bucks)? off\b",
        r"\bdescuent(?!a del? (?:total|precio|saldo"
        r"|resto))", r"\brebaja", r"precio especial", r"折扣|打折|优惠|特价|便宜点|减免",
    ),
    "gift": any_of(
        r"\bfor free\b", r"\b(?:is|are|eat|comes?) free\b", r"free of charge",
        r"\bfree (?:travel|upgrade|sake|meal|guests?|chef|lobster|dessert)",
        r"\bgratis\b", r"sin (?:costo|cargo)", r"免费",
    ),
    "treat": any_of(
        r"complimentary",
        r"on the house",
        r"(?:no|without) (?:extra |additional )?(?:charge|cost)\b",
        r"\bwaiv", r"cortesia|por cuenta de la casa", r"赠送|免收|白送",
    ),
    "compensation": any_of(
        r"compensat",
        r"\bcompensa",
        r"store credit",
        r"credit (?:toward|on) your",
        r"make it up to you",
        r"we(?:'ll| will) (?:cover|pay for)\b", r"补偿|赔偿|赔付",
    ),
}  # fmt: skip
_NEGATED = any_of(
    r"\b(?:no|not|nothing|none|nor|never|cannot|unable|without)\b(?! (?:worries|problem))",
    r"n't\b",
    r"\bsin\b",
    r"\bnunca\b",
    r"不(?!过|用担心)|没有|没法|无法|未",
)  # fmt: skip
_REFERRED = any_of(
    r"\bask|\bcheck|\bteam\b|\bperson\b|\bsomeone\b|\bstaff\b|\bmanager\b|\brequest",
    r"\bequipo\b|\bpersona\b|consult|pregunt|\balguien\b|solicitud",
    r"团队|同事|询问|专人|人工|工作人员|转达|申请|要求",
)
_CONDITIONAL = any_of(
    r"\bif\b|\bwhen\b|\bunless\b|\bas long as\b|\bonce (?!again|more)|\bprovided\b"
    r"|\bat least\b|\bor more\b|\bbefore\b",
    r"\bsi\b|\bcuando\b|siempre que|\bal menos\b|\bo mas\b|\bantes\b",
    r"如果|若|只要|提前|以上|的话|之前|前取消",
)
_PROMISE = any_of(
    r"\b(?:i|we)(?:'ll| will| can|'ve| have|'m going to| would)?(?: \w+){0,2} (?:refund"
    r"|discount|waive|compensat|knock|credit you|give you|take \S+ off|throw in|offer you)",
    r"\byou(?:'ll| will) (?:get|receive) (?:a |your |the )?(?:\w+ )?(?:refund|discount"
    r"|money back|credit)",
    r"\b(?:le|te|les) (?:\w+ )?(?:reembols|devolv|descont|regal|compens|damos|doy|hacemos"
    r"|puedo dar|ofrec)",
    r"(?:我们?|会|可以|将|能)\S{0,6}(?:退款|退还|全额退|打折|优惠|减免|赔偿|补偿|赠送|免费送|便宜)",
)
_GUARANTEE = any_of(
    r"\bguarante",
    r"\bi promise|\bwe promise",
    r"\bgarantiz|\bgarantia",
    r"\b(?:le|te) prometo|prometemos",
    r"保证|承诺|包您",
)
_DONE_BY_PROMISE: Mapping[str, str] = {
    "refund": "refunded",
    "compensation": "refunded",
    "discount": "discounted",
    "gift": "discounted",
    "treat": "discounted",
}

_ALLERGEN = r"(?:allerg|celiac|anaphyla|intoleran|alergi|celiac|过敏|乳糜泻)"
_SAFE = (
    r"(?:\bsafe\b|\bsafely\b|no risk|risk[- ]free|worry[- ]free|\bfine\b|\bok(?:ay)?\b"
    r"|suitable|no problem|won't (?:be a|have any|cause)|can eat|segur[oa]s?\b|sin riesgo"
    r"|sin problema|no hay problema|puede comer|apto|安全|放心|没问题|没有问题|不会有事|可以吃"
    r"|无风险)"
)
_ALLERGY = any_of(
    rf"{_SAFE}.{{0,60}}{_ALLERGEN}", rf"{_ALLERGEN}.{{0,60}}{_SAFE}",
    r"(?:no|zero|never any|without any) (?:cross[- ]?contamination|traces? of)",
    r"sin contaminacion cruzada",
    r"(?:100 ?%|completely|totally|fully) (?:\w+[- ]free|safe)",
    r"(?:没有|无|不会有?)交叉(?:污染|感染)",
    r"\b(?:nut|peanut|shellfish|allergen|soy|dairy)[- ]free (?:kitchen|grill|guarantee)",
)  # fmt: skip
_COMFORT = any_of(
    r"\bsafe(?:ly)?\b|\bno risk\b|risk[- ]free|\bdon'?t (?:you )?worry|\bno need to worry"
    r"|\bno (?:problem|worries)\b|\b(?:she|he|they|you|everyone)(?:'ll| will| can|'s| is|'re| are)"
    r"(?: be)? (?:perfectly |totally |absolutely )?(?:fine|ok|okay|eat)\b|\bshould be (?:fine|ok)",
    r"\bsegur[oa]s?\b|sin riesgo|no (?:se|te) preocup|(?:no hay|sin) problema|puede comer"
    r"|va a estar bien|tranquil[oa]",
    r"安全|放心|别担心|不用担心|不必担心|没(?:有)?问题|不会有事|可以吃|没事",
)
"""Comfort that is none to somebody who has just named an allergy, whatever it is said of."""
_ALLERGEN_NAMED = any_of(_ALLERGEN, r"contamina|traces? of|[- ]free|\bsafe\b|交叉")
_ALLERGY_EXCUSE = any_of(
    r"can't|cannot|\bnever\b|not able|unable|won't (?:promise|guarantee|say)|not (?:say"
    r"|promise|guarantee|confirm|know)",
    r"\bwhether\b|\bif (?:it|that|this|a|any|the)\b",
    r"no (?:puedo|podemos|promet|garantiz)|nunca|\bsi (?:es|son|algo|un)\b",
    r"不能|无法|不会保证|不保证|不承诺|是否|能否|能不能",
)  # fmt: skip


def comforts(draft: str, trusted: str) -> bool:
    """Whether a folded draft says that all is well, after the customer has named an allergy."""
    return any(
        _COMFORT.search(sentence) and not _ALLERGY_EXCUSE.search(sentence)
        for sentence in _SENTENCE.findall(draft)
        if sentence.strip() not in trusted
    )


def broken_rules(draft: str, trusted: str, done: frozenset[str]) -> list[str]:
    """Codes of the rules that a folded draft breaks: promise, allergy, deed."""
    broken: list[str] = []
    # Most drafts touch no rule at all, which one look at the whole of them tells.
    suspected = _suspected(draft, done)
    if not suspected:
        return broken
    for sentence in _SENTENCE.findall(draft):
        for code in suspected:
            if code not in broken and _BREAKS[code](sentence, trusted, done):
                broken.append(code)
    return broken


def _suspected(draft: str, done: frozenset[str]) -> list[str]:
    suspected: list[str] = []
    if _GUARANTEE.search(draft) or any(p.search(draft) for p in MATTERS.values()):
        suspected.append("promise")
    if _ALLERGEN_NAMED.search(draft):
        suspected.append("allergy")
    if any(not effects & done and deed.search(draft) for effects, deed in DEEDS):
        suspected.append("deed")
    return suspected


def _assures(sentence: str, _trusted: str, _done: frozenset[str]) -> bool:
    return bool(_ALLERGY.search(sentence)) and not _ALLERGY_EXCUSE.search(sentence)


def _reports(sentence: str, _trusted: str, done: frozenset[str]) -> bool:
    return any(not effects & done and asserts(sentence, deed) for effects, deed in DEEDS)


def _promises(sentence: str, trusted: str, done: frozenset[str]) -> bool:
    guaranteed = _GUARANTEE.search(sentence)
    if guaranteed and not _NEGATED.search(sentence[: guaranteed.start()]):
        return True
    for matter, pattern in MATTERS.items():
        found = pattern.search(sentence)
        if found is None or _DONE_BY_PROMISE[matter] in done:
            continue
        if _NEGATED.search(sentence[max(0, found.start() - 40) : found.start()]):
            continue
        if _PROMISE.search(sentence) and not _CONDITIONAL.search(sentence):
            return True
        if not pattern.search(trusted) and not _REFERRED.search(sentence):
            return True
    return False


_BREAKS: Mapping[str, Callable[[str, str, frozenset[str]], bool]] = {
    "promise": _promises,
    "allergy": _assures,
    "deed": _reports,
}
