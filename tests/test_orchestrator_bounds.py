"""What one turn may take of time, money and patience, and in which order its tools run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from modelled import ASKED, ORDER, PRICED, order
from turn_lab import asks, lab, says, situation

from bot import tool_runner
from bot.domain_answers import TopicMode
from bot.errors import ModelUnavailable
from bot.llm.base import ModelReply, ModelRequest
from bot.orchestrator_limits import Meter
from bot.profile_models import Answers
from bot.tools.base import Arguments, Tool, ToolContext, ToolResult
from bot.trace import Trace

PRICE = ("price_party", ORDER)
BROKEN = ("price_party", {"guests": "twenty"})


def prices(count: int, **usage: Any) -> list[ModelReply]:
    """A model that never comes to the point."""
    return [asks(("price_party", order(adult=10 + each)), **usage) for each in range(count)]


# ── Limits ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("limit", "allowed", "usage", "takes_s", "steps"),
    [
        ("steps", {"steps": 3}, {}, 0, 3),
        ("seconds", {"seconds": 20}, {}, 11, 2),
        ("tokens", {"tokens": 2_000}, {"input_tokens": 900, "output_tokens": 100}, 0, 2),
        ("cents", {"cents": Decimal("1.5")}, {"cost": Decimal("0.005")}, 0, 3),
    ],
)
async def test_a_turn_that_takes_too_much_is_answered_without_its_model(
    limit: str, allowed: dict[str, Any], usage: dict[str, Any], takes_s: int, steps: int
) -> None:
    """I14: the owner's limit ends the attempt; the customer gets one price, and one quote."""
    at = lab(*prices(9, **usage), takes=timedelta(seconds=takes_s), **allowed)
    answer = await at.answers(ASKED)
    assert (answer.outcome, len(answer.effects)) == ("templated", 1)
    assert "$1,280.00" in answer.text
    assert len(at.model.requests) == steps
    assert at.noted("limit.reached") == [{"limit": limit}]
    discarded = [bool(record.result.get("discarded")) for record in answer.tool_calls]
    assert discarded == [True] * steps + [False]


async def test_the_step_that_crosses_a_limit_may_still_be_the_answer() -> None:
    """What is paid for and good is not thrown away."""
    at = lab(asks(PRICE), says(PRICED, cost=Decimal(3)), cents=Decimal(2))
    assert (await at.answers(ASKED)).text == PRICED


async def test_a_correction_counts_to_the_same_turn() -> None:
    wrong = says("The total is $9.00.", input_tokens=600, output_tokens=0)
    at = lab(wrong, wrong, tokens=1_000)
    await at.answers(ASKED)
    assert len(at.model.requests) == 2
    at = lab(wrong, wrong, tokens=1_001, steps=1)
    await at.answers(ASKED)
    assert (len(at.model.requests), at.noted("limit.reached")) == (1, [{"limit": "steps"}])


async def test_tokens_that_nobody_counted_are_estimated() -> None:
    """A local server that says nothing of usage is no free pass."""
    at = lab(says("How many guests come?"))
    await at.answers(ASKED)
    request = at.model.requests[0]
    meter = Meter(Answers(), Trace(at.deps.clock))
    meter.add(request, says("x" * 350))
    guess = meter.tokens
    assert guess > len(request.instructions) / 4 + 100
    meter.add(request, says("x", input_tokens=7, output_tokens=3))
    assert meter.tokens == guess + 10
    assert (meter.cents, meter.steps) == (0, 2)
    failed = says("", input_tokens=80, cost=Decimal("0.01"))
    meter.add(request, replace(says("x", input_tokens=7, output_tokens=3), spent=(failed,)))
    assert (meter.tokens, meter.cents) == (guess + 100, 1)


async def test_a_model_that_hangs_is_left_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = lab(says("never"))
    monkeypatch.setattr(Meter, "left_s", 0.02)

    async def hang(_request: object) -> ModelReply:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(at.model, "respond", hang)
    answer = await at.answers(ASKED)
    assert "$1,280.00" in answer.text
    assert at.noted("limit.reached") == [{"limit": "seconds"}]


# ── Slips ───────────────────────────────────────────────────────────────────────────────────


async def test_wrong_arguments_are_told_once_then_refused_then_enough() -> None:
    at = lab(asks(BROKEN), asks(BROKEN), asks(BROKEN), says("never asked"))
    answer = await at.answers(ASKED)
    assert "$1,280.00" in answer.text
    assert len(at.model.requests) == 3
    first, second = at.model.told(2)
    assert "guests" in str(first["error"])
    assert "answer without it" not in str(first["error"])
    assert "answer without it or ask a person" in str(second["error"])
    assert at.noted("slips.too_many") == [{"slip": "arguments"}]


async def test_each_tool_has_its_own_patience_and_a_right_call_still_runs() -> None:
    other = ("ask_person", {"reason": ""})
    at = lab(asks(BROKEN), asks(other), asks(BROKEN), asks(PRICE), says(PRICED))
    assert (await at.answers(ASKED)).text == PRICED
    again = ["answer without it" in str(told["error"]) for told in at.model.told(4)]
    assert again == [False, False, True, False]


async def test_slips_of_one_step_count_once() -> None:
    """Nobody has told the model of the first before it made the second."""
    at = lab(asks(BROKEN, ("price_party", "{"), ("price_party", "[]")), asks(PRICE), says(PRICED))
    assert (await at.answers(ASKED)).text == PRICED
    assert not any("answer without it" in str(told["error"]) for told in at.model.told(1))


async def test_tools_that_are_not_there_are_refused_under_whatever_name() -> None:
    """I9: trying one door after another ends, and none of them opens."""
    doors = [asks((name, {})) for name in ("pay_refund", "hold_slot", "run_sql", "never_asked")]
    at = lab(*doors)
    answer = await at.answers(ASKED)
    assert "$1,280.00" in answer.text
    assert len(at.model.requests) == 3
    assert all(told["ok"] is False for told in at.model.told(2))
    assert [record.ok for record in answer.tool_calls] == [False] * 3 + [True]


# ── Order ───────────────────────────────────────────────────────────────────────────────────


def use_tools(
    monkeypatch: pytest.MonkeyPatch, **runs: Callable[..., Awaitable[ToolResult]]
) -> None:
    """Tools in place of the real ones; price_party is the one that writes."""
    made = {
        name: Tool(
            description=name,
            arguments=Said,
            access="write" if name == "price_party" else "read",
            run=run,
            timeout_s=1.0,
        )
        for name, run in runs.items()
    }
    monkeypatch.setattr(tool_runner, "tools", lambda: made)


class Said(Arguments):
    """One word."""

    word: str = ""


async def test_reads_of_a_step_run_side_by_side_and_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meet, ended = asyncio.Barrier(2), []

    async def look(_context: ToolContext, arguments: Arguments) -> ToolResult:
        await meet.wait()  # Alone it waits for ever, and is left after a second.
        word = Said.model_validate(arguments).word
        if word == "slow":
            await asyncio.sleep(0)
        ended.append(word)
        return ToolResult(data={"word": word})

    use_tools(monkeypatch, search_knowledge=look, prove_address=look)
    both = asks(("search_knowledge", {"word": "slow"}), ("prove_address", {"word": "fast"}))
    at = lab(both, says("How many guests come?"))
    await at.answers("hello")
    assert [told["data"] for told in at.model.told(1)] == [{"word": "slow"}, {"word": "fast"}]
    assert ended == ["fast", "slow"]


async def test_a_write_waits_for_what_was_asked_before_and_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dates asked for beside a new price are those of the party as priced."""
    log: list[str] = []

    async def note(_context: ToolContext, arguments: Arguments) -> ToolResult:
        word = Said.model_validate(arguments).word
        log.append(f"{word} begins")
        await asyncio.sleep(0)
        log.append(f"{word} ends")
        return ToolResult(data={"word": word})

    use_tools(monkeypatch, search_knowledge=note, price_party=note)
    asked = [
        ("search_knowledge", {"word": "a"}),
        ("price_party", {"word": "b"}),
        ("price_party", {"word": "c"}),
        ("search_knowledge", {"word": "d"}),
    ]
    at = lab(asks(*asked), says("How many guests come?"))
    answer = await at.answers("hello")
    assert log == [f"{word} {what}" for word in "abcd" for what in ("begins", "ends")]
    assert [record.result["word"] for record in answer.tool_calls] == list("abcd")


async def test_the_same_read_twice_in_a_step_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    async def look(_context: ToolContext, arguments: Arguments) -> ToolResult:
        ran.append(Said.model_validate(arguments).word)
        return ToolResult(data={"times": len(ran)})

    use_tools(monkeypatch, search_knowledge=look)
    twice = asks(*[("search_knowledge", {"word": word}) for word in ("x", "y", "x")])
    at = lab(twice, says("How many guests come?"))
    await at.answers("hello")
    assert sorted(ran) == ["x", "y"]
    one, _two, three = (told["data"] for told in at.model.told(1))
    assert one == three


async def test_a_read_that_breaks_ends_the_turn_only_once_all_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A store that is away is told as such, and nothing goes on behind the turn's back."""
    ended: list[str] = []

    async def fail(_context: ToolContext, _arguments: Arguments) -> ToolResult:
        raise ConnectionRefusedError

    async def look(_context: ToolContext, _arguments: Arguments) -> ToolResult:
        await asyncio.sleep(0)
        ended.append("look")
        return ToolResult(data={})

    use_tools(monkeypatch, search_knowledge=fail, prove_address=look)
    at = lab(asks(("search_knowledge", {}), ("prove_address", {})))
    with pytest.raises(ConnectionRefusedError):
        await at.answers("hello")
    assert ended == ["look"]


# ── Who answers ─────────────────────────────────────────────────────────────────────────────


async def test_on_a_topic_of_approved_text_no_model_is_asked() -> None:
    """The owner wants no model's words here: fixed ones, with the true price in them."""
    at = lab(says("never asked"))
    answer = await at.answers(ASKED, mode=TopicMode.APPROVED_TEXT)
    assert "$1,280.00" in answer.text
    assert (answer.outcome, at.model.requests) == ("templated", [])
    assert at.noted("model.not_asked") == [{"mode": "approved_text"}]


async def test_when_all_providers_fall_away_what_was_priced_is_priced_once() -> None:
    at = lab(asks(PRICE), ModelUnavailable("all down"))
    answer = await at.answers(ASKED)
    assert "$1,280.00" in answer.text
    assert len(answer.effects) == 1
    assert [bool(r.result.get("discarded")) for r in answer.tool_calls] == [True, False]


async def test_what_a_failed_step_cost_is_kept() -> None:
    """The day's budget is read from the records: what is not in them was never paid."""
    at = lab(asks(PRICE), ModelUnavailable("cut"))
    lost = replace(says("Half a"), provider="openai")

    def costs(request: ModelRequest) -> None:
        if request.results and request.on_spent is not None:
            request.on_spent(lost)

    at.model.hears = costs
    answer = await at.answers(ASKED)
    assert (2, lost) in answer.model_replies


async def test_the_reply_knows_who_asked_for_it() -> None:
    handed = ("hand_off", {"agent": "lead_nurturing", "reason": "a price"})
    at = lab(asks(handed), asks(PRICE), says(PRICED))
    answer = await at.answers(situation(ASKED), agent="general")
    asked_by = [(step, reply.agent) for step, reply in answer.model_replies]
    assert asked_by == [(1, "general"), (2, "lead_nurturing"), (3, "lead_nurturing")]
