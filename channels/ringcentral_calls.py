"""RingCentral's call log: calls of which no event reached us, each as one notice that it is over.

Asked only by the gap fill, since so few questions of its kind are allowed in a minute. Source:
ringcentral-api-docs, voice/call-log/api.md and basics/rate-limits.md; CallLogRecord of
rc-public-openapi.yml, as ringcentral-java 4 and a record of 2021-11-05 show it (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from bot.domain_calls import CallNotice
from channels.ringcentral_api import EXTENSION, RingCentralApi, Row
from channels.ringcentral_records import NAME, caller_of, moment
from channels.ringcentral_store import list_records

CALL_LOG = EXTENSION + "/call-log"
VOICE = (("type", "Voice"), ("view", "Simple"))
LAST = 2**62
"""The log speaks when everything is over: no event comes after it."""
DAY_S = 24 * 3600


class _End(Enum):
    ANSWERED = "answered"
    MACHINE = "machine"
    MISSED = "missed"


# A result that is not here, such as a blocked caller or a call that goes on, is nobody's news.
RESULTS: Mapping[str, _End] = {
    "Accepted": _End.ANSWERED,
    "Call connected": _End.ANSWERED,
    "Voicemail": _End.MACHINE,
    "Missed": _End.MISSED,
    "No Answer": _End.MISSED,
    "Busy": _End.MISSED,
    "Hang Up": _End.MISSED,
    "Rejected": _End.MISSED,
}


async def list_calls(api: RingCentralApi, since: datetime) -> Sequence[CallNotice]:
    """Calls that began since then and are over. Raises VendorUnavailable, VendorRefused."""
    return tuple(_notices(await list_records(api, CALL_LOG, since, VOICE)))


def _notices(listed: Sequence[Row]) -> Iterator[CallNotice]:
    for row in listed:
        end, began_at = RESULTS.get(str(row.get("result"))), moment(row.get("startTime"))
        session, seconds = row.get("telephonySessionId"), row.get("duration")
        is_named = isinstance(session, str) and 0 < len(session) <= 200
        if end is None or began_at is None or not is_named:
            continue
        lasted_s = min(seconds, DAY_S) if isinstance(seconds, int) and seconds > 0 else 0
        is_outbound = row.get("direction") == "Outbound"
        yield CallNotice(
            channel=NAME,
            session=str(session),
            caller=caller_of(row.get("to" if is_outbound else "from")),
            called=caller_of(row.get("from" if is_outbound else "to")),
            sequence=LAST,
            at=began_at + timedelta(seconds=lasted_s),
            is_outbound=is_outbound,
            is_answered=end is _End.ANSWERED,
            is_voicemail=end is _End.MACHINE,
            is_over=True,
        )
