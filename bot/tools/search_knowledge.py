"""Tool: what the business's own articles say to a question.

Read only. It says plainly when the articles do not answer, so that nobody fills the gap, and keeps
the question for the owner. Of two questions of which one is known, that one is answered.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from babel import Locale
from pydantic import Field

from bot.domain_answers import Passage, Unanswered
from bot.knowledge.masking import mask
from bot.knowledge.search import Findings
from bot.language.wording import say
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

PASSAGES_LIMIT: Final = 3
PARTS_LIMIT: Final = 3
PERHAPS_FROM: Final = 0.2
"""Likelihood from which a model may judge for itself whether a passage answers; fixed words may
not, so what is `known` is set much higher."""

# Where one question ends and the next begins: a mark, or "and" before a question word.
_PARTS: Final = re.compile(
    r"(?<=[?？])|[,;，；]?\s*\b(?:and|also|y|y también)\s+"
    r"(?=(?:how|what|when|where|do|does|can|is|are|cu[aá]nto|cu[aá]ndo|qu[eé]|c[oó]mo|d[oó]nde|hay)\b)",
    re.IGNORECASE,
)
# Shorter than this it is a greeting or a leftover, not a question.
_PART_LETTERS_MIN: Final = 4
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_PLACES: Final = ("part_first", "part_second", "part_third")


class SearchKnowledge(Arguments):
    """What to look for."""

    question: str = Field(
        min_length=1,
        max_length=2000,
        description="The customer's question, in the customer's own words and language.",
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Look the question up; of two questions each is answered, or named as not known."""
    asked_for = SearchKnowledge.model_validate(arguments)
    parts = _parts(asked_for.question)
    asked = [asked_for.question] if len(parts) < 2 else parts
    knowledge, language = context.deps.knowledge, context.situation.language
    found = await asyncio.gather(
        *(knowledge.find(part, language=language, limit=PASSAGES_LIMIT) for part in asked)
    )
    known = [findings for findings in found if findings.known]
    passages = _merge(known)
    unsure = [f for f in found if not (f.known or f.is_off_topic) and f.confidence >= PERHAPS_FROM]
    perhaps = tuple(passage for passage in _merge(unsure) if passage not in passages)
    return ToolResult(
        data={
            "answered": len(known) == len(found),
            "questions": [
                {"question": part, "answered": findings.known}
                for part, findings in zip(asked, found, strict=True)
            ],
            "passages": _as_data(passages),
            "perhaps": _as_data(perhaps),
        },
        worded=_worded(found, language) if known else "",
        passages=(*passages, *perhaps),
        unanswered=_unanswered(context, asked, found),
    )


def _as_data(passages: Sequence[Passage]) -> list[dict[str, str]]:
    return [
        {"title": p.title, "text": p.text, "article": p.article, "language": p.language}
        for p in passages
    ]


def _worded(found: Sequence[Findings], language: str) -> str:
    """What is known, each answer once, and which of the questions is not."""
    said = list(dict.fromkeys(_told(findings, language) for findings in found if findings.known))
    missing = [
        say(place, language)
        for place, findings in zip(_PLACES, found, strict=False)
        if not findings.known
    ]
    if missing:
        said.append(say("part_unknown", language, which=", ".join(missing)))
    return " ".join(said)


def _told(findings: Findings, language: str) -> str:
    """The answer as the article has it, with a word where that is in another language."""
    written = findings.passages[0].language
    if written == language:
        return findings.answers[0]
    name = Locale.parse(written).get_language_name(language) or written
    return f"{say('other_language', language, language=name)} {findings.answers[0]}"


def _unanswered(
    context: ToolContext, asked: Sequence[str], found: Sequence[Findings]
) -> tuple[Unanswered, ...]:
    """The questions for the owner, nothing personal in them; small talk is none."""
    territory = context.deps.profile.business.territory
    return tuple(
        Unanswered(
            question=mask(part, territory=territory),
            language=context.situation.language,
            confidence=findings.confidence,
            nearest=findings.passages[0].article if findings.passages else "",
        )
        for part, findings in zip(asked, found, strict=True)
        if not findings.known and not findings.is_off_topic and _is_question(part)
    )


def _is_question(part: str) -> bool:
    """Whether there is enough of it to be a question: two words, or as many characters."""
    return (
        len(part.split()) > 1
        or sum(map(str.isalpha, part)) > 2 * _PART_LETTERS_MIN
        or (len(_HAN.findall(part)) >= _PART_LETTERS_MIN)
    )


def _parts(question: str) -> list[str]:
    parts = (part.strip() for part in _PARTS.split(question))
    return [part for part in parts if sum(map(str.isalpha, part)) >= _PART_LETTERS_MIN][
        :PARTS_LIMIT
    ]


def _merge(found: Sequence[Findings]) -> tuple[Passage, ...]:
    """The best passage of each question first, then the rest, each article once."""
    ranked = [
        findings.passages[place]
        for place in range(PASSAGES_LIMIT)
        for findings in found
        if place < len(findings.passages)
    ]
    return tuple({passage.article: passage for passage in reversed(ranked)}.values())[::-1][
        :PASSAGES_LIMIT
    ]


tool = Tool(
    description=(
        "Search the business's own articles: what is included, menus, prices, rules, area, set-up, "
        "payment, cancellation and the like. Pass the question in the customer's own words. If "
        "`answered` is false the articles do not say, or only to those of its `questions` that "
        "are marked answered: answer these. Passages under `perhaps` may answer the others: use "
        "one only where it plainly does; else do not guess, and offer to ask a person."
    ),
    arguments=SearchKnowledge,
    access="read",
    run=run,
)
