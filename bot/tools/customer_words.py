"""Whether the customer really said what a model hands on: a name, a mailbox, an address.

No tool itself. A model may mishear or make things up; what is kept of a customer must stand in
their own messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from bot.domain import Direction, StoredMessage
from bot.errors import ToolFailed
from bot.language.numbers import fold
from bot.situation import Situation
from bot.store import addresses, conversations
from bot.tools.base import Effect

_MAILBOX = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[^\W_]+")


def said(situation: Situation) -> Iterator[str]:
    """All that the customer has written of late."""
    yield from (m.text for m in situation.transcript if m.direction is Direction.INBOUND)
    yield from (m.text for m in situation.waiting)


def is_said(situation: Situation, words: str) -> bool:
    """Whether every word stands in the customer's own messages."""
    heard = {token for text in said(situation) for token in _TOKEN.findall(fold(text))}
    together = "".join(fold(text) for text in said(situation))
    tokens = _TOKEN.findall(fold(words))
    return bool(tokens) and all(t in heard or (not t.isascii() and t in together) for t in tokens)


def messages_saying(situation: Situation, words: str) -> tuple[StoredMessage, ...]:
    """The customer's messages that hold all of these words by themselves, oldest first."""
    tokens = _TOKEN.findall(fold(words))
    theirs = (m for m in situation.transcript if m.direction is Direction.INBOUND)
    return tuple(m for m in (*theirs, *situation.waiting) if tokens and _holds(m.text, tokens))


def _holds(text: str, tokens: list[str]) -> bool:
    folded = fold(text)
    heard = set(_TOKEN.findall(folded))
    return all(t in heard or (not t.isascii() and t in folded) for t in tokens)


def checked_address(situation: Situation, address: str | None) -> str:
    """The street address, where the customer wrote its numbers; else nothing is kept.

    Raises:
        ToolFailed: the customer did not write it.
    """
    given = " ".join((address or "").split())
    if not given:
        return ""
    numbers = " ".join(token for token in _TOKEN.findall(given) if any(map(str.isdigit, token)))
    if not is_said(situation, numbers or given):
        raise ToolFailed("address: the customer did not write that; ask for the street address")
    return given


def kept_of(situation: Situation, name: str | None, email: str | None) -> tuple[Effect, ...]:
    """What is kept of a name and a mailbox when the turn commits."""
    effects: list[Effect] = []
    who = situation.customer_id
    if name and is_said(situation, name):
        effects.append(partial(conversations.name_customer, customer_id=who, name=name.strip()))
    mailbox = (email or "").strip().lower()
    if _MAILBOX.fullmatch(mailbox) and any(mailbox in text.lower() for text in said(situation)):
        effects.append(partial(addresses.note_email, customer_id=who, value=mailbox))
    return tuple(effects)
