"""What staff type in Slack, as customers read it: nothing of Slack's own signs gets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.desk_blocks import escape
from channels.desk_text import SOMEBODY, from_slack, people_named

PEOPLE = {"U0DANA": "Dana Reyes"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Hi *Ann*, we _can_ do ~six~ seven at `5 pm`.", "Hi Ann, we can do six seven at 5 pm."),
        ("*_all at once_*", "all at once"),
        ("2 * 3 * 4, snake_case_name and a~b", "2 * 3 * 4, snake_case_name and a~b"),
        ("see <https://a.example/menu|our menu>!", "see our menu (https://a.example/menu)!"),
        ("see <https://a.example/menu>", "see https://a.example/menu"),
        ("<http://a.example|a.example> is it", "http://a.example is it"),
        (
            "<mailto:d@a.example|d@a.example>, <tel:+14155550100|+1 415>",
            "d@a.example, +1 415 (+14155550100)",
        ),
        ("Ask <@U0DANA> or <@U0NONE|ghost>", f"Ask Dana Reyes or {SOMEBODY}"),
        ("<!here> all set <!channel>", "all set "),
        ("in <#C012AB|events>, not <#C012AB>there", "in #events, not there"),
        ("<!date^1700000000^{date}|Nov 14> works", "Nov 14 works"),
        ("Smith &amp; Co &lt;3 &amp;lt;", "Smith & Co <3 &lt;"),
        ("great :tada: :+1::skin-tone-4: ok", "great 🎉 👍 ok"),
        ("fire :rocket: :flag-us: at 5:30:15", "fire 🚀 🇺🇸 at 5:30:15"),
        ("see you :our_grill_dance: soon", "see you soon"),
        ("&gt; you wrote this\n&gt; and that\nYes!", "“you wrote this\nand that”\nYes!"),
        ("• one\n    ◦ two\n1. three", "- one\n    - two\n1. three"),
        ("```\nline *one*\nline_two_\n```", "line *one*\nline_two_"),
        ("`<https://a.example|x>` and \ue0000\ue001", "x (https://a.example) and 0"),
        ("half \ud83c a sign, whole \ud83c\udf89", "half \ufffd a sign, whole 🎉"),
        ("a\x00b\r\nc", "ab\nc"),
    ],
)
def test_a_colleague_types_and_a_customer_reads_plain_text(typed: str, read: str) -> None:
    assert from_slack(typed, "sms", PEOPLE) == read


def test_whatsapp_keeps_the_signs_it_shares_with_slack() -> None:
    typed = "*bold* _it_ ~gone~ <https://a.example|here> `code`"
    assert from_slack(typed, "whatsapp", {}) == "*bold* _it_ ~gone~ here (https://a.example) code"


def test_who_is_mentioned_is_known_before_their_names_are_looked_up() -> None:
    assert people_named("<@U0DANA> <@W0RAVI|ravi> <@U0DANA> <!here> <@x>") == ("U0DANA", "W0RAVI")


WORDS = st.text("abc déü客人 .,!?0", min_size=1, max_size=12).map(str.strip).filter(bool)
TOKENS = st.one_of(
    WORDS,
    WORDS.map(lambda w: f"*{w}*"),
    WORDS.map(lambda w: f"_{w}_"),
    WORDS.map(lambda w: f"~{w}~"),
    WORDS.map(lambda w: f"`{w}`"),
    WORDS.map(lambda w: f"<https://a.example/x|{w}>"),
    st.sampled_from(
        ["<!here>", "<!channel>", "<!everyone>", "<@U0DANA>", "<@U9ZZ|x>", "<#C01|food>", ":tada:",
         ":no_such_sign:", "<!subteam^S01|@cooks>", "<https://a.example>", "&lt;", "&gt;", "&amp;"]
    ),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(TOKENS, max_size=12).map(" ".join))
def test_nothing_of_slacks_markup_survives(typed: str) -> None:
    read = from_slack(typed, "sms", PEOPLE)
    assert not re.search(r"<[@#!]|\|https?:|<https?:|:[a-z_]+:|[*`~]|&(?:amp|lt|gt);", read)
    assert not [sign for sign in ("U0DANA", "!here", "\ue000") if sign in read]


@settings(deadline=None)
@given(st.text(st.characters(blacklist_characters="*_~`:•◦▪▫>\ue000\ue001\r\x00", codec="utf-8")))
def test_plain_words_come_through_as_they_were_typed(typed: str) -> None:
    assert from_slack(escape(typed), "sms", {}) == typed
    assert from_slack(escape(typed), "whatsapp", {}) == typed


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_slack_may_send_is_read_without_failing(typed: str) -> None:
    from_slack(typed, "sms", {}).encode()
