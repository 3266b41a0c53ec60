"""Mailboxes whose names are in any script: which a letter reaches, and what is said of others."""

from __future__ import annotations

import pytest
from channel_cases import NOW
from mail_sample import ANA, letter, mail

from bot.clock import FrozenClock
from bot.errors import VendorRefused
from channels.base import AddressRefused
from channels.email_letter import deliverable
from handlers.sandbox.changes import Changes
from handlers.sandbox.journal import Journal
from handlers.sandbox.mailbox import Mailbox


async def test_a_mailbox_in_any_script_is_written_to_where_the_server_takes_such() -> None:
    mailbox = Mailbox(changes=Changes(), journal=Journal(None), clock=FrozenClock(NOW))
    await mailbox.start()
    row = letter(recipient="ñandú@example.com", subject="派对", text="你好")
    await mail(mailbox.port).send(row)
    (came,) = mailbox.to("ñandú@example.com")
    assert "\nTo: ñandú@example.com\r\n" in came.raw
    assert (came.subject, came.text) == ("派对", "你好")
    mailbox.takes_utf8 = False
    with pytest.raises(VendorRefused, match="beyond ASCII") as caught:
        await mail(mailbox.port).send(row)
    assert not isinstance(caught.value, AddressRefused), "the address is not at fault"
    assert len(mailbox.letters) == 1
    await mail(mailbox.port).send(letter(text="你好 " * 400))
    assert mailbox.to(ANA)[0].raw.isascii(), "not every server takes eight bits"
    await mailbox.stop()


def test_a_domain_in_any_script_is_written_in_ascii() -> None:
    assert deliverable("ana@bücher.example") == "ana@xn--bcher-kva.example"
