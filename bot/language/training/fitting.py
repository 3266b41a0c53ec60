"""Fits the emotion model: its losses, its batches and its schedule.

Stages follow one another: the public lines, once, with trade lines among them, so that the
English of strangers does not wash out the other languages; the trade's lines several times, with
some public and plain ones among them; and at last short answers in their place. What is kept of
the later ones is a moving average of the weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from bot.domain import Polarity
from bot.language.emotion import HEADS, POLARITIES, PRIMARIES
from bot.language.training.batching import Batcher
from bot.language.training.lines import Line, PublicLine
from bot.language.training.network import EmotionNet

SMOOTHING: Final = 0.05
"""Of the truth, shared among all labels: nobody reads feelings without error."""
POLARITY, INTENSITY, CALL, PUBLIC = 0.8, 4.0, 1.0, 0.5
"""What each loss counts beside that of the primary emotion."""
CALL_WEIGHT: Final = 1.5
"""A missed call for a manager costs more than a needless one."""
HEADS_FASTER: Final = 8.0
LOWER_SLOWER: Final = 0.85
"""Each layer learns this much slower than the one above it: below stands what languages share."""
WARM_UP: Final = 0.06
LAST_RATE: Final = 0.05
CLIP: Final = 1.0
AVERAGE: Final = 0.995

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One pass of fitting."""

    name: str
    steps: int
    rate: float
    """Of the top layer."""
    trade_every: int = 1
    public_every: int = 1
    """A step reads a trade batch or a public one or both, every so many steps."""
    averaged: bool = False


def fit(
    net: EmotionNet,
    stage: Stage,
    *,
    trade: Iterator[Sequence[Line]],
    public: Iterator[Sequence[PublicLine]],
    batcher: Batcher,
    say: Say,
) -> None:
    """Run one stage; the net holds the averaged weights afterwards where the stage says so."""
    optimiser = torch.optim.AdamW(_groups(net, stage.rate), weight_decay=0.02)
    average = {name: value.clone() for name, value in net.named_parameters()}
    for step in range(stage.steps):
        for group in optimiser.param_groups:
            group["lr"] = group["base"] * _rate(step, stage.steps)
        net.train()
        loss = torch.zeros((), device=batcher.device)
        if step % stage.trade_every == 0:
            loss = loss + _trade_loss(net, next(trade), batcher)
        if step % stage.public_every == 0:
            loss = loss + PUBLIC * _public_loss(net, next(public), batcher)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped.
        torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        _follow(average, net, step)
        if step % 100 == 0 or step + 1 == stage.steps:
            say(f"{stage.name} {step + 1}/{stage.steps}, loss {float(loss.detach()):.3f}")
    if stage.averaged:
        with torch.no_grad():
            for name, value in net.named_parameters():
                value.copy_(average[name])


def endless(
    lines: Callable[[], list[Line]], batcher: Batcher, size: int, rng: random.Random
) -> Iterator[Sequence[Line]]:
    """Batches of trade lines for ever; what is drawn beside the own lines changes each round."""
    while True:
        yield from batcher.batches(lines(), size, rng)


def endless_public(
    lines: Sequence[PublicLine], batcher: Batcher, size: int, rng: random.Random
) -> Iterator[Sequence[PublicLine]]:
    """Batches of public lines for ever."""
    while True:
        yield from batcher.batches(list(lines), size, rng)


def _trade_loss(net: EmotionNet, lines: Sequence[Line], batcher: Batcher) -> Tensor:
    with batcher.precision():
        scores, _ = net(*batcher.inputs([line.spoken for line in lines], drops=True))
    primary, polarity, intensity, call = scores.float().split(HEADS, dim=1)
    weight = batcher.tensor([line.weight for line in lines])
    loss = _against(
        primary, batcher.tensor([[x.primaries.get(e, 0.0) for e in PRIMARIES] for x in lines])
    )
    sides = batcher.tensor([[x.polarities.get(p, 0.0) for p in POLARITIES] for x in lines])
    loss = loss + POLARITY * _against(polarity, sides)
    strengths = batcher.tensor([line.intensity for line in lines])
    loss = loss + INTENSITY * (torch.sigmoid(intensity[:, 0]) - strengths) ** 2
    judged = batcher.tensor([float(line.escalate is not None) for line in lines])
    called = batcher.tensor([line.escalates for line in lines])
    called = called * (1 - SMOOTHING) + SMOOTHING / 4
    told = functional.binary_cross_entropy_with_logits(
        call[:, 0], called, reduction="none", pos_weight=batcher.tensor(CALL_WEIGHT)
    )
    return ((loss + CALL * judged * told) * weight).sum() / weight.sum()


def _public_loss(net: EmotionNet, lines: Sequence[PublicLine], batcher: Batcher) -> Tensor:
    with batcher.precision():
        _, scores = net(*batcher.inputs([line.spoken for line in lines]))
    primary, polarity = scores.float().split((len(PRIMARIES), len(POLARITIES)), dim=1)
    wanted = batcher.tensor([[float(e in line.primaries) for e in PRIMARIES] for line in lines])
    loss = functional.binary_cross_entropy_with_logits(primary, wanted, reduction="none")
    sides = torch.tensor([_side(line.polarity) for line in lines], device=batcher.device)
    side = functional.cross_entropy(polarity, sides, ignore_index=-1)
    return loss.sum(-1).mean() / 2 + 0.3 * side


def _side(polarity: Polarity | None) -> int:
    return -1 if polarity is None else POLARITIES.index(polarity)


def _against(scores: Tensor, shares: Tensor) -> Tensor:
    """Cross-entropy with shares of readers, smoothed, one number a line."""
    wanted = shares * (1 - SMOOTHING) + SMOOTHING / shares.shape[1]
    return -(wanted * functional.log_softmax(scores, dim=1)).sum(dim=1)


def _groups(net: EmotionNet, rate: float) -> list[dict[str, object]]:
    """One group a parameter with the rate that it starts from."""
    layers = len(net.blocks)
    groups: list[dict[str, object]] = []
    for name, value in net.named_parameters():
        if not value.requires_grad:
            continue
        above = layers
        if name.startswith("blocks."):
            above = layers - 1 - int(name.split(".")[1])
        own = rate * (HEADS_FASTER if name.startswith("heads") else LOWER_SLOWER**above)
        groups.append({"params": [value], "lr": own, "base": own})
    return groups


def _rate(step: int, steps: int) -> float:
    """A share of the full rate: up in a line, down along a cosine."""
    warm = min(1.0, (step + 1) / max(1.0, WARM_UP * steps))
    return warm * (LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * step / steps)))


def _follow(average: dict[str, Tensor], net: EmotionNet, step: int) -> None:
    kept = min(AVERAGE, (step + 1) / (step + 20))
    with torch.no_grad():
        for name, value in net.named_parameters():
            if value.requires_grad:
                average[name].mul_(kept).add_(value, alpha=1 - kept)
