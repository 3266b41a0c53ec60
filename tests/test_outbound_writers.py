"""I6: whoever puts something into the outbox says what it is, and the send gate goes by that."""

from __future__ import annotations

import ast
from pathlib import Path

from source_code import ROOT, name_of, sources, tree_of

OUTBOX = "bot.store.outbox"

WRITERS = {
    # What customers wait for, or what answers them.
    "bot/outbox.py": "reply.purpose, unasked after a missed call",
    "bot/desk/speaking_out.py": "saying.purpose",
    "bot/desk/speaking_files.py": "Purpose.CONVERSATIONAL",
    "bot/desk/floor_words.py": "Purpose.CONVERSATIONAL",
    "bot/identity_codes.py": "Purpose.ESSENTIAL",
    "bot/voice.py": "said.purpose",
    "jobs/send_calendar.py": "Purpose.ESSENTIAL",
    # What comes by itself: quiet hours, caps and an opt-out anywhere hold it.
    "bot/booking_desk.py": "Purpose.ESSENTIAL, unasked of a hold that ran out",
    "bot/desk/announcing.py": "Purpose.ESSENTIAL, unasked",
    "bot/follow_ups/sending.py": "cause.purpose, unasked",
    # The further parts of a message that the gate moved: as it was itself.
    "jobs/verdicts.py": "message.purpose, unasked as the message was",
}


def test_every_writer_of_the_outbox_is_classed() -> None:
    """A new one has to say whether anybody asked for it, and stands in this list."""
    found = {name: drafts for path in sources("bot", "jobs", "handlers", "channels")
             if (drafts := _drafts(path)) and (name := name_of(path))}  # fmt: skip
    assert sorted(found) == sorted(WRITERS)
    for name, purposes in found.items():
        said, _, unasked = WRITERS[name].partition(", ")
        assert purposes == {said}, name
        words = (ROOT / name).read_text("utf-8")
        assert ('"unasked"' in words) is bool(unasked), name


def test_nothing_else_makes_rows_that_leave() -> None:
    """Echoes are rows of what somebody has sent past us: they are sent when they are written."""
    inserts = [
        name_of(path)
        for path in sources("bot", "jobs", "handlers", "channels")
        if "INSERT INTO messages" in path.read_text("utf-8")
    ]
    assert inserts == ["bot/store/echoes.py", "bot/store/outbox.py"]


def _drafts(path: Path) -> set[str]:
    """The purposes of the outbox drafts that a file makes."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == OUTBOX
        for alias in node.names
        if alias.name == "Draft"
    }
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "bot.store"
        for alias in node.names
        if alias.name == "outbox"
    }
    made = {f"{module}.Draft" for module in modules} | names
    return {
        ast.unparse(keyword.value)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in made
        for keyword in node.keywords
        if keyword.arg == "purpose"
    }
