"""How a customer feels in one message: primary emotion, polarity, intensity and confidence.

`Scorer` is what the service asks for; `EmotionScorer` is the first one, small linear heads on the
sentence vector, on hashed words and letter runs, and on a few signals that outlast new words
(capitals, exclamation, stretched letters). `bot/language/train_emotion.py` fits it. It decides
nothing: the router compares the intensity of anger with the profile's threshold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.errors import ConfigError
from bot.language.intents import BUCKETS, grams

EMOTION_FILE: Final = Path(__file__).parent / "models" / "emotion.npz"
PRIMARIES: Final = tuple(PrimaryEmotion)
POLARITIES: Final = tuple(Polarity)
# Where fury begins on the scale of intensity; anger the fury head does not see stays below it.
FURY_FROM: Final = 0.7
# Calling staff takes two witnesses: the fury head, and at least this share for plain anger.
ANGER_FROM: Final = 0.25
_CHARACTERS_READ: Final = 600

# These emotions speak for one side by their nature; the polarity head settles the others.
_SIDE_OF: Final = {
    PrimaryEmotion.HAPPY: Polarity.POSITIVE,
    PrimaryEmotion.SAD: Polarity.NEGATIVE,
    PrimaryEmotion.ANGRY: Polarity.NEGATIVE,
    PrimaryEmotion.FEARFUL: Polarity.NEGATIVE,
    PrimaryEmotion.DISGUSTED: Polarity.NEGATIVE,
}

# Each row is one signal: how often a family of words or marks occurs, whatever the language.
_FAMILIES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[!！]",
        r"[?？]",
        r"[?？][!！]|[!！][?？]|[?？]{2}",
        r"([^\W\d_])\1{2}",
        r"\b(?:very|so|really|absolutely|completely|totally|extremely|beyond|muy|tan|super|re"
        r"|totalmente|absolutamente|demasiad[oa])\b|太|非常|极其|简直|特别|超级|真的",
        r"\b(?:a (?:little|bit|tad)|kind of|kinda|slightly|somewhat|minor|small|un poco|algo"
        r"|poquito|ligeramente|detalle)\b|有点|有些|稍微|略|小小",
        r"\b(?:f+u+c+k\w*|wtf|bull ?shit|shit\w*|damn\w*|bastards?|assholes?|crap|mierda|put[oa]s?"
        r"|carajo|chingad\w+|cabr[oó]n\w*|pendej\w+|joder|coño)\b|他妈|妈的|操你|傻逼|狗屁|混蛋|王八",
        r"\b(?:furious|livid|outrag\w+|unacceptable|ridiculous|disgrace\w*|scam\w*|fraud|thie(?:f|ves)"
        r"|rip ?-?off|stole|robbed|pissed|fed up|sick of|fuming|seething|lawyer|sue|bbb|chargeback"
        r"|furios[oa]s?|indignad[oa]s?|hart[oa]s?|inaceptable|estafa\w*|ladron\w*|rob(?:o|aron|ado)"
        r"|vergüenza|verguenza|burla|abogad[oa]|demandar\w*|denuncia\w*|encabronad[oa]|rabia)\b"
        r"|气死|愤怒|火大|过分|投诉|骗子|骗钱|骗人|欺骗|垃圾|无耻|离谱|律师|起诉|举报|忍无可忍|恶劣|受够",
        r"\b(?:worst|terrible|horrible|awful|never again|ruined|peor|pesim[oa]|pésim[oa]"
        r"|horribles?|arruin\w+|nunca más|nunca mas)\b|最差|糟糕|毁了|太差|差劲|再也不",
        r"\b(?:refund|money back|reembols\w+|devuelv\w+|devoluci[oó]n)\b|退款|退钱|退我|还钱",
        r"[😡🤬😠👿💢🖕]",
        r"[😀😁😄😃😊🥰😍🎉❤🙏👍🤩😋🥳💕🔥👏]",
        r"[😢😭💔😞😔🥺😿]",
        r"[🤮🤢💩]",
        r"[😱😨😰😟😬🫣]",
        r"[😮😲🤯😳]",
        r"\b(?:disgust\w+|gross|nasty|filthy|raw|hair|cockroach\w*|maggots?|vomit\w*|rotten|slimy"
        r"|asco|asqueros[oa]s?|cochin\w+|suci[oa]s?|crud[oa]s?|pelos?|cucaracha\w*|podrid[oa]s?)\b"
        r"|恶心|脏|生的|头发|蟑螂|反胃|臭|馊|呕",
        r"\b(?:worr\w+|scared|afraid|anxious|nervous|terrified|anaphyla\w+|epipen|deathly"
        r"|preocupa\w*|miedo|asustad[oa]s?|nervios[oa]s?|angusti\w+|temor)\b|担心|害怕|怕|紧张|焦虑|吓",
        r"\b(?:thank\w*|thx|love[ds]?|amazing|awesome|best|great|perfect|wonderful|gracias|encant\w+"
        r"|increíble|genial|excelente|perfecto|maravillos[oa])\b|谢谢|太棒|太好|喜欢|开心|完美|感谢|赞",
    )
)
SIGNALS: Final = len(_FAMILIES) + 2


class Scorer(Protocol):
    """Anything that reads emotions from texts and their sentence vectors."""

    name: str
    """Name and version, stored with every score."""

    def score(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> list[Emotion]:
        """Score texts in their order; `vectors` are their query embeddings, of shape (n, 384)."""
        ...


class EmotionScorer:
    """Linear heads: seven emotions, three polarities, intensity, and fury for the sharp end."""

    def __init__(self, name: str, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.name = name
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls, path: Path = EMOTION_FILE) -> EmotionScorer:
        """Read the heads that `train_emotion` wrote.

        Raises:
            ConfigError: the file is missing or was trained on other features than these.
        """
        if not path.is_file():
            raise ConfigError(f"the emotion heads need {path}; run bot.language.train_emotion")
        with np.load(path, allow_pickle=False) as heads:
            weights = heads["weights"].astype(np.float32)
            bias = heads["bias"].astype(np.float32)
            name = str(heads["name"])
        columns = len(PRIMARIES) + len(POLARITIES) + 2
        if weights.shape[1:] != (columns,) or weights.shape[0] <= BUCKETS + SIGNALS:
            raise ConfigError(f"{path} fits other features; run bot.language.train_emotion")
        return cls(name, weights, bias)

    def score(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> list[Emotion]:
        """Score texts in their order; `vectors` are their query embeddings, of shape (n, 384).

        A text without anything to read is neutral at intensity 0.

        Raises:
            ValueError: texts and vectors differ in number, or the vectors in width.
        """
        width = self._weights.shape[0] - BUCKETS - SIGNALS
        if vectors.shape != (len(texts), width):
            raise ValueError(f"expected {len(texts)} vectors of {width}, got {vectors.shape}")
        return [self._score(text, vector) for text, vector in zip(texts, vectors, strict=True)]

    def _score(self, text: str, vector: NDArray[np.float32]) -> Emotion:
        if not text.strip():
            return self._emotion(PrimaryEmotion.NEUTRAL, Polarity.NEUTRAL, 0.0, 1.0)
        scores = self._scores(text, vector)
        shares = shares_of(scores[: len(PRIMARIES)])
        # The fury head's score is shifted in training so that zero is the threshold.
        intensity, fury = _share(float(scores[-2])), float(scores[-1])
        primary, confidence = PRIMARIES[int(shares.argmax())], float(shares.max())
        angry = float(shares[PRIMARIES.index(PrimaryEmotion.ANGRY)])
        if fury >= 0.0 and angry >= ANGER_FROM:
            primary, confidence = PrimaryEmotion.ANGRY, max(angry, _share(fury))
        if primary is PrimaryEmotion.ANGRY:
            intensity = _anger(intensity, fury)
        polarity = POLARITIES[int(scores[len(PRIMARIES) : -2].argmax())]
        return self._emotion(primary, _SIDE_OF.get(primary, polarity), intensity, confidence)

    def _scores(self, text: str, vector: NDArray[np.float32]) -> NDArray[np.float64]:
        width = len(vector)
        scores = (vector @ self._weights[:width] + self._bias).astype(np.float64)
        scores += signals(text) @ self._weights[width : width + SIGNALS]
        if buckets := grams(text):
            rows = self._weights[width + SIGNALS :][buckets]
            scores += rows.sum(axis=0, dtype=np.float64) / np.sqrt(len(buckets))
        return scores

    def _emotion(
        self, primary: PrimaryEmotion, polarity: Polarity, intensity: float, confidence: float
    ) -> Emotion:
        return Emotion(
            primary=primary,
            polarity=polarity,
            intensity=round(intensity, 3),
            confidence=round(min(confidence, 1.0), 3),
            scorer=self.name,
        )


def signals(text: str) -> NDArray[np.float64]:
    """How loud a text is, apart from its words: `SIGNALS` numbers between 0 and 1."""
    read = text[:_CHARACTERS_READ]
    letters = [letter for letter in read if letter.isalpha() and letter.upper() != letter.lower()]
    capitals = sum(letter.isupper() for letter in letters) / len(letters) if letters else 0.0
    shouted = capitals if len(letters) >= 8 and capitals > 0.5 else 0.0
    counts = [sum(1 for _ in family.finditer(read)) for family in _FAMILIES]
    return np.array([shouted, len(read) / _CHARACTERS_READ, *(min(c, 3) / 3 for c in counts)])


def _anger(intensity: float, fury: float) -> float:
    """Let the fury head say on which side of the threshold anger lies, and how far."""
    if fury >= 0.0:
        return max(intensity, FURY_FROM + (1.0 - FURY_FROM) * (2.0 * _share(fury) - 1.0))
    return min(intensity, FURY_FROM - 0.01)


def _share(score: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0))))


def shares_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the scores of one text into probabilities that sum to one."""
    exponentials = np.exp(scores - scores.max())
    return np.asarray(exponentials / exponentials.sum(), np.float64)
