"""The desk's picture: drawn where the figures say, and given away only by a signed link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from PIL import Image
from world import World

from bot.desk import charts
from bot.desk.chart_links import GOOD_FOR, chart_link, read_token
from bot.desk.numbers import bounds, in_words, say_span, share, sparkline
from bot.errors import BadSignature
from bot.profile import load_profile
from bot.settings import load_settings
from bot.store.desk_numbers import Day

LAST = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
SLACK = "https://slack.com/api/"
STAND_IN = "http://127.0.0.1:9/api/"


def fortnight(talks: Sequence[int], **columns: Sequence[object]) -> list[Day]:
    """Days up to the last one, with these figures."""
    first = LAST - timedelta(len(talks) - 1)
    rows = [{name: values[n] for name, values in columns.items()} for n in range(len(talks))]
    return [
        Day(on=first + timedelta(n), conversations=count, **rows[n])  # type: ignore[arg-type]  # Figures of a day.
        for n, count in enumerate(talks)
    ]


def opened(days: Sequence[Day]) -> Image.Image:
    return Image.open(io.BytesIO(charts.draw(days, "The last 14 days"))).convert("RGB")


def colour_at(image: Image.Image, at: tuple[float, float]) -> tuple[int, ...]:
    found = image.getpixel((round(at[0]), round(at[1])))
    assert isinstance(found, tuple)
    return found


def is_near(found: tuple[int, ...], wanted: str) -> bool:
    asked = tuple(int(wanted[n : n + 2], 16) for n in (1, 3, 5))
    return all(abs(a - b) < 24 for a, b in zip(found, asked, strict=True))


@pytest.mark.parametrize(
    "talks",
    [[4, 8, 0, 2, 6, 10, 3, 1, 9, 5, 7, 2, 8, 4], [0, 1, 0, 0, 30, 0, 12, 0, 0, 5, 0, 0, 1, 20]],
)
def test_each_bar_is_as_high_as_its_day(talks: list[int]) -> None:
    days = fortnight(talks)
    image = opened(days)
    assert image.size == (charts.WIDTH, charts.HEIGHT)
    panel, plot = charts.panels(days)[0], charts.plot_of(charts.boxes()[0])
    for index, count in enumerate(talks):
        x, y = charts.place(panel, plot, index, float(count))
        # Just above its top there is none of it, and between its top and the ground there is.
        assert not is_near(colour_at(image, (x, y - 4)), charts.BLUE)
        assert is_near(colour_at(image, (x, (y + plot[3]) / 2)), charts.BLUE) == (count > 0)


def test_a_line_runs_through_its_figures_and_is_broken_where_there_is_none() -> None:
    waits: list[float | None] = [2.0, 8.0, None, 4.0, 6.0]
    days = fortnight([1] * 5, response_s=waits, settled=[4] * 5, contained=[4, 2, 1, 3, 0])
    image = opened(days)
    shares, spans = charts.panels(days)[1], charts.panels(days)[3]
    for panel, box in ((shares, charts.boxes()[1]), (spans, charts.boxes()[3])):
        plot = charts.plot_of(box)
        for index, value in enumerate(panel.values):
            if value is not None:
                assert is_near(
                    colour_at(image, charts.place(panel, plot, index, value)), panel.colour
                )
    plot = charts.plot_of(charts.boxes()[3])
    (left, _), (right, _) = (charts.place(spans, plot, index, 0) for index in (1, 3))
    gap = [colour_at(image, ((left + right) / 2, y)) for y in range(int(plot[1]), int(plot[3]))]
    assert not any(is_near(found, charts.VIOLET) for found in gap)


def test_days_without_anything_are_drawn_and_no_days_are_refused() -> None:
    image = opened(fortnight([0] * 14))
    found = image.getcolors(1 << 20)
    assert found is not None
    assert len(found) > 20  # Titles, scale and dates are there.
    with pytest.raises(ValueError, match="at least one day"):
        charts.draw([], "Nothing")


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (5, 6), (9, 10), (11, 20), (45, 60), (101, 200)],
)
def test_the_scale_ends_at_a_round_number(most: float, top: float) -> None:
    assert charts.ceiling(most) == top


def test_the_words_beside_the_picture_say_its_figures() -> None:
    days = fortnight([4, 8], settled=[2, 2], contained=[2, 1], escalations=[0, 1])
    assert in_words(days) == (
        "The last 2 days up to Nov 23. Conversations a day: 4, 8. Escalations a day: 0, 1. "
        "Settled by the bot alone: 75%. Median answer of the bot: no figure yet."
    )
    assert share(fortnight([3, 3])) is None
    assert sparkline([0.0, None, 5.0, 10.0]) == "▁·▅█"
    assert [say_span(each) for each in (0.42, 12.3, 600.0, 7200.0)] == [
        "0.4 s",
        "12 s",
        "10 min",
        "2.0 h",
    ]


def test_a_day_is_as_long_as_the_clocks_make_it() -> None:
    """I15: 25 hours in autumn, 23 in spring, 24 on most days."""
    profile = load_profile()
    assert ZoneInfo(profile.business.zone).key == "America/Los_Angeles"
    for day, hours in ((date(2026, 11, 1), 25), (date(2026, 3, 8), 23), (LAST, 24)):
        begins, ends = bounds(profile, day, day)
        assert ends - begins == timedelta(hours=hours)


def test_a_link_is_ours_for_a_week_and_only_where_slack_can_follow_it() -> None:
    """I11."""
    known = {"PUBLIC_URL": "https://desk.example", "CONCIERGE_SECRET": "k" * 40}
    settings = load_settings(known)
    link = chart_link(settings, LAST, api_url=SLACK, now=NOW)
    assert link.startswith("https://desk.example/desk/charts/20261123-")
    token = link.rpartition("/")[2]
    assert read_token(settings, token, now=NOW).last == LAST
    other = load_settings({**known, "CONCIERGE_SECRET": "j" * 40})
    forged = token.replace("20261123", "20261124")
    for asked, by, at in (
        (token, other, NOW),
        (forged, settings, NOW),
        ("", settings, NOW),
        (token, settings, NOW + GOOD_FOR + timedelta(minutes=11)),
    ):
        with pytest.raises(BadSignature):
            read_token(by, asked, now=at)
    inside = load_settings({**known, "PUBLIC_URL": "http://127.0.0.1:8080"})
    assert chart_link(inside, LAST, api_url=SLACK, now=NOW) == ""
    assert chart_link(inside, LAST, api_url=STAND_IN, now=NOW).startswith("http://127.0.0.1:8080/")
    assert chart_link(load_settings({}), LAST, api_url=STAND_IN, now=NOW) == ""


async def test_slack_fetches_the_picture_and_a_stranger_does_not(idle_world: World) -> None:
    """I11, I13: whoever has no signed link sees nothing."""
    link = chart_link(idle_world.ground.settings, LAST, api_url=STAND_IN, now=datetime.now(UTC))
    async with ClientSession() as http:
        async with http.get(link) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert Image.open(io.BytesIO(await answer.read())).size == (1200, 720)
        async with http.get(f"{link}x") as answer:
            assert answer.status == 401
