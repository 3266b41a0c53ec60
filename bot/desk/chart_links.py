"""Addresses of the desk's pictures: signed, good for a week, and silent about every person (I11).

A link names the last day of its fortnight and when it was made; what is drawn are that day's
figures. Slack fetches it from outside, so a link is made only where it can get there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.errors import BadSignature
from bot.settings import Settings
from bot.signing import sign, verify

PURPOSE = "desk.chart"
GOOD_FOR = timedelta(days=7)
FRESH_FOR_S = 600
"""Links that are made within so long are the same, so that a home tab keeps its picture."""
SLACK = "slack.com"


class Chart(NamedTuple):
    """What a token says."""

    last: date
    made_at: datetime


def chart_link(settings: Settings, last: date, *, api_url: str, now: datetime) -> str:
    """Where the picture of the fortnight up to a day is; empty where nobody outside could see it.

    Args:
        api_url: Slack's, or that of a stand-in, which may look at this machine itself.
    """
    secret = settings.concierge_secret.get_secret_value()
    if not secret or not _is_seen(settings.base_url, api_url):
        return ""
    made = int(now.timestamp()) // FRESH_FOR_S * FRESH_FOR_S
    token = sign(secret, PURPOSE, f"{last:%Y%m%d}-{made}")
    return f"{settings.base_url}/desk/charts/{token}"


def _is_seen(base_url: str, api_url: str) -> bool:
    api = urlsplit(api_url).hostname or ""
    if api == SLACK or api.endswith("." + SLACK):
        return urlsplit(base_url).scheme == "https"
    return True


def read_token(settings: Settings, token: str, *, now: datetime) -> Chart:
    """Which picture this is.

    Raises:
        BadSignature: the token is not one of ours, or a week old.
    """
    subject = verify(settings.concierge_secret.get_secret_value(), PURPOSE, token)
    day, _, made = subject.partition("-")
    try:
        chart = Chart(
            datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date(),
            datetime.fromtimestamp(int(made), UTC),
        )
    except (ValueError, OverflowError, OSError) as error:
        raise BadSignature("this link is not valid; ask for a new one") from error
    if now - chart.made_at > GOOD_FOR:
        raise BadSignature("this link is over a week old; ask for a new one")
    return chart
