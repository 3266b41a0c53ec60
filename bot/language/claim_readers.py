"""How the matched shapes of claims become canonical values: numbers, dates and clock times.

Pure readers for claims.py; the canonical forms are described there, at `Claim`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from bot.language import claim_patterns as patterns

Value = Decimal | str
Found = tuple[Value, tuple[str, ...], Decimal | None]
"""Value, other readings, and the number as written where there is one."""

_HOURS_AFTER_NOON = (
    "下午",
    "傍晚",
    "晚上",
    "晚",
    "夜里",
    "tarde",
    "noche",
    "afternoon",
    "evening",
    "night",
)
_MULTIPLES = {"k": 1000, "mil": 1000, "thousand": 1000, "grand": 1000, "hundred": 100} | {
    "百": 100, "千": 1000, "万": 10000,
}  # fmt: skip


def number(written: str) -> Decimal:
    """A number with its scale: "1.2k", "5百"."""
    if written.isdecimal():
        return Decimal(written)
    digits = re.match(r"[\d.,' ]*", written)
    head = digits[0] if digits else ""
    return decimal(head) * _MULTIPLES.get(written[len(head) :].strip(), 1)


def decimal(written: str) -> Decimal:
    """A number whose marks may group thousands or begin the decimals."""
    digits = re.sub(r"[ ']", "", written.strip())
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    marks = {char for char in digits if char in ".,"}
    is_grouped = (
        len(marks) == 1
        and len(digits) - last - 1 == 3
        and re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits)
    )
    if is_grouped:
        return Decimal(re.sub(r"[.,]", "", digits))
    return Decimal(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])


def day(written: str) -> int:
    digits = re.match(r"\d+", written)
    if digits and not re.search(r"[a-z]{3}", written):
        return int(digits[0])
    tens = int(digits[0]) if digits else 0
    word = re.search(r"[a-z]+$", written)
    return tens + (patterns.ORDINALS.get(word[0], 0) if word else 0)


def calendar(year: str | None, month: int, day: int) -> str:
    """The canonical date, or nothing where the calendar has no such day."""
    whole = int(year) if year else 2024  # A leap year, so that 29 February is a day.
    whole = whole + 2000 if whole < 100 else whole
    try:
        checked = date(whole, month, day)
    except ValueError:
        return ""
    return checked.isoformat() if year else f"--{month:02d}-{day:02d}"


def weekday(match: re.Match[str]) -> list[Found]:
    number = patterns.WEEKDAYS[match["w"] or match["z"] or match["s"]]
    found: list[Found] = [(f"w{number}", (), None)]
    if match["day"] and 1 <= int(match["day"]) <= 31:
        found.append((f"---{int(match['day']):02d}", (), None))
    return found


def relative(match: re.Match[str]) -> list[Found]:
    return [(f"{patterns.RELATIVE[match[0]]:+d}", (), None)]


def phone(match: re.Match[str]) -> list[Found]:
    digits = re.sub(r"\D", "", match[0])
    return [(digits[-10:], (), None)]


def url(written: str) -> str:
    bare = re.sub(r"^[a-z]+://|^www\.|(?<=//)www\.", "", written.rstrip(".,;!?。，"))
    return bare.removeprefix("www.").rstrip("/")


def time(match: re.Match[str]) -> list[Found]:
    groups = {key: value for key, value in match.groupdict().items() if value}
    if groups.keys() & {"noon", "noonz", "night"}:
        return [("00:00" if "night" in groups else "12:00", (), None)]
    hour = 1 if groups["h"] == "一" else int(groups["h"])
    afternoon = _afternoon(groups)
    found = [_clock(hour, _minutes(groups), afternoon, groups["h"])]
    if "h0" in groups:
        found.insert(0, _clock(int(groups["h0"]), int(groups.get("m0", "0")), None, groups["h0"]))
    if "h2" in groups:
        found.append(_clock(int(groups["h2"]), 0, None, groups["h2"]))
    return [item for item in found if item is not None]


def _afternoon(groups: dict[str, str]) -> bool | None:
    """Whether the words say after noon; None where they leave it open."""
    if "ap" in groups:
        return groups["ap"] == "p"
    part = groups.get("part") or groups.get("zh")
    if part is None:
        return None
    return part in _HOURS_AFTER_NOON or (part == "中午" and groups["h"] in "1一2")


def _minutes(groups: dict[str, str]) -> int:
    if groups.get("zm"):
        worded = {"半": 30, "1刻": 15, "3刻": 45}
        return worded.get(groups["zm"]) or int(groups["zm"].rstrip("分"))
    halves = {"media": 30, "cuarto": 15, "half": 30, "quarter": 15}
    word = groups.get("es") or groups.get("past")
    return halves[word] if word else int(groups.get("m", "0"))


def _clock(hour: int, minute: int, afternoon: bool | None, written: str) -> Found | None:
    """A clock time, with the other half of the day beside it where nothing decides."""
    if hour > 24 or minute > 59:
        return None
    if afternoon is not None and hour <= 12:
        hour = hour % 12 + (12 if afternoon else 0)
    value = f"{hour % 24:02d}:{minute:02d}"
    is_open = afternoon is None and 1 <= hour <= 11 and not written.startswith("0")
    return value, ((f"{hour + 12:02d}:{minute:02d}",) if is_open else ()), None
