"""Whether Slack still knows our token, and what the token may not do that is needed.

Slack names a token's scopes with every answer. Used by channels/slack.py and, for the desk, by
jobs/check_grants.py. Source: Slack, authentication/tokens and reference/scopes, `X-OAuth-Scopes`
(read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from channels.desk import Desk
from channels.slack_api import call
from channels.slack_manifest import SCOPES

HEADER = "x-oauth-scopes"


async def find_missing(
    client: AsyncWebClient, wanted: Mapping[str, str], *, timeout_s: float
) -> Sequence[str]:
    """What is missing, in words for the operator; nothing where Slack does not say.

    Raises:
        VendorError: Slack does not answer, or does not know us.
    """
    answer = await call(client.auth_test(), timeout_s=timeout_s)
    given = {key.lower(): value for key, value in answer.headers.items()}.get(HEADER)
    if given is None:
        return ()
    held = {each.strip() for each in str(given).split(",")}
    return tuple(
        f"the app lacks {scope} ({what}): add it under OAuth & Permissions and install again"
        for scope, what in wanted.items()
        if scope not in held
    )


@dataclass(frozen=True, slots=True)
class DeskCheck:
    """The staff desk, asked as a channel is."""

    desk: Desk

    async def check(self) -> Sequence[str]:
        """Whether the desk's app may do what staff's work needs."""
        return await find_missing(self.desk.client, SCOPES, timeout_s=self.desk.timeout_s)
