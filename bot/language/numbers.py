"""Numbers in running text: digits of any width and number words in English, Spanish and Chinese.

Slot reading and the guard share it, so that what a customer writes and what a draft claims are read
alike. It finds values and spans only; what a number counts is for the caller to decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.language.han import PLAIN

_UNITS_EN = "zero one two three four five six seven eight nine".split()
_TEENS_EN = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
)
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNITS_ES = "cero uno dos tres cuatro cinco seis siete ocho nueve".split()
_TEENS_ES = "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve".split()
_TENS_ES = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS_ES = (
    "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
    "novecientos"
).split()

# Usual misspellings. Distance rules would take "thirsty" and "seventh" for numbers; a list won't.
_TYPOS = {
    "tow": None, "thre": 3, "threee": 3, "foru": 4, "fiev": 5, "sevn": 7, "eigth": 8, "eigh": 8,
    "ninee": 9, "elevn": 11, "eleven": 11, "twelf": 12, "twelv": 12, "tweleve": 12, "twelvee": 12,
    "thriteen": 13, "forteen": 14, "fourten": 14, "fiveteen": 15, "fiften": 15, "sixten": 16,
    "eightteen": 18, "eigteen": 18, "ninteen": 19, "twenny": 20, "twentey": 20, "tweny": 20,
    "twnety": 20, "twety": 20, "twentie": 20, "thrity": 30, "thirdy": 30, "thirtey": 30,
    "fourty": 40, "foty": 40, "fivety": 50, "fity": 50, "sixity": 60, "eightty": 80, "ninty": 90,
    "quatro": 4, "cuarto": None, "sinco": 5, "seiz": 6, "nuebe": 9, "dies": 10, "dose": 12,
    "trese": 13, "quinze": 15, "diez y seis": None, "dieziseis": 16, "diesiseis": 16,
    "diesisiete": 17, "diesiocho": 18, "viente": 20, "vente": 20, "beinte": 20, "veite": 20,
    "trenta": 30, "trienta": 30, "cuarentta": 40, "sincuenta": 50, "cinquenta": 50, "sesanta": 60,
}  # fmt: skip
_SCALES = {
    "hundred": 100, "hundreds": 100, "hunderd": 100, "cien": 100, "ciento": 100, "thousand": 1000,
    "mil": 1000, "dozen": 12, "dozens": 12, "dozon": 12, "docena": 12, "docenas": 12,
}  # fmt: skip
_DOZENS = frozenset({"dozen", "dozens", "dozon", "docena", "docenas"})
_PAIRS = frozenset({"couple", "par", "pair"})
_HALVES = frozenset({"half", "media"})
# Number words of one language that are everyday words of another.
_FOREIGN = {"en": frozenset({"once", "dies", "dose", "vente"}), "es": frozenset({"ten", "thre"})}

_DIGITS_CJK = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "兩": 2, "俩": 2, "倆": 2, "仨": 3, "廿": 20, "卅": 30,
}  # fmt: skip
_UNITS_CJK = {"十": 10, "百": 100, "千": 1000, "万": 10000, "萬": 10000}

_TOKEN = re.compile(
    r"(?P<digits>(?<!\d)(?<!\d[.,])(?<![a-wyz])\d+(?:[.,]\d+)*(?!\d))(?P<ordinal>(?:st|nd|rd|th)\b)?"
    r"|(?P<word>[a-z]+)"
    r"|(?P<cjk>[半零〇一二两兩俩倆三仨四五六七八九十百千万萬廿卅]+)"
)
# Chinese numerals inside everyday words, ordinals and weekdays: no quantity at all.
_CJK_BEFORE = re.compile(r"(?:第|周|週|星期|礼拜|禮拜|统|唯|每|同|初)$")
_CJK_WORD = re.compile(
    r"一(?=[家起下些样樣点點直定旦般切边邊会會同路味致样])|三(?=[文明]治|文[鱼魚])|十分(?!钟|鐘)"
    r"|万一|百分之|千万(?=[别不要])|十(?=几|幾)|半(?=夜|天)|四(?=川|处|處)|五(?=花)|一一"
)
_AND_HALF = re.compile(r"\s{1,3}(?:and\s{1,3}(?:a\s{1,3})?half|y\s{1,3}media)\b")
_OF = re.compile(r"\s{1,3}(?:of|de|dozen)\b")
_CJK_DOZEN = re.compile(r"打(?![电電扰擾折算包])")


def _table() -> Mapping[str, int]:
    words: dict[str, int] = {}
    for units, teens, tens in (
        (_UNITS_EN, _TEENS_EN, _TENS_EN),
        (_UNITS_ES, _TEENS_ES, _TENS_ES),
    ):
        words |= {word: value for value, word in enumerate((*units, *teens))}
        words |= {word: 10 * value for value, word in enumerate(tens, start=2)}
    for value, word in enumerate(_HUNDREDS_ES, start=2):
        words[word] = words[word[:-2] + "as"] = 100 * value
    for value, unit in enumerate(_UNITS_ES[1:], start=1):
        words["veinti" + unit] = words["vienti" + unit] = 20 + value
    words |= {"veintiun": 21, "veintiuna": 21, **{w: v for w, v in _TYPOS.items() if v}}
    return words


_WORDS = _table()
_WIDE = {
    "：": ":",
    "（": "(",
    "）": ")",
    "＄": "$",
    "％": "%",
    "＋": "+",
    "～": "~",
    "－": "-",
    "’": "'",
}


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """A number and where it stands."""

    value: Decimal
    start: int
    """First character in the text as it was given."""
    end: int
    """One past the last character."""


@dataclass(slots=True)
class _Run:
    """A number being put together from words."""

    value: Decimal
    start: int
    end: int
    last: Decimal
    """What was added last: decides what may follow."""
    is_word: bool = True


def fold(text: str) -> str:
    """Lower case, no accents, half-width: the same length as `text`, so that spans still hold."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_char, text))


@lru_cache(maxsize=16_384)
def _fold_char(char: str) -> str:
    if char < "\x80":
        return char.lower()
    if not char.isalnum():
        return _WIDE.get(
            char, char
        )  # A wide comma parts numbers where a narrow one may group them.
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    base = base.lower()
    return PLAIN.get(base, base) if len(base) == 1 else char


def parse_numbers(text: str, language: str, *, most: int | None = None) -> tuple[NumberSpan, ...]:
    """Every number in a text, in order: digits, words and compounds, never overlapping.

    Ordinals, Chinese weekdays and lone articles ("a", "un") are not numbers. `language` settles
    words that two languages share and whether a lone dot before three digits divides thousands.
    Reading stops once more than `most` are found.
    """
    folded = fold(text)
    foreign = _FOREIGN.get(language, frozenset())
    found: list[NumberSpan] = []
    run: _Run | None = None
    for match in _TOKEN.finditer(folded):
        if most is not None and len(found) > most:
            return tuple(found)
        if match["cjk"]:
            _close(run, found)
            run = None
            found.extend(_read_cjk(folded, match.start(), match.end()))
            continue
        gap = folded[run.end : match.start()] if run else ""
        if run and _extends(run, match, gap):
            continue
        _close(run, found)
        run = _open(match, folded, language, foreign)
    _close(run, found)
    return tuple(found)


def _close(run: _Run | None, found: list[NumberSpan]) -> None:
    if run is not None:
        found.append(NumberSpan(run.value, run.start, run.end))


def _open(match: re.Match[str], folded: str, language: str, foreign: frozenset[str]) -> _Run | None:
    if match["digits"]:
        value = _read_digits(match["digits"], language)
        if match["ordinal"] or value is None:
            return None
        return _Run(value, match.start(), match.end(), value, is_word=False)
    word = match["word"]
    if word in foreign:
        return None
    if word in _SCALES:
        return _open_scale(word, match, folded)
    if word in _PAIRS and _OF.match(folded, match.end()):
        return _Run(Decimal(2), match.start(), match.end(), Decimal(2))
    if word not in _WORDS:
        return None
    value = Decimal(_WORDS[word])
    return _Run(value, match.start(), match.end(), value)


def _open_scale(word: str, match: re.Match[str], folded: str) -> _Run | None:
    lead_at = max(0, match.start() - 24)
    before = re.search(r"([a-z]{1,12})\s{1,3}(?:an?\s{1,3})?$", folded[lead_at : match.start()])
    value = Decimal(_SCALES[word])
    if word in _DOZENS and before and before[1] in _HALVES:
        return _Run(value / 2, lead_at + before.start(), match.end(), value)
    half = _AND_HALF.match(folded, match.end()) if word in _DOZENS else None
    if half is not None:
        return _Run(value * 3 / 2, match.start(), half.end(), value)
    if word in ("dozens", "docenas", "hundreds"):
        return None  # A vague many, not a count.
    return _Run(value, match.start(), match.end(), value)


def _extends(run: _Run, match: re.Match[str], gap: str) -> bool:
    """Add a word to the number before it where grammar joins them."""
    word = match["word"] or ""
    if word in ("and", "y", "of", "de") and gap.strip() == "":
        return False if word in ("of", "de") else _bridges(run, match)
    if gap.strip(" -\u2010\u2011") or (gap.strip() and not run.is_word):
        return _bridged(run, gap) and _add(run, word, match)
    if word in _SCALES:
        return _multiply(run, word, match)
    return run.is_word and _add(run, word, match)


def _bridges(run: _Run, match: re.Match[str]) -> bool:
    """An "and" between numbers leaves the number open without lengthening it."""
    return run.is_word and (run.last == 100 or 20 <= run.last <= 90)


def _bridged(run: _Run, gap: str) -> bool:
    return gap.strip() in ("y", "and") and run.is_word


def _multiply(run: _Run, word: str, match: re.Match[str]) -> bool:
    scale = Decimal(_SCALES[word])
    if run.value >= scale or (run.value >= 20 and scale == 12):
        return False
    run.value, run.last, run.end = run.value * scale, scale, match.end()
    return True


def _add(run: _Run, word: str, match: re.Match[str]) -> bool:
    value = Decimal(_WORDS.get(word, 0))
    after_tens = 20 <= run.last <= 90 and run.last % 10 == 0 and 0 < value < 10
    after_hundred = run.last >= 100 and run.last % 100 == 0 and 0 < value < 100
    joined = "and" in match.string[run.end : match.start()]
    if not (after_hundred or (after_tens and not joined)):
        return False
    run.value, run.last, run.end = run.value + value, value, match.end()
    return True


def _read_digits(digits: str, language: str) -> Decimal | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        dotted_thousands = language == "es" and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits)
        return Decimal(digits.replace(".", "") if dotted_thousands else digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return Decimal(digits.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
        return Decimal(digits.replace(".", "").replace(",", "."))
    if language == "es" and re.fullmatch(r"\d+,\d{1,2}", digits):
        return Decimal(digits.replace(",", "."))
    return None


def _read_cjk(folded: str, start: int, end: int) -> list[NumberSpan]:
    if _CJK_BEFORE.search(folded[max(0, start - 2) : start]):
        return []
    if _CJK_WORD.match(folded, start):
        return []
    numeral = folded[start:end]
    value = _cjk_value(numeral)
    if _CJK_DOZEN.match(folded, end) and value is not None:
        return [NumberSpan((value * 12).quantize(Decimal(1)), start, end + 1)]
    if value is None or numeral in ("半", "一半"):
        return []
    return [NumberSpan(value, start, end)]


def _cjk_value(numeral: str) -> Decimal | None:
    """The value of a numeral; None where the characters make none."""
    if numeral == "半":
        return Decimal("0.5")
    if "半" in numeral:
        whole = numeral.replace("半", "")
        return _cjk_value(whole) if whole else None
    if not any(char in _UNITS_CJK for char in numeral):
        return Decimal("".join(str(_DIGITS_CJK[char]) for char in numeral))
    total, digit, unit = 0, 0, 10
    for char in numeral:
        if char in _UNITS_CJK:
            unit = _UNITS_CJK[char]
            total = (total + digit) * unit if unit >= 10000 else total + (digit or 1) * unit
            digit = 0
        else:
            digit, unit = _DIGITS_CJK[char], 10 if _DIGITS_CJK[char] == 0 else unit
    # "一百二" is a hundred and twenty: a last digit counts in the place below the last unit.
    return Decimal(total + digit * (unit // 10 if unit > 10 else 1))
