"""Subjects of letters: what they are about, without the marks that answers and forwards pile up.

Used by the reader and the writer of letters in this folder.
"""

from __future__ import annotations

import re

_MARKS = "re|aw|sv|antw|odp|rv|res|rif|回复|答复|回覆|回信"
_ON = "fwd?|wg|tr|enc|rv|转发|轉寄"
_AGAIN = re.compile(rf"^\s*(?:(?:{_MARKS}|{_ON})\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)


def topic_of(subject: str) -> str:
    """What a subject says, on one line and without such marks."""
    return _AGAIN.sub("", " ".join(subject.split())).strip()


def is_marked(subject: str) -> bool:
    """Whether it is an answer's or a forward's."""
    return _AGAIN.match(subject) is not None
