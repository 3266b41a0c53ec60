"""How many billable parts a text has, counted by the stand-in on its own account.

GSM-7 carries 160 characters in one part and 153 in each of several; anything outside that alphabet
makes the whole text UCS-2 with 70 and 67 UTF-16 units. Source: Twilio message-segment-calculator,
read 2026-11-22.
"""

from __future__ import annotations

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def count_segments(text: str) -> int:
    """Parts of one SMS; at least one."""
    if all(letter in GSM_BASIC or letter in GSM_EXTENDED for letter in text):
        units = [2 if letter in GSM_EXTENDED else 1 for letter in text]
        return _parts(units, alone=160, split=153)
    units = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return _parts(units, alone=70, split=67)


def _parts(units: list[int], *, alone: int, split: int) -> int:
    if sum(units) <= alone:
        return 1
    parts, used = 1, 0
    for unit in units:
        # A letter of two units never straddles two parts.
        if used + unit > split:
            parts, used = parts + 1, 0
        used += unit
    return parts
