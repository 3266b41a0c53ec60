"""Messages that nobody wants answered: machines, echoes of themselves, bare signals (I4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.domain import Author, Direction, Kind, StoredMessage

REPEATS_MAX = 4
"""The same words this often within the span are a machine's, or a finger stuck on a key."""
REPEATS_WITHIN = timedelta(minutes=10)
MAIL = "email"
LETTERS_MAX = 10
"""Automatic answers to one mailbox within the span; after these it is a machine that answers us."""
LETTERS_WITHIN = timedelta(hours=1)

_SIGNALS = {Kind.REACTION: "reaction", Kind.DELETION: "deleted by the customer"}

_AUTO_REPLY = re.compile(
    r"\bauto(?:matic|mated)?[- ]?(?:reply|response)\b"
    r"|^(?:i'?m|i am) driving\b|\bdriving with (?:do not disturb|focus) "
    r"|\bout of (?:the )?office\b.*\b(?:return|back)\b"
    r"|\brespuesta autom[aá]tica\b|\bfuera de la oficina\b|自动回复",
    re.IGNORECASE | re.DOTALL,
)


def why_ignored(message: StoredMessage, transcript: Sequence[StoredMessage]) -> str | None:
    """The reason to leave a message unanswered, or None when somebody should answer it."""
    if machine := message.extras.get("machine"):
        return machine
    if message.kind in _SIGNALS:
        return _SIGNALS[message.kind]
    if _AUTO_REPLY.search(message.text[:400]):
        return "auto-reply"
    if _is_loop(message, transcript):
        return "loop: the same words over and over"
    if _is_answered_enough(message, transcript):
        return f"loop: {LETTERS_MAX} automatic answers to this mailbox within an hour"
    return None


def _is_loop(message: StoredMessage, transcript: Sequence[StoredMessage]) -> bool:
    words = message.text.strip().lower()
    if not words:
        return False
    same = [
        each
        for each in transcript
        if each.direction is Direction.INBOUND
        and each.text.strip().lower() == words
        and message.created_at - each.created_at < REPEATS_WITHIN
    ]
    return len(same) >= REPEATS_MAX


def _is_answered_enough(message: StoredMessage, transcript: Sequence[StoredMessage]) -> bool:
    """Two machines that answer each other differently every time never repeat themselves."""
    if message.channel != MAIL:
        return False
    answers = [
        each
        for each in transcript
        if each.author is Author.BOT
        and each.address_id == message.address_id
        and message.created_at - each.created_at < LETTERS_WITHIN
    ]
    return len(answers) >= LETTERS_MAX
