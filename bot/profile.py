"""The business profile: everything a business says about itself, loaded once from its TOML file.

This is the front of the bot/profile_*.py modules and the one that others import. A profile that
would go wrong is refused at start, with every mistake in one message.
"""

from __future__ import annotations

import copy
import difflib
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigError
from bot.profile_checks import check
from bot.profile_facts import fact, fill, list_facts, text
from bot.profile_kinds import Problem
from bot.profile_models import Profile
from bot.profile_offer import Band, Item, Option, Service
from bot.profile_wording import money

__all__ = [
    "DEFAULT_FOLDER",
    "Band",
    "Item",
    "Option",
    "Problem",
    "Profile",
    "Service",
    "check",
    "fact",
    "fill",
    "list_facts",
    "load_profile",
    "money",
    "profile_folder",
    "read_profile",
    "text",
]

DEFAULT_FOLDER = Path(__file__).parent / "profiles" / "my_hibachi"
FILE_NAME = "profile.toml"
MENDS = {
    "missing": "add it",
    "extra_forbidden": "take it out or correct its spelling",
    "greater_than_equal": "make it large enough",
    "less_than_equal": "make it small enough",
    "zone": "write it as America/Los_Angeles",
    "currency": "write its three letters, such as USD",
    "literal_error": "choose one of those",
    "too_short": "add at least one",
    "decimal_max_places": "round it to the cent",
    "held_back": "take before_event, hold_lapsing and deposit_missing out",
    "variants": 'name two wordings, such as ["a", "b"]',
}
MOVED: Mapping[tuple[int | str, ...], str] = {
    ("desk", "sms_part_price"): "write it as sms under [costs.segment]",
    ("escalation", "angry_from"): "write it as intensity_from under [[emotion.triggers]]",
    ("escalation", "repeat_limit"): "write it as unanswered under [[emotion.triggers]]",
    ("emotion",): "copy [emotion] with its triggers from the profile that ships",
}
"""Where a field of before stands now, and where one is taken from that no profile had."""
UNIT_MEND = (
    'say what the price is for: unit = "guest", "portion", "booking", "hour", "item", "room"'
)


def load_profile(path: Path | None = None) -> Profile:
    """The profile in a folder or .toml file, or the one that ships.

    Raises:
        ConfigError: one line for every mistake: field, what is wrong, mend.
    """
    file = profile_folder(path) / FILE_NAME if path is None or path.is_dir() else path
    try:
        with file.open("rb") as opened:
            payload = tomllib.load(opened, parse_float=Decimal)
    except OSError as error:
        mend = "point BUSINESS_PROFILE at a profile's folder or .toml file"
        raise ConfigError(f"{file}: cannot be read; {mend}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not TOML: {error}; correct that line") from error
    return read_profile(payload)


def profile_folder(path: Path | None = None) -> Path:
    """Where a profile's articles and other files lie."""
    if path is None:
        return DEFAULT_FOLDER
    return path if path.is_dir() else path.parent


def read_profile(payload: Mapping[str, object]) -> Profile:
    """A profile from parsed TOML.

    Raises:
        ConfigError: one line for every mistake.
    """
    try:
        profile = Profile.model_validate(payload)
    except ValidationError as error:
        problems = (*_problems(error), *_beyond(payload, error))
        raise ConfigError("\n".join(map(str, problems))) from error
    found = check(profile)
    if found:
        raise ConfigError("\n".join(map(str, found)))
    return profile


def _beyond(payload: Mapping[str, object], error: ValidationError) -> tuple[Problem, ...]:
    """What preflight would find were the wrong values right, so that the owner sees all at once.

    Values that a stand-in can replace are replaced in a copy; where that is not enough, the owner
    has to mend the shape first.
    """
    known = {".".join(map(str, detail["loc"])) for detail in error.errors()}
    mended = copy.deepcopy(dict(payload))
    for detail in error.errors():
        _stand_in(mended, detail)
    try:
        profile = Profile.model_validate(mended)
    except ValidationError:
        return ()
    return tuple(problem for problem in check(profile) if problem.field not in known)


def _stand_in(payload: dict[str, Any], detail: ErrorDetails) -> None:
    *above, name = detail["loc"]
    holder: Any = payload
    for step in above:
        holder = holder[step]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            del holder[name]
        case "zone" | "currency" as kind:
            holder[name] = {"zone": "UTC", "currency": "USD"}[kind]
        case "greater_than_equal" | "less_than_equal":
            holder[name] = context.get("ge", context.get("le"))
        case "missing" | "literal_error" if name == "unit":
            holder[name] = "guest"


def _problems(error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in detail["loc"])
        yield Problem(field, _what(detail), _mend(detail))


def _what(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return "missing"
        case "extra_forbidden":
            return "no such field"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _mend(detail: ErrorDetails) -> str:
    kind, name = detail["type"], str(detail["loc"][-1])
    if kind == "missing" and name == "unit":
        return UNIT_MEND
    if kind in ("extra_forbidden", "missing") and detail["loc"] in MOVED:
        return MOVED[detail["loc"]]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _field_names(detail["loc"]), n=1)
        if near:
            return f"did you mean {near[0]}?"
    return MENDS.get(kind, "correct it")


def _field_names(place: tuple[int | str, ...]) -> tuple[str, ...]:
    """The fields that the part at this place may have; a table's keys are free."""
    part: type[BaseModel] = Profile
    for name in place[:-1]:
        field = part.model_fields.get(str(name))
        found = _parts_in(field.annotation) if field else ()
        part = next(iter(found), part)
    return tuple(part.model_fields)


def _parts_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The profile parts named anywhere in a type such as Mapping[str, Band] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _parts_in(inner)
