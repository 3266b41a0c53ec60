"""What a subcommand is."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    """Most commands take none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A plug-in of this folder."""

    help: str
    """One line for `concierge --help`."""
    run: Callable[[argparse.Namespace, Mapping[str, str]], Awaitable[int]]
    """Takes the parsed arguments and the environment; returns the exit status."""
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
