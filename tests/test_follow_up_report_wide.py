"""The report of a business that uses everything, as it stands at the desk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from follow_up_ground import NOW

from bot.causes.base import causes
from bot.follow_ups.measuring import Report
from bot.follow_ups.report_words import say_report
from bot.follow_ups.trials import DONE
from bot.profile import load_profile
from bot.store.follow_up_counts import By, Counted, Left
from handlers.desk.follow_up_rules import BLOCKS_MAX, _pieces

SECTION_MAX = 3000
CHANNELS = ("sms", "whatsapp", "email")
WHY = "the messaging window of whatsapp is closed & no approved <template> fits"


def _line(by: By, name: str) -> Counted:
    return Counted(
        by=by,
        name=name,
        planned=104_000,
        waiting=900,
        sent=98_000,
        answered=40_100,
        converted=20_300,
        opted_out=310,
        skipped=5_000,
        cancelled=90,
        unknown=3,
        held_back=7,
        revenue=Decimal("12345678.90"),
        answer_minutes=95.0,
    )


def test_the_whole_report_of_nine_causes_by_three_channels_fits_the_desk() -> None:
    """Every line is there, in sections that the vendor takes."""
    known = causes()
    words = [f"{name}_{feel}_{arm}" for name in known for feel in ("happy", "any") for arm in "ab"]
    lines = [
        *(_line("cause", name) for name in known),
        *(_line("channel", name) for name in CHANNELS),
        *(_line("wording", name) for name in words),
        *(_line("hour", str(hour)) for hour in range(24)),
        *(_line("language", name) for name in ("en", "es", "zh")),
        _line("all", ""),
    ]
    report = Report(
        since=NOW - timedelta(days=366),
        until=NOW,
        titles={name: cause.title for name, cause in known.items()},
        done={name: DONE[cause.converts_by] for name, cause in known.items()},
        counted=tuple(lines),
        left=tuple(Left(cause=name, reason=WHY, count=n) for name in known for n in range(5)),
        uplifts=(),
        trials=(),
    )
    told = say_report(load_profile(), report)
    pieces = _pieces([told])
    assert len(pieces) < BLOCKS_MAX
    shown = [piece["text"]["text"] for piece in pieces]
    assert max(map(len, shown)) <= SECTION_MAX
    joined = "".join(shown)
    assert all(name in joined for name in (*words, *CHANNELS))
    assert joined.count("&lt;template&gt;") == 5 * len(known)
