"""Whether somebody else may have written a message in the customer's name.

A channel marks a message whose sender it cannot prove, such as a mail that fails SPF and DKIM, with
the extra `unproven`. What such a message may not do is said in bot/unproven_refusal.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import StoredMessage

MARK = "unproven"


def is_unproven(message: StoredMessage) -> bool:
    """Whether somebody else may have written it."""
    return bool(message.extras.get(MARK))


def proven(heard: Sequence[StoredMessage]) -> tuple[StoredMessage, ...]:
    """Those that are surely the customer's."""
    return tuple(message for message in heard if not is_unproven(message))
