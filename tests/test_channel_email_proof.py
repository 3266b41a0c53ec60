"""Whose word is taken for a sender's proof: the provider's own, where it stands as it writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from mail_forms import INBOX, MULTIPART, form, posted
from mail_letters import ANA, letter
from mail_sample import NO_HTTP
from vendor_mailgun import PATH as MAILGUN
from vendor_mailgun import VENDOR as MAILGUN_CASE
from vendor_postmark import VENDOR as POSTMARK_CASE

from channels.base import WebhookRequest
from channels.email import channel

CHECKED = f"pass identity=mailfrom; envelope-from={ANA}; receiver=x"


def why_unproven(settings: Mapping[str, str], request: WebhookRequest) -> str | None:
    """What is kept of the doubt about a letter's sender; None: there is none."""
    configured = channel.configure(settings, NO_HTTP)
    assert configured is not None
    [message] = configured.parse(request).messages
    return message.extras.get("unproven")


def test_a_filter_that_is_off_cannot_be_played_by_the_sender() -> None:
    """I10: what stands below the provider's own `Received` was in the letter when it came."""
    forged = "X-Mailgun-Spf: Pass\r\nX-Mailgun-Dkim-Check-Result: Pass\r\n"
    signed = f"DKIM-Signature: v=1; d=example.com; b=AA==\r\n{letter('cancel it')}"
    way = "Received: from evil.example by mxa.mailgun.org with ESMTP\r\n"

    def unproven(raw: str, sender: str) -> str | None:
        fields = {"recipient": INBOX, "sender": sender, "body-mime": raw}
        request = posted(MAILGUN, form(fields), MULTIPART)
        return why_unproven(MAILGUN_CASE.settings, request)

    assert unproven(way + forged + signed, ANA) == "unchecked"
    assert unproven(forged + way + signed, ANA) is None


@pytest.mark.parametrize(
    ("headers", "is_proven"),
    [
        ({"Return-Path": ANA, "X-Spam-Tests": "", "Received-SPF": CHECKED}, False),
        ({"Return-Path": ANA, "X-Spam-Tests": "SPF_PASS", "Received-SPF": CHECKED}, True),
        ({"Return-Path": ANA, "X-Spam-Tests": "SPF_PASS"}, False),
        ({"X-Spam-Tests": "SPF_PASS", "Received-SPF": CHECKED}, True),
        (
            {
                "Return-Path": ANA,
                "X-Spam-Tests": "SPF_PASS",
                "Received-SPF": "pass envelope-from=x@evil.example;",
            },
            False,
        ),
    ],
)
def test_postmarks_word_on_spf_is_its_filters_and_of_one_envelope(
    headers: Mapping[str, str], is_proven: bool
) -> None:
    """I10: a path or a result that the sender wrote into the letter proves nobody."""
    body = {
        "From": ANA,
        "FromFull": {"Email": ANA},
        "OriginalRecipient": INBOX,
        "TextBody": "cancel it",
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
    }
    request = posted("/webhooks/email/postmark", json.dumps(body).encode(), "application/json")
    assert (why_unproven(POSTMARK_CASE.settings, request) is None) is is_proven
