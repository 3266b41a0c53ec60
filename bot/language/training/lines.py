"""The labelled lines in `data/emotion` that the emotion model is trained and measured on.

Three kinds: the trade's own, by hand (one writer, one style); plain questions from the intent
lines, which are calm whatever they ask; and public ones, English, with labels of their own. No
torch here, so that measuring needs none. data/emotion/GUIDE.md says what the labels mean.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from bot.domain import Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language.emotion_input import Said, Spoken

DATA: Final = Path(__file__).parents[1] / "data"
FOLDER: Final = DATA / "emotion"
HANDS: Final = FOLDER / "hands.toml"
INTENTS: Final = DATA / "intents_train.jsonl"
SARCASM: Final = frozenset({"sarcasm", "icy"})
"""Tags of lines that mean another thing than they say."""
PLAIN_INTENTS: Final = frozenset(
    "party_price price_detail planning availability book change_booking booking_detail pay_booking"
    " menu diet service_info service_area policy site_needs payment_methods out_of_scope greeting"
    " unclear deny booking_status".split()
)
CALM: Final = {"primary": "neutral", "polarity": "neutral", "intensity": 0.03, "escalate": False}
_SIDES: Final = {
    "pos": Polarity.POSITIVE,
    "neg": Polarity.NEGATIVE,
    "neutral": Polarity.NEUTRAL,
}


class Part(StrEnum):
    """What a hand's lines are for."""

    TRAIN = "train"
    DEVELOPMENT = "development"
    """Choices and calibration rest on them; the model has not seen them."""
    TEST = "test"
    """Nothing rests on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled message of the trade."""

    spoken: Spoken
    language: str
    """ISO code: en, es or zh."""
    hand: str
    """Who wrote it."""
    primary: PrimaryEmotion
    polarity: Polarity
    intensity: float
    """0.0 calm to 1.0 beside oneself."""
    escalate: bool | None
    """Whether a good manager would want to be told now; None where nobody has judged that."""
    primaries: Mapping[PrimaryEmotion, float]
    """How its readers labelled it, as shares that sum to one."""
    polarities: Mapping[Polarity, float]
    escalates: float
    """The share of readers who would tell a manager."""
    tags: frozenset[str] = frozenset()
    weight: float = 1.0
    """How much it counts in training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLine:
    """One line of the public data: several emotions at once are possible."""

    text: str
    primaries: frozenset[PrimaryEmotion]
    polarity: Polarity | None
    """None: mixed."""
    spoken: Spoken = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spoken", Spoken(self.text))


def read_part(part: Part) -> list[Line]:
    """The trade's lines of one part, hand by hand.

    Raises:
        ConfigError: a line is not labelled as the guide says; the error names file and line.
    """
    hands: Mapping[str, Mapping[str, str]] = tomllib.loads(HANDS.read_text(encoding="utf-8"))
    named = [hand for hand, facts in hands.items() if facts["part"] == part]
    return [line for hand in named for line in read_hand(FOLDER / f"{hand}.jsonl")]


def read_hand(path: Path, *, weight: float = 1.0) -> list[Line]:
    """The lines of one file, in its order.

    Raises:
        ConfigError: a line is not labelled as the guide says; the error names file and line.
    """
    lines = []
    for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            lines.append(line_of(json.loads(row), path.stem, weight))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"{path}, line {number}: {error!r}") from error
    return lines


def read_plain(*, count: int, weight: float, seed: int) -> list[Line]:
    """So many intent lines that ask or tell something without any feeling, drawn by chance."""
    rows = map(json.loads, INTENTS.read_text(encoding="utf-8").splitlines())
    plain = [
        line_of({**row, **CALM}, "plain", weight) for row in rows if row["intent"] in PLAIN_INTENTS
    ]
    return random.Random(seed).sample(plain, min(count, len(plain)))


def read_public(name: str) -> list[PublicLine]:
    """The public lines of one packed file."""
    rows = gzip.decompress((FOLDER / name).read_bytes()).decode().splitlines()
    return [
        PublicLine(
            text=row["text"],
            primaries=frozenset(map(PrimaryEmotion, row["labels"])),
            polarity=_SIDES.get(row["polarity"]),
        )
        for row in map(json.loads, rows)
    ]


def digest(paths: Iterable[Path]) -> str:
    """A hash over these files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda each: each.name):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_sarcastic(line: Line) -> bool:
    """Whether it means another thing than it says."""
    return bool(line.tags & SARCASM)


def line_of(row: Mapping[str, Any], hand: str, weight: float) -> Line:
    primary, polarity = PrimaryEmotion(row["primary"]), Polarity(row["polarity"])
    escalate = row["escalate"]
    # Each label is [primary, polarity, intensity, escalate]: the writer's, a blind reader's, and
    # where they differ that of a third, who saw both and counts for more.
    labels: Sequence[Sequence[Any]] = row.get("labels") or [
        [row["primary"], row["polarity"], row["intensity"], escalate]
    ]
    shares = [(1.0, 1.0, 1.5)[place] for place in range(len(labels))]
    total = sum(shares)
    primaries: dict[PrimaryEmotion, float] = {}
    polarities: dict[Polarity, float] = {}
    for share, (emotion, side, _intensity, _call) in zip(shares, labels, strict=True):
        primaries[PrimaryEmotion(emotion)] = (
            primaries.get(PrimaryEmotion(emotion), 0.0) + share / total
        )
        polarities[Polarity(side)] = polarities.get(Polarity(side), 0.0) + share / total
    called = sum(share for share, label in zip(shares, labels, strict=True) if label[3])
    intensity = float(row["intensity"])
    if not 0.0 <= intensity <= 1.0:
        raise ValueError(f"intensity {intensity} is not between 0 and 1")
    before = tuple(Said(who == "us", text) for who, text in row.get("before", ()))
    return Line(
        spoken=Spoken(row["text"], before),
        language=row["language"],
        hand=hand,
        primary=primary,
        polarity=polarity,
        intensity=intensity,
        escalate=escalate,
        primaries=primaries,
        polarities=polarities,
        escalates=called / total,
        tags=frozenset(row.get("tags", ())),
        weight=weight,
    )
