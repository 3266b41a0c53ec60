"""Sentence vectors for English, Spanish and Chinese, from the small model in this package.

`Encoder` is the model itself: synchronous, 384 numbers of unit length a text. `Embedder` is what
the service uses: it keeps the model off the event loop, in one thread of its own, and embeds what
several callers ask for at the same moment in one batch. Intents, emotion and knowledge search read
these vectors.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # The wheel carries no type marker.
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.errors import ConciergeError, ConfigError

T = TypeVar("T")
Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]

DIMENSIONS: Final = 384
ENCODER_FOLDER: Final = Path(__file__).parent / "models" / "encoder"
CHARACTERS_MAX: Final = 2000
TOKENS_MAX: Final[dict[Kind, int]] = {"query": 160, "passage": 512}
# What one caller's turn on the model may hold, so that others get theirs.
BATCH_MAX: Final[dict[Kind, int]] = {"query": 32, "passage": 4}

# Attention over many long texts at once costs hundreds of megabytes and no time is won by it.
_BATCH_TOKENS_MAX: Final = 640
_PAD_ID: Final = 1
# The tokenizer refuses lone surrogates, and NUL carries no meaning.
_UNREADABLE: Final = re.compile("[\x00\ud800-\udfff]+")


class Encoder:
    """The model and its tokenizer, loaded on first use."""

    def __init__(self, folder: Path = ENCODER_FOLDER, *, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads
        self._loaded: tuple[ort.InferenceSession, Tokenizer] | None = None

    def load(self) -> tuple[ort.InferenceSession, Tokenizer]:
        """Read model and tokenizer from disk; a second call only returns them.

        Raises:
            ConfigError: the folder lacks one of the two files.
        """
        if self._loaded is not None:
            return self._loaded
        model, tokenizer = self._folder / "model.int8.onnx", self._folder / "tokenizer.json"
        for path in (model, tokenizer):
            if not path.is_file():
                raise ConfigError(f"the sentence encoder needs {path}, which is missing")
        session = ort.InferenceSession(
            str(model), _session_options(self._threads), providers=["CPUExecutionProvider"]
        )
        self._loaded = (session, Tokenizer.from_file(str(tokenizer)))
        return self._loaded

    def encode(self, texts: Sequence[str], *, kind: Kind = "query") -> Vectors:
        """Embed texts in their order, as an array of shape (n, 384).

        "query" is for messages and for comparing like with like, "passage" for documents that are
        searched. Text beyond 2,000 characters or the kind's token limit is not read. Activations
        are scaled over a batch, so a vector moves a little (cosine above 0.99) with its neighbours.
        """
        session, tokenizer = self.load()
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        encodings = tokenizer.encode_batch([f"{kind}: {_readable(text)}" for text in texts])
        rows = [encoding.ids[: TOKENS_MAX[kind]] for encoding in encodings]
        for batch in _batches([len(row) for row in rows]):
            vectors[batch] = _run(session, [rows[index] for index in batch])
        return vectors


@dataclass(frozen=True, slots=True)
class _Request:
    texts: Sequence[str]
    kind: Kind
    answer: asyncio.Future[Vectors]


class Embedder:
    """The encoder for async callers: one thread, and one batch for all who wait together."""

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder or Encoder()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="embedder")
        self._waiting: list[_Request] = []
        self._drain: asyncio.Task[None] | None = None
        self._is_closed = False

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> Vectors:
        """Embed texts in their order, as `Encoder.encode` does.

        A long request goes in pieces, so a customer's message never waits for a whole library.

        Raises:
            RuntimeError: the embedder was closed.
        """
        pieces = [await self._ask(piece, kind) for piece in _pieces(texts, BATCH_MAX[kind])]
        return np.concatenate(pieces) if pieces else np.zeros((0, DIMENSIONS), np.float32)

    async def close(self) -> None:
        """Answer what was asked, then end the thread."""
        self._is_closed = True
        if self._drain is not None:
            await self._drain
        await asyncio.to_thread(self._executor.shutdown)

    async def _ask(self, texts: Sequence[str], kind: Kind) -> Vectors:
        if self._is_closed:
            raise RuntimeError("the embedder is closed")
        loop = asyncio.get_running_loop()
        request = _Request(texts, kind, loop.create_future())
        self._waiting.append(request)
        if self._drain is None or self._drain.done():
            self._drain = loop.create_task(self._answer_waiting())
        return await request.answer

    async def _answer_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while batch := self._next_batch():
            texts = [text for request in batch for text in request.texts]
            try:
                vectors = await loop.run_in_executor(
                    self._executor, self._encode, texts, batch[0].kind
                )
            except (ConciergeError, RuntimeError, ValueError, MemoryError) as error:
                _fail(batch, error)
                continue
            _hand_out(batch, vectors)

    def _encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        return self._encoder.encode(texts, kind=kind)

    def _next_batch(self) -> list[_Request]:
        """Take the oldest request and those of its kind that fit beside it; drop the given-up."""
        self._waiting = [request for request in self._waiting if not request.answer.done()]
        batch: list[_Request] = []
        room = BATCH_MAX[self._waiting[0].kind] if self._waiting else 0
        for request in list(self._waiting):
            if request.kind == self._waiting[0].kind and len(request.texts) <= room:
                batch.append(request)
                room -= len(request.texts)
        taken = {id(request) for request in batch}
        self._waiting = [request for request in self._waiting if id(request) not in taken]
        return batch


def _session_options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The arena would keep the largest batch's memory for good; spinning would take the web's core.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _run(session: ort.InferenceSession, rows: Sequence[Sequence[int]]) -> Vectors:
    width = max(len(row) for row in rows)
    ids = np.full((len(rows), width), _PAD_ID, np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    outputs: list[Any] = session.run(None, {"input_ids": ids, "attention_mask": mask})
    return np.asarray(outputs[0], np.float32)


def _readable(text: str) -> str:
    return _UNREADABLE.sub(" ", text[:CHARACTERS_MAX])


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group positions of like length within the token bound, so that padding stays small."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > _BATCH_TOKENS_MAX:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _pieces(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _fail(batch: Sequence[_Request], error: Exception) -> None:
    for request in batch:
        if not request.answer.done():
            request.answer.set_exception(error)


def _hand_out(batch: Sequence[_Request], vectors: Vectors) -> None:
    start = 0
    for request in batch:
        stop = start + len(request.texts)
        if not request.answer.done():
            request.answer.set_result(vectors[start:stop])
        start = stop
