"""Reads the agents' instructions: the shipped text files, and the owner's in place of them.

An owner changes what an agent is told by a file agents/<name>.md beside the profile, without code.
Agents read theirs when they are loaded, jobs/assembly.py reads the owner's, both at start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bot.agents.base import Agent
from bot.errors import ConfigError

SHIPPED = Path(__file__).parent / "instructions"
OWNERS_FOLDER = "agents"
CHARS_MAX = 8_000
"""More than this leaves too little of a small model's attention to the customer."""


def shipped(name: str) -> str:
    """The instructions that come with the service, for a module or agent name.

    Raises:
        ConfigError: the file is missing, empty, too long or no text.
    """
    return read_instructions(SHIPPED / f"{name.rpartition('.')[2]}.md")


def of_owner(folder: Path, names: Iterable[str]) -> Mapping[str, str]:
    """The instructions in a profile's folder, by agent; those that are not there are left out.

    Raises:
        ConfigError: every file that is empty, too long, no text, or for no agent, a line each.
    """
    known = sorted(names)
    found: dict[str, str] = {}
    wrong: list[str] = []
    for file in sorted((folder / OWNERS_FOLDER).glob("*.md")):
        try:
            if file.stem not in known:
                raise ConfigError(f"{file}: no agent is called so; name it after one of {known}")
            found[file.stem] = read_instructions(file)
        except ConfigError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigError("\n".join(wrong))
    return found


def worded(agent: Agent, name: str, own: Mapping[str, str]) -> Agent:
    """The agent as the owner words it."""
    return replace(agent, instructions=own[name]) if name in own else agent


def read_instructions(file: Path) -> str:
    """The text of one file.

    Raises:
        ConfigError: it is missing, empty, too long or no text.
    """
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read; write the agent's instructions there"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text; save it as UTF-8") from error
    if not text:
        raise ConfigError(f"{file}: empty; write the agent's instructions there")
    if len(text) > CHARS_MAX:
        raise ConfigError(f"{file}: {len(text)} characters; shorten it to {CHARS_MAX}")
    return text
