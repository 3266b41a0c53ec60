"""What models may be trained on later: examples without anything personal (I13), each once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot.store.connection import Connection

_ADD = """INSERT INTO training_examples (kind, example, source, key, message_id)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT ON CONSTRAINT one_example_per_key DO NOTHING
RETURNING true"""


async def add(
    conn: Connection,
    *,
    kind: str,
    example: Mapping[str, str],
    source: str,
    key: str,
    message_id: UUID | None,
) -> bool:
    """Keep an example, inside the caller's transaction; False where that key is known.

    Args:
        example: scrubbed texts by what they are.
        message_id: the message it was made of, so that erasing that erases this.
    """
    row = await conn.fetchval(_ADD, kind, dict(example), source, key, message_id)
    return row is not None
