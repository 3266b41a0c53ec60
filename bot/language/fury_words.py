"""Whether a text says its fury in plain words, whatever a model makes of the rest.

Two different ones are needed, since people also say "thieves!" of a chef who won their money at
cards. Read by the emotion scorer, so that no joke it has learned hides "I am furious".
"""

from __future__ import annotations

import re
from typing import Final

LEAST: Final = 2
_WORDS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:i(?:'| a)?m|we(?:'| a)?re|am|is|are) (?:so |absolutely |beyond |really |just )*"
        r"(?:furious|livid|fuming|outraged|enraged|disgusted with you)\b|\bfurios[oa]s?\b"
        r"|\bindignad[oa]s?\b|\bencabronad[oa]s?\b|气死|愤怒|火大|忍无可忍",
        r"\b(?:outrageous|unacceptable|inexcusable|disgraceful|shameful)\b"
        r"|\binaceptables?\b|\binadmisibles?\b|\bvergonzos[oa]s?\b|不可接受|太过分|无耻|可耻",
        r"\b(?:scam(?:mers?)?|fraud(?:sters?)?|thie(?:f|ves)|crooks?|rip[- ]?off|con artists?)\b"
        r"|\bestaf(?:a|adores)\b|\bladron(?:es)?\b|\brateros?\b|骗子|骗钱|诈骗|强盗",
        r"\bworst (?:\w+ ){0,2}ever\b|\bnever (?:again|using you|coming back)\b"
        r"|\b(?:el|la|los|las) peor(?:es)?\b|\bnunca m[aá]s\b|最差|最糟|再也不",
        r"\bare you (?:kidding|serious(?:ly)?|joking)\b|\bhow dare you\b"
        r"|\bme est[aá]n tomando el pelo\b|\bno tienen vergüenza\b|开什么玩笑|搞什么",
        r"\b(?:my lawyer|sue you|small claims|chargeback|report you|health department)\b"
        r"|\b(?:mi abogad[oa]|demandar|denunciar|profeco)\b|律师|起诉|投诉|举报",
    )
)
_GLAD: Final = re.compile(
    r"\b(?:lol|lmao|haha\w*|jaja\w*|love|amazing|best|thank)|[😂🤣😍🥰😆❤🎉]|哈哈|太棒|谢谢|绝了",
    re.IGNORECASE,
)


def says_fury(text: str) -> bool:
    """Whether at least two kinds of plain words of fury are in it, and none of good cheer."""
    if _GLAD.search(text):
        return False
    return sum(1 for words in _WORDS if words.search(text)) >= LEAST
