"""What a step cost, from the dated price list beside this file.

The list is write-once: a step is priced with the entry that held on its day, so that a later price
never changes an earlier cost. An unknown model gives None, never zero; for a budget, which must not
be fooled by what it does not know, such a step counts as the dearest listed model's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

LIST_PATH = Path(__file__).with_name("prices.toml")
_MILLION = Decimal(1_000_000)
_DATED_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One line of the list, in US dollars per million tokens."""

    model: str
    since: date
    """The first day on which it holds."""
    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    hears: bool = False
    """Whether the model writes recordings down, and does nothing else."""
    minute: Decimal | None = None
    """Of sound, for a model that is priced by nothing else."""
    cached: Decimal | None = None
    """Of input that the provider had at hand already; None: as any other input."""

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal:
        """US dollars for so many tokens; the cached ones are among the input."""
        cached = min(max(cached_tokens, 0), input_tokens)
        cached_price = self.input if self.cached is None else self.cached
        fresh = self.input * (input_tokens - cached)
        return (fresh + cached_price * cached + self.output * output_tokens) / _MILLION


def cost_of(
    model: str,
    *,
    input_tokens: int | None,
    output_tokens: int | None,
    on: date,
    cached_tokens: int | None = None,
) -> Decimal | None:
    """US dollars for one step, or None where the model's price or the usage is unknown."""
    price = find_price(model, on)
    if price is None or price.minute is not None or input_tokens is None or output_tokens is None:
        return None
    return price.of(input_tokens, output_tokens, cached_tokens or 0)


def cost_of_sound(model: str, seconds: float, *, on: date) -> Decimal | None:
    """US dollars for so much of a recording, or None where the model has no price by the minute."""
    price = find_price(model, on)
    if price is None or price.minute is None:
        return None
    return price.minute * Decimal(str(seconds)) / 60


def dearest(on: date) -> Price:
    """What a model of unknown price counts as: the highest prices that are listed for a day."""
    held = [price for model in load_prices() if (price := find_price(model, on)) is not None]
    held = [price for price in held if not price.hears]
    everything = held or [line for lines in load_prices().values() for line in lines]
    return Price(
        model="",
        since=on,
        input=max(price.input for price in everything),
        output=max(price.output for price in everything),
    )


def find_price(model: str, on: date) -> Price | None:
    """The entry that holds for a model, or for the model its dated snapshot belongs to."""
    prices = load_prices()
    lines = prices.get(model) or prices.get(_DATED_SNAPSHOT.sub("", model), ())
    held = [line for line in lines if line.since <= on]
    return held[-1] if held else None


@cache
def load_prices(path: Path = LIST_PATH) -> Mapping[str, tuple[Price, ...]]:
    """The list by model, each model's entries oldest first.

    Raises:
        ConfigError: an entry is incomplete, or two entries of a model have the same day.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["price"]
    by_model: dict[str, list[Price]] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            price = _read(entry)
        except (KeyError, ArithmeticError, TypeError) as error:
            raise ConfigError(f"{path.name}: entry {number} is incomplete: {error}") from error
        by_model.setdefault(price.model, []).append(price)
    for model, lines in by_model.items():
        if len({line.since for line in lines}) != len(lines):
            raise ConfigError(f"{path.name}: {model} has two prices for one day; add a later one")
        lines.sort(key=lambda line: line.since)
    return {model: tuple(lines) for model, lines in by_model.items()}


def _read(entry: Mapping[str, Any]) -> Price:
    if "minute" in entry:
        minute = Decimal(entry["minute"])
        return Price(model=entry["model"], since=entry["since"], hears=True, minute=minute)
    return Price(
        model=entry["model"],
        since=entry["since"],
        hears=entry.get("hears", False),
        input=Decimal(entry["input"]),
        output=Decimal(entry["output"]),
        cached=Decimal(entry["cached"]) if "cached" in entry else None,
    )
