"""The stand-in for Twilio over real HTTP, held against the vendor's own client and documents."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, ServerDisconnectedError, encode_basic_auth
from playground_sample import ANN, CARD, FakeService
from sandbox_sample import NUMBER, STATUS_URL, Sandbox, open_sandbox
from twilio.base.exceptions import TwilioException, TwilioRestException

from bot.clock import FrozenClock, SystemClock
from handlers.sandbox.phones import Upload
from handlers.sandbox.segments import count_segments
from handlers.sandbox.server import StandIns


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with open_sandbox() as opened:
        yield opened


async def test_a_send_is_accepted_delivered_and_reported_in_order(sandbox: Sandbox) -> None:
    made = await sandbox.send(text="Hello", status_callback=STATUS_URL)
    assert made.sid.startswith("SM")
    assert (made.status, made.num_segments, made.direction) == ("queued", "1", "outbound-api")
    await sandbox.twilio.wait_for(lambda m: m.sid == made.sid and m.status == "delivered")
    async with asyncio.timeout(5):
        await sandbox.service.have(2)
    assert sandbox.service.receipts(made.sid) == ["sent", "delivered"]
    assert sandbox.service.forged == 0


async def test_whatsapp_needs_an_open_window_and_is_read(sandbox: Sandbox) -> None:
    early = await sandbox.send(to=f"whatsapp:{ANN}")
    failed = await sandbox.twilio.wait_for(lambda m: m.sid == early.sid and m.status == "failed")
    assert failed.error_code == 63016
    await sandbox.twilio.customer_sends("whatsapp", ANN, "Hi")
    made = await sandbox.send(to=f"whatsapp:{ANN}", status_callback=STATUS_URL)
    await sandbox.twilio.wait_for(lambda m: m.sid == made.sid and m.status == "read")


async def test_the_window_closes_after_a_day() -> None:
    clock = FrozenClock(SystemClock().now())
    stand_ins = StandIns(business_number=NUMBER, clock=clock)
    await stand_ins.start()
    one = Sandbox(stand_ins, FakeService(stand_ins.twilio.auth_token, ""))
    await stand_ins.twilio.customer_sends("whatsapp", ANN, "Hi")
    clock.advance(timedelta(hours=24, seconds=1))
    made = await one.send(to=f"whatsapp:{ANN}")
    await stand_ins.twilio.wait_for(lambda m: m.sid == made.sid and m.status == "failed")
    await stand_ins.stop()


async def test_inbound_webhooks_are_signed_and_whole(sandbox: Sandbox) -> None:
    photo = Upload("image/jpeg", b"\xff\xd8")
    sid = await sandbox.twilio.customer_sends(
        "whatsapp", f"whatsapp:{ANN}", "¿Qué tal? 2+2=4", media=[photo], fields={"ProfileName": ""}
    )
    [form] = sandbox.service.inbound()
    assert (form["MessageSid"], form["From"], form["WaId"]) == (sid, f"whatsapp:{ANN}", ANN[1:])
    assert (form["NumMedia"], form["MediaContentType0"], form["ProfileName"]) == (
        "1",
        "image/jpeg",
        "",
    )
    headers = {
        "Authorization": encode_basic_auth(sandbox.twilio.account_sid, sandbox.twilio.auth_token)
    }
    async with ClientSession() as http:
        async with http.get(form["MediaUrl0"]) as refused:
            assert refused.status == 401
        async with http.get(form["MediaUrl0"], headers=headers, allow_redirects=False) as moved:
            storage = sandbox.stand_ins.url + moved.headers["Location"]
        async with http.get(storage) as response:
            assert (response.content_type, await response.read()) == ("image/jpeg", b"\xff\xd8")


async def test_stop_blocks_and_start_opens(sandbox: Sandbox) -> None:
    await sandbox.twilio.customer_sends("sms", ANN, " stop ")
    assert "OptOutType" not in sandbox.service.inbound()[0]
    with pytest.raises(TwilioRestException) as refused:
        await sandbox.send()
    assert (refused.value.code, refused.value.status) == (21610, 400)
    sandbox.twilio.advanced_opt_out = True
    await sandbox.twilio.customer_sends("sms", ANN, "START")
    assert sandbox.service.inbound()[1]["OptOutType"] == "START"
    assert [m.by_network for m in sandbox.twilio.messages] == [False, True, False, True]
    await sandbox.send()


async def test_a_sentence_with_stop_in_it_blocks_nobody(sandbox: Sandbox) -> None:
    await sandbox.twilio.customer_sends("sms", ANN, "stop texting me please")
    await sandbox.twilio.customer_sends("whatsapp", ANN, "STOP")
    await sandbox.send()


async def test_webhooks_are_retried_only_on_a_failed_connection(sandbox: Sandbox) -> None:
    sandbox.service.status = 503
    sid = await sandbox.twilio.customer_sends("sms", ANN, "lost")
    assert len(sandbox.service.inbound()) == 1
    assert sandbox.twilio.phones.find(sid).webhook_status == 503  # type: ignore[union-attr]
    sandbox.twilio.webhooks.retry_on = frozenset({"ct", "5xx"})
    await sandbox.twilio.customer_sends("sms", ANN, "twice")
    assert len(sandbox.service.inbound()) == 3
    sandbox.stand_ins.point_at("https://concierge.example", connect_url="http://127.0.0.1:9")
    sid = await sandbox.twilio.customer_sends("sms", ANN, "nobody home")
    assert sandbox.twilio.phones.find(sid).webhook_status == 0  # type: ignore[union-attr]


async def test_duplicates_carry_one_sid(sandbox: Sandbox) -> None:
    sandbox.twilio.duplicate_webhooks = 2
    sid = await sandbox.twilio.customer_sends("sms", ANN, "once")
    await sandbox.twilio.customer_sends("sms", ANN, "once", sid=sid)
    assert {form["MessageSid"] for form in sandbox.service.inbound()} == {sid}
    assert len(sandbox.service.inbound()) == 6
    assert len(sandbox.twilio.messages) == 1


async def test_listing_pages_filters_and_holds_both_directions(sandbox: Sandbox) -> None:
    sent = [(await sandbox.send(text=f"part {at}")).sid for at in range(5)]
    await sandbox.twilio.customer_sends("sms", ANN, "mine")
    await sandbox.send(to="+14155550133")
    mine = await sandbox.listed(to=ANN, page_size=2)
    assert [message.sid for message in mine] == sent[::-1]
    [inbound] = await sandbox.listed(from_=ANN)
    assert (inbound.direction, inbound.body) == ("inbound", "mine")
    now = SystemClock().now()
    assert len(await sandbox.listed(date_sent_after=now - timedelta(minutes=1))) == 7
    assert await sandbox.listed(date_sent_after=now + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": NUMBER, "Body": "x"}, 21604),
        ({"To": ANN, "Body": "x"}, 21603),
        ({"To": ANN, "From": NUMBER}, 21619),
        ({"To": ANN, "From": NUMBER, "Body": "x" * 1601}, 21617),
        ({"To": "415", "From": NUMBER, "Body": "x"}, 21211),
        ({"To": ANN, "From": "+15005550001", "Body": "x"}, 21606),
        ({"To": f"whatsapp:{ANN}", "From": NUMBER, "Body": "x"}, 21910),
        ({"To": f"whatsapp:{ANN}", "From": "whatsapp:+15005550001", "Body": "x"}, 63007),
    ],
)
async def test_wrong_requests_are_refused_in_the_vendors_words(
    sandbox: Sandbox, form: dict[str, str], code: int
) -> None:
    twilio = sandbox.twilio
    url = f"{sandbox.stand_ins.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    headers = {"Authorization": encode_basic_auth(twilio.account_sid, twilio.auth_token)}
    async with ClientSession() as http:
        async with http.post(url, data=form, headers=headers) as response:
            answer = await response.json()
            assert (response.status, answer["code"], answer["status"]) == (400, code, 400)
        wrong = {"Authorization": encode_basic_auth(twilio.account_sid, "wrong")}
        async with http.post(url, data=form, headers=wrong) as response:
            assert (response.status, (await response.json())["code"]) == (401, 20003)
    assert twilio.messages == []


async def test_faults_are_used_up_one_request_each(sandbox: Sandbox) -> None:
    twilio = sandbox.twilio
    twilio.fail_next(429, 20429, retry_after=2)
    twilio.hang_next(0.05)
    twilio.drop_after_accept()
    url = f"{sandbox.stand_ins.url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    headers = {"Authorization": encode_basic_auth(twilio.account_sid, twilio.auth_token)}
    form = {"To": ANN, "From": NUMBER, "Body": "x"}
    async with ClientSession() as http:
        async with http.post(url, data=form, headers=headers) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "2")
        assert twilio.messages == []
        async with http.post(url, data=form, headers=headers) as response:
            assert response.status == 201
        with pytest.raises(ServerDisconnectedError):
            await http.post(url, data=form, headers=headers)
    assert len(twilio.messages) == 2, "what was dropped had been accepted"
    twilio.fail_listing()
    with pytest.raises(TwilioException):
        await sandbox.listed()


async def test_undeliverable_handles_fail_later(sandbox: Sandbox) -> None:
    sandbox.twilio.undeliverable[ANN] = 30005
    made = await sandbox.send(status_callback=STATUS_URL)
    failed = await sandbox.twilio.wait_for(lambda m: m.status == "undelivered")
    assert (failed.sid, failed.error_code) == (made.sid, 30005)


async def test_waiting_gives_up_in_time(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await sandbox.twilio.wait_for(lambda _: True, timeout_s=0.01)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 135, 3),
        ("🔥" * 35, 1),
        ("🔥" * 36, 2),
        ("🔥" * 66, 2),
        ("🔥" * 67, 3),
        ("€" * 81, 2),
        ("", 1),
    ],
)
def test_segments(text: str, parts: int) -> None:
    assert count_segments(text) == parts


async def test_a_restart_keeps_phones_desk_and_credentials(tmp_path: Path) -> None:
    first = StandIns(data_dir=tmp_path, business_number=NUMBER)
    await first.start()
    await first.twilio.customer_sends("sms", ANN, "STOP")
    await (
        Sandbox(first, FakeService("", ""))
        .web_client()
        .chat_postMessage(
            channel=first.slack.credentials.channel_id, text="card", blocks=list(CARD)
        )
    )
    before = first.environment("http://127.0.0.1:1")
    await first.stop()
    journal = tmp_path / "sandbox" / "state.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"fact": "text", "si')
    second = StandIns(data_dir=tmp_path, business_number=NUMBER)
    await second.start()
    after = second.environment("http://127.0.0.1:1")
    kept = {key for key in before if not key.endswith("_URL")}
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}
    assert [text.body for text in second.twilio.messages[:1]] == ["STOP"]
    assert [text.webhook_status for text in second.twilio.messages] == [0, None]
    assert [post.text for post in second.slack.messages] == ["card"]
    with pytest.raises(TwilioRestException, match="unsubscribed"):
        await Sandbox(second, FakeService("", "")).send()
    assert float(second.slack.workspace.next_ts()) > float(second.slack.messages[0].ts)
    await second.stop()


async def test_hundreds_of_messages_a_second(sandbox: Sandbox) -> None:
    began = time.perf_counter()
    await asyncio.gather(
        *(sandbox.twilio.customer_sends("sms", f"+1415555{at:04}", "hi") for at in range(300))
    )
    assert len(sandbox.service.inbound()) == 300
    assert time.perf_counter() - began < 3.0
