"""The emotion part of `make eval`: the shipped model beside a reference, on hands new to both.

Four tables: development hands, test hands, what the profile's triggers would ring for, and public
lines; then how long a reading takes beside the sentence encoder's. Called by bench/evaluate.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final

from bench.emotion_reference import NAME, key_of, known, public_lines, stored
from bench.report import percentile
from bot.domain import Emotion
from bot.language.embed import Encoder
from bot.language.emotion import EmotionScorer, Scorer
from bot.language.emotion_input import Spoken
from bot.language.training.lines import Line, Part, PublicLine, read_part
from bot.language.training.measuring import groups, heading, macro_f1, row
from handlers.commands.eval import kinds

TITLES: Final = {
    Part.DEVELOPMENT: "development hands (choices and calibration rest on them)",
    Part.TEST: "test hands (nothing rests on them)",
}
SPEED_LINES: Final = 200
BATCH: Final = 64
BATCHES: Final = 10

Pair = tuple[Line, Emotion]


async def print_emotion(environment: Mapping[str, str]) -> None:
    """All tables."""
    scorer, reference = EmotionScorer.load(), stored()
    parts = {part: read_part(part) for part in TITLES}
    print(f"\n## emotion: {scorer.name}, beside {NAME}")
    for part, lines in parts.items():
        print("\n" + part_table(TITLES[part], lines, scorer=scorer, reference=reference))
    print()
    async with kinds()["emotion"].open(environment) as predict:
        print("| the profile's triggers would hand over | " + " | ".join(_CALLS) + " |")
        print("|---" * (len(_CALLS) + 1) + "|")
        for part, lines in parts.items():
            said = [bool((await predict(_record(line)))["escalate"]) for line in lines]
            print(calls_row(f"{part} hands", lines, said))
    print("\n" + public_table(public_lines(), scorer, reference))
    print("\n" + _speed(scorer, [line.spoken for line in parts[Part.TEST]]))


def part_table(
    title: str, lines: Sequence[Line], *, scorer: Scorer, reference: Mapping[str, Emotion]
) -> str:
    """One row a language; then alone, what came before left out; then the reference."""
    read = list(zip(lines, scorer.score([line.spoken for line in lines]), strict=True))
    rows = [heading(title), *(row(name, group) for name, group in groups(read).items())]
    placed = [(line, felt) for line, felt in read if line.spoken.before]
    if placed:
        alone = scorer.score([Spoken(line.spoken.text) for line, _ in placed])
        rows.append(row("said after something", placed))
        rows.append(row("the same, read alone", _with(placed, alone)))
    pairs, missing = known(lines, reference)
    named = {name: row(f"reference, {name}", group) for name, group in groups(pairs).items()}
    rows += named.values()
    if missing:
        rows.append(f"\n{missing} lines have no reading of the reference and are not in its rows.")
    return "\n".join(rows)


_CALLS: Final = ("lines", "wanted", "recall", "precision", "false alarms in 100 others")


def calls_row(name: str, lines: Sequence[Line], said: Sequence[bool]) -> str:
    """Whom a trigger would bring a person for, against whom a manager wants to be told of."""
    judged = [(line.escalate, told) for line, told in zip(lines, said, strict=True)]
    wanted = sum(want is True for want, _ in judged)
    rightly = sum(want is True and told for want, told in judged)
    wrongly = sum(want is False and told for want, told in judged)
    others = sum(want is False for want, _ in judged)
    cells = (
        _share(rightly, wanted),
        _share(rightly, rightly + wrongly),
        f"{100 * wrongly / others:.1f}" if others else "-",
    )
    return f"| {name} | {len(lines)} | {wanted} | {' | '.join(cells)} |"


def public_table(
    lines: Sequence[PublicLine], scorer: Scorer, reference: Mapping[str, Emotion]
) -> str:
    """A line may have several emotions: the one that was read counts as the truth if it is among
    them, else the first of them by name. Polarity is not asked where it is mixed."""
    read = list(zip(lines, scorer.score([line.spoken for line in lines]), strict=True))
    found = [
        (line, reference[key_of(line.text)]) for line in lines if key_of(line.text) in reference
    ]
    rows = ["| public lines (English; labelled by another guide) | lines | macro-F1 | polarity |"]
    rows.append("|---|---|---|---|")
    for name, pairs in (("shipped", read), ("reference, which learned that guide", found)):
        if pairs:
            rows.append(f"| {name} | {len(pairs)} | {' | '.join(_public(pairs))} |")
    return "\n".join(rows)


def _public(pairs: Sequence[tuple[PublicLine, Emotion]]) -> tuple[str, str]:
    truth = [
        felt.primary if felt.primary in line.primaries else min(line.primaries)
        for line, felt in pairs
    ]
    sides = [(line.polarity, felt.polarity) for line, felt in pairs if line.polarity is not None]
    right = sum(one is two for one, two in sides)
    return f"{macro_f1(truth, [felt.primary for _, felt in pairs]):.3f}", _share(right, len(sides))


def _speed(scorer: Scorer, spoken: Sequence[Spoken]) -> str:
    encoder = Encoder()
    few = spoken[:SPEED_LINES]
    rows = [
        "| milliseconds, on this machine as it is now | one p50 | one p95 | 64 together, p50 |",
        "|---|---|---|---|",
    ]
    # In turns, so that whatever else the machine does slows both alike.
    ours: list[float] = []
    others: list[float] = []
    for each in few:
        ours.append(_ms(lambda each=each: scorer.score([each])))
        others.append(_ms(lambda each=each: encoder.encode([each.text])))
    batches = [spoken[begin : begin + BATCH] for begin in range(0, BATCHES * BATCH, BATCH)]
    full = [batch for batch in batches if len(batch) == BATCH]
    ours_full = [_ms(lambda batch=batch: scorer.score(batch)) for batch in full]
    others_full = [
        _ms(lambda batch=batch: encoder.encode([each.text for each in batch])) for batch in full
    ]
    found = {"emotion": (ours, ours_full), "sentence encoder": (others, others_full)}
    cells = {name: _times(*times) for name, times in found.items()}
    for name, times in cells.items():
        rows.append(f"| {name} | {' | '.join(f'{each:.1f}' for each in times)} |")
    ratios = [one / two for one, two in zip(*cells.values(), strict=True)]
    rows.append(f"| ratio | {' | '.join(f'{each:.2f}' for each in ratios)} |")
    return "\n".join(rows)


def _times(one: Sequence[float], full: Sequence[float]) -> tuple[float, float, float]:
    return median(one), percentile(one, 0.95), median(full)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _record(line: Line) -> Mapping[str, object]:
    before = [["us" if said.is_ours else "customer", said.text] for said in line.spoken.before]
    return {"text": line.spoken.text, "before": before}


def _with(pairs: Sequence[Pair], felt: Sequence[Emotion]) -> list[Pair]:
    return [(line, emotion) for (line, _), emotion in zip(pairs, felt, strict=True)]


def _share(count: int, of: int) -> str:
    return f"{count / of:.3f}" if of else "-"
