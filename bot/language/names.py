"""The name a customer gives: "I'm Maria", "a nombre de López", "我叫王伟", "Thanks, Bob".

A name is taken only where words or a signature introduce it, or where it had just been asked for:
"I'm vegan" and "soy alérgico" are no names. Capitals help, but phones write without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.names_first import FIRST_NAMES
from bot.language.names_words import COMMON, LEADS_FIRM, LEADS_WEAK, SURNAMES

CHARACTERS_READ = 4_000
MOST_WORDS = 4
_WORD = r"[^\W\d_][^\W\d_'’.-]{0,24}(?:[-'’][^\W\d_]{1,24}){0,2}"
_NAME = rf"(?P<name>{_WORD}\.?(?:[ ]{{1,2}}{_WORD}\.?){{0,{MOST_WORDS}}})"
_FIRM = re.compile(
    rf"(?<![^\W_])(?P<lead>(?i:{LEADS_FIRM}))[\s:,]{{1,3}}"
    rf"(?=(?i:is |es |mr\.? |mrs\.? |ms\.? |sr\.? |sra\.? )?{_NAME})"
)
_WEAK = re.compile(rf"(?<![^\W_])(?i:{LEADS_WEAK})[ ]{{1,2}}(?={_NAME})")
# A booking "for Ann Lee": two words with capitals, for "for" leads to everything else too.
_FOR = re.compile(
    rf"(?<![^\W_])(?i:reservation|booking|booked|table|party|lunch|dinner|it'?s)"
    rf"[^.?!\n]{{0,60}}?\sfor (?=(?P<name>[A-Z]{_WORD} [A-Z]{_WORD}))"
)
_LATTER = re.compile(
    rf"(?:^|[.!?,\n]\s{{0,3}}){_NAME}\s{{1,2}}(?i:here"
    r"|is my (?:(?:first|last|full|family) )?(?:sur)?name"
    r"|is the name|aqu[ií]|es mi nombre)\b"
)
_SIGNED = re.compile(
    rf"(?:(?i:thanks|thank you|thx|ty|cheers|best|regards|best regards|kind regards|warm regards"
    r"|many thanks|thank you so much|thanks so much|thanks again|sincerely|gracias|muchas gracias"
    r"|saludos|atentamente|un saludo|cordialmente)[\s,.!]{1,4}"
    rf"|\n\s{{0,3}}[-–—~]{{1,2}}\s?|\s[-–—]\s?(?=[^\W\d_]{{2,20}}\s*$)){_NAME}[\s.!]{{0,4}}$"
)
_HAN = r"[\u4e00-\u9fff]"
_CHINESE = re.compile(
    rf"(?:我叫|我的名字[叫是]|名字[叫是]|姓名[：:是]?\s?|预订人[：:是]?\s?|用|以)"
    rf"(?P<full>{_HAN}{{2,4}}?)(?=的名字|[，,。！!.、\s]|$|预订|，|想|要)"
    rf"|我叫\s?(?P<latin>{_WORD})|我(?:是|姓)(?P<after>{_HAN}{{1,3}})(?=[，,。！!.\s]|$|想|要|先生|女士|小姐)"
    rf"|(?:免贵)?姓(?P<family>{_HAN})(?=[，,。！!.\s]|$|，)"
    rf"|(?:这里是|这是)(?P<here>{_HAN}{{2,4}}?)(?=[，,。！!\s]|$)"
)
_BARE_FILLER = re.compile(
    r"^(?i:(?:hi|hello|hey|sure|ok|okay|yes|yeah|yep|of course|claro|si|sí|hola|好的"
    r"|you can call me"
    r"|it'?s|its|just|the name'?s?|name|nombre|es|please|por favor)[\s,.!:]{1,3}){0,3}"
)


def read_name(text: str, *, language: str, asked: str = "") -> str:
    """The customer's name as they wrote it; empty where none is said.

    Args:
        text: one message.
        language: of the conversation.
        asked: "name" where it had just been asked for, so that a bare name is one.
    """
    read = text[:CHARACTERS_READ].replace("’", "'")
    if not read.strip():
        return ""
    for found in (*_introduced(read), *_in_chinese(read), _signed(read)):
        if found and not any(character.isdigit() for character in found):
            return found  # A superscript figure passes for a letter.
    bare = _bare(read) if asked == "name" else ""
    return "" if any(character.isdigit() for character in bare) else bare


def _introduced(text: str) -> Iterator[str]:
    firm = [(m["lead"].lower(), _clean(m["name"], is_firm=True)) for m in _FIRM.finditer(text)]
    first = next((name for lead, name in firm if "first name" in lead), "")
    last = next((name for lead, name in firm if "last name" in lead or "surname" in lead), "")
    if first and last:
        yield f"{first} {last}"
    yield from (name for _, name in firm)
    for match in _LATTER.finditer(text):
        if not match["name"].endswith("."):  # "Gracias, Dana. Aquí espero": another sentence.
            yield _clean(match["name"], is_firm=False)
    for match in _WEAK.finditer(text):
        name = _clean(match["name"], is_firm=False)
        yield "" if _is_shouted(name) else name
    for match in _FOR.finditer(text):
        name = _clean(match["name"], is_firm=False)
        yield name if " " in name else ""


def _clean(phrase: str, *, is_firm: bool) -> str:
    """The words of a phrase that are a name: up to the first that cannot be one.

    After weak words ("I'm", "for") a name has a capital or the whole text has none; an everyday
    word is no name wherever it stands.
    """
    kept: list[str] = []
    words = phrase.split()
    if is_firm and len(words) > 1 and _is_odd_name(words[0], words[1]):
        kept.append(words.pop(0))  # "Under August Wurzer": an everyday word as a first name.
    for word in words:
        plain = word.rstrip(".")
        is_common = plain.lower() in COMMON
        if is_common or (kept and kept[0][0].isupper() and not plain[0].isupper()):
            if plain.lower() in _PARTICLES and kept:
                kept.append(plain)
                continue
            break
        kept.append(plain)
        if word.endswith(".") and len(plain) > 2:
            break
    while kept and kept[-1].lower() in _PARTICLES:
        kept.pop()
    if not kept or len(kept[0]) < 2 or not (is_firm or _is_name_like(kept[0])):
        return ""
    kept = kept[:MOST_WORDS]
    return " ".join(kept if kept[0][0].isupper() else kept[:2])


def _is_name_like(word: str) -> bool:
    return word[0].isupper() or word.lower() in FIRST_NAMES


def _is_shouted(name: str) -> bool:
    """ "This is OUTRAGEOUS": after weak words capitals throughout are a name only where we know it.

    A second name written so lets both pass, and so do initials such as "JP".
    """
    return len(name) > 2 and name.isupper() and " " not in name and name.lower() not in FIRST_NAMES


def _is_odd_name(first: str, second: str) -> bool:
    both = first[0].isupper() and second[0].isupper() and first.isalpha()
    return both and first.lower() in COMMON and second.lower().rstrip(".") not in COMMON


_PARTICLES = frozenset("de del la las los van von da di dos bin al el y".split())


def _in_chinese(text: str) -> Iterator[str]:
    for match in _CHINESE.finditer(text):
        if match["latin"]:
            yield match["latin"]
        named = match["full"] or match["here"] or match["after"] or match["family"] or ""
        title = text[match.end() : match.end() + 2]
        is_person = named[:1] in SURNAMES and named not in COMMON
        if named and is_person:
            yield named + (title if title in ("先生", "女士", "小姐") else "")


def _signed(text: str) -> str:
    match = _SIGNED.search(text.rstrip()[-160:])
    if match is None or not match["name"][0].isupper():
        return ""
    words = match["name"].split()
    name = _clean(match["name"], is_firm=False)
    return name if len(name.split()) == len(words) <= 3 else ""


def _bare(text: str) -> str:
    plain = _BARE_FILLER.sub("", text.strip()).strip(" .,!?\n")
    if re.fullmatch(rf"{_HAN}{{2,4}}", plain):
        return plain if plain[0] in SURNAMES and plain not in COMMON else ""
    first = re.split(r"[,.!?\n(]| and | y ", plain)[0].strip()
    words = first.split()
    is_name = 1 <= len(words) <= MOST_WORDS and all(
        re.fullmatch(rf"{_WORD}\.?", word) for word in words
    )
    if not is_name or any(word.lower().rstrip(".") in COMMON for word in words):
        return ""
    return first
