"""What staff call a follow-up and where it stands, in a few words; lists and windows show it."""

from __future__ import annotations

from bot.causes.base import causes

STATES = {
    "planned": "planned",
    "due": "due, judged in a moment",
    "sending": "on its way",
    "sent": "sent",
    "skipped": "left out",
    "held": "held",
    "cancelled": "cancelled",
    "answered": "sent and answered",
    "converted": "sent, and it did what it was for",
    "unknown": "nobody knows whether it arrived",
}


def say_title(cause: str, step: str = "") -> str:
    """What staff call a follow-up: its cause's title, with the step in brackets."""
    known = causes().get(cause)
    title = known.title if known is not None else cause.replace("_", " ")
    return f"{title} ({step})" if step else title


def say_state(status: str, reason: str = "") -> str:
    """Where it stands, with the reason where there is one."""
    said = STATES.get(status, status)
    return f"{said}: {reason}" if reason else said
