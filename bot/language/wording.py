"""Fixed wordings by name and language, several variants each, chosen the same way every time.

The sentences lie in bot/language/phrases/*.toml and hold no figure: every figure comes in through
a placeholder, from a tool result or the customer's own words. The price tool and the offline model
speak through this.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bot.errors import ConfigError
from bot.language.numbers import fold

FOLDER = Path(__file__).parent / "phrases"
DEFAULT = "en"
QUESTIONS = ("headcount", "zip", "date", "dishes", "ages", "confirm", "person")
"""What the bot asks, by the names under which `ask_*` phrases lie."""
_KEYWORDS = (
    ("zip", re.compile(r"\bzip\b|codigo postal|邮编|郵編|邮政编码")),
    ("headcount", re.compile(r"how many|cuantas? personas|cuantos|多少位|几位|多少人|几个人")),
    (
        "date",
        re.compile(r"what (?:date|day)|which (?:date|day)|que (?:fecha|dia)|哪天|什么日期|哪一天"),
    ),
    (
        "person",
        re.compile(r"(?:ask|pass).{0,30}\b(?:person|team)|persona de nuestro equipo|工作人员"),
    ),
)


def say(name: str, language: str, /, *, seed: str = "", **slots: str) -> str:
    """A phrase in the language, or in English where it has none.

    Args:
        name: of the phrase.
        language: ISO code.
        seed: what picks among the variants; the same seed says the same words. A number at its
            end takes the variants in turn, so that nothing is said twice running.
        **slots: what its placeholders stand for.
    """
    variants = variants_of(name, language)
    where, _, count = seed.rpartition(" ")
    turn = int(count) if count.isdecimal() else zlib.crc32(count.encode())
    chosen = variants[(zlib.crc32(f"{name} {where}".encode()) + turn) % len(variants)]
    return chosen.format_map(slots)


def variants_of(name: str, language: str) -> tuple[str, ...]:
    """All variants of a phrase.

    Raises:
        ConfigError: there is no such phrase.
    """
    table = phrases()
    found = table.get(language, {}).get(name) or table[DEFAULT].get(name)
    if not found:
        raise ConfigError(f"phrases/{language}.toml: there is no phrase {name!r}; add it")
    return found


def sorry(language: str) -> str:
    """That the bot does not speak this language and a person follows; empty where not even that."""
    return phrases().get("others", {}).get(language, ("",))[0]


def asked_in(text: str) -> str:
    """Which of `QUESTIONS` an outbound text ends with; empty where it asks none of them."""
    folded = fold(text)
    ending = folded[-220:]
    for name in QUESTIONS:
        for language in phrases():
            known = phrases()[language].get(f"ask_{name}", ())
            if any(_literal(variant) in ending for variant in known):
                return name
    last = re.split(r"(?<=[.!。！\n])", ending.rstrip())[-1]
    if "?" not in last and "？" not in last:
        return ""
    return next((name for name, pattern in _KEYWORDS if pattern.search(last)), "")


def _literal(variant: str) -> str:
    """The longest part of a phrase between its placeholders."""
    return max((fold(part).strip() for part in re.split(r"\{\w+\}", variant)), key=len)


@cache
def phrases() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Every phrase by language and name; `others` holds one sentence per foreign language."""
    tables: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        tables[path.stem] = MappingProxyType(
            {name: (v,) if isinstance(v, str) else tuple(v) for name, v in read.items()}
        )
    return MappingProxyType(tables)
