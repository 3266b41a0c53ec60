"""A sum is judged by its value, in whatever figures, words and alphabets it is written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard import Evidence, check

EN_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
ES_ONES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
    "quince dieciséis diecisiete dieciocho diecinueve veinte"
).split()
ES_TWENTIES = (
    "veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
).split()
ES_TENS = "- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
ES_HUNDREDS = (
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos "
    "ochocientos novecientos"
).split()
ZH = "零一二三四五六七八九"


def english(n: int) -> str:
    if n < 20:
        return EN_ONES[n]
    if n < 100:
        return EN_TENS[n // 10] + (f"-{EN_ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{EN_ONES[n // 100]} hundred" + (f" {english(n % 100)}" if n % 100 else "")
    return f"{english(n // 1000)} thousand" + (f" {english(n % 1000)}" if n % 1000 else "")


def spanish(n: int) -> str:
    if n <= 20:
        return ES_ONES[n]
    if n < 30:
        return ES_TWENTIES[n - 20]
    if n < 100:
        return ES_TENS[n // 10] + (f" y {ES_ONES[n % 10]}" if n % 10 else "")
    if n == 100:
        return "cien"
    if n < 1000:
        return ES_HUNDREDS[n // 100] + (f" {spanish(n % 100)}" if n % 100 else "")
    head = "mil" if n < 2000 else f"{spanish(n // 1000)} mil"
    return head + (f" {spanish(n % 1000)}" if n % 1000 else "")


def chinese(n: int) -> str:
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            text += ("零" if gap and text else "") + ZH[digit] + name
        gap = not digit
    return text


def wide(n: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(n))


FORMATS = {
    "en": (
        lambda n: f"${n}", lambda n: f"${n:,}.00", lambda n: f"{n} dollars", lambda n: f"USD {n}",
        lambda n: f"{n:,} bucks", lambda n: f"US${n}", lambda n: f"{english(n)} dollars",
        lambda n: f"${wide(n)}", lambda n: f"{n}$", lambda n: f"{n} USD", lambda n: f"$ {n}",
        lambda n: "\u200b".join(f"${n}"),
    ),
    "es": (
        lambda n: f"${n}", lambda n: f"{n} dólares", lambda n: f"{n:,} dólares".replace(",", "."),
        lambda n: f"{spanish(n)} dólares", lambda n: f"USD {n}", lambda n: f"{n},00 dólares",
    ),
    "zh": (
        lambda n: f"{n}美元", lambda n: f"${n}", lambda n: f"{n}块钱",
        lambda n: f"{chinese(n)}美元", lambda n: f"{wide(n)}元", lambda n: f"{chinese(n)}块",
    ),
}  # fmt: skip
FRAMES = {
    "en": ("That makes {} for everyone.", "{}", "All of it,{} and no more.", "We charge {}."),
    "es": ("En total serían {} para todos.", "{}", "Pues,{} nada más."),
    "zh": ("这样是{}。", "{}", "全部,{},谢谢。"),
}


@st.composite
def drafts(draw: st.DrawFn) -> tuple[str, str, int]:
    language = draw(st.sampled_from(("en", "es", "zh")))
    amount = draw(st.integers(3, 9_999))
    if language == "zh" and amount < 20:
        amount += 20
    worded = draw(st.sampled_from(FORMATS[language]))(amount)
    return language, draw(st.sampled_from(FRAMES[language])).format(worded), amount


@settings(max_examples=400, deadline=None)
@given(drafts())
def test_a_sum_is_stopped_or_passed_by_its_value_whatever_its_dress(
    draft: tuple[str, str, int],
) -> None:
    language, text, amount = draft
    absent = Evidence(results=({"total": "12345.67"},))
    assert not check(text, absent, language=language).ok
    present = Evidence(results=({"total": f"{amount}.00"},))
    verdict = check(text, present, language=language)
    assert verdict.ok, (verdict, text)
