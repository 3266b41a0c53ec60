"""The limits of Block Kit that Slack enforces, so that a card too large fails here as it would do.

Source: slack_sdk 3.47 constants, reference/block-kit/blocks and bolt-js issue 2509 on the ceiling
of all blocks together, which no document names; read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

MAX_BLOCKS = 50
MAX_TOGETHER = 13_000
TEXT_LIMITS: Mapping[str, int] = {"header": 150, "section": 3000, "markdown": 12_000}
LIST_LIMITS: Mapping[str, tuple[str, int]] = {
    "section": ("fields", 10),
    "context": ("elements", 10),
    "actions": ("elements", 25),
}
KNOWN_TYPES = frozenset(
    {"header", "section", "context", "divider", "actions", "image", "markdown", "rich_text"}
)


def refusal(blocks: Sequence[Mapping[str, object]]) -> str | None:
    """Slack's error for these blocks, or None when it would take them."""
    if len(blocks) > MAX_BLOCKS:
        return "invalid_blocks"
    if len(json.dumps(list(blocks), ensure_ascii=False)) > MAX_TOGETHER:
        return "msg_blocks_too_long"
    return None if all(map(_is_valid, blocks)) else "invalid_blocks"


def _is_valid(block: Mapping[str, object]) -> bool:
    kind = str(block.get("type", ""))
    if kind not in KNOWN_TYPES or len(str(block.get("block_id", ""))) > 255:
        return False
    if len(_text(block)) > TEXT_LIMITS.get(kind, 3000):
        return False
    if kind in ("header", "section") and not _text(block) and not block.get("fields"):
        return False
    name, most = LIST_LIMITS.get(kind, ("", 0))
    items = cast("list[Mapping[str, object]]", block.get(name) or [])
    if kind in ("context", "actions") and not items:
        return False
    return len(items) <= (most or len(items)) and all(_is_valid_item(kind, item) for item in items)


def _is_valid_item(kind: str, item: Mapping[str, object]) -> bool:
    if kind == "section":
        return 0 < len(str(item.get("text", ""))) <= 2000
    if item.get("type") == "button":
        return (
            0 < len(_text(item)) <= 75
            and len(str(item.get("value", ""))) <= 2000
            and len(str(item.get("action_id", ""))) <= 255
        )
    return True


def _text(holder: Mapping[str, object]) -> str:
    text = holder.get("text", "")
    return str(text.get("text", "")) if isinstance(text, dict) else str(text)
