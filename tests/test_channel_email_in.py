"""Mail that comes in: who may bring it, and who wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from mail_forms import INBOX, MULTIPART, OUR_SETTINGS, form, posted, with_fields
from mail_letters import ANA, HOUSE, NOW, PASSED, letter, read
from mail_sample import NO_HTTP
from vendor_mailgun import KEY, proof, sign_mailgun
from vendor_mailgun import PATH as MAILGUN
from vendor_mailgun import VENDOR as MAILGUN_CASE
from vendor_postmark import VENDOR as POSTMARK_CASE
from vendor_sendgrid import PATH as SENDGRID
from vendor_sendgrid import VENDOR as SENDGRID_CASE

from bot.errors import BadPayload, BadSignature, ConfigError
from channels.base import WebhookRequest
from channels.email import ConfiguredEmail, channel
from channels.email_headers import POLICY
from channels.email_mailgun import Mailgun
from channels.email_raw import Findings, RawMail
from channels.email_reading import read_mail
from channels.email_sender import own_results, why_unproven
from channels.email_sendgrid import SendGrid, read_key


def opened(settings: Mapping[str, str]) -> ConfiguredEmail:
    configured = channel.configure(settings, NO_HTTP)
    assert configured is not None
    return configured


# --- who brings it (I11) --------------------------------------------------------------------------


def test_the_vendors_own_vectors() -> None:
    mailgun = Mailgun(KEY)
    fields = {
        "timestamp": "1461261330",
        "token": "06c96bafc3f42a66b9edd546347a2fe18dc23461fe80dc52f0",
        "signature": "d3eb7fe9a5c68260d3129647a23657dbcb37e59f5e1cc130283e9cbac9be6351",
    }
    request = posted(MAILGUN, form({**fields, "recipient": INBOX}), MULTIPART)
    mailgun.verify(request, datetime.fromtimestamp(1461261331, UTC))
    key = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83kBj8q8TCCocjScAWL2YBeT2Kv3qDsAuSeNBRAL5k+9SXxJAr+Z"
        "SGjMo0SrujCyBlRBZnEXLLJcLkroIjH7BQ=="
    )
    body = (
        b'[{"email":"ann@example.org","event":"bounce","sg_event_id":"e1","timestamp":1795384799}]'
        b"\r\n"
    )
    signature = (
        "MEUCID6vBhRUQ/61hvyTmJDcr6JYQzY/ZjrJhmbUrpW4ggPsAiEAsNFl3Ag9yeo6hEdjwVQv+4SKjZD6+E4f88qR"
        "a8p7eQ8="
    )
    headers = {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": "1795384800",
    }
    sendgrid = SendGrid(read_key(key))
    right = WebhookRequest(path=SENDGRID, query="", headers=headers, body=body)
    sendgrid.verify(right)
    late = {**headers, "x-twilio-email-event-webhook-timestamp": "1795384801"}
    for wrong in (replace(right, body=body.rstrip()), replace(right, headers=late)):
        with pytest.raises(BadSignature):
            sendgrid.verify(wrong)


def test_a_mailgun_token_is_good_of_late_and_names_what_it_proves() -> None:
    """I11: the signature covers no byte of the mail; that its token proves no other is asked of
    the database, in test_mail_threads."""
    mailgun = Mailgun(KEY)
    mail = posted(MAILGUN, form({"recipient": INBOX, "body-plain": "hi"}), MULTIPART)
    used = proof("t0ken", stamp=str(int(NOW.timestamp())))
    mailgun.verify(with_fields(mail, used), NOW)
    mailgun.verify(with_fields(mail, used), NOW + timedelta(hours=8))
    other = replace(mail, body=mail.body.replace(b"hi", b"ho"))
    tokens = [mailgun.token(with_fields(each, used)) for each in (mail, mail, other)]
    assert tokens[0] == tokens[1]
    assert (tokens[0][0], tokens[2][0]) == ("t0ken", "t0ken")
    assert tokens[0][1] != tokens[2][1]
    for now in (NOW + timedelta(hours=9), NOW - timedelta(minutes=6)):
        with pytest.raises(BadSignature, match="timestamp"):
            Mailgun(KEY).verify(with_fields(mail, used), now)
    with pytest.raises(BadSignature):
        Mailgun("another key").verify(with_fields(mail, used), NOW)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"POSTMARK_INBOUND_USER": "u"}, "POSTMARK_INBOUND_PASSWORD is missing"),
        ({"POSTMARK_INBOUND_PASSWORD": "p"}, "POSTMARK_INBOUND_USER is missing"),
        ({"SENDGRID_INBOUND_PUBLIC_KEY": "nonsense"}, "SENDGRID_INBOUND_PUBLIC_KEY is wrong"),
    ],
)
def test_a_provider_that_is_half_there_is_named(given: dict[str, str], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        channel.configure({**OUR_SETTINGS, **given}, NO_HTTP)


def test_a_provider_without_its_settings_has_no_door() -> None:
    only = opened(MAILGUN_CASE.settings)
    assert [route.path for route in only.routes] == [MAILGUN]
    with pytest.raises(BadSignature):
        only.verify(posted(SENDGRID, b"", MULTIPART))
    assert all(route.max_bytes == 30 * 1024 * 1024 for route in channel.routes)


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "field"),
    [
        (MAILGUN, form({"body-mime": "x"}), MULTIPART, 406, "recipient"),
        (MAILGUN, form({"recipient": INBOX}), MULTIPART, 406, "message-headers"),
        (MAILGUN, b"--x", MULTIPART, 406, "form"),
        (SENDGRID, form({"email": "x"}), MULTIPART, 400, "envelope"),
        (SENDGRID, form({"envelope": '{"to":["a@b.c"]}'}), MULTIPART, 400, "headers"),
        ("/webhooks/email/postmark", b"[1]", "application/json", 403, "body"),
        ("/webhooks/email/postmark", b"{}", "application/json", 403, "OriginalRecipient"),
        ("/webhooks/email/postmark", b'{"Headers":[3]}', "application/json", 403, "Headers"),
    ],
)
def test_a_request_that_no_try_makes_readable_is_refused_as_each_provider_wants(
    path: str, body: bytes, kind: str, status: int, field: str
) -> None:
    every = {**MAILGUN_CASE.settings, **SENDGRID_CASE.settings, **POSTMARK_CASE.settings}
    with pytest.raises(BadPayload, match=field) as caught:
        opened(every).parse(posted(path, body, kind))
    assert caught.value.http_status == status


def test_one_mail_by_three_providers_is_one_message() -> None:
    """I2: its id is the letter's own, however it was carried."""
    raw = letter("Ten people?", "Subject: Party", "Date: Mon, 23 Nov 2026 10:00:00 +0000")
    by_mailgun = opened(MAILGUN_CASE.settings).parse(
        sign_mailgun(
            posted(MAILGUN, form({"recipient": INBOX, "sender": ANA, "body-mime": raw}), MULTIPART)
        )
    )
    envelope = json.dumps({"to": [INBOX], "from": ANA})
    by_sendgrid = opened(SENDGRID_CASE.settings).parse(
        posted(SENDGRID, form({"envelope": envelope, "rawEmail": raw}), MULTIPART)
    )
    body = {
        "From": f"Ana <{ANA}>",
        "OriginalRecipient": INBOX,
        "Subject": "Party",
        "TextBody": "Ten people?",
        "Headers": [{"Name": "Message-ID", "Value": "<a1@example.com>"}],
    }
    by_postmark = opened(POSTMARK_CASE.settings).parse(
        posted("/webhooks/email/postmark", json.dumps(body).encode(), "application/json")
    )
    found = [each.messages[0] for each in (by_mailgun, by_sendgrid, by_postmark)]
    assert {(m.external_id, m.sender, m.text) for m in found} == {
        ("a1@example.com", ANA, "Party\nTen people?")
    }
    # Without SPF, DKIM and filter nobody is proved, whoever brings it.
    assert {m.extras["unproven"] for m in found} == {"unchecked"}


def test_a_letter_without_an_id_has_one_of_its_own_all_the_same() -> None:
    raw = letter().replace("Message-ID: <a1@example.com>\r\n", "")
    assert read(raw).external_id == read(raw).external_id
    assert read(raw).external_id != read(raw + "!").external_id
    assert read(letter().replace("a1", "a" * 600)).external_id.startswith("sha256:")


# --- who wrote it (I10) ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "envelope", "is_proven"),
    [
        (Findings(signed_by=("example.com",), dkim="pass"), "x@list.example", True),
        (Findings(signed_by=("mail.example.com",), dkim="pass"), "", True),
        (Findings(signed_by=("evil.example",), dkim="pass"), "x@evil.example", False),
        (Findings(signed_by=("example.com.evil.example",), dkim="pass"), "", False),
        (Findings(spf="pass"), "bounce@bounces.example.com", True),
        (Findings(spf="pass"), "x@evil.example", False),
        (Findings(spf="pass"), "", False),
        (Findings(spf="fail", dkim="pass", signed_by=("example.com",)), "", True),
        (Findings(signed_by=("example.com",), dkim="pass", dmarc="fail"), ANA, False),
        (Findings(dmarc="pass"), "", True),
        (Findings(spf="softfail", dkim="none"), ANA, False),
        (Findings(), ANA, False),
    ],
)
def test_only_a_check_of_the_same_organisation_proves_a_sender(
    found: Findings, envelope: str, is_proven: bool
) -> None:
    assert (why_unproven(ANA, envelope, found) == "") is is_proven


def test_a_shared_suffix_is_no_organisation() -> None:
    signed = Findings(signed_by=("evil.co.uk",), dkim="pass")
    assert why_unproven("ana@hers.co.uk", "", signed)
    assert not why_unproven("ana@mail.evil.co.uk", "", signed)


def test_what_the_sender_wrote_of_their_own_proof_counts_for_nothing() -> None:
    """I11: only our own receiver's header is read, and of two the one that stands above."""
    claimed = "mx.google.com; dkim=pass header.d=example.com; dmarc=pass"
    forged = letter("x", f"Authentication-Results: {claimed}")
    assert read(forged, found=Findings()).extras["unproven"] == "unchecked"
    ours = "mx.hibachi.example 1; spf=pass (ok; dmarc=fail) smtp.mailfrom=x@y.example;"
    both = f"{ours} dkim=pass header.d=example.com; dmarc=pass (p=none) header.from=example.com"
    good = message_from_bytes(
        letter("x", f"Authentication-Results: {both}").encode(), policy=POLICY
    )
    assert own_results(good, "mx.hibachi.example") == Findings(  # type: ignore[arg-type]  # By its policy it is an EmailMessage.
        spf="pass", dkim="pass", dmarc="pass", signed_by=("example.com",)
    )
    lower = letter(
        "x",
        "Authentication-Results: mx.hibachi.example; dmarc=fail",
        "Authentication-Results: mx.hibachi.example; dmarc=pass",
    )
    assert read(lower, found=PASSED).extras["unproven"] == "dmarc fail"


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("ANA@Example.COM", ANA),
        ('"ana@example.com" <eve@evil.example>', "eve@evil.example"),
        ("=?utf-8?q?=3Cana=40example.com=3E?= <eve@evil.example>", "eve@evil.example"),
        ("ana+party@example.com", "ana+party@example.com"),
        ("Ана <аna@example.com>", "аna@example.com"),
        ("ana@exämple.com", "ana@xn--exmple-cua.com"),
        ("ana@example.com.evil.example", "ana@example.com.evil.example"),
        ("Ana (her own@evil.example) <ana@example.com>", ANA),
    ],
)
def test_a_sender_is_one_address_and_its_look_alikes_are_others(sender: str, address: str) -> None:
    """I10: customers are found by this address, nothing that looks like it becomes it."""
    assert read(letter(sender=sender)).sender == address


@pytest.mark.parametrize(
    "raw",
    [
        letter(sender=f"{ANA}, bob@example.com"),
        letter("x", "From: bob@example.com"),
    ],
    ids=["two in one header", "two headers"],
)
def test_of_several_senders_none_is_believed(raw: str) -> None:
    assert read(raw).extras["unproven"] == "several senders"


def test_a_letter_from_nobody_is_kept_and_is_no_message() -> None:
    mail = RawMail(raw=b"Subject: x\r\n\r\nhi", envelope_from=ANA, recipient=INBOX)
    parsed = read_mail(mail, HOUSE, NOW)
    assert (parsed.messages, len(parsed.unread)) == ((), 1)
