"""What becomes of a comparison that the owner changes or takes out while it runs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from follow_up_ground import NOW
from test_follow_up_trials import BASE, TRIAL, owed_to, with_rules

from bot.follow_ups.measuring import read_report
from bot.follow_ups.report_words import say_report
from bot.follow_ups.trials import Arm, choose_arm, end_full
from bot.store.connection import Pool, borrow


async def test_a_trial_that_is_changed_goes_on_and_one_taken_out_is_said_to_be_left(
    pool: Pool,
) -> None:
    """Seen: of another cause by now nobody got either wording, and the report said that it ran."""
    profile = with_rules(trials={"words": TRIAL})
    moved = with_rules(trials={"words": TRIAL.model_copy(update={"cause": "season"})})
    somebody = owed_to(UUID(int=1))
    async with borrow(pool) as conn:
        await end_full(conn, profile, now=NOW)
        began = await choose_arm(conn, profile, somebody)
        assert began.trial == "words"
        assert await choose_arm(conn, moved, somebody) == began
        assert await choose_arm(conn, moved, owed_to(UUID(int=1), cause="season")) == Arm()
        assert await choose_arm(conn, BASE, somebody) == Arm()
        told = await read_report(conn, BASE, NOW, NOW + timedelta(days=1))
    said = say_report(BASE, told)
    assert "words (unanswered_quote): is not in the profile any more, nobody joins it" in said
