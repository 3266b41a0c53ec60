"""What every channel promises of who may speak to it: settings first, then a proof (I11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import ClientSession
from contract import CASES, Case, channels, every_case, every_recording
from recordings import Recording

from bot.errors import BadSignature, ConfigError

# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", channels())
async def test_a_channel_without_any_settings_is_off(name: str, http: ClientSession) -> None:
    assert channels()[name].configure({}, http) is None


@every_case
async def test_a_channel_answers_to_its_file_name(case: Case, http: ClientSession) -> None:
    channel = case.open(http)
    assert channels()[case.channel].name == channel.name == case.channel
    assert {route.path for route in channel.routes} <= {
        route.path for route in channels()[case.channel].routes
    }
    assert channel.per_second > 0


@pytest.mark.parametrize(
    ("case", "missing"),
    [(case, name) for case in CASES for name in case.vendor.required],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
async def test_half_a_configuration_names_what_is_missing(
    case: Case, missing: str, http: ClientSession
) -> None:
    given = {key: value for key, value in case.vendor.settings.items() if key != missing}
    with pytest.raises(ConfigError, match=missing):
        channels()[case.channel].configure(given, http)


# --- verify (I11) ---------------------------------------------------------------------------------


@every_recording
async def test_a_signed_request_is_believed(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    case.open(http).verify(case.signed(recording.request))


@every_recording
async def test_an_unsigned_request_is_refused(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    signed = case.signed(recording.request)
    kept = {name: value for name, value in signed.headers.items() if name not in case.vendor.proof}
    request = replace(recording.request, headers=kept)
    with pytest.raises(BadSignature):
        case.open(http).verify(request)


@every_recording
@pytest.mark.parametrize("proof", ["", "AAAA", "é" * 28, "x" * 10_000])
async def test_a_wrong_proof_is_refused(
    case: Case, recording: Recording, proof: str, http: ClientSession
) -> None:
    if not case.vendor.proof:
        proofs = [replace(recording.request, body=recording.request.body.replace(b"sig", b"gis"))]
    else:
        signed = case.signed(recording.request)
        proofs = [
            replace(signed, headers={**signed.headers, name: proof}) for name in case.vendor.proof
        ]
    for request in proofs:
        with pytest.raises(BadSignature):
            case.open(http).verify(request)


@every_recording
async def test_a_tampered_request_is_refused(
    case: Case, recording: Recording, http: ClientSession
) -> None:
    if not case.vendor.covers_body:
        return
    signed, channel = case.signed(recording.request), case.open(http)
    body = signed.body
    for changed in (body + b" ", body[:-1], body.replace(body[:1], b"\x00", 1)):
        with pytest.raises(BadSignature):
            channel.verify(replace(signed, body=changed))
