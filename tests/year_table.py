"""A simulated year in figures, what it has not shown, and the stories of what went wrong in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from year import Year
from year_judge_words import NEWS, OFFERS
from year_life import ZONES, Left

OTHERS = ("after_event", "unanswered_quote", "check_in", "staff")
CLOCK_CHANGES = (date(2027, 3, 8), date(2027, 11, 1))
"""The Mondays of the weeks that end with a change of the clocks."""
STORIES_MAX = 3
"""Of each kind of finding."""

_DONE = """SELECT cause, status, count(*) AS count FROM follow_ups GROUP BY 1, 2 ORDER BY 1, 2"""
_WHY = """SELECT cause, regexp_replace(coalesce(reason, ''), '[0-9:;,(].*', '') AS why,
  count(*) AS count
FROM follow_ups WHERE status IN ('skipped', 'cancelled') GROUP BY 1, 2 ORDER BY 1, 3 DESC"""
_STORY = """SELECT e.at, e.status, e.reason, e.due_at FROM follow_up_events e
WHERE e.follow_up_id::text = $1 ORDER BY e.at, e.id"""


async def stories(year: Year, found: Mapping[str, list[str]]) -> str:
    """What happened to the first of each kind, step by step."""
    lines = []
    for what, names in found.items():
        for name in names[:STORIES_MAX]:
            lines.append(f"{what}: {name}")
            words = [word for word in name.split() if len(word) == 36]
            for word in words:
                lines += [
                    f"    {row['at']:%m-%d %H:%M}Z {row['status']}, "
                    f"due {row['due_at']:%m-%d %H:%M}Z {row['reason']}"
                    for row in await year.world.rows(_STORY, word)
                ]
    return "\n".join(lines)


def unseen(year: Year, left: list[Left]) -> list[str]:
    """What a year should have shown and did not: where nothing happens, nothing is proven."""
    causes = {each.row["cause"] for each in left if each.row and each.row["id"]}
    zones = {str(year.lives.by_handle[each.handle].zone) for each in left}
    weeks = {each.at.date() - timedelta(days=each.at.weekday()) for each in left}
    wanted = {
        *((cause, cause in causes) for cause in (*OFFERS, *NEWS, *OTHERS)),
        *((zone, zone in zones) for zone in ZONES.values()),
        *((f"week of {each}", each in weeks) for each in CLOCK_CHANGES),
    }
    return sorted(name for name, is_seen in wanted if not is_seen)


async def table(year: Year, found: Mapping[str, list[str]], took_s: float) -> str:
    """The year in figures, for whoever reads the run."""
    lines = [
        f"{len(year.lives.all)} customers, {year.ticks} hours looked at, {year.killed} workers "
        f"killed, {year.tally['left']} texts left, in {took_s:.0f} s"
    ]
    done: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await year.world.rows(_DONE):
        done[row["cause"]][row["status"]] = row["count"]
    states = ("sent", "answered", "converted", "skipped", "cancelled", "unknown", "planned", "held")
    lines.append(" ".join([f"{'cause':<18}", f"{'in all':>8}", *(f"{s:>10}" for s in states)]))
    for cause, counts in done.items():
        whole = f"{sum(counts.values()):>8}"
        row = [f"{cause:<18}", whole, *(f"{counts.get(s, 0):>10}" for s in states)]
        lines.append(" ".join(row))
    lines += [
        f"  {row['count']:>6}  {row['cause']}: {row['why']}" for row in await year.world.rows(_WHY)
    ]
    lines += [f"  WRONG {len(names):>5}  {what}" for what, names in found.items() if names]
    return "\n".join(lines)
