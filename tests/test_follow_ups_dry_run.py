"""The owner tries a rule over the past before it writes to anybody: nothing is sent or kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import asyncpg
import pytest
from follow_up_ground import NOW, ZONE, Somebody, somebody
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CallerError
from bot.follow_ups.dry_run import Trial, Tried, try_cause
from bot.follow_ups.dry_run_deciding import kind_of
from bot.follow_ups.dry_run_figures import figures_of, with_figures
from bot.follow_ups.dry_run_words import say_tried
from bot.follow_ups.ways import Lines
from bot.profile import load_profile
from bot.store.connection import Connection, Pool
from jobs.follow_up_lines import count_paid

PROFILE = load_profile()
WINDOWS = {"sms": None, "email": None, "whatsapp": 86400.0, "webchat": None}
AT = datetime(2026, 11, 3, 11, tzinfo=ZONE)
"""A Tuesday morning, long enough ago for all that came of it to be known."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def trial(cause: str = "unanswered_quote", days: int = 90) -> Trial:
    return Trial(
        cause=cause,
        days=days,
        now=NOW,
        lines=Lines(windows=WINDOWS, count=count_paid),
        render=lambda _channel, text: (text,),
    )


async def tries(pool: Pool, figures: Mapping[str, str] | None = None, **how: object) -> Tried:
    async with pool.acquire() as conn, conn.transaction(readonly=True):
        return await try_cause(conn, PROFILE, trial(**how), figures)  # type: ignore[arg-type]  # Named by the tests.


async def priced(pool: Pool, name: str, at: datetime = AT, **how: object) -> Somebody:
    """Somebody who asked, got a price, and said nothing."""
    who = await somebody(pool, name=name, at=at - HOUR, **how)  # type: ignore[arg-type]  # Named by the tests.
    await who.wrote("How much for 12 of us?", at - HOUR)
    await who.was_priced(at)
    return who


async def says(pool: Pool, who: Somebody, act: str, at: datetime) -> None:
    """A line of the ledger, which the present state follows."""
    await pool.execute(
        "INSERT INTO consents (address_id, act, source, said_at) VALUES ($1, $2, 'message', $3)",
        who.address_id,
        act,
        at,
    )
    await pool.execute(
        "UPDATE addresses SET consent = $2 WHERE id = $1",
        who.address_id,
        "given" if act == "opt_in" else "revoked",
    )


async def books(pool: Pool, who: Somebody, at: datetime, *, days: int) -> None:
    """They take the price they were given."""
    booking = await who.booked(AT + days * DAY, at=at)
    first = """(SELECT id FROM quotes WHERE customer_id = $1 ORDER BY created_at LIMIT 1)"""
    await pool.execute(
        f"UPDATE bookings SET quote_id = {first} WHERE id = $2", who.customer_id, booking
    )
    await pool.execute(
        f"DELETE FROM quotes WHERE customer_id = $1 AND id <> {first}", who.customer_id
    )


async def in_trouble(pool: Pool, who: Somebody, since: datetime, until: datetime | None) -> None:
    await pool.execute(
        """INSERT INTO escalations (conversation_id, reason, status, created_at, resolved_at)
        VALUES ($1, 'complaint', CASE WHEN $3::timestamptz IS NULL THEN 'open' ELSE 'resolved' END,
          $2, $3)""",
        who.conversation_id,
        since,
        until,
    )


async def counted(pool: Pool) -> tuple[int, ...]:
    tables = ("follow_ups", "follow_up_events", "messages", "audit_log", "conversations")
    return tuple([await pool.fetchval(f"SELECT count(*) FROM {name}") for name in tables])


async def _a_past(pool: Pool) -> None:
    """Nine people with a price, each with their own reason."""
    await priced(pool, "Ana")
    later = await priced(pool, "Booked later")
    await books(pool, later, AT + 5 * DAY, days=30)
    before = await priced(pool, "Answered")
    await before.wrote("Let me ask my sister", AT + 3 * HOUR)
    out = await priced(pool, "Had opted out")
    await says(pool, out, "opt_out", AT + HOUR)
    await says(pool, out, "opt_in", AT + 20 * DAY)
    since = await priced(pool, "Opted out since")
    await says(pool, since, "opt_out", AT + 20 * DAY)
    sore = await priced(pool, "Sore")
    await in_trouble(pool, sore, AT + HOUR, None)
    soothed = await priced(pool, "Soothed")
    await in_trouble(pool, soothed, AT - 9 * DAY, AT - 8 * DAY)
    got = await priced(pool, "Got another")
    await got.was_told("Reminder", AT + 20 * HOUR, unasked="x")
    await priced(pool, "By WhatsApp", channel="whatsapp")


async def test_a_trial_over_the_past_says_who_would_have_read_what(pool: Pool) -> None:
    """Judged by what was so then: a later opt-out does not count, an earlier one does."""
    await _a_past(pool)
    before = await counted(pool)
    tried = await tries(pool, {"quote_hours": "24"})
    assert await counted(pool) == before
    assert tried.found == 9
    told = "\n\n".join(say_tried(PROFILE, tried, ["quote_hours = 24"]))
    stayed = dict(tried.stayed)
    assert stayed.pop("the customer has opted out of this address") == 1, told
    assert stayed.pop("a complaint is open") == 1, told
    assert stayed.pop("the customer has written since") == 1, told
    closed = (
        "the messaging window of whatsapp is closed and no approved template fits: "
        "`concierge templates` prints what to submit"
    )
    assert stayed.pop(closed) == 1, told
    unhappy = "the customer was unhappy of late: nothing is sold to them now"
    assert stayed.pop(unhappy) == 1, told
    assert not stayed, told
    assert tried.gone == 4
    assert tried.by_channel == {"sms": 4}
    assert (tried.unwritten, tried.came) == (4, 1)
    assert "Of 4 who did not get it, 1 booked all the same within 7 days (25 %)" in told
    assert "Cost: not known; [costs.segment] names no price for sms." in told
    assert "A price that was not answered: the past 90 days, with quote_hours = 24" in told
    assert tried.examples[0].customer == "Ana"
    assert "$660.00" in tried.examples[0].text
    assert "Nothing was sent or kept." in told


async def test_two_messages_of_one_trial_keep_their_distance(pool: Pool) -> None:
    """Twelve hours apart is too close: the second moves, and is too late where it says nothing."""
    await priced(pool, "Ana")
    usual = await tries(pool)
    assert (usual.found, usual.gone) == (2, 2)
    close = await tries(pool, {"quote_hours": "12,24"})
    assert close.found == 2
    too_close = "moved away from another message that nobody asked for"
    assert close.gone + close.stayed[too_close] == 2
    await pool.execute("UPDATE customers SET erased_at = now()")
    gone = await tries(pool, {"quote_hours": "24"})
    assert gone.gone == 0


async def test_what_is_not_due_yet_and_what_really_went_are_told_apart(pool: Pool) -> None:
    """Who was really written to is no measure of who comes by themselves."""
    await priced(pool, "Fresh", NOW - 5 * HOUR)
    ana = await priced(pool, "Ana")
    quote = await pool.fetchval("SELECT id FROM quotes WHERE customer_id = $1", ana.customer_id)
    sent_at = AT + 24 * HOUR
    message = await ana.was_told("Still thinking?", sent_at, unasked="x")
    await pool.execute(
        """INSERT INTO follow_ups (customer_id, cause, key, due_at, status, message_id, sent_at)
        VALUES ($1, 'unanswered_quote', $2, $3, 'sent', $4, $3)""",
        ana.customer_id,
        f"quote:{quote}:unanswered_quote:24h",
        sent_at,
        message,
    )
    tried = await tries(pool, {"quote_hours": "24"})
    assert (tried.found, tried.gone, tried.ahead) == (2, 1, 1)
    assert (tried.really, tried.unwritten) == (1, 0)
    told = "\n".join(say_tried(PROFILE, tried))
    assert "1 of those who would have got it really did then." in told
    assert "1 would not have been due yet." in told


async def test_a_trial_can_write_nothing_whatever_calls_it(pool: Pool) -> None:
    """The database itself refuses, and every question has an end."""
    async with pool.acquire() as conn:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await _try_and_write(conn)
        assert await conn.fetchval("SHOW statement_timeout") == "0"
    async with pool.acquire() as conn, conn.transaction():
        await try_cause(conn, PROFILE, trial())
        assert await conn.fetchval("SHOW statement_timeout") == "20s"


async def _try_and_write(conn: Connection) -> None:
    async with conn.transaction():
        await try_cause(conn, PROFILE, trial())
        await conn.execute("UPDATE customers SET name = 'x'")


@pytest.mark.parametrize(
    "cause", ["after_event", "before_event", "season", "lost_lead", "check_in", "customer_date"]
)
async def test_every_rule_can_be_tried(pool: Pool, cause: str) -> None:
    """Somebody with an event long past, and an empty rest."""
    who = await somebody(pool, at=AT - 30 * DAY)
    await who.booked(AT - 20 * DAY, at=AT - 30 * DAY, status="completed")
    tried = await tries(pool, {"silent_days": "30"}, cause=cause)
    assert tried.found == tried.gone + tried.ahead + tried.stayed.total()
    assert say_tried(PROFILE, tried)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"quote_hour": "12"}, "quote_hour: there is no such figure; there are gap_hours"),
        ({"quote_hours": "soon"}, "quote_hours.0: input should be a valid integer"),
        ({"quote_hours": "-1"}, "quote_hours.0: .* greater than or equal to 0"),
        ({"quiet_until": "25:00"}, "quiet_until: "),
        ({"gap_hours": "99999999999999"}, "gap_hours: at most 8784"),
        ({"quote_hours": ",".join("12345678901")}, "quote_hours: at most 10 of them"),
        ({"words": "x"}, "words: there is no such figure"),
    ],
)
def test_a_wrong_figure_is_named(figures: Mapping[str, str], said: str) -> None:
    with pytest.raises(CallerError, match=said):
        with_figures(PROFILE, "unanswered_quote", figures)


@given(
    name=st.sampled_from(sorted(figures_of(PROFILE.follow_ups))),
    said=st.one_of(st.text(max_size=30), st.integers(-5, 10**20).map(str)),
)
def test_whatever_is_typed_as_a_figure_is_read_or_refused_by_name(name: str, said: str) -> None:
    refused = ""
    try:
        rules = with_figures(PROFILE, "season", {name: said}).follow_ups
    except CallerError as error:
        refused, rules = str(error), PROFILE.follow_ups
    assert refused.startswith(name) or not refused
    assert isinstance(getattr(rules, name), type(getattr(PROFILE.follow_ups, name)))


def test_other_figures_leave_the_profile_as_it_was() -> None:
    changed = with_figures(PROFILE, "season", {"quote_hours": "12, 48", "silent_days": "90"})
    assert changed.follow_ups.quote_hours == (12, 48)
    assert changed.follow_ups.silent_days == 90
    assert PROFILE.follow_ups.silent_days != 90
    assert "season" not in changed.follow_ups.off


@pytest.mark.parametrize("cause", ["staff", "campaign", "nonsense", ""])
async def test_what_no_rule_plans_cannot_be_tried(pool: Pool, cause: str) -> None:
    with pytest.raises(CallerError, match=r"CAUSE: .* cannot be tried; it is one of after_event"):
        await tries(pool, cause=cause)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("the customer booked on Nov 3", "the customer booked"),
        ("the price expired on Tue, Nov 3, 2026, 10:00 AM", "the price expired"),
        (
            "the day they asked for, Saturday, December 5, 2026, is over or too near to be booked",
            "the day they asked for is over or too near to be booked",
        ),
        ("the customer said no", "the customer said no"),
        ("", ""),
    ],
)
def test_the_same_reason_on_other_days_counts_as_one(said: str, kind: str) -> None:
    assert kind_of(said) == kind
