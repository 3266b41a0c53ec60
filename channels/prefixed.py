"""The variables of one vendor, which begin alike, as a model; or a line for each that is wrong.

Whether enough is set to switch a channel on, its own module knows. Nothing of a value is repeated:
it may be a secret in the wrong place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.domain import NOTHING
from bot.errors import ConfigError

M = TypeVar("M", bound=BaseModel)

API_URL = "api_url"
"""Of every vendor; alone it configures nothing."""
_FORMS: Mapping[str, str] = {
    API_URL: "an http or https address without a query",
    "per_second": "a number above 0",
}
"""How a variable is written, by the end of its name."""


def given_with(prefix: str, settings: Mapping[str, str]) -> Mapping[str, str]:
    """What is set of the vendor, by the model's names; what is blank is not set."""
    return {
        name.removeprefix(prefix).lower(): value.strip()
        for name, value in settings.items()
        if name.startswith(prefix) and value.strip()
    }


def is_any_set(model: type[BaseModel], given: Mapping[str, str]) -> bool:
    """Whether somebody wants this vendor; what else has its prefix is not ours."""
    return bool(given.keys() & (model.model_fields.keys() - {API_URL}))


def read_into(
    model: type[M], prefix: str, given: Mapping[str, str], forms: Mapping[str, str] = NOTHING
) -> M:
    """The settings.

    Args:
        forms: how the vendor's own variables are written, by the end of their names.

    Raises:
        ConfigError: a line for each variable that is missing or wrong.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        known = {**_FORMS, **forms}
        lines = [
            f"{prefix}{name.upper()} {_wrong(name, issue['type'], known)}"
            for issue in error.errors()
            if (name := str(issue["loc"][0]))
        ]
        raise ConfigError("\n".join(lines)) from error


def _wrong(name: str, kind: str, forms: Mapping[str, str]) -> str:
    if kind == "missing":
        return "is missing"
    form = next((words for end, words in forms.items() if name.endswith(end)), "")
    return f"is wrong: write {form}" if form else "is wrong"
