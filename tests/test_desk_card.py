"""The card that staff get: what stands on it in each state, and what can never stand on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.desk_blocks import escape
from channels.desk_card import Card, Standing, State, blocks, fallback, status_line
from handlers.sandbox import block_kit

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
CARD = Card(
    escalation_id="0199-escalation",
    customer="Ana & Luis",
    channel="WhatsApp",
    language="Spanish",
    reason="asks for a person (confidence 0.93)",
    summary="Wants to move Saturday's party; the chef was late last time.",
    last_exchange=(
        ("customer", "This is <!channel> unacceptable", NOW),
        ("concierge", "I am sorry.", NOW + timedelta(minutes=1)),
    ),
    opened_at=NOW,
    weighed=("late", "unacceptable"),
    emotion="angry 0.82 ↗ rising ▂▅▇",
    booking="H7K3Q, Saturday, confirmed, Fremont 94539, 20 guests",
    quote="20 guests, $1,100.00, until 29 November",
    consent="yes, by WhatsApp (answers only); window open for 21 h more",
    suggestion="I am very sorry.\nWhat happened?",
)
HELD = Standing(state="claimed", holder="Dana", since=NOW)


def texts(block: Mapping[str, object]) -> list[str]:
    """Every text of a block, wherever it stands."""
    nested = [block.get("text"), *cast("list[object]", block.get("fields") or [])]
    nested += cast("list[object]", block.get("elements") or [])
    return [str(item["text"]) for item in nested if isinstance(item, dict)]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# --- what stands on it ----------------------------------------------------------------------------


def test_a_card_says_who_where_why_and_what_is_in_hand() -> None:
    shown = "\n".join(text for block in blocks(CARD) for text in texts(block))
    for wanted in (
        "Ana &amp; Luis",
        "WhatsApp",
        "asks for a person (confidence 0.93)",
        "angry 0.82 ↗ rising ▂▅▇",
        "“late”, “unacceptable”",
        "H7K3Q, Saturday, confirmed",
        "20 guests, $1,100.00",
        "window open for 21 h more",
        ">I am very sorry.\n>What happened?",
        "the chef was late last time",
        ">I am sorry.",
    ):
        assert wanted in shown
    # What it is found again by is nothing for people.
    assert "0199-escalation" not in shown
    assert fallback(CARD).startswith("Ana &amp; Luis (WhatsApp) needs a person: asks for")


def names(card: Card) -> list[str]:
    """Its buttons, in order; the value of each is the escalation's id."""
    rows = [block for block in blocks(card) if block["type"] == "actions"]
    found = [each for row in rows for each in cast("list[dict[str, str]]", row["elements"])]
    assert {each["value"] for each in found} <= {card.escalation_id}
    return [each["action_id"] for each in found]


def test_its_buttons_are_those_of_its_state() -> None:
    """I7: what is held can be given back, what is over can be nothing any more."""
    more = ["send_suggestion", "quote", "book", "snooze", "why", "wrong"]
    assert names(CARD) == ["claim", *more, "resolve"]
    assert names(replace(CARD, standing=HELD)) == ["return", "resolve", *more]
    assert "send_suggestion" not in names(replace(CARD, suggestion=""))
    assert "send_suggestion" not in names(replace(CARD, suggestion=None))
    over = replace(HELD, state="resolved", outcome="refunded")
    assert names(replace(CARD, standing=over)) == []
    kinds = {block["type"] for block in blocks(replace(CARD, standing=over))}
    assert kinds == {"header", "context"}


def test_its_status_says_who_has_it_and_what_waits() -> None:
    assert status_line(CARD).startswith("*Open* <!date^")
    waits = replace(HELD, waiting_since=NOW, snoozed_until=NOW + timedelta(hours=1), reminded=2)
    said = status_line(replace(CARD, standing=waits))
    assert said.startswith("*Held by Dana* since <!date^")
    assert "customer waits since" in said
    assert "snoozed until" in said
    assert said.endswith("reminded 2 times")
    over = replace(HELD, state="resolved", holder="<@U1>", outcome="refunded")
    assert "*Resolved* by &lt;@U1&gt; <!date^" in status_line(replace(CARD, standing=over))
    assert status_line(replace(CARD, standing=over)).endswith("· refunded")


def test_no_mention_survives() -> None:
    shown = json.dumps(blocks(CARD)) + fallback(replace(CARD, customer="<!here>"))
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "&lt;!channel&gt;" in shown


hostile = st.text(max_size=400) | st.sampled_from(
    ["<!channel>", "<@U1>" * 900, "&" * 5000, "😀" * 4000, "\n" * 5000, "\x00 \x00", "<a" * 9000]
)


@settings(deadline=None)
@given(
    customer=hostile,
    reason=hostile,
    summary=hostile,
    words=st.lists(hostile, max_size=20),
    quote=hostile,
    state=st.sampled_from(["open", "claimed", "resolved"]),
)
def test_any_card_stays_within_slacks_limits(
    customer: str, reason: str, summary: str, words: list[str], *, quote: str, state: State
) -> None:
    card = replace(
        CARD,
        customer=customer,
        reason=reason,
        summary=summary,
        quote=quote,
        booking=quote,
        consent=summary,
        emotion=reason,
        weighed=tuple(words[:3]),
        suggestion=summary,
        standing=replace(HELD, state=state, holder=customer, outcome=reason),
        last_exchange=tuple((customer, word, NOW) for word in words),
    )
    shown = blocks(card)
    assert len(shown) <= 50
    assert block_kit.refusal(shown) is None, "what Slack itself refuses"
    assert sum(units(text) for block in shown for text in texts(block)) < 12_000
    for block in shown:
        limit = 150 if block["type"] == "header" else 3000
        assert all(0 < units(text) <= limit for text in texts(block))
        assert all(units(text) <= 2000 for text in texts(block) if "fields" in block)
    assert units(fallback(card)) <= 1000
    for text in (text for block in shown[1:] for text in texts(block)):
        assert "<!" not in text.replace("<!date^", "")
        assert "<@" not in text


@settings(deadline=None)
@given(st.text())
def test_what_was_typed_can_be_read_back(text: str) -> None:
    escaped = escape(text)
    read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read == escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert "<" not in escaped
    assert ">" not in escaped
