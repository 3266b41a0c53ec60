"""The Slack app as a manifest to paste: what it is called, may do, hears of and offers. Pure.

`concierge manifest` prints it; `concierge doctor` compares the token's scopes with SCOPES. Source:
Slack, reference/app-manifest and the pages of each method and event (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.desk_blocks import cut

NAME_MAX = 35
DESCRIPTION_MAX = 140
BOT_NAME_MAX = 80
COMMAND_MAX = 32
COMMAND_HELP_MAX = 2000
USAGE_MAX = 1000
SHORTCUT_NAME_MAX = 24
SHORTCUT_HELP_MAX = 150
SHORTCUTS_MAX = 10
COMMANDS_MAX = 50
PATH = "/webhooks/slack"

SCOPES: Mapping[str, str] = {
    "channels:history": "hear what staff write in the staff channel, and find lost posts",
    "channels:read": "see who is in the staff channel",
    "chat:write": "post and change cards",
    "commands": "slash commands and shortcuts",
    "files:read": "take over photos that staff send",
    "files:write": "show photos and charts",
    "groups:history": "the same where the staff channel is private",
    "groups:read": "the same where the staff channel is private",
    "im:history": "find what was said to one person",
    "im:write": "write to one person",
    "reactions:write": "mark what was delivered",
    "usergroups:read": "know who is in a user group",
    "users:read": "know who presses a button",
    "users:read.email": "know people named by their mailbox",
}
"""What the app needs, and what for."""
CUSTOMER_SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hear who names the app in a shared channel",
    "chat:write": "answer customers",
    "files:read": "see what customers attach",
    "im:history": "hear what customers write to the app, and find lost answers",
    "im:write": "write to a customer first",
    "users:read": "tell customers from staff",
}
"""The same where customers write in Slack (SLACK_CUSTOMERS)."""
CUSTOMER_EVENTS = ("app_mention", "message.im")
EVENTS: Mapping[str, tuple[str, ...]] = {
    "message": ("message.channels", "message.groups"),
    "app_home_opened": ("app_home_opened",),
}
"""What to subscribe to for an event that a part takes; others go by their own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the app takes, as its parts say."""

    commands: Sequence[tuple[str, str, str]]
    """Name with its slash, what is typed after it, what it does."""
    shortcuts: Sequence[tuple[str, str, str]]
    """Callback id, name and help, of a message's menu."""
    events: Sequence[str]
    to_customers: bool = False
    """Whether customers may write to the app, and not staff alone press its buttons."""


def make_manifest(business: str, offered: Offered, *, base_url: str, by_socket: bool) -> object:
    """The manifest, ready to be written as JSON.

    Args:
        base_url: where the service is reached; not used over the socket.
        by_socket: whether Slack comes over Socket Mode.
    """
    where = {} if by_socket else {"request_url": f"{base_url}{PATH}"}
    command_url = {} if by_socket else {"url": f"{base_url}{PATH}"}
    heard, scopes = _wanted(offered)
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": cut(f"{business} Concierge", NAME_MAX),
            "description": cut(
                f"Hands customers of {business} over to people, and back.", DESCRIPTION_MAX
            ),
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": not offered.to_customers,
            },
            "bot_user": {"display_name": cut("Concierge", BOT_NAME_MAX), "always_online": True},
            "shortcuts": [
                {
                    "name": cut(name, SHORTCUT_NAME_MAX),
                    "type": "message",
                    "callback_id": callback_id,
                    "description": cut(said, SHORTCUT_HELP_MAX),
                }
                for callback_id, name, said in offered.shortcuts
            ],
            "slash_commands": [_command(each, command_url) for each in offered.commands],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": {
            "event_subscriptions": {**where, "bot_events": sorted(heard)},
            "interactivity": {"is_enabled": True, **where},
            "org_deploy_enabled": False,
            "socket_mode_enabled": by_socket,
            "token_rotation_enabled": False,
        },
    }


def _wanted(offered: Offered) -> tuple[set[str], set[str]]:
    """The events and the scopes that all this needs."""
    heard = {name for each in offered.events for name in EVENTS.get(each, (each,))}
    if not offered.to_customers:
        return heard, set(SCOPES)
    return heard | set(CUSTOMER_EVENTS), {*SCOPES, *CUSTOMER_SCOPES}


def _command(given: tuple[str, str, str], url: Mapping[str, str]) -> Mapping[str, object]:
    name, usage, said = given
    hint = {"usage_hint": cut(usage, USAGE_MAX)} if usage else {}
    help_ = cut(said, COMMAND_HELP_MAX)
    return {"command": name, "description": help_, **hint, **url, "should_escape": False}
