"""What the operator sets for Twilio, read once and shared by the SMS and the WhatsApp channel.

Nothing set: the channel is off. Something missing: start-up stops and names the variable.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.errors import BadPayload, ConfigError
from bot.settings import load_settings
from channels.phones import normalise
from channels.prefixed import given_with, read_into
from channels.twilio_signature import Verifier, public_bases

WHATSAPP = "whatsapp:"
_PREFIX = "TWILIO_"
_SENDERS = frozenset(
    {"TWILIO_SMS_FROM", "TWILIO_MESSAGING_SERVICE_SID", "TWILIO_WHATSAPP_FROM", "TWILIO_VOICE"}
)
"""What an account is there for; one of them is enough."""
_OF_THE_ACCOUNT = frozenset(
    {"account_sid", "auth_token", "auth_token_secondary", "webhook_key_id", "webhook_key"}
)


class TwilioSettings(BaseModel):
    """The TWILIO_ variables, without their prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account_sid: str = Field(min_length=1)
    auth_token: SecretStr = Field(min_length=1)
    auth_token_secondary: SecretStr | None = None
    """Accepted beside the first while tokens are rotated; never used for sending."""
    sms_from: str = ""
    whatsapp_from: str = ""
    """E.164, with or without `whatsapp:` before it."""
    messaging_service_sid: str = ""
    api_url: str = Field(default="https://api.twilio.com", pattern=r"^https?://[^/?#@]+/?$")
    sms_per_second: float = Field(default=1.0, gt=0)
    """A long code without registration; short codes and registered ones may do more."""
    whatsapp_per_second: float = Field(default=80.0, gt=0)
    voice_forward_to: str = ""
    """Which telephone rings where a caller wants a person; empty: the profile's."""
    webhook_key_id: str = ""
    webhook_key: SecretStr | None = None
    """The shared key for webhooks; once set, only its signature is accepted."""


def read_settings(settings: Mapping[str, str], sender: tuple[str, ...]) -> TwilioSettings | None:
    """The settings of one channel, whose senders are the variables named in `sender`.

    Returns:
        None when nothing of Twilio is set, or only what the other channel needs.

    Raises:
        ConfigError: names each variable that is missing or wrong.
    """
    given = given_with(_PREFIX, settings)
    present = {name for name in _SENDERS if settings.get(name, "").strip() not in ("", "0")}
    if not present and not given.keys() & _OF_THE_ACCOUNT:
        return None
    if not present:
        raise ConfigError(
            "TWILIO_SMS_FROM or TWILIO_WHATSAPP_FROM is missing: Twilio needs a sender"
        )
    found = read_into(TwilioSettings, _PREFIX, given)
    if bool(found.webhook_key_id) != (found.webhook_key is not None):
        raise ConfigError("TWILIO_WEBHOOK_KEY_ID and TWILIO_WEBHOOK_KEY are missing one another")
    return found if present & set(sender) else None


def sender_handle(value: str, variable: str) -> str:
    """Our own sender as a handle, without the channel's prefix; empty stays empty.

    Raises:
        ConfigError: it is no number, short code or sender name.
    """
    try:
        return normalise(value.removeprefix(WHATSAPP), variable) if value else ""
    except BadPayload as error:
        raise ConfigError(str(error)) from error


def make_verifier(found: TwilioSettings, settings: Mapping[str, str]) -> Verifier:
    """The verifier for our public address, which PUBLIC_URL decides and no header."""
    tokens = [found.auth_token]
    if found.auth_token_secondary is not None:
        tokens.append(found.auth_token_secondary)
    key = found.webhook_key.get_secret_value() if found.webhook_key is not None else ""
    return Verifier(
        bases=public_bases(load_settings(settings).base_url),
        tokens=tuple(token.get_secret_value().encode() for token in tokens),
        key_id=found.webhook_key_id,
        key=key.encode(),
    )
