"""An explanation in words for the operator, a labelled line for each fact; and as plain JSON.

Pure. `concierge why` prints the lines, the playground draws the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bot.domain_answers import TopicMode
from bot.explaining import Cost, Explanation, Route
from bot.store.traced import TracedEmotion, TracedModel, TracedPassage, TracedTool

VALUE_SHOWN = 160
FIGURES_SHOWN = 12
MODES = {
    TopicMode.AUTO.value: "the bot answers",
    TopicMode.DRAFT.value: "the bot drafts, staff send",
    TopicMode.APPROVED_TEXT.value: "approved words only, no model",
}
ACTS = {"hand_over": "staff were given the floor", "tell": "staff were told"}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact."""

    label: str
    said: str


def describe(why: Explanation) -> tuple[Line, ...]:
    """All of it, in the order in which it came about."""
    return tuple(line for part in _parts(why) for line in part if line.said)


def _parts(why: Explanation) -> Iterator[Iterator[Line]]:
    yield (Line("Asked", _cut(message.text)) for message in why.asked)
    yield (
        Line("Answer", f"[{message.author}, {message.status.value}] {message.text}")
        for message in why.said
    )
    yield iter([Line("Outcome", _outcome(why))])
    yield (Line("Because", reason) for reason in why.reasons)
    yield _escalated(why)
    yield _routed(why.route) if why.route else iter(())
    yield _heard(why)
    yield _ruled(why)
    yield (Line("Passage", _passage(passage)) for passage in why.passages)
    yield (Line("Tool", _tool(tool)) for tool in why.tools)
    yield iter([Line("Guard", _guard(why))])
    yield (Line("Model", _model(model)) for model in why.models)
    yield iter([Line("Cost", _cost(why.cost) if why.cost else "")])
    yield iter([Line("Time", _time(why))])
    yield iter([Line("Versions", ", ".join(f"{k} {v}" for k, v in sorted(why.versions.items())))])


def _outcome(why: Explanation) -> str:
    return why.outcome if why.understood else f"{why.outcome}, but not understood"


def _escalated(why: Explanation) -> Iterator[Line]:
    if why.escalation is not None:
        handed = why.escalation
        pressing = "" if handed.severity == "normal" else f"{handed.severity}, "
        state = f"{pressing}{handed.status}"
        yield Line("Escalated", f"{handed.reason}: {handed.explanation} ({state})")


def _routed(route: Route) -> Iterator[Line]:
    sure = "" if route.confidence is None else f", {_percent(route.confidence)} sure"
    intent = route.intent or "no intent"
    yield Line("Route", f"{route.agent}, for {intent}{sure}")
    yield Line("Rule", route.rule)
    yield Line("Also asked", ", ".join(route.also))
    yield Line("Candidates", ", ".join(f"{k} {_percent(v)}" for k, v in route.ranked.items()))
    yield Line("Handed to", ", then ".join(route.handoffs))


def _heard(why: Explanation) -> Iterator[Line]:
    yield Line("Language", why.language)
    if why.emotion is not None:
        yield Line("Emotion", _emotion(why.emotion))
    yield from (Line("Read before", _emotion(each)) for each in why.felt_before)
    for alarm in why.alarms:
        told = f"{alarm.trigger}, {alarm.severity}, {ACTS.get(alarm.act, alarm.act)}"
        yield Line("Alarm", f"{told}: {_cut(alarm.explanation)}")


def _emotion(felt: TracedEmotion) -> str:
    side = "" if felt.polarity == felt.primary else f", {felt.polarity}"
    return (
        f"{felt.primary} at {felt.intensity:.2f}{side}, {_percent(felt.confidence)} sure, "
        f"for a manager {_percent(felt.escalate)} ({felt.scorer})"
    )


def _ruled(why: Explanation) -> Iterator[Line]:
    if why.route is not None:
        rule = f" ({why.mode_rule})" if why.mode_rule else ""
        yield Line("Mode", f"{why.mode}: {MODES.get(why.mode, '')}{rule}")
    if why.draft is not None:
        by = f" by {why.draft.decided_by}" if why.draft.decided_by else ""
        yield Line("Draft", f"{why.draft.code}, {why.draft.status}{by}: {why.draft.text}")


def _passage(passage: TracedPassage) -> str:
    version = f"{passage.article} ({passage.language}, version {passage.version})"
    return f"{version}: {passage.title}, similarity {passage.similarity:.2f}"


def _tool(tool: TracedTool) -> str:
    sign = "ok" if tool.ok else "failed"
    return f"{tool.name}({_brief(tool.arguments)}) {sign}, {tool.ms:.0f} ms: {_brief(tool.result)}"


def _guard(why: Explanation) -> str:
    if why.refused:
        return f"refused a draft: {', '.join(why.refused)}"
    return "every fact is supported" if why.route and why.said else ""


def _model(model: TracedModel) -> str:
    tokens = [f"{model.input_tokens} tokens in"] if model.input_tokens is not None else []
    if model.cached_tokens:
        tokens.append(f"{model.cached_tokens} of them cached")
    if model.output_tokens is not None:
        tokens.append(f"{model.output_tokens} out")
    name = model.model if model.provider == model.model else f"{model.provider} {model.model}"
    purpose = "" if model.purpose == "turn" else f"for {model.purpose}"
    said = (
        name,
        f"as {model.agent}" if model.agent else "",
        purpose,
        *tokens,
        f"{model.ms:.0f} ms",
    )
    return ", ".join(filter(None, said))


def _cost(cost: Cost) -> str:
    tokens = f"{cost.input_tokens} + {cost.output_tokens} tokens"
    if cost.dollars is None:
        return f"no price known, {tokens}"
    return f"${cost.dollars.normalize():f} ({cost.certainty}), {tokens}"


def _time(why: Explanation) -> str:
    if why.wait_ms is None:
        return ""
    slow = sorted(why.steps, key=lambda step: -_ms(step))[:3]
    steps = ", ".join(f"{step['name']} {_ms(step):.0f} ms" for step in slow if _ms(step) >= 1)
    return f"waited {why.wait_ms} ms, thought {why.think_ms} ms{f': {steps}' if steps else ''}"


def _ms(step: Mapping[str, object]) -> float:
    ms = step.get("ms")
    return float(ms) if isinstance(ms, int | float) else 0.0


def _brief(value: object) -> str:
    """The plain values of a result in one line; what is nested with its own."""
    if isinstance(value, Mapping):
        shown = [(k, v) for k, v in value.items() if v not in (None, "", [], {}, False)]
        return ", ".join(f"{k} {_brief(v)}" for k, v in shown[:FIGURES_SHOWN])
    if isinstance(value, list):
        return "(" + "; ".join(_brief(each) for each in value[:FIGURES_SHOWN]) + ")"
    return _cut(str(value))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= VALUE_SHOWN else f"{flat[: VALUE_SHOWN - 1]}…"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def to_json(why: Explanation) -> Mapping[str, object]:
    """The same as plain JSON, whole."""
    plain = _plain(asdict(why))
    assert isinstance(plain, dict)  # noqa: S101 - A dataclass is a mapping.
    return plain


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
