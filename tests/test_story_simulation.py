"""Scripted customers try what is about to go live: all of the shipped ones pass, and a change that
would leave customers worse off turns them red."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.language.embed import Encoder
from bot.profile import DEFAULT_FOLDER
from handlers.evaluations.laboratory import laboratory_on
from handlers.simulation.scripts import Script, load_scripts
from handlers.simulation.stage import Played, Stage

SPOKEN = frozenset({"en", "es", "zh"})


@asynccontextmanager
async def staged(environment: Mapping[str, str], encoder: Encoder) -> AsyncIterator[Stage]:
    """A stage on the stores of a test."""
    clock = ShiftedClock()
    async with laboratory_on(environment, clock, encoder) as laboratory:
        yield Stage(laboratory=laboratory, clock=clock)


async def play(stage: Stage, wanted: Callable[[Script], bool], folder: Path) -> list[Played]:
    """Let these customers of a profile tell their story once."""
    scripts = [pair for pair in load_scripts(folder) if wanted(pair[0])]
    return [await stage.play(script, today, tellings=1) for script, today in scripts]


@pytest.mark.parametrize("language", ["en", "es", "zh", "any other"])
async def test_every_shipped_customer_fares_as_they_must(
    database_url: str, redis_url: str, encoder: Encoder, language: str
) -> None:
    def speaks(script: Script) -> bool:
        return language == (script.language if script.language in SPOKEN else "any other")

    stores = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    async with staged(stores, encoder) as stage:
        played = await play(stage, speaks, DEFAULT_FOLDER)
    assert played
    assert {p.script.name: (p.problems, p.transcripts) for p in played if p.is_red} == {}


async def test_a_change_that_loses_bookings_turns_red(
    database_url: str, redis_url: str, encoder: Encoder, tmp_path: Path
) -> None:
    """Somebody took the slot that most families want out of the list."""
    folder = tmp_path / "profile"
    shutil.copytree(DEFAULT_FOLDER, folder)
    page = folder / "profile.toml"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("15:00:00, 18:00:00,", "15:00:00,"), encoding="utf-8")
    stores = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "BUSINESS_PROFILE": str(folder),
    }
    names = ("a family books in three texts", "stop means stop")
    async with staged(stores, encoder) as stage:
        played = await play(stage, lambda script: script.name in names, folder)
    by_name = {each.script.name: each.problems[0] for each in played}
    assert by_name["a family books in three texts"] == ("there is no booking",)
    assert not by_name["stop means stop"]
