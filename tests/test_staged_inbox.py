"""A mailbox as it really fills: letters of every mail program, person and machine (I2, I4, I10).

Each letter of tests/mails is brought by a provider to the real service. What must come of it stands
in tests/mails/expected.json: whose conversation it is, whether anybody answers and else why not,
and its new text. They were written for this, in the shapes that the programs they name write.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import pytest
from world import World, open_world

from bot.language.embed import Encoder
from channels.email import ConfiguredEmail
from channels.email_headers import mailboxes, raw_values, thread_of
from channels.email_mime import read_letter
from handlers.sandbox.mail_providers import MailProviders
from jobs.base import perform

MAILS = Path(__file__).parent / "mails"
KEY = "key-of-the-staged-inbox"
AGAIN = 7
"""Every so many letters one is brought again, by another provider."""


@dataclass(frozen=True)
class Staged:
    """A letter and what must come of it."""

    name: str
    raw: bytes
    expected: Mapping[str, object]

    @property
    def id(self) -> str:
        return thread_of(read_letter(self.raw)).message_id

    @property
    def envelope_from(self) -> str:
        letter = read_letter(self.raw)
        if "<>" in {value.strip() for value in raw_values(letter, "Return-Path")}:
            return ""
        return mailboxes(letter, "From")[0][1]


def staged() -> Iterator[Staged]:
    """Every letter, in the order in which they come."""
    expected = json.loads((MAILS / "expected.json").read_text(encoding="utf-8"))
    for path in sorted(MAILS.glob("*.eml")):
        raw = path.read_bytes().replace(b"\n", b"\r\n")
        yield Staged(path.stem, raw, expected[path.name])


LETTERS = tuple(staged())


@pytest.fixture
async def inbox(
    database_url: str, redis_url: str, encoder: Encoder
) -> AsyncIterator[tuple[World, MailProviders]]:
    """The service with a second provider of mail besides the playground's, and nobody at work."""
    environment = {"MAILGUN_SIGNING_KEY": KEY}
    async with open_world(
        database_url, redis_url, encoder, environment=environment, with_worker=False
    ) as world:
        providers = world.stand_ins.vendors["mail_providers"]
        assert isinstance(providers, MailProviders)
        providers.mailgun_key = KEY
        email = world.deps.channels["email"]
        assert isinstance(email, ConfiguredEmail)
        # A small relay's pace would let the answers of this many people take half a minute.
        unpaced = {**world.deps.channels, "email": replace(email, per_second=1000.0)}
        world.deps = replace(world.deps, channels=unpaced)
        yield world, providers


def test_the_inbox_is_large_and_no_letter_is_there_twice() -> None:
    assert len(LETTERS) >= 120
    assert len({each.id for each in LETTERS}) == len(LETTERS)
    assert len({each.raw for each in LETTERS}) == len(LETTERS)
    verdicts = Counter(str(each.expected["verdict"]) for each in LETTERS)
    assert verdicts["answer"] >= 70
    assert verdicts["ignore"] >= 35


async def test_a_staged_inbox_is_sorted_right(inbox: tuple[World, MailProviders]) -> None:
    """I2, I4, I10: once each, accounted for, and in nobody else's conversation."""
    world, providers = inbox
    for place, each in enumerate(LETTERS):
        sender = each.envelope_from
        assert await providers.bring(each.raw, envelope_from=sender, via="mailgun-mime") == 200
        if place % AGAIN == 0:
            assert await providers.bring(each.raw, envelope_from=sender, via="postmark") == 200
    # Feelings may be read before any turn is taken, and must not answer what no person wrote.
    await perform(world.deps, "score_emotion", {})
    await world.start_worker()
    await world.settles(timeout_s=60.0)
    rows = {row["external_id"]: row for row in await world.rows(FOUND)}
    wrong = {each.name: found for each in LETTERS if (found := _wrong(each, rows.get(each.id)))}
    print(_table(wrong))
    assert not wrong
    assert len(rows) == len(LETTERS)


FOUND = """SELECT m.external_id, m.text, m.status, m.reason, a.value AS sender, a.consent,
  coalesce(m.rest->>'subject', '') AS subject,
  (SELECT string_agg(DISTINCT o.value, ' ') FROM messages i JOIN addresses o ON o.id = i.address_id
   WHERE i.conversation_id = m.conversation_id AND i.direction = 'inbound') AS heard,
  (SELECT e.reason FROM escalations e WHERE e.conversation_id = m.conversation_id
   ORDER BY e.created_at LIMIT 1) AS escalated
FROM messages m JOIN addresses a ON a.id = m.address_id
WHERE m.channel = 'email' AND m.direction = 'inbound'"""


def _wrong(letter: Staged, row: asyncpg.Record | None) -> list[str]:
    """What did not come of a letter as it should; empty where all is right."""
    if row is None:
        return ["it is nowhere"]
    checks = {
        "thread": row["sender"] == row["heard"] == letter.expected["customer"],
        "verdict": _verdict(row) == letter.expected["verdict"],
        "kind": letter.expected["verdict"] != "ignore"
        or str(row["reason"]).partition(":")[0] == letter.expected["kind"],
        "text": row["text"].split() in _texts(letter, row["subject"]),
    }
    told = {name: row[name] for name in ("status", "reason", "escalated", "heard", "text")}
    return [f"{name}: {told}" for name, is_right in checks.items() if not is_right]


def _verdict(row: asyncpg.Record) -> str:
    if row["status"] == "ignored":
        return "ignore"
    if row["consent"] == "revoked":
        return "stop"
    if row["escalated"] == "sender":
        return "person"
    return "answer" if row["status"] == "answered" else str(row["status"])


def _texts(letter: Staged, subject: str) -> list[list[str]]:
    """A letter that opens a matter also says what stands in its subject."""
    text = str(letter.expected["text"])
    return [text.split(), f"{subject} {text}".split()]


def _table(wrong: Mapping[str, list[str]]) -> str:
    """Right and wrong by verdict, and each letter that is wrong."""
    lines = [f"{'verdict':8} {'letters':>8} {'right':>6}"]
    for verdict in ("answer", "ignore", "person", "stop"):
        of_it = [each for each in LETTERS if each.expected["verdict"] == verdict]
        right = sum(each.name not in wrong for each in of_it)
        lines.append(f"{verdict:8} {len(of_it):8} {right:6}")
    return "\n".join([*lines, *(f"{name} {found}" for name, found in wrong.items())])
