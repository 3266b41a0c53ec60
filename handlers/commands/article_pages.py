"""What `concierge articles` prints: aligned plain text, moments in the business's zone.

Pure functions of what was read; handlers/commands/articles.py calls them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.profile import Profile
from bot.store.knowledge_versions import Version
from bot.store.unanswered import OpenQuestion
from handlers.commands.booking_pages import labelled, table

ID_SHOWN = 8
"""So many characters of a question's id, from its end, tell it from the others."""


def list_page(profile: Profile, listed: Sequence[Version], now: datetime) -> str:
    """A line for each article and language."""
    head = ("NAME", "LANG", "VERSION", "SOURCE", "STATE", "APPROVED", "EXPIRES", "CITED", "TITLE")
    return table(head, [_row(profile, each, now) for each in listed])


def article_page(
    profile: Profile,
    found: Sequence[Version],
    chunks: Mapping[str, Sequence[tuple[str, str, str]]],
    now: datetime,
) -> str:
    """Every version, and of the newest in each language what it would say."""
    newest = {each.language: each for each in reversed(found)}
    lines = [list_page(profile, found, now)]
    for language, version in newest.items():
        lines += ["", labelled("Language", language), labelled("From", version.origin or "profile")]
        told = dict.fromkeys((text, answer) for _, text, answer in chunks.get(language, ()))
        for text, answer in told:
            heading = next(h for h, t, a in chunks[language] if (t, a) == (text, answer))
            lines += ["", f"## {heading}", text or "(a person answers this)"]
            if answer and answer != " ".join(text.split()):
                lines.append(labelled("Said", answer))
    return "\n".join(lines)


def questions_page(profile: Profile, groups: Sequence[Sequence[OpenQuestion]]) -> str:
    """A line for each group: how often, and the newest wording."""
    head = ("TIMES", "ID", "LANG", "LAST", "NEAREST", "QUESTION")
    rows = [
        (
            str(len(each)),
            str(each[0].id)[-ID_SHOWN:],
            each[0].language,
            _day(profile, each[0].created_at),
            f"{each[0].nearest or '-'} {each[0].confidence:.2f}",
            each[0].question,
        )
        for each in groups
    ]
    return table(head, rows)


def _row(profile: Profile, each: Version, now: datetime) -> tuple[str, ...]:
    return (
        each.article,
        each.language,
        str(each.version),
        each.source,
        _state(each, now),
        each.approved_by or ("yes" if each.approved else "no"),
        _day(profile, each.expires_at) if each.expires_at else "-",
        str(each.cited_count),
        each.title,
    )


def _state(each: Version, now: datetime) -> str:
    if not each.live:
        return "retired" if each.approved else "waits"
    if not each.approved:
        return "unapproved"
    return "expired" if each.expires_at is not None and each.expires_at <= now else "live"


def _day(profile: Profile, moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(profile.business.zone)).date().isoformat()
