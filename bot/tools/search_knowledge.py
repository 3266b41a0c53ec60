"""Tool: what the business's own articles say to a question.

Read only. It says plainly when the articles do not answer, so that nobody fills the gap.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from pydantic import Field

from bot.domain import Passage
from bot.knowledge.search import Findings
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult

PASSAGES_LIMIT: Final = 3
PARTS_LIMIT: Final = 3

# Where one question ends and the next begins: a mark, or "and" before a question word.
_PARTS: Final = re.compile(
    r"(?<=[?？])|[,;，；]?\s*\b(?:and|also|y|y también)\s+"
    r"(?=(?:how|what|when|where|do|does|can|is|are|cu[aá]nto|cu[aá]ndo|qu[eé]|c[oó]mo|d[oó]nde|hay)\b)",
    re.IGNORECASE,
)
# Shorter than this it is a greeting or a leftover, not a question.
_PART_LETTERS_MIN: Final = 4


class SearchKnowledge(Arguments):
    """What to look for."""

    question: str = Field(
        min_length=1,
        max_length=2000,
        description="The customer's question, in the customer's own words and language.",
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Look the question up; two questions get both answers, where both are known."""
    asked_for = SearchKnowledge.model_validate(arguments)
    parts = _parts(asked_for.question)
    asked = [asked_for.question] if len(parts) < 2 else parts
    knowledge, language = context.deps.knowledge, context.situation.language
    found = await asyncio.gather(
        *(knowledge.find(part, language=language, limit=PASSAGES_LIMIT) for part in asked)
    )
    # Half an answer hides the other question, so all of them are known or a person is asked.
    answered = all(findings.known for findings in found)
    passages = _merge(found)
    return ToolResult(
        data={
            "answered": answered,
            "passages": [
                {
                    "title": passage.title,
                    "text": passage.text,
                    "article": passage.article,
                    "language": passage.language,
                }
                for passage in passages
                if answered
            ],
        },
        worded=" ".join(dict.fromkeys(f.answers[0] for f in found)) if answered else "",
        passages=passages if answered else (),
    )


def _parts(question: str) -> list[str]:
    parts = (part.strip() for part in _PARTS.split(question))
    return [part for part in parts if sum(map(str.isalpha, part)) >= _PART_LETTERS_MIN][
        :PARTS_LIMIT
    ]


def _merge(found: list[Findings]) -> tuple[Passage, ...]:
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
        "`answered` is false the articles do not say: do not guess, offer to ask a person."
    ),
    arguments=SearchKnowledge,
    access="read",
    run=run,
)
