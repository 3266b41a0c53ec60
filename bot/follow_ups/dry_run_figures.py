"""The profile with other figures of its follow-ups, for the trial run of a rule.

Checked as the profile's own are. bot/follow_ups/dry_run.py calls it; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from pydantic import ValidationError

from bot.errors import CallerError
from bot.profile import Profile
from bot.profile_follow_ups import FollowUps

NO_FIGURES = frozenset({"off", "holdout_causes", "holdout_percent"})
"""What says for whom, not when: a trial run asks for one cause, of everybody."""

FIGURE_MAX = 24 * 366
"""A year, in the smallest unit there is."""
PARTS_MAX = 10


def with_figures(profile: Profile, cause: str, figures: Mapping[str, str]) -> Profile:
    """The same profile with that cause on, and with figures such as quote_hours = "12,48".

    Raises:
        CallerError: there is no such figure, or it cannot be that; the message names it.
    """
    rules = profile.follow_ups
    known = figures_of(rules)
    changes: dict[str, object] = {"off": tuple(each for each in rules.off if each != cause)}
    for name, said in figures.items():
        if name not in known:
            raise CallerError(f"{name}: there is no such figure; there are {', '.join(known)}")
        is_list = isinstance(known[name], tuple)
        parts = tuple(part.strip() for part in said.split(",") if part.strip())
        changes[name] = parts if is_list else said.strip()
    whole: dict[str, object] = {name: getattr(rules, name) for name in FollowUps.model_fields}
    try:
        made = FollowUps.model_validate({**whole, **changes})
    except ValidationError as error:
        raise CallerError(_say(error)) from error
    for name in figures:
        _bound(name, getattr(made, name))
    return profile.model_copy(update={"follow_ups": made})


def figures_of(rules: FollowUps) -> Mapping[str, object]:
    """What can be another in a trial run, by name, as it is now."""
    values = {name: getattr(rules, name) for name in FollowUps.model_fields}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | time | tuple) and name not in NO_FIGURES
    }


def _bound(name: str, value: object) -> None:
    """No figure of which a moment could not be made."""
    values = value if isinstance(value, tuple) else (value,)
    if len(values) > PARTS_MAX:
        raise CallerError(f"{name}: at most {PARTS_MAX} of them; these are {len(values)}")
    if any(isinstance(each, int) and each > FIGURE_MAX for each in values):
        raise CallerError(f"{name}: at most {FIGURE_MAX}")


def _say(error: ValidationError) -> str:
    """The first thing that is wrong, by the figure's name."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"])) or "figures"
    return f"{name}: {first['msg'].lower()}; this is {str(first['input'])[:60]!r}"
