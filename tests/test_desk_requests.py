"""Slack's requests before anybody believes them: the signature, and any shape whatever (I11)."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from desk_payloads import FORM, JSON, NAMES, payload
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadPayload, BadSignature
from handlers.desk import requests

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
STAMP = 1531420618
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.mark.parametrize(
    ("body", "stamp", "signature", "at", "is_ours"),
    [
        (BODY, str(STAMP), SIGNATURE, STAMP, True),
        (BODY, str(STAMP), SIGNATURE, STAMP + 300, True),
        (BODY, str(STAMP), SIGNATURE, STAMP + 301, False),
        (BODY, str(STAMP), SIGNATURE, STAMP - 301, False),
        (BODY + b"x", str(STAMP), SIGNATURE, STAMP, False),
        (BODY, str(STAMP + 1), SIGNATURE, STAMP, False),
        (BODY, "", SIGNATURE, STAMP, False),
        (BODY, "9" * 5000, SIGNATURE, STAMP, False),
        (BODY, "١٥٣١٤٢٠٦١٨", SIGNATURE, STAMP, False),
        (BODY, str(STAMP), "", STAMP, False),
        (BODY, str(STAMP), "v0=ü", STAMP, False),
        (b"\xff\xfe", str(STAMP), SIGNATURE, STAMP, False),
    ],
)
def test_the_vendors_documented_vector(
    body: bytes, stamp: str, signature: str, at: int, is_ours: bool
) -> None:
    def verify() -> None:
        now = datetime.fromtimestamp(at, UTC)
        requests.verify(body, stamp=stamp, signature=signature, secret=SECRET, now=now)

    if is_ours:
        verify()
    else:
        with pytest.raises(BadSignature):
            verify()


def test_without_a_secret_nothing_is_believed() -> None:
    known = hmac.new(b"", b"v0:%d:" % STAMP + BODY, hashlib.sha256).hexdigest()
    now = datetime.fromtimestamp(STAMP, UTC)
    with pytest.raises(BadSignature):
        requests.verify(BODY, stamp=str(STAMP), signature=f"v0={known}", secret="", now=now)


# --- shapes ---------------------------------------------------------------------------------------

leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats()
junk = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A recorded shape with some of its parts replaced by something else, or gone."""
    whole = payload(draw(st.sampled_from(NAMES)))
    for _ in range(draw(st.integers(1, 3))):
        part: Any = whole
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            is_inner = isinstance(part[key], dict | list) and draw(st.booleans())
            if is_inner:
                part = part[key]
                continue
            if isinstance(part, dict) and draw(st.booleans()):
                del part[key]
            else:
                part[key] = draw(junk)
            break
    return whole


@settings(max_examples=300, deadline=None)
@given(body=mutated())
def test_a_broken_shape_is_refused_or_made_harmless(body: dict[str, Any]) -> None:
    try:
        checked = requests.check(body)
    except BadPayload:
        return
    text = json.dumps(checked, ensure_ascii=False)
    assert "\x00" not in text
    text.encode()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", FORM),
        (b"not json", JSON),
        (b"[]", JSON),
        (b"{}", JSON),
        (b"payload=nonsense", FORM),
        (b"payload=[1]", FORM),
        (b"\xff", JSON),
        (b"[" * 100_000, JSON),
        (b"&".join(b"a%d=1" % number for number in range(200)), FORM),
        (b'{"type":"event_callback"}', JSON),
        (b'{"type":"event_callback","event":"x"}', JSON),
        (b'{"type":"block_actions","user":{"id":"U1"},"actions":[]}', JSON),
        (b'{"type":"view_submission","user":{"id":"U1"},"view":{}}', JSON),
        (b'{"type":7}', JSON),
    ],
)
def test_what_cannot_be_read_says_so(raw: bytes, kind: str) -> None:
    with pytest.raises(BadPayload):
        requests.read_body(raw, kind)
