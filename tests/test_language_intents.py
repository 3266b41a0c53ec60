"""The local encoder and the intent heads: robust on any text, and no worse than they were."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigError
from bot.language.embed import DIMENSIONS, Embedder, Encoder
from bot.language.intents import ROUTES, Intent, IntentReader, IntentReading, route_of
from bot.language.train_intents import Line, calibration_error, read_lines

ODD_TEXTS = [
    "",
    "   \n\t",
    "🎉🔥👍",
    "half a pair \ud83d here",
    "nul \x00 inside",
    "a" * 65_536,
    "铁板烧" * 20_000,
    "كم السعر لعشرين شخصا",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader.load()


Measured = list[tuple[Line, IntentReading]]


@pytest.fixture(scope="module")
def held_out(encoder: Encoder, reader: IntentReader) -> dict[str, Measured]:
    return {
        name: [
            (line, read(encoder, reader, line.text)) for line in read_lines(f"intents_{name}.jsonl")
        ]
        for name in ("dev", "fresh", "blind")
    }


def read(encoder: Encoder, reader: IntentReader, text: str) -> IntentReading:
    return reader.read(text, encoder.encode([text])[0])


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_gets_a_unit_vector_and_a_reading(
    text: str, encoder: Encoder, reader: IntentReader
) -> None:
    vector = encoder.encode([text])[0]
    reading = reader.read(text, vector)

    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)
    assert reading.route in ROUTES
    assert 0.0 <= reading.confidence <= 1.0


def test_nothing_to_embed_is_an_empty_array(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_translations_are_nearer_than_strangers(encoder: Encoder) -> None:
    english, spanish, chinese, stranger = encoder.encode(
        [
            "How much does it cost for twenty people?",
            "¿Cuánto cuesta para veinte personas?",
            "二十个人多少钱？",
            "My dog chewed the remote control again.",
        ]
    )
    assert english @ spanish > english @ stranger + 0.05
    assert english @ chinese > english @ stranger + 0.05


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_a_batch_keeps_order_and_nearly_the_lone_vectors(kind: str, encoder: Encoder) -> None:
    texts = ["hi", "How much is a party for 20?", "What if it rains? " * 40, "取消", "y" * 900]
    batch = encoder.encode(texts, kind="query" if kind == "query" else "passage")
    for text, vector in zip(texts, batch, strict=True):
        lone = encoder.encode([text], kind="query" if kind == "query" else "passage")[0]
        assert float(vector @ lone) > 0.985


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.int8\.onnx"):
        Encoder(tmp_path).load()


class CountingEncoder(Encoder):
    """The real encoder, which remembers the size of every batch it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def encode(self, texts: Sequence[str], *, kind: str = "query") -> np.ndarray:  # type: ignore[override]
        self.batches.append(len(texts))
        return super().encode(texts, kind="query" if kind == "query" else "passage")


async def test_callers_who_wait_together_share_batches_and_get_their_own(encoder: Encoder) -> None:
    counting = CountingEncoder()
    embedder = Embedder(counting)
    texts = [f"Are you free on the {day}th?" for day in range(1, 41)]
    answers = await asyncio.gather(*(embedder.embed([text]) for text in texts))
    await embedder.close()

    assert len(counting.batches) < len(texts)
    assert max(counting.batches) <= 32
    for text, answer in zip(texts, answers, strict=True):
        assert answer.shape == (1, DIMENSIONS)
        assert float(answer[0] @ encoder.encode([text])[0]) > 0.98


async def test_a_message_overtakes_a_library_of_passages() -> None:
    embedder = Embedder()
    library = asyncio.ensure_future(
        embedder.embed(["The balance is due on the day. " * 20] * 24, kind="passage")
    )
    message = await embedder.embed(["hello"])
    assert message.shape == (1, DIMENSIONS)
    assert not library.done()
    assert (await library).shape == (24, DIMENSIONS)
    await embedder.close()


async def test_a_caller_who_gives_up_does_not_hurt_the_others() -> None:
    embedder = Embedder()
    given_up = asyncio.ensure_future(embedder.embed(["never mind"]))
    kept = asyncio.ensure_future(embedder.embed(["how much for ten"]))
    given_up.cancel()
    assert (await kept).shape == (1, DIMENSIONS)
    await embedder.close()


async def test_a_broken_model_is_told_to_its_caller(tmp_path: Path) -> None:
    embedder = Embedder(Encoder(tmp_path))
    with pytest.raises(ConfigError):
        await embedder.embed(["hello"])
    await embedder.close()


async def test_a_closed_embedder_refuses() -> None:
    embedder = Embedder()
    await embedder.close()
    with pytest.raises(RuntimeError, match="closed"):
        await embedder.embed(["hello"])


def test_every_intent_has_one_route() -> None:
    assert {route_of(intent) for intent in Intent} == set(ROUTES)


def test_heads_of_other_intents_are_refused(tmp_path: Path) -> None:
    strange = tmp_path / "intents.npz"
    np.savez(strange, intents=np.array(["juggling"]))
    with pytest.raises(ConfigError, match="train_intents"):
        IntentReader.load(strange)
    with pytest.raises(ConfigError, match="train_intents"):
        IntentReader.load(tmp_path / "none.npz")


@pytest.mark.parametrize("text", ["HUMAN!!", "agent please", "Operador", "转人工", " 人工客服 。"])
def test_a_bare_call_for_a_person_is_certain(
    text: str, encoder: Encoder, reader: IntentReader
) -> None:
    reading = read(encoder, reader, text)
    assert (reading.route, reading.confidence) == ("human", 1.0)


def test_ranked_holds_the_five_likeliest_in_order(encoder: Encoder, reader: IntentReader) -> None:
    ranked = read(encoder, reader, "can you do saturday and what would it cost").ranked
    shares = [share for _, share in ranked]
    assert len(ranked) == 5
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.0 + 1e-6


@pytest.mark.parametrize(
    ("name", "language", "floor"),
    [
        ("dev", "en", 0.89),
        ("dev", "es", 0.89),
        ("dev", "zh", 0.89),
        ("fresh", "en", 0.89),
        ("fresh", "es", 0.95),
        ("fresh", "zh", 0.95),
        ("blind", "en", 0.93),
        ("blind", "es", 0.93),
        ("blind", "zh", 0.93),
    ],
)
def test_routes_of_lines_held_out(
    name: str, language: str, floor: float, held_out: dict[str, Measured]
) -> None:
    right = [
        reading.route == route_of(line.intent)
        for line, reading in held_out[name]
        if line.language == language
    ]
    assert float(np.mean(right)) >= floor


@pytest.mark.parametrize(("name", "floor"), [("dev", 0.90), ("fresh", 0.88), ("blind", 0.92)])
def test_most_out_of_scope_lines_are_known_as_such(
    name: str, floor: float, held_out: dict[str, Measured]
) -> None:
    lines = held_out[name]
    strange = [r.out_of_scope for line, r in lines if line.intent is Intent.OUT_OF_SCOPE]
    business = [r.out_of_scope for line, r in lines if route_of(line.intent) != "general"]
    assert float(np.mean(strange)) >= floor
    assert float(np.mean(business)) <= 0.06


@pytest.mark.parametrize("name", ["dev", "fresh", "blind"])
def test_confidence_means_what_it_says(name: str, held_out: dict[str, Measured]) -> None:
    sure = np.array([reading.confidence for _, reading in held_out[name]])
    right = np.array([r.route == route_of(line.intent) for line, r in held_out[name]])
    assert calibration_error(sure, right) <= 0.06


def test_no_fresh_line_is_trained_on(held_out: dict[str, Measured]) -> None:
    trained = {line.text.casefold() for line in read_lines("intents_train.jsonl")}
    for name in ("fresh", "blind"):
        assert not [line.text for line, _ in held_out[name] if line.text.casefold() in trained]
