"""The manifest fits the vendor's documented shape and names all that the desk takes.

`concierge doctor` says what the token lacks, and how Slack reaches the service.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import ClientSession
from world import World

from bot import plugins
from bot.settings import load_settings
from channels import slack_manifest as limits
from channels.slack_manifest import SCOPES
from handlers.commands.doctor_desk import _scopes, examine_desk
from handlers.commands.manifest import command
from handlers.desk.base import Part

PARTS = plugins.load("handlers.desk", "part", Part)
KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands"},
    "oauth_config": {"scopes", "redirect_urls"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}
"""The documented fields that we use: reference/app-manifest (read 2026-11-23)."""
NEEDED_FOR = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": "",
}
"""The scope that a subscription needs, as each event's page says."""


async def printed(capsys: pytest.CaptureFixture[str], **environment: str) -> Any:
    assert await command.run(argparse.Namespace(), environment) == 0
    return json.loads(capsys.readouterr().out)


async def test_every_command_shortcut_and_event_is_in_the_manifest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = await printed(capsys, PUBLIC_URL="https://desk.example.com/")
    for place, keys in KEYS.items():
        part: Mapping[str, Any] = made[place] if place else made
        assert set(part) <= keys, place
    features, settings = made["features"], made["settings"]
    commands = {each["command"]: each for each in features["slash_commands"]}
    taken = {name: each for part in PARTS.values() for name, each in part.commands.items()}
    assert commands.keys() == taken.keys()
    assert {name: each.get("usage_hint", "") for name, each in commands.items()} == {
        name: each.usage for name, each in taken.items()
    }
    shortcuts = {each["callback_id"] for each in features["shortcuts"]}
    assert shortcuts == {name for part in PARTS.values() for name in part.shortcuts}
    heard = {event for part in PARTS.values() for event in part.events}
    subscribed = settings["event_subscriptions"]["bot_events"]
    assert {each.partition(".")[0] for each in subscribed} == heard
    scopes = set(made["oauth_config"]["scopes"]["bot"])
    assert {NEEDED_FOR[each] for each in subscribed} - {""} <= scopes

    url = "https://desk.example.com/webhooks/slack"
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"] == {"is_enabled": True, "request_url": url}
    assert {each["url"] for each in commands.values()} == {url}
    assert not settings["socket_mode_enabled"]


async def test_the_manifest_keeps_the_vendors_limits(capsys: pytest.CaptureFixture[str]) -> None:
    made = await printed(capsys)
    shown, features = made["display_information"], made["features"]
    assert len(shown["name"]) <= limits.NAME_MAX
    assert len(shown["description"]) <= limits.DESCRIPTION_MAX
    assert len(features["bot_user"]["display_name"]) <= limits.BOT_NAME_MAX
    assert len(features["slash_commands"]) <= limits.COMMANDS_MAX
    assert len(features["shortcuts"]) <= limits.SHORTCUTS_MAX
    for each in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z_-]+", each["command"])
        assert len(each["command"]) <= limits.COMMAND_MAX
        assert 0 < len(each["description"]) <= limits.COMMAND_HELP_MAX
        assert len(each.get("usage_hint", "")) <= limits.USAGE_MAX
    for each in features["shortcuts"]:
        assert each["type"] == "message"
        assert 0 < len(each["name"]) <= limits.SHORTCUT_NAME_MAX
        assert 0 < len(each["description"]) <= limits.SHORTCUT_HELP_MAX


async def test_with_a_socket_no_address_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    made = await printed(capsys, SLACK_APP_TOKEN="xapp-1")
    assert made["settings"]["socket_mode_enabled"]
    assert "url" not in json.dumps(made)


def test_the_doctor_names_missing_scopes() -> None:
    held = ",".join(scope for scope in SCOPES if scope != "reactions:write")
    sign, _what, said = _scopes({"X-OAuth-Scopes": held})
    assert sign == "wrong"
    assert "reactions:write (mark what was delivered)" in said
    assert _scopes({"x-oauth-scopes": f"{held}, reactions:write"})[0] == "ok"
    assert _scopes({})[0] == "ok"


async def test_the_doctor_looks_at_the_desk(idle_world: World) -> None:
    world = idle_world
    environment = dict(world.ground.environment)

    async def lines(**changed: str) -> dict[str, tuple[str, str]]:
        env = {**environment, **changed}
        async with ClientSession() as http:
            found = [each async for each in examine_desk(env, load_settings(env), http)]
        return {what: (sign, said) for sign, what, said in found}

    told = await lines(PUBLIC_URL="https://desk.example.com")
    assert [sign for sign, _said in told.values()] == ["ok"] * len(told)
    assert "https://desk.example.com/webhooks/slack" in told["desk webhook"][1]
    assert (await lines())["desk webhook"][0] == "wrong"
    assert (await lines(SLACK_BOT_TOKEN="xoxb-other"))["desk"][0] == "wrong"
    channel = (await lines(SLACK_STAFF_CHANNEL="C0NOWHERE"))["desk channel"]
    assert channel[0] == "wrong"
    assert (await lines(SLACK_APP_TOKEN="xapp-1"))["desk socket"][0] == "wrong"
