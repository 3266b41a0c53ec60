"""How any vendor's answer is read, and what a broken line means for what we sent (I5)."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, ClientTimeout
from wire import Handler, Wire, answer, hang_up

from bot.errors import VendorRefused, VendorSilent, VendorUnavailable
from channels.vendor_http import ANSWER_MAX, asking, read_file, read_object

LONG = {"data": [{"name": f"row {at}", "said": "x" * 500} for at in range(2000)]}
NOTHING_OF_IT: tuple[object, ...] = (
    "<html>502 Bad Gateway</html>",
    "[1, 2]",
    "",
    "[" * 100_000,
    '{"a": "' + "x" * ANSWER_MAX + '"}',
)


@pytest.mark.parametrize(("body", "expected"), [(LONG, LONG), *((b, {}) for b in NOTHING_OF_IT)])
async def test_an_answer_is_read_whole_or_is_nothing(
    http: ClientSession, wire: Wire, body: object, expected: object
) -> None:
    wire.behave = answer(200, body)
    async with http.get(wire.url) as response:
        assert await read_object(response) == expected


async def test_a_file_is_read_whole_and_never_beyond_its_bound(
    http: ClientSession, wire: Wire
) -> None:
    wire.behave = answer(200, "x" * 300_000)
    async with http.get(wire.url) as response:
        assert len(await read_file(response, most=300_000)) == 300_000
    async with http.get(wire.url) as response:
        with pytest.raises(VendorRefused) as refused:
            await read_file(response, most=299_999)
    assert refused.value.code == "too_large"


async def test_only_where_no_line_was_made_surely_nothing_was_done(
    http: ClientSession, wire: Wire
) -> None:
    """I5: what may have been acted on is not sent again blindly."""
    lost: tuple[tuple[Handler, str], ...] = ((hang_up, "lost"), (wire.say_nothing, "timeout"))
    for behave, code in lost:
        wire.behave = behave
        with pytest.raises(VendorSilent) as silent, asking("Somebody"):
            await http.post(wire.url, timeout=ClientTimeout(total=0.2))
        assert silent.value.code == code
    with pytest.raises(VendorUnavailable, match="no connection to Somebody"), asking("Somebody"):
        await http.post("http://127.0.0.1:9")
