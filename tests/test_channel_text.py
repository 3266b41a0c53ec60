"""Text as vendors take it: nothing is lost, nothing is torn, nothing costs more than it must."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadPayload
from channels.phones import is_opaque, normalise
from channels.text import clean, encoding, plain_sms, segments, split, whatsapp_markup

FAMILY = "👨‍👩‍👧‍👦"
COOK = "👩🏾‍🍳"
MEXICO = "🇲🇽"
WALES = "🏴󠁧󠁢󠁷󠁬󠁳󠁿"
KEYCAP = "1️⃣"
ACCENTED = "e\u0301\u0323"
WHOLE = [FAMILY, COOK, MEXICO, WALES, KEYCAP, ACCENTED]

words = st.sampled_from(
    [
        *WHOLE,
        "party",
        "of",
        "twenty.",
        "When?",
        "¿Cuánto?",
        "你好。",
        "好吗？",
        "\n",
        " ",
        "  ",
        "$55",
    ]
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def bare(text: str) -> str:
    return "".join(text.split())


# --- clean ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_cleaned_text_can_be_stored_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert clean(cleaned) == cleaned


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")))
def test_sound_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b", "ab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\ud83d\ude00", "😀"),
        ("\ud83d!", "\ufffd!"),
        ("!\ude00", "!\ufffd"),
        ("\r\x00\n", "\n"),
    ],
)
def test_what_stores_refuse_is_mended(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


# --- segments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # A character of two units is never cut: 152 and one € do not fit into 153.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("你" * 70, 1),
        ("你" * 71, 2),
        ("你" * 134, 2),
        ("你" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_they_are_billed(text: str, count: int) -> None:
    assert segments(text) == count


def test_one_curly_quote_costs_half_the_text() -> None:
    text = "It’s " + "a" * 150
    assert (encoding(text), segments(text)) == ("UCS-2", 3)
    assert (encoding(plain_sms(text)), segments(plain_sms(text))) == ("GSM-7", 1)


# --- plain and marked-up text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Yes” – it’s ready…", '"Yes" - it\'s ready...'),
        ("20\u00a0guests\u200b", "20 guests"),
        ("# Your quote\n**Total:** $1,100", "Your quote\nTotal: $1,100"),
        ("* one\n* two\n+ three", "- one\n- two\n- three"),
        ("See [our menu](https://x.example/a_b_c)", "See our menu: https://x.example/a_b_c"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("![logo](https://x.example/l.png)", "https://x.example/l.png"),
        ("It is *really* _good_ and `ready`", "It is really good and ready"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("https://x.example/_a_/*b*", "https://x.example/_a_/*b*"),
        ("> quoted\n```\ncode\n```", "quoted\ncode\n"),
        ("“你好”——见", "“你好”——见"),
        ("¿Cuánto cuesta?", "¿Cuánto cuesta?"),
    ],
)
def test_a_text_message_bears_no_markdown_and_no_costly_signs(text: str, plain: str) -> None:
    assert plain_sms(text) == plain


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("**Total:** $1,100", "*Total:* $1,100"),
        ("## Menu\n* chicken", "*Menu*\n- chicken"),
        ("## **Menu** ##", "*Menu*"),
        ("[menu](https://x.example)", "menu: https://x.example"),
        ("_good_ “quotes” stay", "_good_ “quotes” stay"),
    ],
)
def test_whatsapp_gets_its_own_signs(text: str, marked: str) -> None:
    assert whatsapp_markup(text) == marked


@pytest.mark.parametrize("sign", ["*", "_", "[", "`", "![", "**a ", "> ", "#"])
def test_a_flood_of_signs_is_read_in_no_time(sign: str) -> None:
    flood = sign * (65_536 // len(sign))
    assert isinstance(plain_sms(flood), str)
    assert isinstance(whatsapp_markup(flood), str)


# --- split ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(words).map(" ".join) | st.lists(words).map("".join), st.integers(30, 200))
def test_nothing_but_whitespace_at_the_cuts_is_lost_and_every_part_fits(
    text: str, limit: int
) -> None:
    parts = split(text, limit)
    assert bare("".join(parts)) == bare(text)
    assert all(0 < units(part) <= limit for part in parts)


@settings(deadline=None)
@given(st.text(), st.integers(2, 50))
def test_any_text_is_split_to_any_limit(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert bare("".join(parts)) == bare(text)
    assert all(0 < units(part) <= limit for part in parts)
    for part in parts:
        part.encode()


@settings(deadline=None)
@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=60), st.integers(20, 60))
def test_no_character_that_a_reader_sees_is_torn(seen: list[str], limit: int) -> None:
    rest = "".join(split("".join(seen), limit))
    assert rest == "".join(seen)
    allowed = set()
    position = 0
    for one in seen:
        allowed.add(position)
        position += len(one)
    start = 0
    for part in split("".join(seen), limit):
        assert start in allowed
        start += len(part)


def test_a_text_is_cut_where_a_sentence_ends() -> None:
    text = "The deposit is due. It holds the date! Shall I send the link? Tell me."
    assert split(text, 42) == (
        "The deposit is due. It holds the date!",
        "Shall I send the link? Tell me.",
    )
    assert split("定金需要先付。它会保留日期！要我发链接吗？", 16) == (
        "定金需要先付。它会保留日期！",
        "要我发链接吗？",
    )
    assert split("¿Cuántos son? ¡Perfecto! Gracias", 26) == ("¿Cuántos son? ¡Perfecto!", "Gracias")


def test_a_price_is_not_taken_for_the_end_of_a_sentence() -> None:
    assert split("Together that makes $1,234.50 for all", 28) == (
        "Together that makes",
        "$1,234.50 for all",
    )


def test_a_web_address_stays_whole_where_it_can() -> None:
    address = "https://example.com/a?b=c.d!e"
    assert split(f"看{address}看", 31) == (f"看{address}看",)
    assert split(f"好好好好好{address}", 32) == ("好好好好好", address)
    assert split("x " + "https://example.com/" + "a" * 60, 50)[0] == "x"


def test_a_limit_that_holds_no_character_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        split("a", 1)


# --- phones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "handle"),
    [
        ("+14155550123", "+14155550123"),
        (" +1 (415) 555-0123 ", "+14155550123"),
        ("573003255454", "+573003255454"),
        ("+15005550010", "+15005550010"),
        ("+9991234567890", "+9991234567890"),
        ("72975", "72975"),
        ("AMAZON", "AMAZON"),
        ("My Hibachi", "My Hibachi"),
        ("US.13491208655302741918", "US.13491208655302741918"),
        ("MY.2026123456", "MY.2026123456"),
        ("US.ENT.abc123", "US.ENT.abc123"),
    ],
)
def test_a_handle_is_known_by_one_form(value: str, handle: str) -> None:
    assert normalise(value) == handle
    assert normalise(handle) == handle


@pytest.mark.parametrize(
    "value", ["", "+", "+abc", "1", "☎", "a" * 40, "+1" * 20, "rcs:agent", "\n"]
)
def test_garbage_is_refused_by_the_name_of_its_field(value: str) -> None:
    with pytest.raises(BadPayload, match=r"^From "):
        normalise(value, "From")


@settings(deadline=None)
@given(st.from_regex(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", fullmatch=True))
def test_an_opaque_id_is_never_touched(value: str) -> None:
    assert is_opaque(value)
    assert normalise(value) == value


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_handle_is_settled_or_refused(value: str) -> None:
    try:
        handle = normalise(value)
    except BadPayload:
        return
    assert normalise(handle) == handle
