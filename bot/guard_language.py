"""Whether a draft is in the customer's language: by its letters, and by its small words.

Which language a customer writes is bot/language/language_id.py's to tell, which is asked here only
where the small words speak against a draft. bot/guard.py asks.
"""

from __future__ import annotations

import re

from bot.language.language_id import detect

_HAN = re.compile("[\u3400-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_LATIN = re.compile(r"[a-zA-ZÀ-ɏ]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[a-z\u00df-\u024f]+(?:'[a-z]+)?")
_QUOTED = re.compile(r"[\"“”«»][^\"“”«»\n]{1,300}[\"“”«»]|\S+@\S+|https?://\S+")
_PIECE = re.compile(r"[^.!?\n]+[.!?\n]?")
WORDS_MIN = 6
_SMALL = {
    "en": frozenset(
        "the and you your we our i i'm i'll it it's its is are was were will would can could do"
        " does did how much many what when where who which why for with this that there have has"
        " not don't yes please need want of to at in on my me us be an any from just so but or if"
        " about here's that's you'd we'll like let know a as they them she he by until per each"
        " all".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas y o de del que como cuando donde quien por para con sin es"
        " son esta está estan están hay mi su sus me te se lo le les nos si sí hola gracias favor"
        " puede podemos cuanto cuánto cuantos cuántos cuantas cuántas qué cuál cómo dónde usted"
        " ustedes pero muy mas más ya todo eso ese esa este en al a no cada ni sobre desde hasta"
        " también nuestro nuestra tiene tenemos desea quiere".split()
    ),
}


def is_wrong_language(draft: str, language: str, trusted: str) -> bool:
    """Whether a draft is in another language than the customer's; `trusted` is folded.

    What stands in quotation marks or word for word in a passage may be in any.
    """
    if _is_wrong_script(draft, language):
        return True
    small = _SMALL.get(language)
    if small is None:
        return False
    text = _own_words(draft, trusted)
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < WORDS_MIN:
        return False
    own = sum(word in small for word in words)
    other = sum(word in _SMALL["es" if language == "en" else "en"] for word in words)
    if own * 5 >= len(words) and own > other:
        return False
    # A list of dishes or names has few small words of any language.
    is_wordy = own <= other or len(words) >= 2 * WORDS_MIN - 4
    return is_wordy and detect(text, prior=language) != language


def _own_words(draft: str, trusted: str) -> str:
    text = _QUOTED.sub(" ", draft)
    if not trusted:
        return text
    pieces = (piece for piece in _PIECE.findall(text))
    return "".join(p for p in pieces if len(p) < 20 or p.strip().lower() not in trusted)


def _is_wrong_script(draft: str, language: str) -> bool:
    """Whether a draft is written in letters the customer did not use; names may be foreign."""
    letters = len(_LETTER.findall(draft))
    han = len(_HAN.findall(draft))
    latin = len(_LATIN.findall(draft))
    if letters < WORDS_MIN:
        return False
    if (letters - han - latin) * 5 > letters:
        return language in ("en", "es", "zh")
    if language == "zh":
        return han * 6 < latin or len(_KANA.findall(draft)) * 4 > han
    return language in ("en", "es") and han >= 4 and han * 8 > latin
