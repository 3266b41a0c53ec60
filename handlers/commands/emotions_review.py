"""`concierge emotions review` and `export`: verdicts on readings, and lines for the next training.

The same as the console's page (handlers/console/feelings_review.py), through the same functions.
handlers/commands/emotions.py adds both to its subcommands.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.desk.people import OPERATOR
from bot.domain import Emotion, MessageId, Polarity, PrimaryEmotion
from bot.errors import BadPayload, CallerError, NotFound
from bot.feelings.exporting import Exported, export
from bot.feelings.reviewing import Settled, read_verdict, settle
from bot.profile import Profile
from bot.store import audit, emotion_reviews
from bot.store.connection import Connection, Pool, borrow
from bot.store.emotion_reviews import Review
from handlers.commands.booking_pages import shown
from handlers.commands.stores import open_stores

SHOWN_MAX = 20
FIELDS = ("primary", "polarity", "intensity", "escalate")


async def review(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """List what waits for a person, show one, or settle it."""
    async with (
        open_stores(environment) as (on, pool),
        borrow(pool) as conn,
        conn.transaction(),
    ):
        said = await _review(conn, asked, on.profile, on.clock.now())
    print(said)
    return 0


async def export_all(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Write the settled reviews to a file, masked."""
    async with open_stores(environment) as (on, pool):
        zone = ZoneInfo(on.profile.business.zone)
        since = datetime.combine(asked.since or date(1970, 1, 1), time(), zone).astimezone(UTC)
        async with borrow(pool) as conn, conn.transaction():
            settled = await emotion_reviews.list_settled(conn, since=since)
            known = [
                (each, await emotion_reviews.list_personal(conn, each.customer_id))
                for each in settled
            ]
        # Masking may take longer than a transaction may idle.
        made = await asyncio.to_thread(export, on.profile, known)
        await _write(pool, Path(asked.to), made)
    print(
        f"{len(made.lines)} lines in {asked.to}; {made.left_out} left out, because their words "
        "cannot be masked surely or say the same again."
    )
    return 0


async def _write(pool: Pool, path: Path, made: Exported) -> None:
    """Whole or not at all, as a training must never read half a file; and noted before it leaves,
    as a line too many in the audit log is better than a file that nobody knows of."""
    draft = path.with_name(f"{path.name}.draft")
    text = "".join(f"{line}\n" for line in made.lines)
    counted = {"lines": len(made.lines), "left_out": made.left_out}
    try:
        with _writing(path):
            await asyncio.to_thread(draft.write_text, text, encoding="utf-8")
        await _note(pool, counted)
        with _writing(path):
            os.replace(draft, path)
    finally:
        with suppress(OSError):
            draft.unlink()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadPayload(f"--to: {path} cannot be written: {error.strerror}") from error


async def _note(pool: Pool, counted: Mapping[str, int]) -> None:
    async with borrow(pool) as conn, conn.transaction():
        await audit.record(
            conn, actor=OPERATOR.id, act="emotion.exported", subject="reviews", detail=counted
        )


async def _review(
    conn: Connection, asked: argparse.Namespace, profile: Profile, now: datetime
) -> str:
    if not asked.id:
        found = await emotion_reviews.list_open(conn, limit=SHOWN_MAX)
        return "\n".join(map(_line, found)) or "Nothing waits for a review."
    one = await _find(conn, asked.id)
    given = {name: value for name in FIELDS if (value := getattr(asked, name))}
    if not given and not asked.leave_out:
        return _page(one, profile)
    if given and asked.leave_out:
        raise CallerError("--leave-out: give a verdict or leave it out, not both")
    verdict, errors = read_verdict(given)
    if not asked.leave_out and errors:
        raise CallerError("; ".join(f"--{name}: {why}" for name, why in errors.items()))
    by = asked.by.strip() or OPERATOR.id
    chosen = None if asked.leave_out else verdict
    return say_settled(await settle(conn, one.message_id, chosen, by=by, now=now))


async def _find(conn: Connection, ending: str) -> Review:
    """The open review whose message ends like that, or any by its whole id."""
    try:
        whole = await emotion_reviews.find(conn, MessageId(UUID(ending.strip())))
    except ValueError:
        whole = None
    if whole is not None:
        return whole
    found = await emotion_reviews.list_open(conn, limit=1_000)
    fit = [each for each in found if str(each.message_id).endswith(ending.strip().lower())]
    if len(fit) != 1:
        trouble = "more than one ends" if fit else "none ends"
        raise NotFound(f"ID: {trouble} like that; `concierge emotions review` names them")
    return fit[0]


def say_settled(settled: Settled) -> str:
    """What came of a verdict, in a line."""
    one = settled.review
    if not settled.is_new:
        return f"Nothing was changed: {one.settled_by_name} had settled it before."
    if one.verdict is None:
        return "Left out: it becomes no line for training."
    return "Settled. `concierge emotions export` takes it along."


def _line(one: Review) -> str:
    words = " ".join(shown(one.text).split())
    cut = words if len(words) <= 80 else f"{words[:79]}…"
    return f"{str(one.message_id)[-8:]}  {one.source:6}  {one.why}\n          “{cut}”"


def _page(one: Review, profile: Profile) -> str:
    zone = ZoneInfo(profile.business.zone)
    head = f"{one.message_id}  {one.channel}, {one.said_at.astimezone(zone):%Y-%m-%d %H:%M}"
    before = [f"  {'us' if said.is_ours else 'customer'}: {said.text}" for said in one.before]
    lines = [head, *before, f"  CUSTOMER: {one.text}", "", f"Why: {one.why}", say_read(one.ours)]
    lines += [say_read(one.theirs)] if one.theirs else []
    if one.settled_at is not None:
        lines.append(f"Settled by {one.settled_by_name}.")
    return shown("\n".join(lines))


def say_read(emotion: Emotion) -> str:
    """A reading in a line."""
    return (
        f"{emotion.scorer}: {emotion.primary.value}, {emotion.polarity.value}, "
        f"intensity {emotion.intensity:.2f}, escalate {emotion.escalate:.2f}, "
        f"{emotion.confidence:.0%} sure"
    )


def add_review(parser: argparse.ArgumentParser) -> None:
    """The arguments of `review`."""
    parser.add_argument("id", nargs="?", default="", metavar="ID", help="a message, or its ending")
    parser.add_argument("--primary", default="", choices=[each.value for each in PrimaryEmotion])
    parser.add_argument("--polarity", default="", choices=[each.value for each in Polarity])
    parser.add_argument("--intensity", default="", metavar="0..1", help="0 plain, 1 beside oneself")
    parser.add_argument("--escalate", default="", choices=["yes", "no"], help="tell a manager now")
    parser.add_argument("--leave-out", action="store_true", help="nobody can say")
    parser.add_argument("--by", default="", metavar="WHO", help="whose verdict it is")


def add_export(parser: argparse.ArgumentParser) -> None:
    """The arguments of `export`."""
    parser.add_argument("--to", required=True, metavar="FILE", help="lines of JSON")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="DATE", help="only what was settled since"
    )
