"""Brings the stored articles in line with the profile's: only what changed is embedded again.

Called at start and by the refresh job. The model runs outside the transaction; the new versions
then go live together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.language.embed import Embedder, Kind
from bot.store import knowledge as store
from bot.store.connection import Pool, borrow
from bot.store.knowledge import ChunkVectors, Document, Key

Vector: TypeAlias = NDArray[np.float32]


async def refresh(pool: Pool, embedder: Embedder, documents: Sequence[Document]) -> tuple[Key, ...]:
    """Make these articles, and no others, the live ones.

    Returns:
        Article and language of each that is new, changed or gone; nothing where all was current.
    """
    async with borrow(pool) as conn:
        live = await store.list_live(conn)
    changed = [document for document in documents if live.get(document.key) != document.digest]
    keys = {document.key for document in documents}
    if not changed and keys >= live.keys():
        return ()
    fresh = await _embed(embedder, changed)
    async with borrow(pool) as conn:
        return await store.publish(conn, fresh, keep=keys)


async def _embed(
    embedder: Embedder, documents: Sequence[Document]
) -> list[tuple[Document, tuple[ChunkVectors, ...]]]:
    """Headings are compared as like with like, texts as what is searched."""
    chunks = [chunk for document in documents for chunk in document.chunks]
    headings = await _vectors(embedder, (chunk.heading for chunk in chunks), "query")
    texts = await _vectors(embedder, (chunk.text for chunk in chunks if chunk.text), "passage")
    # What only a person may answer has no text; it is looked for by its heading alone.
    return [
        (
            document,
            tuple(
                ChunkVectors(
                    heading=headings[chunk.heading],
                    text=texts.get(chunk.text, headings[chunk.heading]),
                )
                for chunk in document.chunks
            ),
        )
        for document in documents
    ]


async def _vectors(embedder: Embedder, texts: Iterable[str], kind: Kind) -> dict[str, Vector]:
    """Each text once, those of like length together: padding would cost a tenth of the time."""
    distinct = sorted(set(texts), key=lambda text: (len(text.encode()), text))
    return dict(zip(distinct, await embedder.embed(distinct, kind=kind), strict=True))
