"""I6: which words agree to offers, which only ask about them, and what the ledger then holds."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from follow_up_ground import NOW, Somebody, somebody
from hypothesis import given
from hypothesis import strategies as st
from turn_lab import PROFILE, lab, message, situation

from bot.consent import Wish, read_wish
from bot.decision import Decision
from bot.domain import Consent, Kind, Mode, Scope
from bot.language.wording import say
from bot.sorting import Sorting
from bot.store import consents, follow_up_answers
from bot.store.connection import Pool

YES = """
OFFERS
offers
Offers.
“OFFERS”
offers please
Offers, thanks!
Yes offers
YES, OFFERS!
Yes! Offers please
yes to offers
Ofertas
ofertas por favor
sí ofertas
Sí, ofertas. Gracias
优惠
優惠
“优惠”
优惠。
""".strip().splitlines()

NO = """
offers?
Offers ?
any offers?
any offers
what offers do you have
do you have offers
Ofertas?
¿Ofertas?
¿ofertas
¿Tienen ofertas?
优惠？
有优惠吗
有什么优惠
no offers
no offers please
not offers
stop offers
don't send me offers
no ofertas
不要优惠
yes
sí
offers for 20 guests
OFFERS and how much for 20 guests
one more offers me wine
""".strip().splitlines()


@pytest.mark.parametrize("words", YES)
def test_the_bare_word_agrees_to_offers(words: str) -> None:
    assert read_wish(words, Kind.TEXT) is Wish.OFFERS
    assert read_wish(words, Kind.BUTTON) is Wish.OFFERS


@pytest.mark.parametrize("words", NO)
def test_a_question_or_a_sentence_about_offers_agrees_to_nothing(words: str) -> None:
    assert read_wish(words, Kind.TEXT) is not Wish.OFFERS


@given(
    st.sampled_from(YES),
    st.sampled_from("?？¿"),
    st.sampled_from(("{0}{1}", "{1}{0}", "{0} {1}", "{0}\n{1}")),
)
def test_whoever_asks_agrees_to_nothing(words: str, mark: str, shape: str) -> None:
    assert read_wish(shape.format(words, mark), Kind.TEXT) is Wish.NONE


@given(st.sampled_from(YES), st.sampled_from(("STOP", "stop texting me", "退订", "alto")))
def test_a_stop_beside_it_is_a_stop(words: str, stop: str) -> None:
    for text in (f"{words}\n{stop}", f"{stop}\n{words}"):
        assert read_wish(text, Kind.TEXT) is not Wish.OFFERS


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.TEXT, Kind.BUTTON)])
def test_what_was_not_written_or_tapped_agrees_to_nothing(kind: Kind) -> None:
    assert read_wish("OFFERS", kind) is not Wish.OFFERS


async def test_a_yes_that_stands_is_one_line_and_a_stop_ends_it(pool: Pool) -> None:
    """I6: said twice it has one proof; after STOP and START it has to be said again."""
    who = await somebody(pool, promotional="unknown")
    moments = (NOW + timedelta(minutes=minute) for minute in itertools.count())

    async def says(act: consents.Act, scope: Scope) -> tuple[str, int]:
        to, at = who.address_id, next(moments)
        async with pool.acquire() as conn:
            await consents.write(
                conn, to, act=act, source="message", said_at=at, words=act, scope=scope
            )
            lines = await consents.list_lines(conn, to)
            found = await consents.find_subscriber(conn, to)
        assert found is not None
        return found.promotional.value, sum(each.scope is Scope.PROMOTIONAL for each in lines)

    assert await says("opt_in", Scope.PROMOTIONAL) == ("given", 1)
    assert await says("opt_in", Scope.PROMOTIONAL) == ("given", 1)
    assert await says("opt_out", Scope.ALL) == ("unknown", 1)
    assert await says("opt_in", Scope.ALL) == ("unknown", 1)
    assert await says("opt_in", Scope.PROMOTIONAL) == ("given", 2)
    assert await says("opt_out", Scope.PROMOTIONAL) == ("revoked", 3)
    assert await says("opt_out", Scope.ALL) == ("revoked", 3)


async def test_a_yes_that_was_only_carried_over_gets_its_proof(pool: Pool) -> None:
    """I6: an address that already takes offers has a line once its owner has said so."""
    who = await somebody(pool, promotional="given")
    async with pool.acquire() as conn:
        await consents.write(
            conn,
            who.address_id,
            act="opt_in",
            source="message",
            said_at=NOW,
            words="OFFERS",
            scope=Scope.PROMOTIONAL,
        )
        lines = await consents.list_lines(conn, who.address_id)
    assert [each.words for each in lines] == ["OFFERS"]


def _sorted(*texts: str, mode: Mode = Mode.BOT, **further: Any) -> Decision:
    """What the turn decides of these texts without any agent."""
    known = {n: further.pop(n) for n in ("kind", "channel", "consent", "extras") if n in further}
    waits = situation(*texts, **further)
    waits = replace(waits, waiting=tuple(replace(each, **known) for each in waits.waiting))
    sorting = Sorting(lab().deps, waits, mode)
    sorting.sort()
    return sorting.decision


def _said(decision: Decision) -> list[str]:
    return [notice.text for notice in decision.notices]


BUSINESS = PROFILE.business.name


@pytest.mark.parametrize("mode", [Mode.BOT, Mode.HUMAN])
@pytest.mark.parametrize("paused", [False, True])
def test_a_yes_is_kept_and_confirmed_whoever_has_the_floor(mode: Mode, paused: bool) -> None:
    """I6: the line has the message as its proof; staff need not write the confirmation."""
    decision = _sorted("OFFERS", mode=mode, paused=paused)
    (line,) = decision.consents
    assert (line.act, line.scope, line.words) == ("opt_in", Scope.PROMOTIONAL, "OFFERS")
    assert line.message_id == decision.answered[0].id
    assert _said(decision) == [say("offers_agreed", "en", business=BUSINESS)]


@pytest.mark.parametrize(
    ("word", "language"), [("OFERTAS", "es"), ("优惠", "zh"), ("優惠", "zh"), ("offers", "en")]
)
def test_the_confirmation_is_in_the_language_of_the_yes(word: str, language: str) -> None:
    by_phone = _sorted(word, language=language)
    assert _said(by_phone) == [say("offers_agreed", language, business=BUSINESS)]
    by_mail = _sorted(word, language=language, channel="email")
    assert _said(by_mail) == [say("offers_agreed_mail", language, business=BUSINESS)]


@pytest.mark.parametrize(
    "further",
    [
        {"extras": {"unproven": "dmarc fail"}, "channel": "email"},
        {"extras": {"machine": "auto-reply"}},
        {"extras": {"transcribed": "yes"}},
        {"kind": Kind.VOICEMAIL},
        {"consent": Consent.REVOKED},
    ],
)
def test_nobody_is_agreed_for(further: dict[str, Any]) -> None:
    """I6: not by a forged letter, a machine, what a machine heard, or after a STOP."""
    assert _sorted("OFFERS", **further).consents == ()


def test_a_yes_to_offers_lifts_no_stop_anywhere() -> None:
    """I6: whoever left elsewhere is told what to do; whoever left here is not written to."""
    elsewhere = _sorted("OFFERS", has_left=True)
    assert (elsewhere.consents, _said(elsewhere)) == ((), [say("offers_left", "en")])
    here = _sorted("STOP", "OFFERS")
    assert [line.act for line in here.consents] == ["opt_out"]
    back = _sorted("START", "OFFERS", consent=Consent.REVOKED, has_left=True)
    assert [line.scope for line in back.consents] == [Scope.ALL, Scope.PROMOTIONAL]


ASKED = (message(1, f"Thank you!\n\n{say('offers_ask', 'en')} STOP ends it.", inbound=False),)


@pytest.mark.parametrize("words", ["yes", "Yes please!", "sure"])
def test_a_mere_yes_to_our_question_is_asked_back_and_guessed_by_nobody(words: str) -> None:
    """A model may say "you are on the list" where no line is kept; I6 wants the word."""
    decision = _sorted(words, transcript=ASKED)
    assert (decision.consents, _said(decision)) == ((), [say("offers_how", "en")])
    assert _said(_sorted(words)) == []
    assert _said(_sorted("yes, how much for 20?", transcript=ASKED)) == []


async def test_whom_we_ask_and_how_often(pool: Pool) -> None:
    """Once in a year, and nobody who has said anything about offers or left anywhere."""
    year = timedelta(days=365)
    who = await somebody(pool, promotional="unknown")
    thanks = await pool.fetchval(
        """INSERT INTO follow_ups (cause, key, customer_id, due_at, status)
           VALUES ('after_event', 'thanks', $1, $2, 'sent') RETURNING id""",
        who.customer_id,
        NOW,
    )

    async def may(at: datetime, of: Somebody = who) -> bool:
        async with pool.acquire() as conn:
            return await follow_up_answers.may_ask_for_offers(
                conn, of.customer_id, of.address_id, since=at - year
            )

    assert await may(NOW)
    async with pool.acquire() as conn:
        await follow_up_answers.note_asked_for_offers(conn, thanks, at=NOW)
    assert not await may(NOW)
    assert not await may(NOW + year - timedelta(minutes=1))
    assert await may(NOW + year)
    for told in ({"promotional": "given"}, {"promotional": "revoked"}, {"consent": "revoked"}):
        assert not await may(NOW, await somebody(pool, **{"promotional": "unknown", **told}))
    left = await somebody(pool, promotional="unknown", consent="revoked")
    await pool.execute(
        "UPDATE addresses SET customer_id = $1 WHERE id = $2", who.customer_id, left.address_id
    )
    assert not await may(NOW + year), "they have left at another address"
