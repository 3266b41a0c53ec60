"""Our signature check against Twilio's own validator: the same verdict on every request.

The vendor's validator is the referee here and is not used on the hot path.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import MultiDict
from recordings import TWILIO_TOKEN, get_recording, sign_twilio, twilio_signature
from twilio.request_validator import RequestValidator

from bot.errors import BadSignature
from channels.base import WebhookRequest
from channels.twilio_signature import Verifier, public_bases

OTHER_TOKEN = "2" * 32
KEY_HEADER = "x-twilio-webhooks-signature-settings"
FORM = MappingProxyType({"content-type": "application/x-www-form-urlencoded"})

sound = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.sampled_from(["Body", "From", "A", "a", "é", ""]) | sound
bases = st.sampled_from(
    [
        "https://app.example.com",
        "https://app.example.com:443",
        "https://app.example.com:8443",
        "http://127.0.0.1:8080",
        "http://app.example.com",
        "https://app.example.com/under/a/path",
    ]
)


def verifier(base: str, *tokens: str, key_id: str = "", key: bytes = b"") -> Verifier:
    accepted = tuple(token.encode() for token in tokens or (TWILIO_TOKEN,))
    return Verifier(bases=public_bases(base), tokens=accepted, key_id=key_id, key=key)


def believes(verifier: Verifier, request: WebhookRequest) -> bool:
    try:
        verifier.verify(request)
    except BadSignature:
        return False
    return True


@settings(deadline=None)
@given(
    signed_base=bases,
    base=bases,
    query=st.sampled_from(["", "tenant=7", "b=2&a=1", "a=%20&a="]),
    pairs=st.lists(st.tuples(names, sound), max_size=8),
    token=st.sampled_from([TWILIO_TOKEN, OTHER_TOKEN]),
)
def test_our_verdict_is_the_vendors(
    signed_base: str, base: str, query: str, pairs: list[tuple[str, str]], token: str
) -> None:
    target = "/webhooks/twilio" + (f"?{query}" if query else "")
    form = MultiDict(pairs)
    signature = RequestValidator(token).compute_signature(signed_base + target, form)
    request = WebhookRequest(
        path="/webhooks/twilio",
        query=query,
        headers={**FORM, "x-twilio-signature": signature},
        body=urlencode(pairs).encode(),
    )
    theirs = RequestValidator(TWILIO_TOKEN).validate(base + target, form, signature)
    assert believes(verifier(base), request) is theirs


def test_the_published_example_holds() -> None:
    fields = {
        "AccountSid": "AC00000000000000000000000000000001",
        "ApiVersion": "2010-04-01",
        "Body": "Olá, é 2+2=4?",
        "EmptyOne": "",
        "From": "+15005550010",
        "MessageSid": "SM00000000000000000000000000000001",
        "NumMedia": "0",
        "To": "+15005550006",
    }
    request = WebhookRequest(
        path="/hooks/twilio/sms",
        query="tenant=7",
        headers={**FORM, "x-twilio-signature": "CjaIzI6Fl/00TCVOzFZw+Ua2Kgw="},
        body=urlencode(fields).encode(),
    )
    assert believes(verifier("https://app.example.com"), request)
    assert believes(verifier("https://app.example.com:443"), request)
    assert not believes(verifier("http://app.example.com"), request)
    by_key = replace(
        request,
        headers={
            **FORM,
            "x-twilio-signature": "NaGG1Y51cBlRnrGM0+ssu7B4822M1Jb1XeFam6GpdPY=",
            KEY_HEADER: "key=webhooks_key_1, algorithm=HMAC_SHA256",
        },
    )
    keyed = verifier("https://app.example.com", key_id="webhooks_key_1", key=TWILIO_TOKEN.encode())
    assert believes(keyed, by_key)
    # Without our own key the header cannot ask for one, and with it nothing weaker will do.
    assert not believes(verifier("https://app.example.com"), by_key)
    assert not believes(keyed, request)
    for named in ("key=webhooks_key_1,algorithm=HMAC_SHA1", "key=other,algorithm=HMAC_SHA256", ""):
        headers = {**by_key.headers, KEY_HEADER: named}
        assert not believes(keyed, replace(by_key, headers=headers))


def test_both_tokens_count_while_they_are_rotated() -> None:
    request = get_recording("sms", "text").request
    old = sign_twilio(request, token=OTHER_TOKEN)
    base = "https://concierge.example.com"
    assert not believes(verifier(base), old)
    assert believes(verifier(base, TWILIO_TOKEN, OTHER_TOKEN), old)
    assert believes(verifier(base, TWILIO_TOKEN, OTHER_TOKEN), sign_twilio(request))


def test_repeated_fields_sign_once_in_order() -> None:
    url = "https://app.example.com/webhooks/twilio"
    assert twilio_signature(url, b"A=2&A=1&A=2") == twilio_signature(url, b"A=1&A=2")
    headers = {**FORM, "x-twilio-signature": twilio_signature(url, b"A=1&A=2")}
    request = WebhookRequest(
        path="/webhooks/twilio", query="", headers=headers, body=b"A=2&A=1&A=2"
    )
    assert believes(verifier("https://app.example.com"), request)


@pytest.mark.parametrize("body", [b'{"a":1}', b"", '{"ü":2}'.encode()])
def test_a_json_body_is_proved_by_its_hash(body: bytes) -> None:
    query = f"bodySHA256={sha256(body).hexdigest()}"
    url = f"https://app.example.com/webhooks/twilio?{query}"
    signature = RequestValidator(TWILIO_TOKEN).compute_signature(url, {})
    assert RequestValidator(TWILIO_TOKEN).validate(url, body.decode(), signature)
    request = WebhookRequest(
        path="/webhooks/twilio",
        query=query,
        headers={"content-type": "application/json", "x-twilio-signature": signature},
        body=body,
    )
    ours = verifier("https://app.example.com")
    assert believes(ours, request)
    assert not believes(ours, replace(request, body=body + b" "))
    assert not believes(ours, replace(request, query=""))
