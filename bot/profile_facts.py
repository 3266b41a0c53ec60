"""Facts of the profile as a customer reads them: `services.hibachi.bands.adult.price` is "$55.00".

Articles and texts quote facts by dotted path, `{{ path }}` or a sum `{{ a + b }}`, so that a
changed price changes every sentence that states it. How a figure looks is bot/profile_wording.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot import profile_wording as wording
from bot.errors import ConfigError
from bot.profile_kinds import Kind, Named
from bot.profile_models import Chef, Fact, Profile
from bot.profile_offer import Service

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
DEPTH_LIMIT = 4
COMPUTED = frozenset({"included_options", "premium_options"})
PLAIN, TABLE, TEXT, LIST = (Kind(name) for name in ("plain", "table", "text", "list"))


def fact(profile: Profile, dotted_path: str, language: str) -> str:
    """One fact, or a sum of facts of one kind, written for the language.

    Raises:
        ConfigError: the path names no fact, or the sum mixes kinds.
    """
    return _fact(profile, dotted_path, language, 0)


def fill(profile: Profile, text: str, language: str) -> str:
    """The text with every `{{ path }}` replaced by its fact.

    Raises:
        ConfigError: a placeholder names no fact.
    """
    return _fill(profile, text, language, 0)


def text(profile: Profile, name: str, language: str) -> str:
    """One of the fixed texts, filled, in the language or else in the home language."""
    return fact(profile, f"texts.{name}", language)


def list_facts(profile: Profile, language: str) -> Mapping[str, str]:
    """Every fact that a customer may be told, by path; what the owner's console shows."""
    return {path: _render(profile, k, v, language, 0) for path, k, v in walk(profile)}


def walk(node: BaseModel, prefix: str = "") -> Iterator[tuple[str, Kind, object]]:
    """Every set leaf below a part: dotted path, kind, value. Words are leaves too."""
    for name, field in type(node).model_fields.items():
        value = getattr(node, name)
        if value is not None:
            yield from _walk(f"{prefix}{name}", _kind(field), value)


def _walk(path: str, kind: Kind, value: object) -> Iterator[tuple[str, Kind, object]]:
    if isinstance(value, BaseModel):
        yield from walk(value, f"{path}.")
    elif isinstance(value, Mapping) and kind is PLAIN:
        for key, item in value.items():
            yield from _walk(f"{path}.{key}", PLAIN, item)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for place, item in enumerate(value):
            yield from _walk(f"{path}.{place}", PLAIN, item)
    else:
        yield path, kind, value


def _kind(field: FieldInfo) -> Kind:
    inner = (extra for part in get_args(field.annotation) for extra in get_args(part))
    found = (extra for extra in (*field.metadata, *inner) if isinstance(extra, Kind))
    return next(found, PLAIN)


def _resolve(profile: Profile, path: str) -> tuple[Kind, object]:
    node: object = profile
    kind = PLAIN
    for name in path.split("."):
        kind, node = _step(kind, node, name)
        if node is None:
            raise ConfigError(f"{path}: the profile holds no such fact; correct the path or add it")
    if isinstance(node, Mapping) and kind is PLAIN:
        kind = TABLE
    return kind, node


def _step(kind: Kind, node: object, name: str) -> tuple[Kind, object]:
    if isinstance(node, BaseModel):
        field = type(node).model_fields.get(name)
        if field is not None:
            return _kind(field), getattr(node, name)
        return PLAIN, getattr(node, name, None) if name in COMPUTED else None
    if isinstance(node, Mapping) and kind is PLAIN:
        return PLAIN, node.get(name)
    if isinstance(node, tuple) and name.isdecimal() and int(name) < len(node):
        return kind, node[int(name)]
    return PLAIN, None


def _fact(profile: Profile, expression: str, language: str, depth: int) -> str:
    if depth > DEPTH_LIMIT:
        raise ConfigError(f"{expression}: this text quotes itself; take the placeholder out")
    parts = [_resolve(profile, path.strip()) for path in expression.split("+")]
    kind, value = parts[0]
    for other_kind, other in parts[1:]:
        if other_kind != kind or not isinstance(value, Decimal) or not isinstance(other, Decimal):
            raise ConfigError(f"{expression}: only facts of one kind can be added")
        value += other
    return _render(profile, kind, value, language, depth)


def _fill(profile: Profile, text: str, language: str, depth: int) -> str:
    return PLACEHOLDER.sub(lambda m: _fact(profile, m[1], language, depth + 1), text)


def _render(profile: Profile, kind: Kind, value: object, language: str, depth: int) -> str:
    home = profile.business.home_language
    speaks = language if language in profile.business.languages else home
    match kind.name, value:
        case _, BaseModel():
            return _part(profile, value, speaks, depth)
        case "text", Mapping():
            return _fill(profile, profile.say(value, speaks), speaks, depth)
        case "list" | "words", Mapping():
            return wording.join(value.get(speaks) or value[home], speaks)
        case _, Mapping():
            parts = tuple(value.values())
        case _, tuple():
            parts = value
        case _:
            return wording.figure(profile.business, kind.name, value, speaks)
    return wording.join([_render(profile, kind, part, speaks, depth) for part in parts], speaks)


def _part(profile: Profile, part: BaseModel, language: str, depth: int) -> str:
    """A whole part in one phrase: its name, or the figure, text or list of a free fact."""
    match part:
        case Fact(value=Decimal() as value):
            return wording.figure(profile.business, part.unit or "", value, language)
        case Fact():
            kind, content = (TEXT, part.text) if part.text else (LIST, part.items)
            return _render(profile, kind, content, language, depth)
        case Named() | Service():
            return _render(profile, TEXT, part.name, language, depth)
        case Chef():
            return part.name
    raise ConfigError(f"{type(part).__name__}: a whole part is no fact; name one of its fields")
