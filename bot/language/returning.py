"""The ways to take the writing to oneself up again, in three languages.

Patterns over text in lower case, without accents and in simplified characters, as
bot/language/revoking.py has them, which reads by them; nothing here decides.
"""

from __future__ import annotations

import re
from typing import Final

BACK: Final = re.compile(
    "|".join(
        (
            r"\bre-?(?:subscrib|enroll)(?:e|ing)?(?: me)?\b|\bunstop\b",
            r"^(?:(?:i|i'?d|please|pls|want|would|like|to|can|you|hi|wish) )*(?:opt|subscribe"
            r") (?:me |us )?(?:back )?(?:in|up|on)(?: again| please| to (?:texts|messages)"
            r"| for (?:texts|messages))*$",
            r"\b(?:subscribe|sign|opt|add|put) me (?:back |up |in )*(?:again|back)"
            r"(?: (?:in|up|on))?(?: please| thanks| (?:to|on) your list"
            r"| (?:for|to) (?:the |your )?(?:texts|messages|list|updates))*$",
            r"^(?:(?:please|pls|ok|you|u|can|may|i|want|to|hi|yes|go ahead and) )*(?:start|resume"
            r"|restart|continue)(?: (?:sending|getting|receiving))?(?: me| us)?"
            r"(?: (?:the|my|your|these))? ?(?:texts?|texting|messages?|messaging|msgs|sms"
            r"|notifications)(?: me| us)?(?: again| please| now| back)*$",
            r"^(?:(?:please|yes|hi|you|u|can|may|it'?s|its|ok|okay|to|feel|free|now|i) )*"
            r"(?:text|message|write|contact) (?:to )?me again(?: please| now| thanks)*$",
            r"\b(?:want|like|love|happy) to (?:get|receive|hear|start (?:getting|receiving))"
            r" .{0,20}(?:texts|messages|from you) again\b",
            r"\bturn (?:the |my |your )?(?:texts|messages|notifications)? ?back on\b",
            r"\bdar(?:me|nos)? de alta\b|\bd[ea]n?me de alta\b",
            r"^(?:(?:por favor|quiero|quisiera|me|gustaria) )*(?:re)?suscrib\w+"
            r"(?: otra vez| de nuevo| por favor)*$",
            r"\b(?:quiero|quisiera|deseo|me gustaria) (?:volver a )?recibir .{0,20}"
            r"(?:mensajes|textos)(?: otra vez| de nuevo| nuevamente)",
            r"\bvolver a recibir (?:sus |los |tus )?(?:mensajes|textos)",
            r"\b(?:puede|pueden|puedes|pueden ya) (?:ya )?volver a (?:escrib|mand|envi|contact)\w*",
            r"\b(?:me|nos) (?:ya )?(?:puede|pueden|puedes) (?:ya )?(?:volver a )?"
            r"(?:escrib|mand|envi|contact|text)\w*(?: mensajes| textos)? (?:otra vez|de nuevo"
            r"|nuevamente)$",
            r"^(?:(?:por favor|ya|si|quiero que|me|nos) )*vuelv(?:a|an|as|e) a (?:escrib|mand|envi"
            r"|contact|text)\w*(?:me|nos)?(?: (?:sus |los )?(?:mensajes|textos))?"
            r"(?: por favor| otra vez| de nuevo)*$",
            r"\b(?:reanud|reactiv|reinici)\w+ (?:los |sus |mis )?(?:mensajes|textos|suscripcion)"
            r"|\bactiv\w+ (?:los |sus |mis )?(?:mensajes|textos) (?:de nuevo|otra vez)\b",
            r"^(?:(?:ya|si|me|por favor) )*(?:puede|pueden|puedes) (?:volver a )?(?:mand|envi"
            r"|escrib"
            r"|contact|text)\w*(?:me|nos)(?: (?:sus |los )?(?:mensajes|textos))? (?:otra vez"
            r"|de nuevo)$",
            r"\bquiero que (?:ya )?(?:me|nos) (?:vuelvan a )?(?:mand|envi|escrib)\w*"
            r"(?: (?:sus )?(?:mensajes|textos))? (?:otra vez|de nuevo|nuevamente)$",
            r"\bchanged my mind (?:so |and |now )?you (?:can|may) (?:text|message|write|contact)\b",
            r"^(?:请|我想|我要|可以|帮我)*(?:恢复|重新|继续|再次)(?:接收|订阅|开启|发送|给我发|收)*"
            r"(?:短信|消息|信息|订阅|通知)(?:了|吧|谢谢)*$",
            r"^(?:请|麻烦)?(?:重新|恢复|继续)(?:开始)?(?:给我)?(?:发送|发|传)(?:短信|消息"
            r"|信息|通知)"
            r"(?:给我)?(?:了|吧|谢谢)*$",
            r"可以(?:再|继续|重新|又)(?:给|向)我(?:发|传)(?:短信|消息|信息)",
            r"^(?:请|麻烦)?(?:我)?(?:想|要|愿意)?(?:恢复|重新|再次|继续|再)(?:接收|收到|收)"
            r"(?:你们?的?)?(?:短信|消息|信息|通知)?(?:了|吧|谢谢)*$",
        )
    )
)
"""What takes the writing up again: always with a word of again, since START alone is a keyword."""
