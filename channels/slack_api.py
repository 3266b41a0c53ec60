"""Slack's Web API for the staff desk: its settings, its client, and what its errors mean for us.

The vendor's own client does the talking; only its retries are switched off, because it would post
a card a second time after a lost answer. Source: Slack, apis/web-api and reference/methods/
chat.postMessage (read 2026-11-22).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Mapping
from types import MappingProxyType

from aiohttp import ClientError, ClientSession
from aiohttp.client_exceptions import ClientConnectorError, ConnectionTimeoutError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import ConfigError, VendorError, VendorRefused, VendorSilent, VendorUnavailable

TIMEOUT_S = 15.0
DEFAULT_URL = "https://slack.com/api/"
_NEEDED = ("SLACK_BOT_TOKEN", "SLACK_STAFF_CHANNEL")
# How Slack reaches us: by signed requests, or over a socket that we open (Socket Mode).
_WAYS_IN = ("SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")

# At debug level the client logs whole requests, and so what customers wrote.
quiet_log = logging.getLogger("slack_sdk.quiet")
quiet_log.setLevel(logging.WARNING)

# What staff or the operator can do about a refusal.
_MEND: Mapping[str, str] = MappingProxyType(
    {
        "account_inactive": "the app's token belongs to a removed account; install the app again",
        "cant_update_message": "the card cannot be changed any more; post it anew",
        "channel_not_found": "SLACK_STAFF_CHANNEL is not known; use the channel's id",
        "edit_window_closed": "the card cannot be changed any more; post it anew",
        "invalid_auth": "SLACK_BOT_TOKEN is not valid",
        "invalid_blocks": "the card was not well formed; please report it",
        "is_archived": "the staff channel is archived; restore it or set SLACK_STAFF_CHANNEL",
        "message_not_found": "the card has been deleted; post it anew",
        "missing_scope": "add the scope under OAuth & Permissions and install the app again",
        "msg_blocks_too_long": "the card was too long; please report it",
        "msg_too_long": "the card was too long; please report it",
        "not_authed": "SLACK_BOT_TOKEN is missing or not valid",
        "not_in_channel": "the app is not in the staff channel; invite it there",
        "restricted_action": "the workspace does not let the app post in the staff channel",
        "token_expired": "SLACK_BOT_TOKEN has expired",
        "token_revoked": "SLACK_BOT_TOKEN was revoked; install the app again",
    }
)
# Slack may have acted in spite of the first group; in the second it says it has not.
_UNKNOWN = frozenset({"fatal_error", "internal_error", "request_timeout"})
_SCOPES = re.compile(r"[a-z_.:,]{1,100}")
SLOW_DOWN = frozenset({"429", "ratelimited", "rate_limited", "message_limit_exceeded"})
"""Codes of VendorUnavailable that hold for whatever else is to be called."""
SILENT = "timeout"
"""Code of VendorSilent where no answer came at all."""
_LATER = SLOW_DOWN | {"service_unavailable"}


class SlackSettings(BaseModel):
    """The SLACK_ variables, without their prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    bot_token: SecretStr
    staff_channel: str
    """Id of the channel where staff work; by a name nothing can be looked up after a crash."""
    signing_secret: SecretStr | None = None
    """What Slack signs its requests with; none: it reaches us over the socket only."""
    app_token: SecretStr | None = None
    """Opens the socket of Socket Mode; none: Slack sends requests."""
    api_url: str = Field(default=DEFAULT_URL, pattern=r"^https?://[^?#@]+$")


def read_settings(settings: Mapping[str, str]) -> SlackSettings | None:
    """The desk's settings, or None when there are none at all.

    Raises:
        ConfigError: names the variable that is missing or wrong.
    """
    given = {name: settings[name].strip() for name in settings if name.startswith("SLACK_")}
    if not any(given.get(name) for name in (*_NEEDED, *_WAYS_IN)):
        return None
    missing = [
        f"{name} is missing: the staff desk needs it" for name in _NEEDED if not given.get(name)
    ]
    if not any(given.get(name) for name in _WAYS_IN):
        missing.append(
            "SLACK_SIGNING_SECRET is missing: the staff desk needs it, or SLACK_APP_TOKEN for "
            "Socket Mode"
        )
    if missing:
        raise ConfigError("\n".join(missing))
    values = {name.removeprefix("SLACK_").lower(): value for name, value in given.items() if value}
    try:
        return SlackSettings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"SLACK_API_URL is wrong: {error.errors()[0]['msg']}") from error


def make_client(found: SlackSettings, http: ClientSession | None) -> AsyncWebClient:
    """The vendor's client, pointed at the configured address and without its own retries."""
    client = AsyncWebClient(
        token=found.bot_token.get_secret_value(),
        base_url=found.api_url,
        session=http,
        timeout=int(TIMEOUT_S),
        retry_handlers=[],
        logger=quiet_log,
    )
    if found.api_url != DEFAULT_URL:
        # The client takes a proxy from the environment even for a stand-in on this machine.
        client.proxy = None
    return client


async def call(
    request: Awaitable[AsyncSlackResponse], *, timeout_s: float = TIMEOUT_S
) -> AsyncSlackResponse:
    """Await one API call and raise what its failure means.

    Raises:
        VendorUnavailable: nothing was done. VendorRefused: never again, with its mend in words.
        VendorSilent: the outcome is unknown.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await request
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise VendorUnavailable("no connection to Slack") from error
    except TimeoutError as error:
        raise VendorSilent("Slack did not answer in time", code=SILENT) from error
    except SlackApiError as error:
        raise _meaning(error) from error
    except (ClientError, OSError, SlackClientError) as error:
        raise VendorSilent("the connection to Slack was lost", code="lost") from error


def _meaning(error: SlackApiError) -> VendorError:
    """The error as ours. An answer that is no JSON comes from before Slack: outcome unknown."""
    response = error.response
    data = getattr(response, "data", None)
    status = int(getattr(response, "status_code", 0) or 0)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code in _LATER:
        wait_s = _retry_after(getattr(response, "headers", {}))
        return VendorUnavailable(
            "Slack wants us to slow down", code=code or "429", retry_after_s=wait_s
        )
    if not code or code in _UNKNOWN or status >= 500:
        return VendorSilent("Slack failed; it may have done it", code=code or str(status))
    mend = _MEND.get(code, "see this error in Slack's documentation of the method")
    needed = data.get("needed") if code == "missing_scope" and isinstance(data, dict) else None
    if isinstance(needed, str) and _SCOPES.fullmatch(needed):
        mend = f"the app lacks {needed}; {mend}"
    return VendorRefused(f"Slack refuses ({code}): {mend}", code=code)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = str(headers.get("Retry-After", ""))
    return min(float(value), 3600.0) if value.isascii() and value.isdigit() else None
