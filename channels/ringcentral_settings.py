"""What the operator sets for RingCentral.

Nothing set: the channel is off. Something missing: start-up stops and names the variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.errors import BadPayload, ConfigError
from channels.phones import normalise
from channels.prefixed import given_with, is_any_set, read_into

_PREFIX = "RINGCENTRAL_"
_WRONG_NUMBER = "RINGCENTRAL_NUMBER is wrong: it must be + and country code and number"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


class RingCentralSettings(BaseModel):
    """The RINGCENTRAL_ variables, without their prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    jwt: SecretStr = Field(min_length=1)
    number: str = Field(min_length=1)
    """Ours, E.164: what we send from and what customers text and call."""
    webhook_token: SecretStr
    """Made up by the operator; RingCentral shows it with every event."""
    api_url: str = Field(
        default="https://platform.ringcentral.com", pattern=r"^https?://[^/?#@\s]+(/[^?#@\s]*)?$"
    )


def read_settings(settings: Mapping[str, str]) -> RingCentralSettings | None:
    """The settings, or None where nothing of RingCentral is set.

    Raises:
        ConfigError: names each variable that is missing or wrong.
    """
    given = given_with(_PREFIX, settings)
    if not is_any_set(RingCentralSettings, given):
        return None
    found = read_into(RingCentralSettings, _PREFIX, given)
    try:
        number = normalise(found.number, "RINGCENTRAL_NUMBER")
    except BadPayload as error:
        raise ConfigError(_WRONG_NUMBER) from error
    if not number.startswith("+"):
        raise ConfigError(_WRONG_NUMBER)
    if not _TOKEN.fullmatch(found.webhook_token.get_secret_value()):
        raise ConfigError(
            "RINGCENTRAL_WEBHOOK_TOKEN is wrong: it must be 16 to 200 letters, digits, - and _"
        )
    return found.model_copy(update={"number": number})
