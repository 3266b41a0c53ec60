"""Says what follow-ups bring, and what a booking leaves, as plain tables for staff.

One column is as wide as its widest cell, so that it stands in a terminal and in a Slack code block
alike. Decides nothing; handlers/desk/follow_ups.py and the command line print it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.follow_ups.margins import BookingMargin, Margins
from bot.follow_ups.measuring import Report, TrialState, Uplift
from bot.follow_ups.shares import FEW
from bot.profile import Profile
from bot.profile_wording import money
from bot.store.follow_up_counts import By, Counted

WAYS: tuple[tuple[By, str], ...] = (
    ("cause", "By cause"),
    ("channel", "By channel"),
    ("wording", "By wording"),
    ("hour", "By hour of the customer's day"),
    ("language", "By language"),
)
HEADS = ("planned", "sent", "answered", "converted", "opted out", "revenue", "answer in")
BOOKING_HEADS = ("booking", "revenue", "food, crew", "model", "carrier", "staff", "margin", "%")
BOOKINGS_MAX = 30


def say_report(profile: Profile, report: Report) -> str:
    """The whole report."""
    zone = ZoneInfo(profile.business.zone)
    since, until = (each.astimezone(zone) for each in (report.since, report.until))
    blocks = [f"Follow-ups due from {since:%b %-d, %Y %H:%M} until {until:%b %-d, %Y %H:%M}"]
    if not report.lines("all") or not report.lines("all")[0].planned:
        blocks.append("None.")
    blocks += [_counts(profile, report, by, head) for by, head in WAYS if report.lines(by)]
    blocks += [each for each in (say_left(report), say_uplifts(report), say_trials(report)) if each]
    return "\n\n".join(blocks)


def say_margins(profile: Profile, margins: Margins) -> str:
    """What events of a span of time leave, each and in all."""
    if not margins.bookings:
        return "No event in this time."
    shown = margins.bookings[:BOOKINGS_MAX]
    lines = [_table(BOOKING_HEADS, margin_rows(profile, margins))]
    if len(shown) < len(margins.bookings):
        lines.append(f"... and {len(margins.bookings) - len(shown)} more events")
    total = margins.total
    said = money(profile.business, total.follow_ups, "en")
    lines.append(f"Of the costs, follow-ups took {said}.")
    if total.unknown:
        lines.append(f"Not in it, for want of a price: {', '.join(total.unknown)}.")
        lines.append("So every margin is at most what stands here.")
    return "\n".join(lines)


def margin_rows(profile: Profile, margins: Margins) -> tuple[tuple[str, ...], ...]:
    """The events one by one and all together, each a code and its `BOOKING_HEADS`."""
    shown = margins.bookings[:BOOKINGS_MAX]
    rows = [_margin_row(profile, each, each.code) for each in shown]
    return (*rows, _margin_row(profile, margins.total, "all"))


def _margin_row(profile: Profile, each: BookingMargin, name: str) -> tuple[str, ...]:
    business = profile.business
    sums = (each.revenue, each.food_crew, each.model, each.carrier, each.staff, each.margin)
    # A model's calls cost parts of a cent: rounded to nothing they would seem to be free.
    said = [
        "?" if one is None else f"{one:.4f}" if 0 < abs(one) < 1 else money(business, one, "en")
        for one in sums
    ]
    percent = "" if each.percent is None else f"{each.percent:.1f}"
    return (name, *said, percent)


def _counts(profile: Profile, report: Report, by: By, head: str) -> str:
    return f"{head}\n{_table(('', *HEADS), rows_by(profile, report, by))}"


def rows_by(profile: Profile, report: Report, by: By) -> tuple[tuple[str, ...], ...]:
    """The counts in one way, each a name and its `HEADS`."""
    rows = [(_name(report, each), *_figures(profile, each)) for each in report.lines(by)]
    if by == "cause":
        rows += [("all", *_figures(profile, each)) for each in report.lines("all")]
    return tuple(rows)


def _name(report: Report, each: Counted) -> str:
    if each.by == "cause":
        return f"{report.titles.get(each.name, each.name)} ({report.done.get(each.name, '')})"
    if each.by == "hour" and each.name:
        return f"{int(each.name):02}:00"
    return each.name or "not known"


def _figures(profile: Profile, each: Counted) -> tuple[str, ...]:
    minutes = each.answer_minutes
    return (
        str(each.planned),
        str(each.sent),
        _of(each.answered, each.sent),
        _of(each.converted, each.sent),
        _of(each.opted_out, each.sent),
        money(profile.business, each.revenue, "en"),
        "" if minutes is None else _for_long(minutes),
    )


def _of(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f}%)" if whole else str(part)


def _for_long(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def say_left(report: Report) -> str:
    """What did not go, and why."""
    lines = []
    for each in report.lines("cause"):
        others = (
            (each.waiting, "waiting"),
            (each.skipped, "left out"),
            (each.cancelled, "cancelled"),
            (each.unknown, "nobody can tell whether it got there"),
            (each.held_back, "held back to compare"),
        )
        said = ", ".join(f"{count} {what}" for count, what in others if count)
        if said:
            lines.append(f"{report.titles.get(each.name, each.name)}: {said}")
        lines += [
            f"  {why.count} × {why.reason or 'no reason kept'}"
            for why in report.left
            if why.cause == each.name
        ]
    return "\n".join(["Not sent", *lines]) if lines else ""


def say_uplifts(report: Report) -> str:
    if not report.uplifts:
        return ""
    return "\n".join(["Against writing nothing", *(_uplift(report, e) for e in report.uplifts)])


def _uplift(report: Report, each: Uplift) -> str:
    title, done = report.titles.get(each.cause, each.cause), report.done.get(each.cause, "")
    said = (
        f"{title}: {each.sent.hits} of {each.sent.of} written to {done}, "
        f"{each.held_back.hits} of {each.held_back.of} held back"
    )
    if each.difference is None:
        return f"{said}: too few to say ({FEW} on each side are needed)"
    value, low, high = (100 * part for part in _parts(each))
    sure = "" if low > 0 or high < 0 else ", which may be chance"
    return f"{said}: {value:+.1f} points ({low:+.1f} to {high:+.1f}){sure}"


def _parts(each: Uplift) -> tuple[float, ...]:
    gap = each.difference
    return (gap.value, gap.low, gap.high) if gap else ()


def say_trials(report: Report) -> str:
    if not report.trials:
        return ""
    return "\n".join(["Comparisons", *(_trial(each) for each in report.trials)])


def _trial(each: TrialState) -> str:
    named = f"{each.name} ({each.cause})"
    if each.is_over:
        left = "; it is not in the profile any more, so the usual words go"
        return f"{named}: {each.verdict}{left * (each.is_left and ' wins' in each.verdict)}"
    full = ", ".join(
        f"{arm} {over} of {each.per_arm} ({got} written to)"
        for arm, (got, over) in each.filled.items()
    )
    if each.is_left:
        return f"{named}: is not in the profile any more, nobody joins it; {full}"
    changed = "; the profile says otherwise by now, it goes on as it began" * each.is_changed
    return f"{named}: runs, {full}; read once when both are full{changed}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return "\n".join(_lines((heads, *rows), widths))


def _lines(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()
