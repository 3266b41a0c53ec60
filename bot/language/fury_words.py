"""Whether somebody says in plain words that they are furious, whatever a model makes of the rest.

They must say that they are, and blame or threaten as well: people also say "thieves!" of a chef
who won their money at cards, and "worst party ever" of another caterer's. Read by the emotion
scorer, so that no joke it has learned hides "I am furious".
"""

from __future__ import annotations

import re
from typing import Final

_FURIOUS: Final = re.compile(
    r"\b(?:i(?:'| a)?m|we(?:'| a)?re|am|is|are) (?:so |absolutely |beyond |really |just )*"
    r"(?:furious|livid|fuming|outraged|enraged|disgusted with you)\b|\bfurios[oa]s?\b"
    r"|\bindignad[oa]s?\b|\bencabronad[oa]s?\b|气死|愤怒|火大|忍无可忍",
    re.IGNORECASE,
)
_BLAMES: Final = re.compile(
    "|".join(
        (
            r"\b(?:outrageous|unacceptable|inexcusable|disgraceful|shameful)\b"
            r"|\binaceptables?\b|\binadmisibles?\b|\bvergonzos[oa]s?\b|不可接受|太过分|无耻|可耻",
            r"\b(?:scam(?:mers?)?|fraud(?:sters?)?|thie(?:f|ves)|crooks?)\b"
            r"|\b(?:rip[- ]?off|con artists?)\b"
            r"|\bestaf(?:a|adores)\b|\bladron(?:es)?\b|\brateros?\b|骗子|骗钱|诈骗|强盗",
            r"\bnever (?:came|showed|arrived)\b|\bnunca lleg|\bno lleg[oó]|没来|没人来",
            r"\bworst (?:\w+ ){0,2}ever\b|\bnever (?:again|using you|coming back)\b"
            r"|\b(?:el|la|los|las) peor(?:es)?\b|\bnunca m[aá]s\b|最差|最糟|再也不",
            r"\bare you (?:kidding|serious(?:ly)?|joking)\b|\bhow dare you\b"
            r"|\bme est[aá]n tomando el pelo\b|\bno tienen vergüenza\b|开什么玩笑|搞什么",
            r"\b(?:my lawyer|sue you|small claims|chargeback|report you|health department)\b"
            r"|\b(?:mi abogad[oa]|demandar|denunciar|profeco)\b|律师|起诉|投诉|举报",
        )
    ),
    re.IGNORECASE,
)
_GLAD: Final = re.compile(
    r"\b(?:lol|lmao|haha\w*|jaja\w*|love|amazing|best(?! regards| wishes))"
    r"|\bthank(?:s| you)\b[^.?!]{0,20}!|[😂🤣😍🥰😆❤🎉]|delici|ric[oa]s"
    r"|哈哈|太棒|好吃|谢谢[你您们]*[!！~]|绝了",
    re.IGNORECASE,
)


def says_fury(text: str) -> bool:
    """Whether it says so and why, and no word of good cheer is in it."""
    return bool(_FURIOUS.search(text) and _BLAMES.search(text) and not _GLAD.search(text))
