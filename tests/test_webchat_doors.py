"""The web chat's doors: which pages may come in, from where they are counted, and its script."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from redis.asyncio import Redis

from bot.clock import FrozenClock
from bot.errors import ConfigError
from bot.profile import DEFAULT_FOLDER, load_profile, read_profile
from bot.settings import load_settings
from handlers.chat_doors import make_doors, network_of
from handlers.chat_limits import WRITING, Limits
from handlers.chat_script import make_script, squeeze

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
SECRET = "a secret that is long enough to be one"
PROFILE = load_profile()


def doors(public_url: str, origins: tuple[str, ...] = (), *, is_playground: bool = False) -> Any:
    assert PROFILE.webchat is not None
    profile = PROFILE.model_copy(
        update={"webchat": PROFILE.webchat.model_copy(update={"origins": origins})}
    )
    settings = load_settings({"PUBLIC_URL": public_url, "CONCIERGE_SECRET": SECRET})
    return make_doors(profile, settings, FrozenClock(NOW), is_playground=is_playground)


def asks(headers: Mapping[str, str], method: str = "POST") -> web.Request:
    return make_mocked_request(method, "/chat/messages", headers=headers)


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://www.example.com", True),
        ("https://shop.example.com:8443", True),
        ("https://example.com", False),
        ("http://www.example.com", False),
        ("https://www.example.com:444", False),
        ("https://www.example.com.evil.example", False),
        ("https://chat.example.com", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_the_named_sites_may_embed_it(origin: str, may: bool) -> None:
    """I11: scheme, host and port, exactly; without an origin nothing is taken."""
    at = doors(
        "https://chat.example.com", ("https://www.example.com", "https://shop.example.com:8443")
    )
    assert bool(at.origin(asks({"Origin": origin} if origin else {}))) is may


def test_without_names_our_own_address_alone_may() -> None:
    at = doors("https://chat.example.com")
    assert at.origin(asks({"Origin": "https://chat.example.com"}))
    assert not at.origin(asks({"Origin": "https://www.example.com"}))
    assert not at.origin(asks({"Sec-Fetch-Site": "same-origin"}))
    assert at.origin(asks({"Sec-Fetch-Site": "same-origin"}, "GET"))
    assert not at.origin(asks({"Sec-Fetch-Site": "cross-site"}, "GET"))
    # As browsers write it: without the port that its scheme has anyway.
    assert doors("https://chat.example.com:443").origins == {"https://chat.example.com"}
    assert doors("http://127.0.0.1:8080").origins == {
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
    }


def test_the_cookie_is_partitioned_and_out_of_every_scripts_reach() -> None:
    over_https = doors("https://chat.example.com").cookie("t")
    assert over_https.startswith("__Host-concierge_chat=t; Path=/; Max-Age=2592000; HttpOnly")
    assert over_https.endswith("Secure; SameSite=None; Partitioned")
    assert doors("http://127.0.0.1:1").cookie("t").endswith("HttpOnly; SameSite=Lax")


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),
        ("10.0.0.2", "6.6.6.6, 8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("::ffff:8.8.8.8", "1.2.3.4", "8.8.8.8"),
        ("::ffff:10.0.0.2", "::ffff:8.8.4.4", "8.8.4.4"),
        ("2001:db8::1", "", "2001:db8::/64"),
        ("10.0.0.2", "2600:1:2:3:4::9", "2600:1:2:3::/64"),
    ],
)
def test_a_caller_cannot_make_up_where_it_calls_from(
    peer: str, forwarded: str, counted: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert network_of(asks(headers).clone(remote=peer)) == counted


async def test_limits_hold_while_redis_is_away() -> None:
    """I12: counted here then, in a table that does not grow for ever."""
    clock = FrozenClock(NOW)
    async with Redis(host="127.0.0.1", port=9) as redis:
        limits = Limits(redis, clock)
        for _ in range(WRITING[0].uses):
            await limits.take((WRITING, "v"))
        with pytest.raises(web.HTTPTooManyRequests) as refused:
            await limits.take((WRITING, "v"))
        assert 0 < int(refused.value.headers["Retry-After"]) <= WRITING[0].seconds
        await limits.take((WRITING, "w"))
        clock.at += timedelta(seconds=WRITING[0].seconds)
        await limits.take((WRITING, "v"))
        for number in range(11_000):
            await limits.take((WRITING[:1], str(number)))
        assert len(limits._own) <= 10_000


# ── The profile and the script ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("origins", ["https://www.example.com/"], "not an origin"),
        ("origins", ["https://www.example.com:443"], "not an origin"),
        ("origins", ["www.example.com"], "not an origin"),
        ("origins", ["https://WWW.example.com"], "not an origin"),
        ("origins", ["*"], "not an origin"),
        ("colour", "#ffcc00", "white words cannot be read on it"),
        ("colour", "red", "webchat.colour"),
        ("position", "top", "webchat.position"),
        ("greeting", {"en": "Hi"}, "webchat.greeting.es: missing"),
    ],
)
def test_a_profile_that_would_go_wrong_is_refused(field: str, value: object, said: str) -> None:
    payload = tomllib.loads((DEFAULT_FOLDER / "profile.toml").read_text(encoding="utf-8"))
    payload["webchat"][field] = value
    with pytest.raises(ConfigError, match=said):
        read_profile(payload)


def test_nothing_of_the_profile_can_end_the_script() -> None:
    assert PROFILE.webchat is not None
    chat = PROFILE.webchat.model_copy(
        update={"title": {"en": '</script><script>"\u2028', "es": "`${x}`", "zh": "x"}}
    )
    script = make_script(PROFILE.model_copy(update={"webchat": chat}), chat)
    assert "</script" not in script
    assert "\u2028" not in script
    assert "%PROFILE%" not in script


def test_squeezing_leaves_texts_alone() -> None:
    assert squeeze('  // a note\n  const a = (b) => b ? "x , y" : `a = ${b}`;\n') == (
        'const a=(b)=>b?"x , y":`a = ${b}`;\n'
    )
