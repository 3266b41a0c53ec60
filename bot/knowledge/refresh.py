"""Brings the stored articles in line with the profile's: only what changed is embedded again.

Called at start and by the refresh job. The model runs outside the transaction; the new versions
then go live together.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.embed import Embedder
from bot.store import knowledge as store
from bot.store.connection import Pool
from bot.store.knowledge import ChunkVectors, Document, Key


async def refresh(pool: Pool, embedder: Embedder, documents: Sequence[Document]) -> tuple[Key, ...]:
    """Make these articles, and no others, the live ones.

    Returns:
        Article and language of each that is new, changed or gone; nothing where all was current.
    """
    async with pool.acquire() as conn:
        live = await store.list_live(conn)
    changed = [document for document in documents if live.get(document.key) != document.digest]
    keys = {document.key for document in documents}
    if not changed and keys >= live.keys():
        return ()
    fresh = [(document, await _embed(embedder, document)) for document in changed]
    async with pool.acquire() as conn:
        return await store.publish(conn, fresh, keep=keys)


async def _embed(embedder: Embedder, document: Document) -> tuple[ChunkVectors, ...]:
    """Headings are compared as like with like, texts as what is searched; each text only once."""
    headings = [chunk.heading for chunk in document.chunks]
    texts = [chunk.text or chunk.heading for chunk in document.chunks]
    distinct = list(dict.fromkeys(texts))
    heading_vectors = await embedder.embed(headings, kind="query")
    text_vectors = dict(zip(distinct, await embedder.embed(distinct, kind="passage"), strict=True))
    return tuple(
        ChunkVectors(heading=heading, text=text_vectors[text])
        for heading, text in zip(heading_vectors, texts, strict=True)
    )
