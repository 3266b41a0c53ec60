"""`concierge doctor` where something is half set: the variable is named, with what to do about it.

No vendor is asked: whatever is missing is missing before anybody could be.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession

from bot.settings import load_settings
from handlers.commands.doctor_channels import examine_channels
from handlers.commands.doctor_desk import examine_desk
from handlers.commands.doctor_files import examine_files

NOBODY = "http://127.0.0.1:9"
TWILIO = {
    **{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"},
    "TWILIO_SMS_FROM": "+14155550100",
}
META = {"META_APP_SECRET": "s", "META_VERIFY_TOKEN": "v", "META_ACCESS_TOKEN": "t"}
RINGCENTRAL = {
    **{"RINGCENTRAL_CLIENT_ID": "c", "RINGCENTRAL_CLIENT_SECRET": "s", "RINGCENTRAL_JWT": "j"},
    "RINGCENTRAL_WEBHOOK_TOKEN": "sixteen-letters-x",
}
HALVES: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"TWILIO_ACCOUNT_SID": "AC1"}, ("TWILIO_SMS_FROM or TWILIO_WHATSAPP_FROM is missing",)),
    (
        {"TWILIO_SMS_FROM": "+14155550100"},
        ("TWILIO_ACCOUNT_SID is missing", "TWILIO_AUTH_TOKEN is missing"),
    ),
    ({"TWILIO_WEBHOOK_KEY": "k"}, ("TWILIO_SMS_FROM or TWILIO_WHATSAPP_FROM is missing",)),
    (
        {**TWILIO, "TWILIO_SMS_PER_SECOND": "0", "TWILIO_API_URL": "secret@here"},
        ("TWILIO_SMS_PER_SECOND is wrong: write a number above 0", "TWILIO_API_URL is wrong"),
    ),
    (META, ("META_PHONE_NUMBER_ID is missing",)),
    ({**META, "META_PHONE_NUMBER_ID": "+14155550100"}, ("not the telephone number",)),
    ({"META_WABA_ID": "1"}, ("META_APP_SECRET is missing", "META_ACCESS_TOKEN is missing")),
    ({"EMAIL_FROM": "a@b.example"}, ("SMTP_URL is missing",)),
    ({"MAILGUN_SIGNING_KEY": "k"}, ("EMAIL_FROM is missing",)),
    ({"EMAIL_AUTHSERV_ID": "mx.example"}, ("EMAIL_FROM is missing",)),
    (RINGCENTRAL, ("RINGCENTRAL_NUMBER is missing",)),
    ({**RINGCENTRAL, "RINGCENTRAL_NUMBER": "5"}, ("+ and country code and number",)),
    ({"SLACK_CUSTOMERS": "1"}, ("SLACK_BOT_TOKEN is missing",)),
    ({"SLACK_CUSTOMER_CHANNELS": "C1"}, ("SLACK_CUSTOMERS is missing",)),
)


async def wrong_of_channels(**environment: str) -> list[str]:
    async with ClientSession() as http:
        found = examine_channels(environment, load_settings(environment), http)
        return [said async for sign, _, said in found if sign == "wrong"]


async def said_of_files(**environment: str) -> list[tuple[str, str]]:
    found = examine_files(load_settings(environment))
    return [(sign, said) async for sign, _, said in found]


async def test_half_a_channel_is_named_with_what_is_missing() -> None:
    for environment, expected in HALVES:
        said = await wrong_of_channels(**environment)
        for words in expected:
            assert any(words in line for line in said), (environment, said)
        assert not any("\n" in line or "secret" in line for line in said)
    for unset in (
        {"SLACK_CUSTOMER_CHANNELS": "C1", "SLACK_CUSTOMERS": "0"},
        {"RINGCENTRAL_API_URL": "http://x", "META_API_URL": "http://x", "META_PIXEL_ID": "1"},
    ):
        assert await wrong_of_channels(**unset) == []


async def test_half_a_desk_is_a_line_for_each_variable() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-1"}
    async with ClientSession() as http:
        lines = [line async for line in examine_desk(given, load_settings(given), http)]
    assert [line[:2] for line in lines] == [("wrong", "desk")] * 2
    assert "SLACK_STAFF_CHANNEL" in lines[0][2]
    assert "SLACK_SIGNING_SECRET" in lines[1][2]


async def test_the_web_chat_says_what_to_paste() -> None:
    given = {"PUBLIC_URL": "https://concierge.example.com"}
    async with ClientSession() as http:
        lines = [line async for line in examine_channels(given, load_settings(given), http)]
    tag = '<script src="https://concierge.example.com/chat/widget.js" async></script>'
    assert next(said for _, what, said in lines if what == "webchat").startswith(tag)
    assert ("off", "channels") in [line[:2] for line in lines]


async def test_where_files_go_is_looked_at_and_nothing_is_made(tmp_path: Path) -> None:
    there, in_the_way = tmp_path / "new/er", tmp_path / "file"
    in_the_way.touch()
    assert (await said_of_files(MEDIA_URL=str(there)))[0] == ("ok", f"kept in {there}")
    assert (await said_of_files(MEDIA_URL=there.as_uri()))[0] == ("ok", f"kept in {there}")
    assert not there.parent.exists()
    for url, words in (
        (f"{in_the_way}/x", "is no folder"),
        ("ftp://x", "s3://bucket/prefix"),
        ("s3://", "names no bucket"),
    ):
        sign, said = (await said_of_files(MEDIA_URL=url))[0]
        assert sign == "wrong"
        assert said.startswith("MEDIA_URL")
        assert words in said
    half = await said_of_files(MEDIA_URL="s3://b", AWS_ACCESS_KEY_ID="k")
    assert half[0][0] == "wrong"
    assert "AWS_SECRET_ACCESS_KEY" in half[0][1]


async def test_processes_that_share_stores_must_share_files(tmp_path: Path) -> None:
    alone = await said_of_files(DATA_DIR=str(tmp_path))
    assert alone[0][0] == "off"
    assert str(tmp_path / "media") in alone[0][1]
    shared = await said_of_files(DATA_DIR=str(tmp_path), DATABASE_URL="postgresql://db/x")
    assert shared[0][0] == "wrong"
    assert "MEDIA_URL" in shared[0][1]
    deaf = await said_of_files(OPENAI_TRANSCRIBE_MODEL="whisper-1")
    assert deaf[1] == ("wrong", "OPENAI_API_KEY is missing: OPENAI_TRANSCRIBE_MODEL needs it")


async def test_only_what_is_to_be_pasted_is_offered_for_pasting() -> None:
    """No vendor is there: addresses are told all the same."""
    given = {**TWILIO, "TWILIO_API_URL": NOBODY, "PUBLIC_URL": "https://c.example.com"}
    async with ClientSession() as http:
        lines = [line async for line in examine_channels(given, load_settings(given), http)]
    told = [said for _, what, said in lines if what == "sms webhook"]
    assert told[0].startswith("https://c.example.com/webhooks/twilio#rc=")
    assert [("nothing to paste" in said) for said in told] == [False, True]
    assert [sign for sign, what, _ in lines if what == "sms"] == ["wrong"]
