"""Fixed wordings by name and language, several variants each, chosen the same way every time.

The sentences lie in bot/language/phrases/*.toml and hold no figure: every figure comes in through
a placeholder, from a tool result or the customer's own words. The price tool and the offline model
speak through this.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bot.errors import ConfigError
from bot.language.numbers import fold

FOLDER = Path(__file__).parent / "phrases"
DEFAULT = "en"
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "headcount": ("ask_headcount", "slot_price_it", "rough_headcount"),
    "zip": ("ask_zip", "hold_needs_zip", "rough_zip"),
    "date": (
        "ask_date", "ask_other_day", "day_unclear", "day_which", "day_past", "day_no_such_day",
        "day_mismatch", "day_mismatch_which", "nearest_none", "chef_none",
    ),
    "time": ("time_which", "nearest_ask", "day_no_such_time"),
    "hold": ("slot_hold_it", "past_look"),
    "yes": ("held_ask", "change_ask", "cancel_ask", "yes_plain", "yes_short"),
    "address": ("ask_address",),
    "change": ("change_what",),
    "dishes": ("ask_dishes",),
    "ages": ("ask_ages",),
    "confirm": ("ask_confirm",),
    "person": ("ask_person", "stuck"),
}  # fmt: skip
"""What the bot asks, and the phrases that ask it."""
_KEYWORDS = (
    ("zip", re.compile(r"\bzip\b|codigo postal|邮编|郵編|邮政编码")),
    ("headcount", re.compile(r"how many|cuantas? personas|cuantos|多少位|几位|多少人|几个人")),
    (
        "date",
        re.compile(r"what (?:date|day)|which (?:date|day)|que (?:fecha|dia)|哪天|什么日期|哪一天"),
    ),
    ("time", re.compile(r"wh(?:at|ich) time|que hora|(?:什么|哪个)时间|几点")),
    ("address", re.compile(r"street address|(?:what|which) address|que direccion|(?:详细)?地址")),
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
    found = {name: _last_place(ending, asking) for name, asking in QUESTIONS.items()}
    latest = max(found, key=lambda name: found[name])
    if found[latest] >= 0:
        return latest
    last = re.split(r"(?<=[.!。！\n])", ending.rstrip())[-1]
    if "?" not in last and "？" not in last:
        return ""
    return next((name for name, pattern in _KEYWORDS if pattern.search(last)), "")


def _last_place(ending: str, asking: Sequence[str]) -> int:
    """Where the last of these questions stands; -1 where none does."""
    known = (v for said in phrases().values() for name in asking for v in said.get(name, ()))
    return max((ending.rfind(_literal(variant)) for variant in known), default=-1)


@cache
def _literal(variant: str) -> str:
    """The longest part of a phrase between its placeholders."""
    return max((fold(part).strip() for part in re.split(r"\{\w+\}", variant)), key=len)


@cache
def phrases() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Every phrase by language and name; `others` holds one sentence per foreign language.

    A file is one language, or a topic with a table for each language.
    """
    tables: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        by_topic = all(isinstance(each, dict) for each in read.values())
        for language, said in (read if by_topic else {path.stem: read}).items():
            tables.setdefault(language, {}).update(
                {name: (v,) if isinstance(v, str) else tuple(v) for name, v in said.items()}
            )
    return MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()})
