"""The words slots are read by: the profile's names for what it sells, and plain words for people.

Which words mean an adult or a dish is the profile's to say; here lie only words that every trade
shares (friends, my wife, everyone) and the search that finds all of them in a folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.language.numbers import fold
from bot.profile_kinds import Named
from bot.profile_models import Profile

WordKind = Literal[
    "band",
    "guest",
    "option",
    "add_on",
    "extra",
    "choice",
    "person",
    "self",
    "all",
    "kin",
    "grown",
]

# People by what they are to the customer: how many one such word stands for by itself.
_PEOPLE = {
    1: "wife husband hubby spouse partner boyfriend girlfriend fiance fiancee mom mum mama dad "
    "mother father brother sister grandma grandpa uncle aunt cousin neighbor boss roommate "
    "brother-in-law sister-in-law mother-in-law father-in-law friend coworker colleague esposa "
    "esposo marido mujer novio novia pareja mama papa hermano hermana tio tia primo prima abuelo "
    "abuela suegro suegra cunado cunada amigo amiga vecino vecina "
    "老婆 老公 妻子 丈夫 太太 先生 妈妈 爸爸 男朋友 女朋友 哥哥 弟弟 姐姐 妹妹 我哥 我弟 我姐 我妹 "
    "嫂子 弟媳 弟妹 姐夫 妹夫 岳父 岳母 公公 婆婆 爷爷 奶奶 外公 外婆 姥姥 姥爷 舅舅 舅妈 "
    "叔叔 婶婶 "
    "姑姑 姑父 姨妈 小叔子 小姑子",
    2: "parents grandparents inlaws in-laws suegros padres papas abuelos tios-mios pareja-de 父母 "
    "爸妈 夫妻 公婆 岳父母 爷爷奶奶 外公外婆 公公婆婆 岳父岳母 哥哥嫂子 哥嫂 姐姐姐夫 弟弟弟媳 "
    "弟弟弟妹 妹妹妹夫 两口子 小两口 老两口",
    0: "friends guys girls women men ladies gentlemen couples coworkers colleagues employees "
    "relatives cousins brothers sisters family teammates students moms dads seniors humans "
    "mouths homies buddies bodies others bros dudes fellas lads gals folks senoras senores "
    "senoritas chicos chicas muchachos muchachas tios tias sobrinos colegas amigos amigas hombres "
    "mujeres parejas companeros companeras empleados primos primas familiares hermanos hermanas "
    "parientes uncles aunts aunties grandmas grandpas neighbors neighbours members staff workers "
    "roommates housemates girlfriends besties bridesmaids groomsmen teachers nurses parishioners "
    "players classmates pals mates boomers retirees clients bachelorettes "
    "chaperones volunteers veterans moms mamas wives husbands compas cuates carnales vecinos "
    "vecinas comadres compadres jubilados trabajadores estudiantes miembros clientes socios "
    "companeritas maestros maestras abuelas esposas cunados cunadas doctores enfermeras jovenes "
    "朋友 同事 家人 员工 亲戚 同学 邻居 哥们 姐妹 兄弟 闺蜜 阿姨 叔叔 伯伯 大妈 大叔 客户 "
    "队友 室友 "
    "战友 老乡 亲友 女士 男士 老人 长辈 教友 会员 成员 老师 学生 伙伴 小伙伴 亲人 对夫妻 对夫妇 "
    "对情侣 对朋友 对小两口",
}
_DOUBLE = frozenset({"couples", "parejas", "对夫妻", "对夫妇", "对情侣", "对朋友", "对小两口"})
_KIN = {
    "": "sons daughters boys nephews nieces grandsons granddaughters son daughter nephew niece "
    "grandson granddaughter boy twins triplets hijas hijo hija sobrino sobrina "
    "nietas nieto nieta nenas nenes varones gemelos gemelas mellizos mellizas muchachitos "
    "muchachitas "
    "儿子 女儿 闺女 侄子 侄女 外甥 外甥女 外孙 外孙女 孙女儿 双胞胎 男孩 女孩 男孩子 女孩子",
    "0": "girls chicas muchachos muchachas cousins primos primas sobrinos sobrinas",
}
"""Children where an age or "little" says so, or where they come beside adults; else who they are
by `_PEOPLE`, or nobody that was counted."""
_CHILDREN = (
    "munchkins munchkin rugrats tots youngsters littles kiddies chamacos chamacas chamaco chamaca "
    "chavitos chavitas peques escuincles chiquillos chiquillas chiquilines pequenos pequenas "
    "criaturas pequenines ninitos ninitas nietecitos nietecitas 娃 娃娃 小娃 小家伙 小鬼 小孩子 "
    "小男孩 小女孩 小朋友们 小学生"
)
_GROWN = "grandes grown"
_SELF = "me|myself|i|yo|我|我自己|本人"
_SELF_PAIR = "我们两口子|我们夫妻俩|我们夫妻两个|我们夫妇|我们夫妻|我们小两口|我俩|我们俩"
_ALL = (
    r"everyone|everybody|every\s?one|all of us|the whole (?:group|party)|all (?:the )?(?:guests"
    r"|people)|all around|each"
    r"|for all|para todos|todos|todas|cada uno|cada persona|por persona|per person|每人|每个人"
    r"|每位|大家|所有人|全部|都"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word found, and what it stands for."""

    kind: WordKind
    code: str
    start: int
    end: int
    each: int = 1
    """How many people one of it is: two for a couple."""


RELATIVES = frozenset(
    word
    for words in (*_PEOPLE.values(), *_KIN.values(), _CHILDREN)
    for word in words.split()
    if word.isascii()
)
"""Words that are no misspelling of one of the business's."""


def find_words(folded: str, profile: Profile, language: str) -> tuple[Word, ...]:
    """Every known word of a folded text, longest first where two overlap, in order."""
    pattern, meanings = _compile(_entries(profile, language))
    return tuple(_found(pattern, meanings, folded))


def mentions_guests(text: str, profile: Profile) -> bool:
    """Whether a text names a band of guests by its word."""
    words = find_words(fold(text), profile, profile.business.home_language)
    return any(word.kind == "band" for word in words)


def _found(
    pattern: re.Pattern[str], meanings: dict[str, tuple[WordKind, str]], folded: str
) -> Iterator[Word]:
    for match in pattern.finditer(folded):
        if match["all"]:
            yield Word("all", "", match.start(), match.end())
            continue
        phrase = re.sub(r"\s+", " ", match["word"])
        kind, code = meanings[phrase]
        if (
            kind == "self"
            and folded[match.end() : match.end() + 1].isascii()
            and (folded[match.end() : match.end() + 1].isalpha())
        ):
            continue  # The "i" of "is" is nobody.
        each = 2 if phrase in _DOUBLE else 1
        yield Word(kind, code, match.start(), match.end(), each)


@lru_cache(maxsize=16)
def _compile(
    entries: tuple[tuple[str, WordKind, str], ...],
) -> tuple[re.Pattern[str], dict[str, tuple[WordKind, str]]]:
    meanings: dict[str, tuple[WordKind, str]] = {}
    for phrase, kind, code in entries:
        meanings.setdefault(phrase, (kind, code))
    longest = sorted(meanings, key=len, reverse=True)
    latin = _by_first_character(p for p in longest if p.isascii())
    other = _by_first_character(p for p in longest if not p.isascii())
    words = rf"(?<![a-z])(?:{latin})(?=(?:e?s)?(?![a-z]))|{other}"
    return re.compile(rf"(?P<all>(?<![a-z])(?:{_ALL})(?![a-z]))|(?P<word>{words})"), meanings


def _by_first_character(phrases: Iterable[str]) -> str:
    """A pattern of all phrases that looks at a character once, not once a phrase."""
    tails: dict[str, list[str]] = {}
    for phrase in phrases:
        tails.setdefault(phrase[0], []).append(re.escape(phrase[1:]).replace(r"\ ", r"\s{1,3}"))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in tails.items())


def _entries(profile: Profile, language: str) -> tuple[tuple[str, WordKind, str], ...]:
    service = profile.service()
    order = (language, *(code for code in profile.business.languages if code != language))
    named: Sequence[tuple[WordKind, str, Named]] = (
        *(("band", code, band) for code, band in service.bands.items()),
        *(("option", code, option) for code, option in service.options.items()),
        *(("add_on", code, item) for code, item in service.add_ons.items()),
        *(("extra", code, item) for code, item in service.extras.items()),
        *((("choice", "", service.choices),) if service.choices else ()),
    )
    entries: list[tuple[str, WordKind, str]] = []
    for spoken in order:
        own = spoken == language
        for kind, code, thing in named:
            entries += [(w, kind, code) for w in _spellings(thing.words.get(spoken, ()), own)]
        guests = (service.guest_words or {}).get(spoken, ())
        entries += [(w, "guest", "") for w in _spellings(guests, own)]
    entries.append(("口", "guest", ""))  # "一家五口".
    entries += [(w, "self", "1") for w in _SELF.split("|")]
    entries += [(w, "self", "2") for w in _SELF_PAIR.split("|")]
    entries += [(w, "band", _eldest_young(profile)) for w in _CHILDREN.split()]
    entries += [(w, "grown", "") for w in _GROWN.split()]
    for code, words in _KIN.items():
        # In Spanish "son" is "they are".
        kin = (w for w in words.split() if language != "es" or w != "son")
        entries += [(w, "kin", code) for w in kin]
    for each, words in _PEOPLE.items():
        entries += [(w.replace("pareja-", "pareja "), "person", str(each)) for w in words.split()]
    return tuple(entries)


def _eldest_young(profile: Profile) -> str:
    """Which band children are in while nobody has said how old they are."""
    service = profile.service()
    ages = {c: band.max_age for c, band in service.bands.items() if c != service.default_band}
    return max(ages, key=lambda code: ages[code] or 0, default=service.default_band)


def _spellings(words: Sequence[str], own: bool) -> list[str]:
    """Folded words; of another language only those long enough not to mean something else here."""
    folded = [fold(word) for word in words]
    return [word for word in folded if own or len(word) > 3 or not word.isascii()]
