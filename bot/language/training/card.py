"""Calibrates a model that has just been written, measures it, and writes its config and card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bot.language.emotion import EmotionScorer
from bot.language.training import measuring
from bot.language.training.calibrating import calibrate
from bot.language.training.lines import FOLDER, HANDS, Line, Part, digest, read_part

UNCALIBRATED: Final = {"primary": 1.0, "polarity": 1.0, "intensity": [1, 0], "escalate": [1, 0]}
HASH_LENGTH: Final = 12


def finish(folder: Path, *, seed: int, extra: Sequence[Path] = ()) -> str:
    """Calibrate the model in the folder on the development hands; the card's text."""
    data = digest([*FOLDER.glob("*.jsonl"), *FOLDER.glob("*.gz"), HANDS, *extra])
    name = f"encoder-{data[:HASH_LENGTH]}-{seed}"
    _write_config(folder, name, data, UNCALIBRATED)
    development = read_part(Part.DEVELOPMENT)
    scores = EmotionScorer.open(folder).raw([line.spoken for line in development])
    _write_config(folder, name, data, asdict(calibrate(scores, development)))
    scorer = EmotionScorer.open(folder)
    parts = {
        "Development hands (choices and calibration rest on them)": development,
        "Test hands (nothing rests on them)": read_part(Part.TEST),
    }
    tables = [f"## {title}\n\n{_table(scorer, lines)}" for title, lines in parts.items()]
    text = f"{_INTRODUCTION.format(name=name, data=data, seed=seed)}\n" + "\n\n".join(tables) + "\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
    return text


def _table(scorer: EmotionScorer, lines: Sequence[Line]) -> str:
    read = scorer.score([line.spoken for line in lines])
    return measuring.table(list(zip(lines, read, strict=True)))


def _write_config(folder: Path, name: str, data: str, calibration: object) -> None:
    facts = {"name": name, "data": data, "calibration": calibration}
    (folder / "config.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


_INTRODUCTION: Final = """# The emotion model

`{name}`: how a customer feels in one message, in English, Spanish and Chinese. In: a message's
tokens and the end of what was said before it, where the message is short. Out: seven primary
emotions, three polarities, intensity, and how much a good manager would want to be told now.

- **Made from** the lower eight of the twelve layers of the sentence encoder beside it
  (multilingual-e5-small, MIT), 8-bit, with four linear heads over the mean of the message's states
  and the first one.
- **Trained on** the lines of `bot/language/data/emotion` (what they are, who wrote and labelled
  them and how far the readers agree stands there) and GoEmotions (Apache-2.0), which has heads of
  its own. Hash of the data `{data}`, seed {seed}. `make train-emotion` makes it again, in three
  stages: public lines, the trade's, and short answers in their place.
- **Calibrated** on the development hands: confidence is a probability; `escalate` is a scale on
  which 0.5 is where nine of ten calls that a manager wants were made, not a probability.
- **Meant for** messages of customers to a business that is booked and comes to them. **Not for**
  judging people, employees, or anything a person would be held to; other languages; long letters
  whose feeling stands in the middle (it reads the beginning and the end).
- **Known to be weak**: praise with a small fault beside it ("great food, a bit late, five stars" is
  read as bitter); a bitter "great." after a refusal, which it takes for calm; sad and surprised in
  few words; surprise against anger at prices; calls for a manager, of which one in three is
  needless. All lines were written for the purpose by language models in given styles, not taken
  from real customers; real ones will differ.

Figures: macro-F1 of the primary emotion, share of polarities read rightly, Pearson correlation of
intensity, calibration error of the confidence, recall and precision of the call for a manager (at
0.5), share of sarcastic and icily polite lines whose emotion was read rightly.
"""
