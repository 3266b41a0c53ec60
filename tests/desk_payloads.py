"""Slack's requests in their documented shapes, from tests/payloads/desk, with provenance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent / "payloads" / "desk"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def payload(name: str) -> dict[str, Any]:
    """A fresh copy of one."""
    whole = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    assert whole["provenance"]
    found: dict[str, Any] = whole["payload"]
    return found
