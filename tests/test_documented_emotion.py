"""What docs/emotion.md tells owners and operators is what the code does, and links lead somewhere.

Triggers with their figures, fields, commands, options, reviews' limits and metrics; and every link
and every file that the README and the pages beside it name.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot.domain_alarms import About, Act, Severity
from bot.errors import ConfigError
from bot.profile import load_profile, read_profile
from bot.profile_emotions import EmotionRules, Trigger
from handlers.commands.emotions import command
from jobs import metrics

ROOT = Path(__file__).parent.parent
EMOTION = (ROOT / "docs/emotion.md").read_text(encoding="utf-8")
SHIPPED = (ROOT / "bot/profiles/my_hibachi/profile.toml").read_text(encoding="utf-8")
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
NAMED = re.compile(r"`((?:bot|channels|jobs|handlers|bench|tests|docs)/[\w./-]*\w\.\w+)`")
METRIC = re.compile(r"`(concierge_emotion\w*)`")
FOLLOWS = {Act.HAND_OVER: "a person takes over", Act.TELL: "staff read a line"}


def chapter(name: str) -> str:
    """What stands under a heading, up to the next one of its kind."""
    return EMOTION.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """The names in a table's first column, in their order."""
    rows = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return [name for cell in rows for name in re.findall(r"`([a-z_]+)`", cell)]


def triggers_that_ship() -> str:
    return chapter("Triggers").partition("\nAn owner writes their own")[0]


def row_of(trigger: Trigger) -> str:
    rows = triggers_that_ship().splitlines()
    lines = [row for row in rows if row.startswith(f"| `{trigger.name}` |")]
    assert len(lines) == 1, trigger.name
    return lines[0]


def figures_of(trigger: Trigger) -> Iterator[float]:
    """What the row of a trigger has to say in figures."""
    for figure in (trigger.intensity_from, trigger.escalate_from, trigger.falls_by):
        if figure is not None:
            yield figure


@pytest.mark.parametrize("trigger", load_profile().emotion.triggers, ids=lambda each: each.name)
def test_an_owner_reads_of_each_trigger_that_ships_what_it_does(trigger: Trigger) -> None:
    row = row_of(trigger)
    assert f"| {trigger.severity.value} |" in row
    assert FOLLOWS[trigger.act] in row
    for figure in figures_of(trigger):
        assert f" {figure:g} " in row, figure


def test_every_field_of_a_trigger_is_told_and_no_other() -> None:
    ships = first_cells(triggers_that_ship())
    assert ships == [each.name for each in load_profile().emotion.triggers]
    told = first_cells(chapter("Triggers"))[len(ships) :]
    assert sorted(told) == sorted(Trigger.model_fields)
    for word in (*Severity, *Act, *About):
        assert f"`{word.value}`" in chapter("Triggers"), word
    fields = set(EmotionRules.model_fields) - {"triggers"}
    assert all(f"`{name} = " in chapter("Reviews") for name in fields)


def test_a_profile_of_before_is_told_where_its_triggers_come_from() -> None:
    payload = tomllib.loads(SHIPPED, parse_float=Decimal)
    del payload["emotion"]
    with pytest.raises(ConfigError, match=r"^emotion: missing; copy \[emotion\] .* that ships$"):
        read_profile(payload)


def test_every_metric_of_emotions_is_told_and_no_other() -> None:
    kept = {family.name for family in REGISTRY.collect() if "concierge_emotion" in family.name}
    assert metrics.emotions._name in kept
    told = METRIC.findall(chapter("Speed and metrics"))
    assert sorted(name.removesuffix("_total") for name in told) == sorted(kept)
    counters = {family.name for family in REGISTRY.collect() if family.type == "counter"}
    # As Prometheus shows them, or nobody finds them.
    for name in told:
        assert name.endswith("_total") == (name.removesuffix("_total") in counters), name


def parts_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [x for x in parser._actions if isinstance(x, argparse._SubParsersAction)]
    return dict(found[0].choices)


def test_every_part_and_option_of_the_command_is_told_and_no_other() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    parts = parts_of(parser)
    words = " ".join(EMOTION.split())
    told = set(re.findall(r"concierge emotions ([a-z]+)", words))
    assert told == set(parts)
    options = {o for part in parts.values() for x in part._actions for o in x.option_strings}
    known = options - {"-h", "--help"}
    assert {option for option in known if option not in words} == set()
    # `--out` and its like are the training's own.
    before_training = words.partition("## Training")[0]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", before_training)) <= known


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_newcomer_follows_no_link_to_nowhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(NAMED.findall(page.read_text(encoding="utf-8")))
    # A file that a recipe has its reader write is called x.
    written = {name for name in named if Path(name).stem in ("x", "vendor_x")}
    assert [name for name in sorted(named - written) if not (ROOT / name).exists()] == []
