"""Brings the stored articles in line with the profile's: only what changed is embedded again.

Called at start and by the refresh job. The model runs outside the transaction; the new versions
then go live together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.words import words
from bot.language.embed import Embedder, Kind
from bot.store import knowledge as store
from bot.store.connection import Pool, borrow
from bot.store.knowledge import ChunkVectors, Document, Key, Prepared

Vector: TypeAlias = NDArray[np.float32]


async def refresh(pool: Pool, embedder: Embedder, documents: Sequence[Document]) -> tuple[Key, ...]:
    """Make these articles, and no others of the profile, the live ones.

    Returns:
        Article and language of each that is new, changed or gone; nothing where all was current.

    Raises:
        Conflict: an article taken in by hand is live under the name of one of these.
    """
    async with borrow(pool) as conn:
        live = await store.list_live(conn)
    changed = [document for document in documents if live.get(document.key) != document.digest]
    keys = {document.key for document in documents}
    if not changed and keys >= live.keys():
        return ()
    fresh = await prepare(embedder, changed)
    async with borrow(pool) as conn:
        return await store.publish(conn, fresh, keep=keys)


async def prepare(embedder: Embedder, documents: Sequence[Document]) -> list[Prepared]:
    """Headings are compared as like with like, texts as what is searched."""
    chunks = [chunk for document in documents for chunk in document.chunks]
    headings = await _vectors(embedder, (chunk.heading for chunk in chunks), "query")
    texts = await _vectors(embedder, (chunk.text for chunk in chunks if chunk.text), "passage")
    return [
        Prepared(
            document=document,
            vectors=_chunk_vectors(document, headings, texts),
            words=sorted(words(" ".join(f"{c.heading} {c.text}" for c in document.chunks))),
        )
        for document in documents
    ]


def _chunk_vectors(
    document: Document, headings: Mapping[str, Vector], texts: Mapping[str, Vector]
) -> tuple[ChunkVectors, ...]:
    """Each text's vector once; what only a person may answer is looked for by its heading."""
    first = {chunk.text: place for place, chunk in reversed([*enumerate(document.chunks)])}
    return tuple(
        ChunkVectors(
            heading=headings[chunk.heading],
            text=texts.get(chunk.text, headings[chunk.heading])
            if place == first[chunk.text] or not chunk.text
            else None,
        )
        for place, chunk in enumerate(document.chunks)
    )


async def _vectors(embedder: Embedder, texts: Iterable[str], kind: Kind) -> dict[str, Vector]:
    """Each text once, those of like length together: padding would cost a tenth of the time."""
    distinct = sorted(set(texts), key=lambda text: (len(text.encode()), text))
    return dict(zip(distinct, await embedder.embed(distinct, kind=kind), strict=True))
