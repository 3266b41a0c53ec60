"""What an operator needs stands in docs/: every variable that is read, every webhook, no other.

Variables are found in the code: fields of settings models, and texts that are a variable's name.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from bot.plugins import load
from bot.profile import load_profile
from bot.profile_manners import DailyCaps, Manners
from bot.settings import Settings
from channels.base import Channel
from channels.twilio_api import STATUS_PATH

ROOT = Path(__file__).parent.parent
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
CHANNELS = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
READERS = sorted((ROOT / "channels").glob("*.py"))
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
MENTION = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)`")
UNLIKE = frozenset({"HMAC_SHA256", "TRAFFIC_UNAWARE", "AVAILABLE_WITHOUT_REVIEW"})
"""Vendors' words in the code that look like a variable; whole families by their first word."""
UNLIKE_FAMILIES = frozenset({"ACCOUNT", "DISABLED", "PARTNER", "DKIM", "SPF"})


def documented(text: str) -> set[str]:
    """Names in a table's first column."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in MENTION.findall(cell)}


def of_models(path: Path) -> Iterator[str]:
    """The fields of a module's settings model, with the prefix that its variables have."""
    module = importlib.import_module(f"channels.{path.stem}")
    said = re.search(r'"""The ([A-Z]+_) variables, without their prefix', path.read_text("utf-8"))
    for name, model in vars(module).items():
        is_ours = getattr(model, "__module__", "") == module.__name__ and name.endswith("Settings")
        if said and is_ours and isinstance(model, type) and issubclass(model, BaseModel):
            yield from (f"{said[1]}{field}".upper() for field in model.model_fields)


def of_words(path: Path) -> Iterator[str]:
    """Texts in a module that are nothing but the name of a variable."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = VARIABLE.fullmatch(node.value)
            if found and node.value.partition("_")[0] not in UNLIKE_FAMILIES:
                yield node.value


def read_by_the_code() -> set[str]:
    found = {name.upper() for name in Settings.model_fields}
    for path in READERS:
        found |= {*of_models(path), *of_words(path)}
    return found - UNLIKE


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    read, told = read_by_the_code(), documented(CONFIGURATION)
    assert {"META_WABA_ID", "RINGCENTRAL_JWT", "SLACK_CUSTOMERS", "DISTANCE_API_URL"} <= read
    assert sorted(read - told) == []
    assert sorted(told - read) == []
    assert sorted(set(MENTION.findall(CHANNELS)) - told - {"HX"}) == []


def test_every_webhook_is_documented_and_no_other() -> None:
    channels = load("channels", "channel", Channel)  # type: ignore[type-abstract]
    paths = {route.path for each in channels.values() for route in each.routes}
    assert STATUS_PATH in paths
    told = set(re.findall(r"/webhooks/[a-z/]+[a-z]", CHANNELS))
    assert told - {"/webhooks/email"} == paths


def test_what_the_profile_decides_of_manners_stands_in_it_and_in_the_docs() -> None:
    shipped = (ROOT / "bot/profiles/my_hibachi/profile.toml").read_text(encoding="utf-8")
    section = shipped.partition("\n[manners]")[2].partition("\n[")[0]
    for name in Manners.model_fields:
        assert re.search(rf"^{name}\b", section, re.MULTILINE), name
        assert f"`{name}`" in CHANNELS or f'`{name} = "law"`' in CHANNELS, name
    for name in DailyCaps.model_fields:
        assert re.search(rf"\b{name} = \d", section), name
    assert load_profile().manners == Manners(), "what ships is what a profile without it has"
