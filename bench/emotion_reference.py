"""The reference beside the emotion model: another make's readings of the lines it is measured on.

`python -m bench.emotion_reference FOLDER [VOCABULARY]` asks the model in a folder of NumPy archives
(bench/emotion_minilm.py) and keeps its readings by a hash of the text, so that `make eval` shows
them where that folder is not. To be run again when the development or test lines change.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bench.emotion_minilm import POLARITIES, PRIMARIES, MiniLm, Numbers, split
from bot.domain import Emotion, Polarity, PrimaryEmotion
from bot.language.training.lines import Line, Part, PublicLine, read_part, read_public

FILE: Final = Path(__file__).parent / "data" / "emotion_reference.json.gz"
NAME: Final = "a 6-layer English MiniLM fine-tuned on GoEmotions"
PUBLIC: Final = "public_development.jsonl.gz"
PUBLIC_EVERY: Final = 3
"""One public line in so many is measured: 1,800 are enough for two decimals."""
THRESHOLDS: Final = (0.54, 0.68, 0.60, 0.78, 0.40, 0.72, 0.28)
"""From which probability it says an emotion, in the order of its head; tuned by its makers."""
CALLING: Final = tuple(
    PRIMARIES.index(each)
    for each in (PrimaryEmotion.ANGRY, PrimaryEmotion.DISGUSTED, PrimaryEmotion.FEARFUL)
)
"""It knows nothing of calls for a manager: the strongest of these stands for one."""
RECALL: Final = 0.9
"""Of the English development lines' calls, as ours is calibrated; what else it calls is told."""
HASH_LENGTH: Final = 16


def key_of(text: str) -> str:
    """What a text's reading is found by."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:HASH_LENGTH]


def stored(file: Path = FILE) -> Mapping[str, Emotion]:
    """The readings that were kept, by `key_of`; none where there is no file."""
    if not file.is_file():
        return {}
    rows = json.loads(gzip.decompress(file.read_bytes()))
    return {
        key: Emotion(
            primary=PrimaryEmotion(primary),
            polarity=Polarity(polarity),
            intensity=intensity,
            confidence=confidence,
            scorer=NAME,
            escalate=escalate,
        )
        for key, (primary, polarity, intensity, confidence, escalate) in rows.items()
    }


def public_lines() -> list[PublicLine]:
    """The public lines that are measured on."""
    return read_public(PUBLIC)[::PUBLIC_EVERY]


def main() -> None:
    """Ask the model of each line's own words and keep what it says."""
    parser = argparse.ArgumentParser(prog="emotion_reference", description=__doc__)
    parser.add_argument("folder", type=Path, help="where its model_*.npz are")
    parser.add_argument("vocabulary", type=Path, nargs="?", help="vocab.txt, if it is not there")
    asked = parser.parse_args()
    model = MiniLm(asked.folder, asked.vocabulary)
    development, test = read_part(Part.DEVELOPMENT), read_part(Part.TEST)
    texts = [line.spoken.text for line in (*development, *test)]
    texts += [line.text for line in public_lines()]
    scores = model.scores(texts)
    edge = _edge(scores[: len(development)], development)
    rows = {key_of(text): _reading(row, edge) for text, row in zip(texts, scores, strict=True)}
    FILE.parent.mkdir(exist_ok=True)
    content = json.dumps(dict(sorted(rows.items())), separators=(",", ":")).encode()
    FILE.write_bytes(gzip.compress(content, mtime=0))
    print(f"{len(rows)} readings kept in {FILE.name}; calls from a margin of {edge:.2f}")


def _edge(scores: Numbers, lines: Sequence[Line]) -> float:
    """The margin from which it makes `RECALL` of the English development lines' calls."""
    wanted = [
        _call(_margins(row))
        for row, line in zip(scores, lines, strict=True)
        if line.escalate and line.language == "en"
    ]
    return float(np.quantile(wanted, 1 - RECALL))


def _reading(row: Numbers, edge: float) -> tuple[str, str, float, float, float]:
    """Primary, polarity, intensity, confidence, escalate."""
    heads = {name: values[0] for name, values in split(row[None]).items()}
    margins = _margins(row)
    place = int(margins.argmax())
    shares = _curve(heads["emo"])
    # Without a head for intensity: how far from neutral follows it better than arousal does.
    strength = 1.0 - shares[PRIMARIES.index(PrimaryEmotion.NEUTRAL)]
    return (
        PRIMARIES[place].value,
        POLARITIES[int(heads["pol"].argmax())].value,
        _rounded(strength),
        _rounded(shares[place]),
        _rounded(_curve(_call(margins) - edge)),
    )


def _margins(row: Numbers) -> Numbers:
    """How far each emotion lies above where its makers would say it."""
    edges = np.array(THRESHOLDS, np.float32)
    return split(row[None])["emo"][0] - np.log(edges / (1.0 - edges))


def _call(margins: Numbers) -> float:
    return float(max(margins[place] for place in CALLING))


def _curve(score: float | Numbers) -> Numbers:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(score, np.float32))), np.float32)


def _rounded(number: float | Numbers) -> float:
    # Up, so that what lies on the edge is called.
    return float(np.ceil(float(number) * 1000) / 1000)


def known(
    lines: Iterable[Line], readings: Mapping[str, Emotion]
) -> tuple[list[tuple[Line, Emotion]], int]:
    """The lines with their readings, and how many have none."""
    pairs, missing = [], 0
    for line in lines:
        reading = readings.get(key_of(line.spoken.text))
        if reading is None:
            missing += 1
        else:
            pairs.append((line, reading))
    return pairs, missing


if __name__ == "__main__":
    main()
