"""The tool that searches the knowledge base, as an agent runs it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.tools.search_knowledge import SearchKnowledge, _parts, tool


def test_the_tool_only_reads() -> None:
    assert tool.access == "read"
    assert set(tool.arguments.model_json_schema()["properties"]) == {"question"}


def test_unknown_or_empty_arguments_are_refused() -> None:
    with pytest.raises(ValidationError):
        SearchKnowledge.model_validate({"question": ""})
    with pytest.raises(ValidationError):
        SearchKnowledge.model_validate({"question": "a", "customer": "b"})


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How much is the deposit?", 1),
        ("Do you bring tables? And how much is the deposit?", 2),
        ("do you bring tables and how much is the deposit", 2),
        ("Can we choose chicken and shrimp?", 1),
        ("定金多少？要给小费吗？", 2),
    ],
)
def test_a_message_is_split_only_where_it_asks_two_things(question: str, count: int) -> None:
    assert len(_parts(question)) == count
