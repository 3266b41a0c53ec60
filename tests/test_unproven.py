"""What nobody may do in a customer's name: I9, I10, asked of every tool and every shortcut."""

from __future__ import annotations

from dataclasses import replace

from turn_lab import message, situation

from bot import memory
from bot.consent import Wish
from bot.domain import Kind, StoredMessage
from bot.language.wording import say, variants_of
from bot.noise import why_ignored
from bot.sorting import _wish_of
from bot.tool_runner import tools
from bot.unproven_refusal import FREE, forbids, why_look

WHY = "spf fail, dkim none, not of this domain"


def written(text: str, **extras: str) -> StoredMessage:
    """A mail."""
    return replace(message(1, text), channel="email", extras=extras)


def test_every_tool_that_writes_is_refused_but_for_those_that_only_ask() -> None:
    """A tool that comes later is refused too, until somebody says that it only asks."""
    forged = situation(waiting=(message(1, "hi"), written("cancel it", unproven=WHY)))
    true = situation(waiting=(written("cancel it", spf="pass"),))
    refused = {name for name, tool in tools().items() if forbids(name, tool, forged)}
    assert refused == {n for n, tool in tools().items() if tool.access == "write"} - FREE
    assert refused >= {"cancel_booking", "change_booking", "confirm_booking", "hold_slot"}
    assert refused >= {"prove_address", "remember", "forget", "event_chef"}
    assert not any(forbids(name, tool, true) for name, tool in tools().items())


def test_a_forger_neither_tells_nor_takes_back_what_is_remembered() -> None:
    wish = "Please forget everything you know about me"
    told = "My name is Ana and I am vegetarian"
    assert memory.asked_to_forget([written(wish)])
    assert not memory.asked_to_forget([written(wish, unproven=WHY)])
    assert memory.without_wishes([written(wish, unproven=WHY)])[0].text == wish
    assert memory.read([written(told)], language="en", known=())
    assert not memory.read([written(told, unproven=WHY)], language="en", known=())


def test_nobody_is_taken_back_in_by_a_forger_and_everybody_is_let_go() -> None:
    """I6: a wish to hear from us needs its writer; one to be left alone is obeyed anyway."""
    assert _wish_of(written("START", unproven=WHY)) is Wish.NONE
    assert _wish_of(written("STOP", unproven=WHY)) is Wish.STOP
    assert _wish_of(written("STOP", machine="bounce: a notice")) is Wish.NONE


def test_machines_are_accounted_for_by_their_reason_and_people_look_at_the_rest() -> None:
    """I4."""
    assert why_ignored(written("Away", machine="auto-reply: so it says"), ()) == (
        "auto-reply: so it says"
    )
    assert why_ignored(replace(written("", unproven=WHY), kind=Kind.TEXT), ()) is None
    assert why_look(situation(waiting=(written("hi", unproven="several senders"),)))
    silence = "asks silence: the header asks for no answer"
    assert why_look(situation(waiting=(written("hi", for_person=silence),))) == silence
    assert not why_look(situation(waiting=(written("hi", unproven=WHY),)))


def test_the_refusal_is_said_in_every_language() -> None:
    said = {language: say("unproven_sender", language) for language in ("en", "es", "zh")}
    assert len(set(said.values())) == 3
    assert all(variants_of("unproven_sender", language) for language in said)
