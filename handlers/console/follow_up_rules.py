"""/console/follow-ups/rules: each cause with its figures and counts, and a trial run of one.

A trial tells what a rule would have done in the past days, by other figures too; it reads only and
has a time limit of its own (bot/follow_ups/dry_run.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from asyncpg import QueryCanceledError

from bot.errors import CallerError
from bot.follow_ups.dry_run import DAYS_MAX, Trial, try_cause
from bot.follow_ups.dry_run_figures import figures_of
from bot.follow_ups.dry_run_words import say_tried
from bot.follow_ups.rules_words import RuleState, read_rules, say_in_force
from bot.follow_ups.why_words import say_rule
from bot.profile import Profile
from bot.profile_follow_ups import figures_for
from bot.store.connection import borrow
from handlers.console.base import Asked, Office, Page, Shown
from jobs.follow_up_lines import lines_of

PATH = "/follow-ups/rules"
TOO_LONG = "That took too long: name fewer days."
FIGURE = "figure_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cause as the page shows it."""

    rule: RuleState
    state: str
    when: str
    figures: tuple[tuple[str, str], ...]
    """Name and value of what its rule is made of; empty: it cannot be tried."""


async def show_rules(office: Office, asked: Asked) -> Shown:
    """GET: all of them."""
    return await _page(office)


async def try_rule(office: Office, asked: Asked) -> Shown:
    """POST: what one would have done; nothing is sent or kept."""
    cause, said = asked.form.get("cause", ""), asked.form.get("days", "").strip()
    is_number = said.isascii() and said.isdigit() and len(said) < 5
    known = dict(_figures(office.profile, cause))
    given = {
        name.removeprefix(FIGURE): value.strip()
        for name, value in asked.form.items()
        if name.startswith(FIGURE)
    }
    figures = {name: value for name, value in given.items() if known.get(name) != value}
    trial = Trial(
        cause=cause,
        days=int(said) if is_number else 0,
        now=office.clock.now(),
        lines=lines_of(office.channels),
        render=office.tools.render,
    )
    try:
        async with borrow(office.pool) as conn, conn.transaction(readonly=True):
            tried = await try_cause(conn, office.profile, trial, figures)
    except CallerError as error:
        return await _page(office, tried=cause, given=given, days=said, problem=str(error))
    except QueryCanceledError:
        return await _page(office, tried=cause, given=given, days=said, problem=TOO_LONG)
    told = say_tried(office.profile, tried, [f"{k} = {v}" for k, v in figures.items()])
    return await _page(office, tried=cause, given=given, days=said, told=told)


async def _page(
    office: Office,
    *,
    tried: str = "",
    given: Mapping[str, str] | None = None,
    days: str = str(DAYS_MAX),
    told: tuple[str, ...] = (),
    problem: str = "",
) -> Shown:
    async with borrow(office.pool) as conn, conn.transaction(readonly=True):
        rules = await read_rules(conn, office.profile, now=office.clock.now())
    facts = {
        "rows": [_row(office.profile, each) for each in rules],
        "tried": tried,
        "given": dict(given or {}),
        "days": days,
        "days_max": DAYS_MAX,
        "told": told,
        "problem": problem,
    }
    status = 422 if problem else 200
    return Shown(template="rules.html", title="Rules", facts=facts, status=status)


def _row(profile: Profile, rule: RuleState) -> Row:
    when = say_rule(profile.follow_ups, rule.name)
    return Row(
        rule=rule,
        state=say_in_force(profile, rule),
        when=f"{when[:1].upper()}{when[1:]}",
        figures=_figures(profile, rule.name) if rule.cause.find is not None else (),
    )


def _figures(profile: Profile, cause: str) -> tuple[tuple[str, str], ...]:
    known = figures_of(profile.follow_ups)
    return tuple((name, _typed(known[name])) for name in figures_for(cause) if name in known)


def _typed(value: object) -> str:
    """A figure as it is typed."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


page = Page(reads={PATH: show_rules}, writes={PATH: try_rule}, label="Rules", place=2)
