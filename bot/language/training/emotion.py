"""`make train-emotion`: fits the emotion model, writes it in 8 bits, measures it, fills its card.

About an hour on two processor cores, minutes on a GPU. The same seed, data and machine give the
same model. What staff have settled joins in by EXTRA=FILE (see `concierge emotions export`).
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from bot.language.emotion import MODEL_FOLDER
from bot.language.training.answers import read_answers, read_pleased
from bot.language.training.batching import Batcher
from bot.language.training.card import finish
from bot.language.training.exporting import export
from bot.language.training.fitting import Stage, endless, endless_public, fit
from bot.language.training.lines import (
    FOLDER,
    Line,
    Part,
    PublicLine,
    read_hand,
    read_part,
    read_plain,
    read_public,
)
from bot.language.training.network import start

log = logging.getLogger(__name__)

SEED: Final = 7
PUBLIC: Final = "public_train.jsonl.gz"
FIRST: Final = FOLDER / "first.jsonl"
"""Lines of an earlier guide: their calls for a manager are not judged, and they count less."""
FIRST_WEIGHT: Final = 0.7
PLAIN_WEIGHT: Final = 0.3
ANSWERS_WEIGHT: Final = 0.5
FEWER: Final = 4
"""So many own lines for one of the first hand, and for one short answer, in each round."""
PUBLIC_BATCH, BATCH = 48, 24
PUBLIC_RATE, TRADE_RATE = 1e-4, 8e-5
ROUNDS: Final = 5.0
PLACED_STEPS, PLACED_RATE = 500, 3e-5
"""Of the last stage, in which most of a batch are short answers in their place."""
DROP_BEFORE: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """All that is trained on."""

    own: Sequence[Line]
    first: Sequence[Line]
    plain: Sequence[Line]
    answers: Sequence[Line]
    pleased: Sequence[Line]
    public: Sequence[PublicLine]

    def round(self, rng: random.Random) -> list[Line]:
        """The trade's lines for one round, with a few of the others."""
        first = rng.sample(list(self.first), min(len(self.first), len(self.own) // FEWER))
        plain = rng.sample(list(self.plain), min(len(self.plain), len(self.own) // (3 * FEWER)))
        answers = rng.sample(list(self.answers), min(len(self.answers), len(self.own) // FEWER))
        return [*self.own, *first, *plain, *answers]

    def placed(self, rng: random.Random) -> list[Line]:
        """As many short answers in their place as own lines, and all of these that have one."""
        own = [line for line in self.own if line.spoken.before]
        others = rng.sample(list(self.own), min(len(self.own), len(own)))
        size = min(len(self.answers), len(own))
        return [*own, *others, *rng.sample(list(self.answers), size), *self.pleased]


def main() -> None:
    """Train, export, calibrate, measure."""
    asked = _arguments()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    rng = random.Random(asked.seed)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    extra = [line for path in asked.extra for line in read_hand(path)]
    own = [*read_part(Part.TRAIN), *extra]
    lines = Lines(
        own=own,
        first=read_hand(FIRST, weight=FIRST_WEIGHT),
        plain=read_plain(count=4000, weight=PLAIN_WEIGHT, seed=asked.seed),
        answers=read_answers(own, count=4000, weight=ANSWERS_WEIGHT, seed=asked.seed),
        pleased=read_pleased(count=1500, weight=ANSWERS_WEIGHT, seed=asked.seed),
        public=read_public(PUBLIC),
    )
    batcher = Batcher(asked.device, drop_before=DROP_BEFORE, seed=asked.seed)
    net = start().to(asked.device)
    trade = endless(lambda: lines.round(rng), batcher, BATCH, rng)
    public = endless_public(lines.public, batcher, PUBLIC_BATCH, rng)

    for stage in _stages(lines, asked.rounds):
        fit(net, stage, trade=trade, public=public, batcher=batcher, say=log.info)
    # What a "great." means hangs on what it follows: here nothing is left out.
    whole = Batcher(asked.device, drop_before=0.0, seed=asked.seed)
    placed = endless(lambda: lines.placed(rng), whole, BATCH, rng)
    fit(net, _last_stage(), trade=placed, public=public, batcher=whole, say=log.info)
    export(net, asked.out / "model.int8.onnx", lines=lines.own[::9], batcher=batcher)
    card = finish(asked.out, seed=asked.seed, extra=asked.extra)
    print(card)


def _stages(lines: Lines, rounds: float) -> tuple[Stage, Stage]:
    once = len(lines.public) // PUBLIC_BATCH
    turn = len(lines.round(random.Random())) / BATCH
    # Twice as many public lines as trade ones: a first reading of these, no more.
    first = Stage(name="public", steps=once, rate=PUBLIC_RATE, trade_every=2)
    second = Stage(
        name="trade", steps=round(turn * rounds), rate=TRADE_RATE, public_every=8, averaged=True
    )
    return first, second


def _last_stage() -> Stage:
    return Stage(name="placed", steps=PLACED_STEPS, rate=PLACED_RATE, public_every=8, averaged=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train-emotion", description=__doc__)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", default=device, help="cpu, cuda or mps")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=float, default=ROUNDS, help="over the trade's lines")
    parser.add_argument("--extra", type=Path, action="append", default=[], help="settled reviews")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    return parser.parse_args()


if __name__ == "__main__":
    main()
