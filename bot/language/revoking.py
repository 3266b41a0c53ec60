"""Whether a sentence asks us to write no more, in its many grammatical forms and three languages.

Every form is a negation or a word of ending, a word of writing to somebody, and where that word
could have another object ("don't send me lobster") an object that is a message. Nothing else is
read here: keywords are bot/consent.py's, which is the only caller.
"""

from __future__ import annotations

import re
from typing import Final

from bot.language.han import simplified
from bot.language.numbers import fold
from bot.language.returning import BACK
from bot.language.revoking_forms import DELIGHT, KEPT, MEANT, NARROWED, THREAT, respell

_MANY: Final = (
    r"(?:(?:any|more|these|those|this|that|the|your|all|so|many|such|further|of|unwanted|random"
    r"|marketing|promo|promotional|spam|text|automated|damn|stupid|freaking|other) )*"
)
_TEXTS: Final = (
    rf"{_MANY}(?:texts?|messages?|msgs?|sms|e?mails?|promos?|promotions|ads|adverts|spam|junk"
    r"|notifications?)\b"
)
_END_EN: Final = (
    r"(?= ?$| (?:please|pls|plz|anymore|any more|again|already|now|ever|thanks|ok|thank you|asap"
    r"|immediately|man|dude|bro|guys|everyday|every day|all day|all the time)\b)"
)
_THINGS: Final = (
    rf"(?:{_TEXTS}|{_MANY}(?:stuff|things|crap|offers|alerts?|reminders?|updates?|anything"
    rf"|nothing|communications?)(?: else| more| anymore)?{_END_EN})"
)
_WRITING: Final = (
    r"(?:text|messag|msg|email|mail|contact|writ|spamm?|bother|bugg|harass|pester|ping|bombard"
    r"|annoy|sms)(?:ing|in)\b|(?:hitting|hittin) (?:me|us|my phone) up\b"
    r"|(?:blowing|blowin|lighting) up (?:my|our) (?:phone|cell|line)\b"
    r"|(?:sending|sendin|mailing|with|getting|receiving|giving)"
    rf"(?: (?:me|us|to me|to us|my phone))?(?: {_THINGS}|"
    rf"(?: (?:these|those|them|this|that|it|me|us|so much))*{_END_EN})"
)
_WRITE: Final = r"(?:text|message|msg|contact|e?mail|write(?: to)?|spam|bother|harass|ping)"
_DO_NOT: Final = r"\b(?:do not|don'?t|dnt|never|pls no|please no)"
_ENGLISH: Final = (
    rf"\b(?:stop|quit|cease|desist from|knock off|cut out)(?: (?:it|all|on))? (?:{_WRITING}"
    rf"|(?:with )?(?:the|these|all|your) (?:{_TEXTS}))",
    rf"{_DO_NOT} (?:ever |\w+ or |\w+ and |keep on |keep |be |go |start )*(?:{_WRITE}|{_WRITING})"
    r"(?: (?:me|us|this number|my (?:phone|number|cell)|here))\b",
    rf"{_DO_NOT} (?:ever |keep |be )*send(?:ing)?(?: (?:me|us))?(?: {_THINGS}"
    rf"|(?: (?:these|those|them))?{_END_EN})",
    r"\b(?:don'?t|do not|no longer|never) (?:want|wish|wanna|care|need) "
    rf"(?:(?:to |keep |be )*(?:receiv\w+|get\w*|hear\w*|see\w*) {_THINGS}|{_TEXTS})",
    r"\b(?:don'?t|do not|no longer|never) (?:want|wish|wanna|care)(?: to)? hear(?:ing)? from"
    r" (?:you|u|y'?all|this)",
    r"\b(?:don'?t|do not|no longer|never) (?:want|wish|wanna|need) (?:you|u|y'?all)(?: guys| all)?"
    rf" (?:to |2 )?(?:keep )?(?:{_WRITE}|{_WRITING}) (?:me|us)\b",
    r"\b(?:don'?t|do not|no longer) (?:want|wish|wanna) to be (?:contacted|texted|messaged"
    r"|emailed)",
    r"\b(?:remove|delete|take|drop|erase|scratch) (?:me|us|my (?:phone )?number|my contact"
    r"(?: info)?|my info) (?:from|off|out of) (?:(?:of|your|this|the|all|any|ur) )*"
    r"(?:(?:mailing|marketing|text|sms|contact|call|texting) )?(?:lists?|system|database|contacts"
    r"|records|phone)\b",
    r"\b(?:delete|remove|erase|lose|forget) (?:my|this|our) (?:phone |cell )?number\b",
    rf"\b(?:take|remove|get) (?:me|us) off(?: of)?(?: (?:it|this|here))?{_END_EN}",
    r"\b(?:want|like|need|wish|asked) to (?:unsubscribe|opt[ -]?out|be removed)\b",
    r"\b(?:enough|done|through|sick) (?:already )?(?:with|of) (?:(?:the|these|all|your|getting|so"
    r"|many|those) )*(?:texts?|messages|msgs|texting|messaging|spam)\b",
    r"^(?:(?:please|ok|pls) )?no more (?:of )?(?:(?:these|your|the) )?(?:text|message|msg|sms"
    r"|e?mail)(?:s|ing)?(?: please| pls| thanks| thank you)?$",
    r"\b(?:text|messag|msg|writ)\w* me\b.{0,30}\b(?:please|pls|just|so|now) (?:stop|quit)$",
)
_TANTOS: Final = (
    r"(?:(?:mas|tant[oa]s?|es[oa]s?|est[oa]s?|sus?|tus?|l[oa]s|mis|otr[oa]s?|ningun[oa]?|ya|de|puro"
    r"|puros) )*"
)
_TEXTOS: Final = (
    rf"{_TANTOS}(?:mensaj\w*|textos?|sms|correos?|e?mails?|publicidad|promo\w*|propagandas?"
    r"|anuncios?|notificacion\w*|spam|whats\w*)\b"
)
_END_ES: Final = (
    r"(?= ?$| (?:mas|por favor|porfa\w*|ya|nunca|gracias|a cada rato|todo el tiempo|todos los dias"
    r"|diario|tanto|please|pls)(?: |$))"
)
_MENSAJES: Final = (
    rf"(?:{_TEXTOS}|{_TANTOS}(?:cosas?|nada|informacion|info|recordatorios?|avisos?|esto|eso)"
    rf"{_END_ES}|(?:mas )?nada de (?:ustedes|uds|usted|ti))"
)
_ESCRIB: Final = (
    r"(?:(?:escrib|contact|molest|text(?:e|i)|mensaje|hostig|fastid|acos|ching|jod)\w*"
    rf"|(?:mand|envi|lleg)\w*(?: {_MENSAJES}|{_END_ES})|habl\w*(?= mas$))"
)
_ESTAR: Final = (
    r"(?:est\w{1,3}|and\w{1,3}|sig\w{1,3}|vuelv\w{1,3} a|vayan? a|quier\w{1,3}|contin\w+)"
)
_SPANISH: Final = (
    rf"\b(?:no|nunca|jamas) (?:mas )?(?:me|nos) (?:{_ESTAR} )?{_ESCRIB}",
    rf"\bno (?:{_ESTAR} )?(?:escrib|mand|envi|molest|contact|texte)\w*(?:me|nos|nda)\b"
    rf"(?: {_MENSAJES}|{_END_ES})",
    r"\b(?:dej|par|ces)(?:a|e|en|ar|as|es|emos)?(?:me|nos|nme)? (?:ya )?de (?:estar(?:me|nos)? "
    r"|seguir(?:me|nos)? |andar(?:me|nos)? )?(?:recibir(?= |$)|"
    rf"{_ESCRIB})",
    r"\b(?:ya )?no (?:quiero|quisiera|deseo|queremos|deseamos|necesito|me interesa)"
    rf"(?: (?:seguir |volver a )?recib\w+ {_MENSAJES}| {_TEXTOS})",
    r"\b(?:ya )?no (?:quiero|quisiera|deseo|queremos|deseamos) que (?:ya )?(?:me|nos) "
    rf"(?:{_ESTAR} )?{_ESCRIB}",
    r"\b(?:parenle|parale|pare?le|basta|bastan?te|suficiente|alto|stop)(?: ya)? (?:de|con|a) "
    rf"{_MENSAJES}",
    r"\b(?:quit|borr|saqu|sac|elimin)\w*(?:me|nos)? de (?:l[ao]s?|sus?|tus?|est[ae]|es[ae]|mi) "
    r"(?:(?:base|lista|contactos?|numeros|agenda|sistema|listado|directorio)\b)",
    rf"\bno (?:{_ESTAR} )?(?:escrib|mand|envi|molest|contact|text"
    rf"|llam)\w* (?:mas )?(?:mensajes )?(?:a )?"
    r"(?:este|mi) (?:numero|telefono|cel\w*)\b",
    r"\b(?:borr|elimin|quit|olvid)\w* mi (?:numero|telefono|cel\w*|contacto)\b",
    r"\bno (?:me|nos) (?:escrib|mand|env|contact|molest)\w+ (?:mas|mensajes)$",
)
_MSGS: Final = (
    r"(?:(?:这些|这种|这样的|这|那些|任何|更多|你们的|你的|什么|那么多|这么多|太多|垃圾|推广|营销"
    r"|促销|各种|此类|类似的?|一堆|的)*"
    r"(?:短信|信息|消息|讯息|简讯|广告|微信|通知|推送|内容|资料|sms))"
)
_MORE_ZH: Final = (
    r"(?:再|一直|老是?|总是?|继续|天天|整天|每天|不停地?|随便|乱|又|来|这么|给我们?|向我们?"
    r"|跟我们?|[给向往](?:这个?|此|本)(?:号码?|手机号?|电话)"
    r"|对我们?|往我(?:这|手机)里?)*"
)
_END_ZH: Final = r"(?:了|啦|咯|好吗|好不好|谢谢|吧|哈|$)"
_CHINESE: Final = (
    rf"(?:别|不要|请勿|勿|停止|甭|不许|不准){_MORE_ZH}(?:发送|发|传送|传|推送|寄)"
    rf"(?:给?我们?|过来)?(?:{_END_ZH}|{_MSGS}| ?sms)",
    rf"(?:不用|不必|不需要){_MORE_ZH}(?:发送|发|传|推送)(?:给?我们?)?{_MSGS}",
    rf"(?:别|不要|请勿|勿|停止|不用|不必|甭|不许|不准){_MORE_ZH}"
    r"(?:联系|联络|打扰|骚扰|烦|打搅|吵|私信|短信)(?:我们?(?!先|太|老|妈|爸|儿|女|朋|家|公|婆|的)"
    rf"|{_END_ZH})",
    r"(?:不要|不想|不愿意?|不希望|拒绝)(?:再|继续|一直|又)*(?:收到|接收|接到|看到|收)(?:任何"
    r"|你们|的)*"
    rf"{_MSGS}",
    r"(?:把|将)我的?(?:号码|电话|手机号?码?|联系方式)?(?:从.{1,10}?)?(?:中|里|上)?"
    r"(?:删|移除|移出|去掉|拉黑|剔除)",
    r"(?:删掉?|删除|移除)我的?(?:号码|电话|手机号?码?|联系方式)",
)
_MEANT: Final = re.compile("|".join((*_ENGLISH, *_SPANISH, *_CHINESE, *MEANT)))
"""What ends the writing."""
_OR_ELSE: Final = re.compile(
    rf"\b(?:if|why|when|unless)(?: (?:you|u|y'?all|guys|this|they|it|the|texts|will|are|do|don'?t"
    rf"|won'?t|can'?t|not|doesn'?t|ever|gonna|going|to|just))+ (?:stop|quit|cease) (?:{_WRITING})"
    rf"|\bsi (?:ustedes )?no (?:me |nos )?(?:dej|par)(?:a|e|an|en|as) de {_ESCRIB}"
    r"|再(?:给我)?(?:发|联系|打扰|骚扰).{0,8}就.{0,4}(?:举报|投诉|报警|拉黑|屏蔽)"
)
"""What threatens or despairs: "if you don't stop texting me". It is meant all the more."""
_NO_END: Final = re.compile(
    r"\b(?:(?:do|did|does|wo|would|could|should|ca|is|was)(?:n'?t| not)|never|not|no need|no one"
    r"|nobody)"
    r"(?: (?:ever|you|u|want|wanna|need|ask|asked|wish|mean|say|said|tell|told|to|please|have|guys"
    r"|y'?all|them|dare|u guys|for|that|should|would|will))* (?:stop|quit|cease)"
    r"|\b(?:did|have|has|had|didn'?t|haven'?t|why|why'?d|how come|if)(?: (?:did|have|do|you|u"
    r"|y'?all|they|guys|it|all|just|would|the|texts|ever))* (?:stop|quit|cease)"
    r"|\b(?:no|nunca|jamas)(?: (?:me|nos|les?|te|se|quiero|queremos|quisiera|deseo|pedi|pido|dije"
    r"|que|vayan?|vayas|a|es|hace|falta|necesario|tienen?|hay|van|puedo|debe|deben))*"
    r" (?:dej|par|ces)(?:a|e|en|ar|as|es|emos|aran?|an)?(?:me|nos|nme|nnos)?\b"
    r"|(?:不要|别|不想|不用|没|请勿|(?<!能)不能|不必|不会|为什么|怎么)(?:你们?|让你们?|再|就"
    r"|突然)*停"
    r"|(?:没|不是)(?:让|叫|要|说)你们?(?:别|不要)|为什么不"
)
"""What asks for more, or asks why there was less."""
_OTHERWISE: Final = re.compile(
    r"\bunless\b|\buntil\b|\bif you\b|\bbefore\b|\bafter (?!all)|\bguest list\b"
    r"|\bde voz\b|(?<!text )\bback\b|\bantes de\b|\bdespues de\b|\ba menos que\b"
    r"|\bhasta que\b|\binvitados\b"
    r"|\bin (?:english|spanish|chinese|mandarin|cantonese)\b|\ben (?:ingles|espanol|chino)\b"
    r"|\b(?:in|from|on) (?:this|another|that) language\b|(?:英文|英语|中文|西班牙)|除非|之前|以后再"
    r"|\bwhile (?:i|we|im|i'm)\b|\bmientras\b"
)
"""What narrows it: a condition, a time, a language or another kind of message."""


def is_revocation(sentence: str) -> bool:
    """Whether a sentence, in lower case with its commas, ends the writing to its author."""
    read = _read(sentence)
    if _threatens(read):
        return True
    if _NO_END.search(read) or KEPT.search(read):
        return False
    pieces = (_plain(piece) for piece in re.split(r"[,，、]+", read))
    return bool(_MEANT.search(_plain(read))) or any(_MEANT.search(piece) for piece in pieces)


def is_return(sentence: str) -> bool:
    """Whether a sentence takes the writing to its author up again."""
    return bool(BACK.search(_plain(_read(sentence))))


def is_delighted(text: str) -> bool:
    """Whether "stop!" is said for joy in it."""
    return bool(DELIGHT.search(_read(text)))


def is_narrowed(text: str) -> bool:
    """Whether a whole text sets a condition, a time or a language for it."""
    read = _read(text)
    return bool(_OTHERWISE.search(read) or NARROWED.search(read)) and not _threatens(read)


def _read(text: str) -> str:
    return respell(simplified(fold(text)).replace("’", "'"))


def _plain(read: str) -> str:
    plain = " ".join(re.sub(r"[,，、:：]+", " ", read).split())
    return re.sub(r"(?<=[一-鿿]) (?=[一-鿿])", "", plain)


def _threatens(read: str) -> bool:
    """A past tense asks why there was less; anything else is fed up."""
    return bool(_OR_ELSE.search(read) or THREAT.search(read))
