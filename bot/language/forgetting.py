"""Whether a customer asks us to forget what they told, and what: rules in three languages.

"Don't forget my address" and "did you forget my name?" ask for the opposite. Deterministic, so
that a customer's word counts whichever model answers them.
"""

from __future__ import annotations

import re

from bot.domain_memory import MemoryKind

EVERYTHING = frozenset(MemoryKind)
_VERB = r"(?:forget|delete|erase|remove|wipe|scrub)"
_VERB_ES = (
    r"(?:olvid(?:a|e|en|es|ar)|borr(?:a|e|en|ar)|elimin(?:a|e|en|ar)|suprim(?:e|a|an|ir)"
    r"|quit(?:a|e|en|ar))(?:te|se|nse)?"
)
_VERB_ZH = "(?:忘掉|忘记|忘了|删除|删掉|刪除|清除|抹掉)"
_CLAUSE = re.compile(r"[^.!?;。！？；\n]+[?？]?")
_REFUSED = re.compile(
    r"\b(?:don'?t|do not|never|didn'?t|can'?t|cannot|won'?t|wouldn'?t|not)\b(?:\W+\w+){0,2}\W+"
    + _VERB
    + r"|\b(?:i|we|they|he|she|did you|do you|you)\b(?:'ll|'d)?(?:\W+(?:will|would|always|never"
    r"|might"
    r"|may|keep|just))?\W+"
    + _VERB
    + r"\b|\b(?:no|nunca)\W+(?:se |te |me )?"
    + _VERB_ES
    + r"|(?:别|不要|勿|没|不会|是不是|有没有|你)"
    + _VERB_ZH
    + r"|忘了.{0,12}(?:吗|？|\?)|\blist\b|\blista\b|\bforget about (?:the|that|it)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    rf"\b(?:can|could|would|will|please|want|need|like|ask(?:ed"
    rf"|ing)?) (?:you )?(?:to )?(?:please )?{_VERB}\b"
    rf"|(?:请|麻烦)你{_VERB_ZH}",
    re.IGNORECASE,
)
_ANY = re.compile(rf"\b{_VERB}\b|\b{_VERB_ES}\b|{_VERB_ZH}", re.IGNORECASE)
_ALL = re.compile(
    rf"\b{_VERB}\b.{{0,30}}\b(?:everything|all)\b.{{0,40}}\b(?:know|have|told|about (?:me|us)|saved"
    r"|stored|remember|data|info\w*|details)"
    rf"|\b{_VERB}\b.{{0,12}}\b(?:my|our) (?:personal )?(?:data|info(?:rmation)?|details|record)s?\b"
    rf"|\b{_VERB}\b.{{0,12}}\bwhat(?:ever)? you(?:'ve| have)? (?:know|have|remember|saved?"
    rf"|stored?|got)\b"
    rf"|\b{_VERB} (?:all )?about (?:me|us)\b|\b{_VERB} (?:me|us)\b\s*$"
    rf"|\b{_VERB_ES}\b.{{0,12}}\b(?:todo lo que|mis datos|mi informaci[oó]n|lo que sab\w+)"
    rf"|{_VERB_ZH}.{{0,8}}(?:一切|所有|全部|我的(?:个人)?(?:资料|信息|数据)|关于我的)"
    rf"|(?:资料|信息|数据)(?:都|全)?(?:给我)?{_VERB_ZH}",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[MemoryKind, str], ...] = (
    (MemoryKind.EMAIL, r"\be-?mails?(?: address\w*)?\b|\bcorreo\b|\bmail\b|邮箱|邮件|电邮"),
    (
        MemoryKind.ADDRESS,
        r"\baddress\b|\bwhere (?:i|we) live\b|\bdirecci[oó]n\b|\bdomicilio\b|地址"
        r"|住址",
    ),
    (MemoryKind.ZIP_CODE, r"\bzip\b|\bpostal\b|邮编|郵編"),
    (MemoryKind.NAME, r"\b(?:my|our) (?:\w+ )?name\b|\bmi nombre\b|我的?(?:名字|姓名)"),
    (
        MemoryKind.OCCASION,
        r"\bbirthday\b|\banniversary\b|\bcumpleaños\b|\baniversario\b|生日|纪念日",
    ),
    (MemoryKind.DIET, r"\bdiet\b|\b(?:vegan|vegetarian)\b|\bdieta\b|饮食|吃素|素食"),
    (MemoryKind.PETS, r"\b(?:dogs?|cats?|pets?)\b|\b(?:perr|gat|mascot)[oa]s?\b|狗|猫|宠物"),
    (MemoryKind.SPACE, r"\bback ?yard\b|\bpatio\b|\bjard[ií]n\b|后院|院子"),
    (
        MemoryKind.PARTY,
        r"\busual (?:party|group|headcount)\b|\bgrupo (?:habitual|de siempre)\b"
        r"|平时的人数",
    ),
    (MemoryKind.LANGUAGE, r"\blanguage\b|\bidioma\b|语言"),
    (
        MemoryKind.PROTEIN,
        r"\b(?:preferences?|favou?rites?|what (?:i|we) like)\b|\bpreferencias?\b"
        r"|口味|喜好",
    ),
    (
        MemoryKind.PHONE,
        r"\b(?:phone|telephone|cell|mobile)(?: number)?\b|\btel[eé]fono\b|电话|手机号",
    ),
    (MemoryKind.CONTACT, r"\bhow to (?:reach|contact) (?:me|us)\b|\bcontact preference\b|联系方式"),
)
_OF_KIND = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_MINE = re.compile(
    r"\b(?:my|our|mine|i|we|i'?m|mi|mis|nuestr[oa]s?|que (?:soy|vivo))\b|我", re.IGNORECASE
)
_MAIL = re.compile(_KINDS[0][1], re.IGNORECASE)
_SEAM = re.compile(
    r"(\s*[,，、]\s*|\s+\b(?:and|but|because|since|y|e|pero|porque)\b\s+|(?:并且|而且|因为|另外|还有|和))",
    re.IGNORECASE,
)
_COURTESY = (
    r"please|pls|plz|thanks?|thank you|thx|ty|kindly|hi|hello|hey|ok(?:ay)?|also|too|now|just|so"
    r"|then|actually|well|very much|so much|a lot|right away|at once|immediately|por favor|gracias"
    r"|muchas|hola|ya|ahora|tambi[eé]n|de inmediato"
    r"|请|麻烦|谢谢|您好|你好|了|吧|现在|马上|立刻|多谢"
)
_LEAD = re.compile(
    rf"(?:\W|\b(?:{_COURTESY}|i|we|you|me|us|can|could|would|will|want|like|need|must|have|should|to"
    r"|ask(?:ing)?|d|m|quiero|queremos|quisiera|necesito|que|puede[ns]?|podr[ií]an?|me|nos|le|les)\b"
    r"|[我想要你您们能可以请帮把给的会需必须个人关于所有全部资料信息数据记录地址名字邮箱都保存麻烦])*",
    re.IGNORECASE,
)
"""What stands before the verb of a wish and adds nothing to it; a Chinese object comes first."""
_OBJECT = re.compile(
    rf"(?:\W|\d|\b(?:{_COURTESY}|my|our|all|any|the|of|it|from|e|mail|emails?|address(?:es)?|phone"
    r"|numbers?|names?|zip|codes?|birthday|anniversary|diet|data|info(?:rmation)?|details|records?"
    r"|mis?|nuestr[oa]s?|tod[oa]s?|l[oa]s?|el|de|correo|direcci[oó]n|nombre|tel[eé]fono|c[oó]digo"
    r"|postal|n[uú]mero|cumpleaños|datos|informaci[oó]n)\b"
    r"|[我的您你们所有全部地址名字姓邮箱件编码电话号生日资料信息数据个人]|请|麻烦|谢谢)*",
    re.IGNORECASE,
)
_POLITE = re.compile(rf"(?:\W|\b(?:{_COURTESY})\b|请|麻烦|谢谢|您好|你好|了|吧)*", re.IGNORECASE)
_HEATED = re.compile(
    r"\b(?:f+u+c+k\w*|shit\w*|bull ?shit|damn\w*|bastards?|assholes?|crap\w*|idiots?|liars?|morons?"
    r"|useless|scam\w*|thie(?:f|ves)|lawyers?|sue|ridiculous|outrag\w+|mierda|carajo|idiotas?"
    r"|mentiros\w+|estafa\w*|ladron\w*|in[uú]til\w*|abogad[oa]s?|chingad\w+)\b"
    r"|他妈|妈的|混蛋|骗子|垃圾|律师|起诉|傻逼|滚",
    re.IGNORECASE,
)
_WISH_MAX_CHARS = 100


def asks_forget(text: str) -> frozenset[MemoryKind]:
    """The kinds that the writer wants forgotten; EVERYTHING where they say so."""
    kinds: set[MemoryKind] = set()
    for clause in _CLAUSE.findall(text[:2_000].replace("’", "'")):
        if not speaks_of_forgetting(clause):
            continue
        if _ALL.search(clause):
            return EVERYTHING
        if _MINE.search(clause):
            # "My email address" is a mailbox, not a street.
            rest = _MAIL.sub(" ", clause)
            kinds |= {MemoryKind.EMAIL} if _MAIL.search(clause) else set()
            kinds |= {kind for kind, pattern in _OF_KIND[1:] if pattern.search(rest)}
    return frozenset(kinds)


def speaks_of_forgetting(text: str) -> bool:
    """Whether the text asks to forget or delete anything, in so many words."""
    plain = text[:2_000].replace("’", "'")
    if not _ANY.search(plain):
        return False
    return bool(_ALLOWED.search(plain)) or not _REFUSED.search(plain)


def without_wish(text: str) -> str:
    """The text less what only asks to forget; empty where nothing but courtesy is left.

    A wish that is carried out by code needs no answer of an agent, and "delete everything you know
    about me" is no anger. What stands with it in one breath, a figure or an insult too, stays.
    """
    plain = text.replace("’", "'")
    if not asks_forget(plain):
        return text
    left = _CLAUSE.sub(lambda clause: _less(clause[0]), plain).strip(" .!。！;；\n")
    return "" if _POLITE.fullmatch(left) else left


def _less(clause: str) -> str:
    if not asks_forget(clause):
        return clause
    first, *others = _SEAM.split(clause)
    pieces = [("", first), *zip(others[::2], others[1::2], strict=True)]
    left, follows = "", False
    for seam, piece in pieces:
        follows = _is_only_wish(piece) or (follows and bool(_OBJECT.fullmatch(piece[:200])))
        if not follows:
            left += (seam if left else "") + piece
    return left


def _is_only_wish(piece: str) -> bool:
    verb = _ANY.search(piece)
    if verb is None or len(piece) > _WISH_MAX_CHARS or _HEATED.search(piece):
        return False
    has_more = any(char.isdigit() or char in "?？" for char in piece[verb.end() :])
    # "Can you delete my data?" asks for nothing but that.
    asks = (
        has_more
        and not any(char.isdigit() for char in piece)
        and _OBJECT.fullmatch(piece[verb.end() :])
    )
    return bool(_LEAD.fullmatch(piece[: verb.start()])) and (not has_more or bool(asks))
