"""The one place that reads the environment, once, at start.

Fields are the names of the table in docs/configuration.md. A channel's own variables are handed
to it as they are, so that a new channel needs no field here.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import ConfigError


class Settings(BaseSettings):
    """What the operator decides. Names are case-insensitive in the environment."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    """Where vendors reach us; signatures are checked against it. Empty: http://HOST:PORT."""
    database_url: str = ""
    """Empty: a private PostgreSQL in DATA_DIR."""
    redis_url: str = ""
    """Empty: a private Valkey in DATA_DIR."""
    data_dir: Path = Path(".data")
    business_profile: Path | None = None
    """A profile's folder or .toml file; empty: the one that ships."""
    concierge_secret: SecretStr = SecretStr("")
    """Signs the links we give away. Empty: one that `keep_secret` made for DATA_DIR."""
    log_level: str = "INFO"
    burst_window_ms: int = Field(default=1200, ge=0, le=30_000)
    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    openai_model: str = "gpt-5-mini"
    openai_daily_budget: Decimal = Field(default=Decimal(0), ge=0)
    """US dollars for a day in the business's zone, after which the next provider is asked; 0: no
    limit."""
    openai_daily_budget_soft: Decimal | None = Field(default=None, ge=0)
    """US dollars after which only customers' turns are served; not set: 80 % of the other."""
    llama_base_url: str = ""
    llama_model: str = ""
    llama_context: int = Field(default=0, ge=0)
    """Tokens for prompt and reply on that server; 0: as it says, or as its kind has them."""
    media_url: str = ""
    """Where files of customers and staff are kept: a folder, or s3://bucket/prefix. Empty:
    DATA_DIR/media."""
    aws_access_key_id: str = ""
    aws_secret_access_key: SecretStr = SecretStr("")
    aws_session_token: SecretStr = SecretStr("")
    aws_region: str = ""
    aws_endpoint_url: str = ""
    """Of an S3-compatible server; empty: Amazon's own."""
    openai_vision: Literal["auto", "on", "off"] = "auto"
    """Whether the model is shown pictures; auto: where its name is known to see."""
    openai_transcribe_model: str = ""
    """Writes voice notes down; empty: staff hear them."""
    require_simulation: bool = False
    """Whether only what has passed `concierge simulate` may start."""
    intake_pool_size: int = Field(default=4, ge=1, le=50)
    worker_pool_size: int = Field(default=12, ge=2, le=100)
    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where a worker shows what it counts; 0: nowhere."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` is given: the environment is read in one place, once."""
        return (init_settings,)

    @field_validator("openai_daily_budget_soft")
    @classmethod
    def _soft_comes_first(cls, soft: Decimal | None, info: ValidationInfo) -> Decimal | None:
        hard = info.data.get("openai_daily_budget", Decimal(0))
        if soft is not None and soft > hard:
            raise ValueError(f"give at most OPENAI_DAILY_BUDGET, which is {hard}")
        return soft

    @property
    def base_url(self) -> str:
        """PUBLIC_URL, or the listening address where none is set; no trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


SECRET_LENGTH = 32
"""Fewer characters than this can be guessed by whoever has one signed link."""


def keep_secret(settings: Settings) -> str:
    """CONCIERGE_SECRET, or one that is made once and lies in DATA_DIR, for the owner's eyes only.

    Every process of one DATA_DIR gets the same, whoever comes first.

    Raises:
        ConfigError: the file cannot be written or holds nothing.
    """
    given = settings.concierge_secret.get_secret_value()
    if given:
        return given
    path = settings.data_dir / "secret"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        kept = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {type(error).__name__}; set CONCIERGE_SECRET") from error
    if not kept:
        raise ConfigError(f"{path}: is empty; delete it, or set CONCIERGE_SECRET")
    return kept


def _make_secret(path: Path) -> None:
    """Written beside and linked into place, so that no reader ever sees half of it."""
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_urlsafe(SECRET_LENGTH) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # Another process was first; its secret is everybody's.
    finally:
        draft.unlink()


def current_environment() -> Mapping[str, str]:
    """The variables that are set and not empty, as they are now."""
    return MappingProxyType({key: value for key, value in os.environ.items() if value})


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from the variables.

    Raises:
        ConfigError: one line per wrong variable, each with what was expected.
    """
    values = {
        name: environment[name.upper()]
        for name in Settings.model_fields
        if environment.get(name.upper())
    }
    try:
        return Settings(**values)  # type: ignore[arg-type]  # Texts, to be validated.
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, issue['loc'])).upper()}: {issue['msg']}"
            for issue in error.errors(include_input=False)
        ]
        raise ConfigError("\n".join(lines)) from error
