"""How the morning brief looks: a short letter with what to look at, in Block Kit.

Pure: bot/desk/briefing.py reads it, jobs/morning_brief.py owes it to each owner.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.desk.briefing import LISTED, Brief
from bot.profile_models import Business
from channels.desk_blocks import Block, button, context, divider, header, moment, section, short
from channels.desk_home import day_line, event_line, money_line, say_money, thread_link

APPROVE = "approve_answer"
QUESTION_CHARS = 300


def summary(brief: Brief, business: Business) -> str:
    """The brief in one line, for notifications."""
    made = brief.money
    return (
        f"Good morning. Yesterday: {made.bookings} booked for {say_money(business, made.booked)}, "
        f"{brief.day.conversations} conversations, {len(brief.unanswered)} escalations unanswered."
    )


def blocks(brief: Brief, business: Business) -> list[Block]:
    """The letter; at most 25 blocks."""
    made = [
        header(f"Good morning: {brief.on:%A, %B} {brief.on.day}"),
        section(f"*Yesterday in money*\n{money_line(brief.money, business)}"),
        section(f"*Yesterday in talk*\n{day_line(brief.day)}"),
        divider(),
    ]
    made += [section(f"*{label}*\n{told}") for label, told in _to_do(brief, business)]
    if len(made) == 4:
        made.append(section("Nothing waits for you today."))
    if brief.questions:
        made += [divider(), *_questions(brief)]
    made.append(context("`/concierge` shows how things stand at any time."))
    return made


def _to_do(brief: Brief, business: Business) -> Iterator[tuple[str, str]]:
    if brief.unanswered:
        yield (
            f"Escalations that nobody has answered ({len(brief.unanswered)})",
            _listed(_troubles(brief), len(brief.unanswered)),
        )
    if brief.lacking:
        worker = business.worker.get("en", "worker")
        yield (
            f"Events today and tomorrow that lack a {worker} ({len(brief.lacking)})",
            _listed((event_line(each, business) for each in brief.lacking), len(brief.lacking)),
        )
    if brief.expiring:
        lines = (
            f"• {short(each.customer, 60)}: {say_money(business, each.total)} until "
            f"{moment(each.expires_at)}"
            for each in brief.expiring
        )
        yield "Quotes that expire today", _listed(lines, len(brief.expiring))


def _troubles(brief: Brief) -> Iterator[str]:
    for each in brief.unanswered:
        reason = short(each.reason.replace("_", " "), 100)
        held = f"held by {short(each.holder, 40)}" if each.holder else "nobody holds it"
        where = (
            f" · <{thread_link(each.desk_channel, each.desk_ts)}|thread>" if each.desk_ts else ""
        )
        yield f"• {reason}, since {moment(each.created_at)}, {held}{where}"


def _questions(brief: Brief) -> Iterator[Block]:
    yield section("*Questions that nobody could answer*\nAnswer one once, and the bot knows it.")
    for place, each in enumerate(brief.questions, 1):
        often = f" _(asked {each.count} times)_" if each.count > 1 else ""
        asked = section(f"{place}. {short(each.question, QUESTION_CHARS)}{often}")
        teach = button(f"{APPROVE}:{place}", "Approve answer", value=str(each.id))
        yield {**asked, "accessory": teach}


def _listed(lines: Iterator[str], count: int) -> str:
    told = "\n".join(line for line, _ in zip(lines, range(LISTED), strict=False))
    left = count - LISTED
    return told + (f"\n… and {left} more" if left > 0 else "")
