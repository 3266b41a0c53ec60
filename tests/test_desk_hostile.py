"""What a button or a window says is believed by no part (I11), and no failure quotes it (I13).

Every press, window and shortcut of every part, with whatever might stand in its value or metadata.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from itertools import count
from uuid import UUID

import pytest
from world import World

from bot.desk.people import Member, Role
from handlers.desk.base import Act, Answer, Asked, Part
from handlers.desk.door import BROKEN, Door, _run
from handlers.desk.opening import DOOR
from handlers.logs import _OneLine

ROSA = Member(id="U0ROSA", name="Rosa", role=Role.OWNER)
NOBODYS = str(UUID(int=7))
VALUES = (
    "",
    "x",
    NOBODYS,
    f"{NOBODYS}:{NOBODYS}",
    f"{NOBODYS} {NOBODYS}",
    "९" * 40,
    "😀" * 700,
)
METADATA = (
    *VALUES,
    "[]",
    "null",
    "0",
    '"x"',
    "{}",
    "[" * 3000,
    '["x", 1, []]',
    json.dumps([[], {}, None]),
    json.dumps({"u": [], "e": {}, "b": 1, "v": [], "d": 3, "o": "x", "conversation": []}),
    json.dumps({"u": NOBODYS, "e": NOBODYS, "b": "H7K3Q", "v": "x", "d": "2026-12-05", "o": {}}),
    json.dumps({"proposal": NOBODYS, "question": NOBODYS, "conversation": NOBODYS}),
    json.dumps({"words": NOBODYS, "name": "../x", "language": "xx"}),
)
FIELDS = {
    "answer": "Words that answer it.",
    "right": "Words that answer it.",
    "question": "Why?",
    "why": "because",
    "reply": "Hello",
    "text": "Hello",
    "said": "They said yes",
    "day": "2026-12-05",
    "slot": "2026-12-05T17:00:00-08:00",
    "how": "phone",
    "then": "staff",
    "who": "us",
    "reason": "weather",
    "when": "in 2 days",
    "channel": NOBODYS,
    "outcome": "answered",
    "until": "x",
    "note": "x",
    "checked": "yes",
}


def tried(acts: Mapping[str, Act], kind: str) -> Iterator[tuple[Act, Asked]]:
    """Each act with everything hostile, empty-handed and with its fields filled in."""
    number = count()
    for name, act in acts.items():
        for hostile in METADATA if kind == "view" else VALUES:
            for values in ({}, FIELDS) if kind == "view" else ({},):
                given = {"metadata": hostile} if kind == "view" else {"value": hostile}
                key = f"{kind}:{name}:{next(number)}"
                yield act, Asked(by=ROSA, name=name, detail="x", key=key, values=values, **given)


async def test_nothing_that_a_button_or_a_window_says_breaks_a_part(
    idle_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused in words, each of them: a part that raises anything else is a mistake of ours."""
    door: Door = idle_world.app[DOOR]
    broken: set[str] = set()

    async def ask(act: Act, asked: Asked) -> None:
        answer = await _run(door.office, act, asked)
        assert isinstance(answer, Answer)
        if BROKEN in (answer.text, *answer.errors.values()):
            given = asked.metadata or asked.value
            broken.add(f"{asked.name}: {given[:80]!r} {'filled' if asked.values else ''}")

    def everything(part: Part) -> Iterator[tuple[Act, Asked]]:
        yield from tried(part.presses, "press")
        yield from tried(part.submits, "view")
        yield from tried(part.shortcuts, "shortcut")

    with caplog.at_level(logging.ERROR):
        for part in door.parts:
            await asyncio.gather(*(ask(act, asked) for act, asked in everything(part)))
    assert not broken, "\n".join(sorted(broken))
    assert await idle_world.value("SELECT count(*) FROM messages") == 0


def fail(said: str, whose: str) -> None:
    try:
        int(said)
    except ValueError as error:
        raise LookupError(whose) from error


def test_a_failure_is_logged_without_the_words_it_quotes() -> None:
    """I13: where and what kind; a database's error quotes the value that it could not keep."""
    said, whose = "call 4155550177", "Maria"
    with pytest.raises(LookupError) as caught:
        fail(said, whose)
    record = logging.LogRecord(
        "desk", logging.ERROR, "", 0, "desk.part_failed", (), (caught.type, caught.value, caught.tb)
    )
    line = _OneLine("%(levelname)s %(message)s").format(record)
    for told in ("LookupError", "ValueError", "in fail", "test_desk_hostile.py"):
        assert told in line
    for secret in (said, whose):
        assert secret in f"{caught.value}{caught.value.__cause__}"
        assert secret not in line
