"""Whether somebody's last word was that nothing will come of it: a plain no, or another's yes.

Narrow on purpose: what is not surely a no is none. bot/causes/lost_lead.py asks.
"""

from __future__ import annotations

import re

from bot.language.agreement import Agreement, read_agreement

_LOST = re.compile(
    r"\b(?:found (?:someone|somebody|another|a different|other)|(?:went|going|go) with (?:someone"
    r"|somebody|another|a different|other)(?!'s)|booked (?:someone|somebody|another|elsewhere)"
    r"|we(?:'re| are) all set|no longer (?:need|interested|looking|doing|having)|not interested"
    r"|don'?t need (?:it|this|you) any ?more"
    r"|(?:decided|chose) (?:against|not to)|changed (?:my|our) minds?|called (?:it )?off"
    r"|not (?:going to|gonna) (?:do|book|have) (?:it|this)|(?:we|i)'?ll pass"
    r"|no,? thank(?:s| you)"
    r"|stop (?:texting|writing|messaging|contacting)|wrong number)\b"
    r"|\b(?:ya (?:encontramos|encontr[eé]|contratamos|contrat[eé]|reservamos con)"
    r"|ya no (?:lo |la )?(?:necesit\w+|quer\w+|quiero|vamos|haremos|me interesa|nos interesa)"
    r"|no (?:me|nos) interesa|no,? gracias|cambiamos de (?:opini[oó]n|planes)"
    r"|cambi[eé] de (?:opini[oó]n|planes)|n[uú]mero equivocado|lo cancelamos)\b"
    r"|不需要了|不用了|暂时不用|不了[，,。！!]?谢|不要了|(?<![打计計])算了(?!解)"
    r"|不考虑了|没兴趣|不感兴趣|已经(?:订|定|找)了?(?:别|其他|另)"
    r"|找(?:到)?了?别家|取消了|不办了|打错了|发错了",
    re.IGNORECASE,
)


def is_declined(text: str, language: str) -> bool:
    """Whether the text says no to the whole of it."""
    read = text[:500].replace("’", "'")
    if re.search("[?？]", read):
        return False
    return bool(_LOST.search(read)) or read_agreement(read, language) is Agreement.NO
