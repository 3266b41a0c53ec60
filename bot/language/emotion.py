"""How a customer feels in one message: primary emotion, polarity, intensity, and a manager's call.

`Scorer` is what the service asks for; `EmotionScorer` is the one that ships, a small encoder for
English, Spanish and Chinese with four heads (bot/language/training fits it; its card lies beside
it). It reads a message after what was said just before. It decides nothing: bot/feelings does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # The wheel carries no type marker.
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language.emotion_input import PAD_ID, Spoken, ids_of
from bot.language.fury_words import says_fury

MODEL_FOLDER: Final = Path(__file__).parent / "models" / "emotion"
TOKENIZER: Final = Path(__file__).parent / "models" / "encoder" / "tokenizer.json"
PRIMARIES: Final = tuple(PrimaryEmotion)
POLARITIES: Final = tuple(Polarity)
HEADS: Final = (len(PRIMARIES), len(POLARITIES), 1, 1)
"""Scores a message: primary emotion, polarity, intensity, the manager's call."""
BATCH_TOKENS_MAX: Final = 640
"""Padded tokens that are read at once: more costs memory and wins no time."""
CALM_FROM: Final = 0.95
"""A message that is this surely calm by itself stays so, whatever came before it: what we said may
make a "great." bitter, but not a "谢谢，再见"."""
FURIOUS: Final = 0.85
"""What plain words of fury count at the least (bot/language/fury_words.py)."""

Scores = NDArray[np.float32]


class Scorer(Protocol):
    """Anything that reads emotions from messages in their place."""

    name: str
    """Name and version, stored with every score."""

    def score(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        """Score messages in their order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How raw scores become figures; found in training on hands that the model had not seen."""

    primary: float
    """Divides the seven scores before they become probabilities."""
    polarity: float
    intensity: tuple[float, float]
    """Slope and offset of the score before the logistic curve."""
    escalate: tuple[float, float]
    """The same; 0.5 is where managers are told about nine tenths of what they want to know."""


class EmotionScorer:
    """The encoder with its heads. Synchronous; safe to call from several threads."""

    def __init__(self, name: str, calibration: Calibration, session: ort.InferenceSession) -> None:
        self.name = name
        self._calibration = calibration
        self._session = session
        self._tokenizer = _tokenizer()

    @classmethod
    def load(cls) -> EmotionScorer:
        """The model that ships; a second call in the same process shares its memory.

        Raises:
            ConfigError: a file is missing, or is of another kind of model.
        """
        return _shipped()

    @classmethod
    def open(cls, folder: Path) -> EmotionScorer:
        """Read the model in a folder.

        Raises:
            ConfigError: a file is missing, or is of another kind of model.
        """
        return _open(folder)

    def score(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        """Score messages in their order; one without anything to read is neutral at 0."""
        felt = [self._nothing()] * len(spoken)
        rows = [index for index, each in enumerate(spoken) if each.text.strip()]
        for index, emotion in zip(rows, self._read([spoken[row] for row in rows]), strict=True):
            felt[index] = emotion
        moved = [row for row in rows if spoken[row].before and not _is_calm(felt[row])]
        alone = self._read([Spoken(spoken[row].text) for row in moved])
        for index, emotion in zip(moved, alone, strict=True):
            if _is_calm(emotion) and emotion.confidence >= CALM_FROM:
                felt[index] = emotion
        return felt

    def _read(self, spoken: Sequence[Spoken]) -> list[Emotion]:
        felt = [self._emotion(row) for row in self.raw(spoken)]
        pairs = zip(spoken, felt, strict=True)
        return [_plainly(each) if says_fury(said.text) else each for said, each in pairs]

    def raw(self, spoken: Sequence[Spoken]) -> Scores:
        """The heads' scores of shape (n, 12) before calibration."""
        inputs = [ids_of(self._tokenizer, each) for each in spoken]
        scores = np.zeros((len(inputs), sum(HEADS)), np.float32)
        for batch in _batches([len(ids) for ids, _ in inputs]):
            width = max(len(inputs[index][0]) for index in batch)
            ids = np.full((len(batch), width), PAD_ID, np.int64)
            parts = np.zeros((len(batch), width), np.int64)
            for row, index in enumerate(batch):
                own_ids, own_parts = inputs[index]
                ids[row, : len(own_ids)] = own_ids
                parts[row, : len(own_parts)] = own_parts
            (scores[batch],) = self._session.run(None, {"ids": ids, "parts": parts})
        return scores

    def _emotion(self, row: Scores) -> Emotion:
        primary, polarity, intensity, escalate = np.split(row, np.cumsum(HEADS)[:-1])
        shares = shares_of(primary / self._calibration.primary)
        place = int(shares.argmax())
        side = POLARITIES[int(polarity.argmax())]
        return Emotion(
            primary=PRIMARIES[place],
            polarity=side,
            intensity=round(_on_curve(float(intensity[0]), self._calibration.intensity), 3),
            confidence=round(float(shares[place]), 3),
            scorer=self.name,
            escalate=round(_on_curve(float(escalate[0]), self._calibration.escalate), 3),
        )

    def _nothing(self) -> Emotion:
        return Emotion(
            primary=PrimaryEmotion.NEUTRAL,
            polarity=Polarity.NEUTRAL,
            intensity=0.0,
            confidence=1.0,
            scorer=self.name,
        )


def _is_calm(felt: Emotion) -> bool:
    return felt.primary is PrimaryEmotion.NEUTRAL and felt.polarity is Polarity.NEUTRAL


def _plainly(felt: Emotion) -> Emotion:
    """The same, of somebody who says in so many words that they are furious."""
    return replace(
        felt,
        primary=PrimaryEmotion.ANGRY,
        polarity=Polarity.NEGATIVE,
        intensity=max(felt.intensity, FURIOUS),
        confidence=max(felt.confidence, FURIOUS),
        escalate=max(felt.escalate, FURIOUS),
    )


def shares_of(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Turn the scores of one message into probabilities that sum to one."""
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    return np.asarray(exponentials / exponentials.sum(), np.float64)


def _on_curve(score: float, line: tuple[float, float]) -> float:
    slope, offset = line
    return float(1.0 / (1.0 + np.exp(-np.clip(slope * score + offset, -30.0, 30.0))))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Like lengths together, so that little is padding, and no batch too large."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not batches or (len(batches[-1]) + 1) * lengths[index] > BATCH_TOKENS_MAX:
            batches.append([])
        batches[-1].append(index)
    return batches


@cache
def _shipped() -> EmotionScorer:
    return _open(MODEL_FOLDER)


def _open(folder: Path) -> EmotionScorer:
    model, card = folder / "model.int8.onnx", folder / "config.json"
    for path in (model, card):
        if not path.is_file():
            raise ConfigError(f"the emotion model needs {path}; run make train-emotion")
    config: Mapping[str, Any] = json.loads(card.read_text(encoding="utf-8"))
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    # Spinning threads win a little here and take it from whoever shares the processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    if session.get_outputs()[0].shape[-1] != sum(HEADS):
        raise ConfigError(f"{model} has other heads; run make train-emotion")
    found = config["calibration"]
    calibration = Calibration(
        primary=float(found["primary"]),
        polarity=float(found["polarity"]),
        intensity=(float(found["intensity"][0]), float(found["intensity"][1])),
        escalate=(float(found["escalate"][0]), float(found["escalate"][1])),
    )
    return EmotionScorer(str(config["name"]), calibration, session)


@cache
def _tokenizer() -> Tokenizer:
    if not TOKENIZER.is_file():
        raise ConfigError(f"the emotion model needs {TOKENIZER}, which is missing")
    return Tokenizer.from_file(str(TOKENIZER))
