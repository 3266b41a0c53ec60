"""What `concierge doctor` finds out about the staff desk in Slack. No subcommand.

Harmless calls only: who the token is, what it may do, and whether it is in the staff channel.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from aiohttp import ClientSession

from bot.errors import ConciergeError
from bot.settings import Settings
from channels import desk as desk_channel
from channels.desk import Desk
from channels.slack_api import SlackSettings, call, read_settings
from channels.slack_manifest import PATH, SCOPES

OFF = "SLACK_BOT_TOKEN and SLACK_STAFF_CHANNEL are not set: nobody sees escalations"
WHERE = "Slack's Event Subscriptions, Interactivity and slash commands"

Line = tuple[str, str, str]
"""Sign, what, and what is said."""


async def examine_desk(
    environment: Mapping[str, str], settings: Settings, http: ClientSession
) -> AsyncIterator[Line]:
    """One line after another."""
    try:
        found, desk = read_settings(environment), desk_channel.configure(environment, http)
        if found is None or desk is None:
            yield "off", "desk", OFF
            return
        answer = await call(desk.client.auth_test())
    except ConciergeError as error:
        for said in str(error).splitlines():
            yield "wrong", "desk", said
        return
    yield "ok", "desk", f"Slack as {answer.get('user')}, channel {desk.staff_channel}"
    yield _scopes(answer.headers)
    yield await _membership(desk, str(answer.get("user_id") or ""))
    async for line in _ways_in(desk, found, settings):
        yield line


def _scopes(headers: Mapping[str, object]) -> Line:
    """What the token may do, as Slack says with every answer; a stand-in may not say."""
    given = next((v for k, v in headers.items() if k.lower() == "x-oauth-scopes"), None)
    if given is None:
        return "ok", "desk scopes", "Slack did not say; `concierge manifest` asks for what it needs"
    held = {each.strip() for each in str(given).split(",")}
    missing = [f"{scope} ({what})" for scope, what in SCOPES.items() if scope not in held]
    if missing:
        mend = "add them under OAuth & Permissions and install the app again"
        return "wrong", "desk scopes", f"missing: {'; '.join(missing)}: {mend}"
    return "ok", "desk scopes", f"all {len(SCOPES)} that are needed"


async def _membership(desk: Desk, our_id: str) -> Line:
    """Whether we are in the channel: only then are its messages sent to us."""
    cursor = ""
    try:
        for _ in range(10):
            answer = await call(
                desk.client.conversations_members(
                    channel=desk.staff_channel, limit=200, cursor=cursor or None
                )
            )
            if our_id in (answer.get("members") or ()):
                return "ok", "desk channel", f"the app is in {desk.staff_channel}"
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
    except ConciergeError as error:
        return "wrong", "desk channel", str(error)
    return "wrong", "desk channel", "the app is not in the staff channel; /invite it there"


async def _ways_in(desk: Desk, found: SlackSettings, settings: Settings) -> AsyncIterator[Line]:
    """How Slack reaches us: the URL to paste, or the socket."""
    if found.app_token is not None:
        try:
            # Asking for a socket opens none.
            token = found.app_token.get_secret_value()
            await call(desk.client.apps_connections_open(app_token=token))
        except ConciergeError as error:
            yield "wrong", "desk socket", f"SLACK_APP_TOKEN: {error}"
        else:
            yield "ok", "desk socket", "Socket Mode: nothing has to be pasted"
    if found.signing_secret is not None:
        said = f"{settings.base_url}{PATH} for {WHERE}"
        is_reachable = settings.public_url.startswith("https://")
        mend = "" if is_reachable else "; set PUBLIC_URL to an address with https, or use a socket"
        is_wrong = not is_reachable and found.app_token is None
        yield "wrong" if is_wrong else "ok", "desk webhook", f"{said}{mend}"
