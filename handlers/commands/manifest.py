"""`concierge manifest`: the Slack app as JSON, to be pasted where Slack asks for a manifest."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace

from bot import plugins
from bot.profile import load_profile
from bot.settings import load_settings
from channels.slack import takes_customers
from channels.slack_manifest import Offered, make_manifest
from handlers.commands.base import Command
from handlers.desk.base import Part

SHORTCUTS: Mapping[str, tuple[str, str]] = {
    "teach": ("Teach the concierge", "Have every customer who asks this told this reply"),
    "why_said": ("Why did it say that?", "What an answer of the concierge rests on"),
    "wrong_answer": ("Wrong answer", "Correct what the concierge said"),
}
"""What the shortcuts are called in a message's menu; others by their callback id."""


async def run(_asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Print it."""
    settings = load_settings(environment)
    made = make_manifest(
        load_profile(settings.business_profile).business.name,
        replace(
            offered(plugins.load("handlers.desk", "part", Part)),
            to_customers=takes_customers(environment),
        ),
        base_url=settings.base_url,
        by_socket=bool(environment.get("SLACK_APP_TOKEN", "").strip()),
    )
    print(json.dumps(made, ensure_ascii=False, indent=2))
    return 0


def offered(parts: Mapping[str, Part]) -> Offered:
    """Everything that the parts of the desk take."""
    commands = sorted(
        (name, command.usage, command.help)
        for part in parts.values()
        for name, command in part.commands.items()
    )
    shortcuts = sorted(name for part in parts.values() for name in part.shortcuts)
    return Offered(
        commands=commands,
        shortcuts=[
            (name, *SHORTCUTS.get(name, (_plain(name), _plain(name)))) for name in shortcuts
        ],
        events=sorted({event for part in parts.values() for event in part.events}),
    )


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()


command = Command(help="the Slack app's manifest, ready to be pasted", run=run)
