"""The labelled lines in `data/` that the emotion heads are trained and measured on.

Three kinds: the business's own, with intensity and a verdict on calling staff; plain questions from
the intent lines, which are calm whatever they ask; and borrowed English ones, which lend breadth
and count for little. Only `train_emotion` reads them.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.domain import Polarity, PrimaryEmotion

DATA: Final = Path(__file__).parent / "data"
# The borrowed lines are English, many and talk of other things.
BORROWED_WEIGHT: Final = 0.12
# Plain questions were labelled for another purpose; here and there one has a feeling in it.
PLAIN_WEIGHT: Final = 0.4
PLAIN_INTENTS: Final = frozenset(
    "party_price price_detail planning availability book change_booking booking_detail pay_booking"
    " menu diet service_info service_area policy site_needs payment_methods out_of_scope greeting"
    " unclear deny booking_status".split()
)

# How strong the borrowed lines' finer labels are, as a rough guide for intensity.
_STRENGTH: Final = {
    **dict.fromkeys(("neutral",), 0.05),
    **dict.fromkeys(("realization", "curiosity", "confusion", "approval"), 0.2),
    **dict.fromkeys(("annoyance", "disapproval", "disappointment", "embarrassment"), 0.4),
    **dict.fromkeys(("optimism", "caring", "desire", "relief", "nervousness"), 0.4),
    **dict.fromkeys(("admiration", "gratitude", "amusement", "pride", "remorse"), 0.5),
    **dict.fromkeys(("joy", "sadness", "surprise", "disgust", "love"), 0.6),
    **dict.fromkeys(("anger", "fear", "excitement", "grief"), 0.75),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled message."""

    text: str
    """What was written."""
    language: str
    """ISO code: en, es or zh."""
    primary: PrimaryEmotion
    """What it expresses most."""
    polarity: Polarity
    """Whether it speaks well or badly of its matter."""
    intensity: float
    """0.0 calm to 1.0 beside oneself."""
    escalate: bool | None
    """Whether staff should be called for its anger; None where nobody has judged that."""
    weight: float = field(default=1.0)
    """How much it counts in training."""


def read_lines(name: str) -> list[Line]:
    """Read one file of the business's own lines, in its order."""
    rows = map(json.loads, (DATA / name).read_text(encoding="utf-8").splitlines())
    return [_line(row, row["intensity"], row["escalate"], 1.0) for row in rows]


def read_plain(name: str) -> list[Line]:
    """Read the intent lines of one file that ask or tell something without any feeling."""
    rows = map(json.loads, (DATA / name).read_text(encoding="utf-8").splitlines())
    calm = {"primary": "neutral", "polarity": "neutral"}
    return [
        _line({**row, **calm}, 0.03, False, PLAIN_WEIGHT)
        for row in rows
        if row["intent"] in PLAIN_INTENTS
    ]


def read_borrowed(name: str) -> list[Line]:
    """Read one file of borrowed lines; plain anger there says nothing about calling staff."""
    rows = map(json.loads, gzip.decompress((DATA / name).read_bytes()).decode().splitlines())
    return [
        _line(
            row,
            _STRENGTH[row["fine"]],
            None if row["fine"] == "anger" else False,
            BORROWED_WEIGHT,
        )
        for row in rows
    ]


def _line(row: dict[str, str], intensity: float, escalate: bool | None, weight: float) -> Line:
    return Line(
        text=row["text"],
        language=row["language"],
        primary=PrimaryEmotion(row["primary"]),
        polarity=Polarity(row["polarity"]),
        intensity=float(intensity),
        escalate=escalate,
        weight=weight,
    )
