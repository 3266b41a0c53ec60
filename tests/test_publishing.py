"""What failed its scripted customers does not start; what nobody tried starts unless it must be."""

from __future__ import annotations

import pytest

from bot.errors import ConfigError
from bot.settings import Settings, load_settings
from handlers.publishing import digest_of, keep, require_published


def settings(database_url: str, **more: str) -> Settings:
    """What an operator has configured."""
    return load_settings({"DATABASE_URL": database_url, "REDIS_URL": "redis://unused", **more})


async def test_red_is_not_published_until_it_is_green(database_url: str) -> None:
    found = settings(database_url)
    await require_published(found)
    await keep(found, offline=False, failed=("a family books",), count=3)
    with pytest.raises(ConfigError, match="a family books"):
        await require_published(found)
    await keep(found, offline=False, failed=(), count=3)
    await require_published(found)


async def test_the_offline_model_alone_must_not_be_red_either(database_url: str) -> None:
    """It stands in on the day when every provider is down (I14)."""
    found = settings(database_url, OPENAI_API_KEY="sk-x", OPENAI_MODEL="some-model")
    await keep(found, offline=False, failed=(), count=3)
    await keep(found, offline=True, failed=("x",) * 9, count=9)
    with pytest.raises(ConfigError, match="9 scripted customers"):
        await require_published(found)


async def test_another_model_has_to_be_tried_where_trying_is_required(database_url: str) -> None:
    required = {"OPENAI_API_KEY": "sk-x", "REQUIRE_SIMULATION": "1"}
    old = settings(database_url, OPENAI_MODEL="old", **required)
    new = settings(database_url, OPENAI_MODEL="new", **required)
    assert digest_of(old) != digest_of(new)
    await keep(old, offline=False, failed=(), count=3)
    await require_published(old)
    with pytest.raises(ConfigError, match="concierge simulate"):
        await require_published(new)
