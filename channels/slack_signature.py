"""Proof that a request is Slack's: its signature over the raw bytes, not older than five minutes.

Used by the desk's door (handlers/desk/requests.py) and by the channel (channels/slack.py). Source:
Slack, authentication/verifying-requests-from-slack (read 2026-11-23).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime

from bot.errors import BadSignature

STALE_AFTER_S = 300
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_STAMP = re.compile(r"[0-9]{1,12}")


def sign(raw: bytes, *, stamp: str, secret: str) -> str:
    """The header's value as Slack computes it."""
    expected = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256)
    return f"v0={expected.hexdigest()}"


def verify(raw: bytes, *, stamp: str, signature: str, secret: str, now: datetime) -> None:
    """Prove over the bytes as they came that Slack sent them, within the last five minutes.

    Raises:
        BadSignature: it is not proven.
    """
    is_fresh = _STAMP.fullmatch(stamp) is not None and (
        abs(int(now.timestamp()) - int(stamp)) <= STALE_AFTER_S
    )
    expected = sign(raw, stamp=stamp, secret=secret)
    is_equal = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    if not (is_fresh and is_equal and secret):
        raise BadSignature("X-Slack-Signature does not prove that Slack sent this")
