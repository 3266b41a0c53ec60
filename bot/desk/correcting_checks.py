"""What speaks against telling an answer of staff to everybody: prices, persons, orders to a model.

Pure. bot/desk/correcting.py asks; whoever approves reads the doubts and may approve all the same.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bot.knowledge.cutting import split_sentences
from bot.knowledge.masking import mask
from bot.knowledge.suspicion import find_orders
from bot.language.claims import extract
from bot.language.names import read_name
from bot.profile import Profile
from bot.profile_facts import walk

ANSWER_MAX = 600
"""What an answer may have: it is said to customers as it stands, in a text message too."""
QUESTION_MAX = 160
SCRUBBED_MAX = 1200
_FACT = "{{"
_SHORTEST_NAME = 3
_ASKS = ("?", "？")
_DIGITS = re.compile(r"\D+")


def scrub(text: str, *, profile: Profile, name: str = "", most: int = SCRUBBED_MAX) -> str:
    """The text with names, numbers, mailboxes and addresses masked (I13).

    Args:
        name: what the customer is called; further names are found where words introduce them.
    """
    said = text
    spoken = (read_name(text, language=profile.business.home_language), name)
    for part in dict.fromkeys(word for each in spoken for word in each.split()):
        if len(part) >= _SHORTEST_NAME or not part.isascii():
            edge = r"\b" if part.isascii() else ""
            said = re.sub(f"{edge}{re.escape(part)}{edge}", "[name]", said, flags=re.IGNORECASE)
    return mask(said, territory=profile.business.territory, most=most)


def question_in(text: str) -> str:
    """What is asked in a customer's scrubbed words, without greetings around it.

    An article is found by its question, so what else was said would only blur it.
    """
    sentences = split_sentences(text)
    asked = [each for each in sentences if each.rstrip()[-1:] in _ASKS]
    plain = [each for each in asked or sentences if "[" not in each]
    return " ".join(plain or asked or sentences)


def doubts(answer: str, *, profile: Profile, language: str, name: str = "") -> tuple[str, ...]:
    """Why somebody should look twice before this is told to everybody, in words; none is well."""
    found = []
    odd = odd_sums(answer, profile=profile, language=language)
    if odd:
        found.append(f"It states {', '.join(odd)}, which the business profile does not have.")
    if _is_personal(answer, profile=profile, name=name):
        found.append("It seems to hold a name, a number or an address of one customer.")
    if find_orders(answer):
        found.append("Part of it reads like an order to a model; nothing will obey it.")
    return tuple(found)


def odd_sums(answer: str, *, profile: Profile, language: str) -> tuple[str, ...]:
    """The sums of money in an answer that are no price of the profile, as they are written."""
    known = _prices(profile)
    return tuple(
        claim.raw.strip()
        for claim in extract(answer, language)
        if claim.kind == "money" and claim.value not in known
    )


def refusal(answer: str) -> str:
    """Why it cannot be an article at all; empty where it can."""
    if not any(map(str.isalpha, answer)):
        return "Write the answer in words."
    if _FACT in answer:
        return "{{ }} works in the profile's articles only; write the figure out."
    return f"Make it at most {ANSWER_MAX} characters." if len(answer) > ANSWER_MAX else ""


def _is_personal(answer: str, *, profile: Profile, name: str) -> bool:
    """Whether anything would be masked that is not the business's own."""
    own = profile.business
    plain = answer.replace(own.email, "") if own.email else answer
    phone = _DIGITS.sub("", own.phone)[-10:]
    if phone:
        spaced = r"[\s().+-]{0,3}".join(phone)
        plain = re.sub(rf"(?:\+?1[\s.-]{{0,2}})?\(?{spaced}", "", plain)
    plain = " ".join(plain.split())
    return scrub(plain, profile=profile, name=name, most=len(plain) + 40) != plain


def _prices(profile: Profile) -> frozenset[Decimal]:
    return frozenset(
        value
        for _path, kind, value in walk(profile)
        if kind.name == "money" and isinstance(value, Decimal)
    )
