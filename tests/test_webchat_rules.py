"""The web chat's rules by themselves: tokens, ways to reach somebody, what a stream tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.clock import FrozenClock
from bot.domain import Author, ConversationId, Direction, MessageId, Mode, Status
from bot.domain_media import FileId
from bot.errors import BadPayload, BadSignature
from bot.profile import load_profile
from bot.signing import sign
from bot.store.webchat import File, Glimpse, Seen, Window
from bot.webchat import IDLE_DAYS, make_token, new_visitor, read_token, read_ways
from channels.base import WebhookRequest
from channels.webchat import NAME, ConfiguredWebchat, channel, show_token
from handlers.chat_events import Resume, Stream, read_event_id

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
SECRET = "a secret that is long enough to be one"
PROFILE = load_profile()


# ── Who it is ───────────────────────────────────────────────────────────────────────────────


def test_a_visit_lasts_for_thirty_days_after_the_last_one() -> None:
    visitor = new_visitor()
    token = make_token(SECRET, visitor, now=NOW)
    assert read_token(SECRET, token, now=NOW).visitor == visitor
    assert not read_token(SECRET, token, now=NOW).is_old
    later = NOW + timedelta(days=IDLE_DAYS)
    assert read_token(SECRET, token, now=later).is_old
    with pytest.raises(BadSignature, match="begin a new one"):
        read_token(SECRET, token, now=later + timedelta(days=1))


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "f" * 32 + token[32:],
        lambda token: token.replace("-", "-9", 1),
        lambda _: sign("another secret", "webchat.visitor", f"{'a' * 32}-20000"),
        lambda _: sign(SECRET, "calendar.chef", f"{'a' * 32}-20000"),
        lambda _: sign(SECRET, "webchat.visitor", "somebody"),
        lambda _: "",
        lambda _: "." * 300,
        lambda _: "ü.\udcff",
    ],
)
def test_a_token_that_we_did_not_make_opens_nothing(forge: Any) -> None:
    """I11."""
    with pytest.raises(BadSignature):
        read_token(SECRET, forge(make_token(SECRET, "a" * 32, now=NOW)), now=NOW)


def test_the_token_is_read_from_header_or_cookie() -> None:
    assert show_token({"authorization": "Bearer abc.def"}) == "abc.def"
    assert show_token({"cookie": "a=1; concierge_chat=t.1; b=2"}) == "t.1"
    assert show_token({"cookie": "concierge_chat=t.1; __Host-concierge_chat=t.2"}) == "t.2"
    assert show_token({"cookie": "xconcierge_chat=t.1", "authorization": "Basic x"}) == ""


def test_one_page_can_be_told_from_another_by_the_id_it_gives() -> None:
    """I2, I10: the same id of another visitor is another message."""
    chat = ConfiguredWebchat(secret=SECRET, clock=FrozenClock(NOW))
    ids = set()
    for visitor in ("a" * 32, "b" * 32):
        (message,) = chat.parse(posted(b'{"id":"%s","text":" hi\\u0000 "}' % ID, visitor)).messages
        assert (message.sender, message.text, message.channel) == (visitor, "hi", NAME)
        ids.add(message.external_id)
    assert len(ids) == 2


ID = b"0199a2b0-0000-4000-8000-000000000001"


def posted(body: bytes, visitor: str = "a" * 32) -> WebhookRequest:
    bearer = f"Bearer {make_token(SECRET, visitor, now=NOW)}"
    headers = {"authorization": bearer}
    return WebhookRequest(path="/chat/messages", query="", headers=headers, body=body)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "JSON"),
        (b"[" * 50_000, "JSON"),
        (b'"text"', "the body"),
        (b'{"text":"hi"}', "id"),
        (b'{"id":"1","text":"hi"}', "id"),
        (b'{"id":"%s"}' % ID, "text"),
        (b'{"id":"%s","text":"   "}' % ID, "text"),
        (b'{"id":"%s","text":"%s"}' % (ID, b"x" * 4001), "text"),
        (b'{"id":"%s","text":"hi","sender":"b"}' % ID, "sender"),
        (b'{"id":"%s","text":"hi","language":"x; drop"}' % ID, "language"),
        (b'{"id":"%s","text":"hi","page":"%s"}' % (ID, b"x" * 501), "page"),
        (b'{"id":"%s","text":"\xff"}' % ID, "JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_name_of_its_field(body: bytes, named: str) -> None:
    """I13: the answer names the field and repeats nothing of what it held."""
    chat = ConfiguredWebchat(secret=SECRET, clock=FrozenClock(NOW))
    with pytest.raises(BadPayload, match=named) as refused:
        chat.parse(posted(body))
    assert "drop" not in str(refused.value)


async def test_it_is_off_without_a_secret_and_never_fails_to_send() -> None:
    assert channel.configure({}, None) is None  # type: ignore[arg-type]  # It asks nobody.
    assert channel.configure({"CONCIERGE_SECRET": SECRET}, None) is not None  # type: ignore[arg-type]
    chat = ConfiguredWebchat(secret=SECRET, clock=FrozenClock(NOW))
    assert chat.render("**Yes.** See [menu](https://x.example/m)") == (
        "Yes. See menu: https://x.example/m",
    )
    parts = chat.render("word. " * 2_000)
    assert max(map(len, parts)) <= 4_000
    assert len("".join(parts)) > 11_900
    with pytest.raises(BadSignature, match="POST /chat/session"):
        chat.verify(replace(posted(b""), headers={}))


@pytest.mark.parametrize(
    ("text", "phone", "email"),
    [
        ("call me at (415) 555-2671 please", "(415) 555-2671", ""),
        ("mi correo: Ana.Lopez@Example.COM.", "", "ana.lopez@example.com"),
        ("电话 +86 138 0013 8000 或 li@example.cn", "+86 138 0013 8000", "li@example.cn"),
        ("a.b@4155552671.example", "", "a.b@4155552671.example"),
        ("25 adults and 6 kids on 12/24/2026 at 94539", "", ""),
        ("@everyone look@", "", ""),
        ("x" * 100_000, "", ""),
    ],
)
def test_how_somebody_can_be_reached_is_read_as_written(text: str, phone: str, email: str) -> None:
    ways = read_ways(text, "US")
    assert (ways.phone, ways.email) == (phone, email)


# ── What a stream tells ─────────────────────────────────────────────────────────────────────


def row(seq: int, status: Status = Status.SENT, **more: Any) -> Seen:
    made: dict[str, Any] = {
        "id": MessageId(UUID(int=seq)),
        "seq": seq,
        "direction": Direction.OUTBOUND,
        "author": Author.BOT,
        "text": f"row {seq}",
        "status": status,
        "external_id": "",
        "at": NOW,
        "speaker": "",
        "choices": (),
        "files": (),
    }
    return Seen(**(made | more))


def told(stream: Stream, *rows: Seen, floor: int, mark: str = "m" * 32, **how: Any) -> list[str]:
    """What the stream says once the rows are so: event names with what they are about."""
    base: dict[str, Any] = {"conversation_id": ConversationId(UUID(int=9)), "mode": Mode.BOT}
    stream.glimpse = Glimpse(
        visitor=stream.visitor, mark=mark, **(base | {"is_waiting": False} | how)
    )
    stream.window = Window(messages=rows, floor=floor)
    return [said.strip() for said in stream.take_events() if "event: state\n" not in said]


def opened(resume: Resume | None = None) -> Stream:
    return Stream("v", resume or Resume(), lambda file_id: f"https://x.example/media/{file_id}")


def names(said: list[str]) -> list[str]:
    return [line.partition('"text":"')[2].partition('"')[0] or "states" for line in said]


def test_a_row_is_told_once_and_then_only_how_it_fares() -> None:
    stream = opened()
    assert names(told(stream, row(1), row(2), floor=2)) == ["row 1", "row 2"]
    assert told(stream, row(1), row(2), floor=2) == []
    (moved,) = told(stream, row(1, Status.READ), row(2), floor=2)
    assert moved.endswith(f'data: {{"{UUID(int=1)}":"read"}}')


def test_a_row_that_was_held_is_told_when_it_appears_between_others() -> None:
    stream = opened()
    first = told(stream, row(1), row(3), floor=1)
    assert names(first) == ["row 1", "row 3"]
    assert [line.splitlines()[0] for line in first] == ["id: 1.", "id: 1."]
    assert names(told(stream, row(1), row(2), row(3), floor=3)) == ["row 2"]
    # A page that broke off while it was held goes on before the gap: twice told beats never told.
    assert names(told(opened(Resume(1)), row(1), row(2), row(3), floor=3))[:2] == ["row 2", "row 3"]


def test_a_line_that_breaks_between_two_rows_has_not_told_the_second() -> None:
    first, second = told(opened(), row(1), row(2), floor=2)
    assert first.startswith("id: 1.\n")
    resumed = opened(read_event_id("1."))
    assert names(told(resumed, row(1), row(2), floor=2)) == ["row 2", "states"]
    unchanged = opened(read_event_id("2." + "0" * 32))
    assert told(unchanged, row(1), row(2), floor=2, mark="0" * 32) == []
    assert second.startswith("id: 2.\n")


@pytest.mark.parametrize("given", ["", "x", "-1.", "1", "1.zz", "9" * 40 + ".", "1.\n", "٣."])
def test_a_made_up_event_id_is_the_beginning(given: str) -> None:
    assert read_event_id(given) == Resume()


def test_a_reply_in_the_making_is_shown_to_whom_waits_and_taken_back() -> None:
    """I7: while staff have the floor nothing of the bot's is shown."""
    stream = opened()
    told(stream, row(1), floor=1, is_waiting=True)
    stream.piece = "Happy to"
    assert "Happy to" in "".join(stream.take_events())
    stream.piece = ""
    assert 'data: {"text":""}' in "".join(stream.take_events())
    for how in ({"is_waiting": False}, {"is_waiting": True, "mode": Mode.HUMAN}):
        told(stream, row(1), floor=1, **how)
        stream.piece = "Another's answer"
        assert "Another" not in "".join(stream.take_events())


def test_what_was_shown_vanishes_when_staff_take_over_in_the_middle() -> None:
    """I7: the bot's model may write on for seconds; the visitor sees none of it."""
    stream = opened()
    told(stream, row(1), floor=1, is_waiting=True)
    stream.piece = "Happy to"
    assert "Happy to" in "".join(stream.take_events())
    stream.piece = "Happy to book"
    said = told(stream, row(1), floor=1, is_waiting=True, mode=Mode.HUMAN)
    assert [each for each in said if "piece" in each] == ['event: piece\ndata: {"text":""}']
    stream.piece = "Happy to book you"
    assert not "".join(stream.take_events())


def test_staff_are_called_by_their_first_name_and_files_have_links() -> None:
    files = (File("menu.pdf", FileId(UUID(int=4))), File("x", None))
    (said,) = told(
        opened(), row(1, author=Author.STAFF, speaker="Maria Lopez", files=files), floor=1
    )
    assert '"from":"staff"' in said
    assert '"name":"Maria"' in said
    assert f'{{"name":"menu.pdf","url":"https://x.example/media/{UUID(int=4)}"}}' in said
    assert '{"name":"x"}' in said
