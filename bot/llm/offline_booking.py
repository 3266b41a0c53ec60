"""Rules of the offline model for dates and bookings: look up, hold, agree, move, cancel, status.

Each returns a plan or None, like those in offline_plan.py, which sets their order. They choose the
tool and hand on the customer's words; what is open, what it costs and what was done the tools say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.domain_booking import Act
from bot.language.agreement import Agreement, read_agreement
from bot.llm import offline_booking_asks as asks
from bot.llm import offline_booking_words as heard
from bot.llm import offline_streets as streets
from bot.llm import offline_waiting as waiting
from bot.llm import offline_words as words
from bot.llm.offline_ask_words import asks_habit
from bot.llm.offline_booking_calls import (
    agreed,
    booking_call,
    change_call,
    confirm_call,
    held,
    hold_call,
    open_call,
)
from bot.llm.offline_facts import Facts
from bot.llm.offline_moves import (
    Plan,
    greeting,
    next_question,
    price_call,
    search_call,
    speak,
    speak_all,
)

TALKS_OF_ONE = frozenset({"booking_status", "booking_detail", "day_of"})


def answer(facts: Facts) -> Plan | None:
    """What answers our own question comes before everything else that could be meant."""
    return _first(
        facts,
        asks.late_yes,
        _terms,
        waiting.pleased,
        waiting.either,
        _offer,
        _address,
        asks.stakes,
        asks.by_when,
        asks.deposit_seen,
        asks.what_it_comes_to,
        asks.who,
    )


def wishes(facts: Facts) -> Plan | None:
    """What is wanted of a booking that stands, or of a date."""
    rules = (_cancel, asks.crew, _status, _other_guests, _move, asks.same_day, _look, _hold, _begin)
    return _first(facts, *rules)


def is_of_booking(facts: Facts) -> bool:
    """Whether a change, a cancellation or a look is the tools' and no person's."""
    if not facts.can_book:
        return False
    asks_rule = words.is_rule_question(facts.text) and not facts.when_now.is_said
    return not (asks_rule and (heard.asks_rule(facts.text) or not facts.bookings))


def reminder(facts: Facts) -> str:
    """The question that still waits for its yes, after an answer to something else."""
    if not (facts.can_book and facts.proposal):
        return ""
    return speak(facts, next_question(facts))


def completes(facts: Facts) -> Plan | None:
    """A party that is priced now, for a day that was named before: the slot is held with it."""
    if not (facts.can_book and facts.when.day):
        return None
    if not (facts.party.zip_code or facts.party.city):
        return None
    if agreed(facts) and not heard.wants_other_party(facts.text):
        return None
    follows = hold_call(facts) if facts.when.is_certain else open_call(facts)
    asked = words.side_question(facts.text)
    beside = (search_call(asked),) if asked and not heard.asks_open(asked) else ()
    return Plan(wanted=(price_call(facts), *beside), then=(follows,))


def _first(facts: Facts, *rules: Callable[[Facts], Plan | None]) -> Plan | None:
    if not facts.can_book:
        return None
    return next((made for rule in rules if (made := rule(facts)) is not None), None)


def _terms(facts: Facts) -> Plan | None:
    """A plain yes or no to what was stated; and a yes once more to what is done already.

    A yes to a question that came after the terms is none to the terms.
    """
    act = facts.proposal.act if facts.proposal else Act.BOOK
    said = read_agreement(facts.raw, facts.language, act=act)
    if said is Agreement.UNCLEAR or facts.asked not in ("", "yes", "address"):
        return None
    if facts.proposal is not None:
        declines = said is Agreement.NO and act is Act.BOOK
        tail = speak(facts, "ask_other_day") if declines else ""
        return Plan(wanted=(confirm_call(facts),), tail=tail)
    is_settled = bool(agreed(facts)) and not held(facts)
    if is_settled and said is Agreement.YES:
        return Plan(wanted=(confirm_call(facts),))
    return None


def _offer(facts: Facts) -> Plan | None:
    """The answer to "shall I hold it?", "which day?" and "which time?"."""
    is_answer = facts.asked in ("hold", "time", "date") and not asks_habit(facts.text)
    if not is_answer or heard.wants_cancel(facts.text):
        return None
    if words.is_no(facts.text) and facts.has_quote:
        return Plan(text=speak(facts, "ask_other_day"))
    if facts.is_changed or heard.asks_open(facts.text):
        return None
    if not facts.when.day and facts.when_now.time and agreed(facts) and not held(facts):
        return _moved_or_held(facts)
    if not facts.when.day:
        return Plan(text=speak(facts, "day_unclear")) if facts.when_now.time else None
    if facts.when_now.is_said:
        return _day_named(facts)
    said = read_agreement(facts.raw, facts.language, act=Act.BOOK)
    if not facts.has_quote or said is not Agreement.YES:
        return None
    return Plan(text=speak(facts, "time_which")) if facts.asked == "time" else _moved_or_held(facts)


def _day_named(facts: Facts) -> Plan | None:
    if _names_several(facts) and not agreed(facts):
        return waiting.look_up(facts, facts.when_now.choices)
    return _moved_or_held(facts) if facts.has_quote else Plan(wanted=(open_call(facts),))


def _moved_or_held(facts: Facts) -> Plan | None:
    """Of a booking that is being moved the answer is a new time; else a slot is held."""
    if agreed(facts) and not held(facts):
        return _move(facts) or Plan(wanted=(change_call(facts),))
    return Plan(wanted=(hold_call(facts),))


def _is_other_matter(facts: Facts) -> bool:
    """Whether it is asked or ordered, and not told where the event is."""
    is_order = facts.is_changed and facts.party.zip_code == facts.before.zip_code
    return is_order or facts.means_last or words.is_question(facts.text)


def _address(facts: Facts) -> Plan | None:
    """The street, where we asked for it or where it stands in the text."""
    if not facts.bookings or facts.party.counts != facts.before.counts:
        return None
    said = streets.street(facts.raw)
    if not said and facts.asked == "address" and not _is_other_matter(facts):
        said = streets.plain_address(facts.raw)
    if not said:
        return None
    is_elsewhere = facts.party.zip_code or facts.asked != "address"
    if facts.is_changed and is_elsewhere and facts.party.zip_code != facts.bookings[0].zip_code:
        moved = change_call(facts, address=said, use_new_quote=True)
        return Plan(wanted=(price_call(facts),), then=(moved,), hides_price=True)
    return Plan(wanted=(change_call(facts, address=said),))


def _cancel(facts: Facts) -> Plan | None:
    is_worded = heard.wants_cancel(facts.text) or heard.gives_up(facts.text)
    is_moved = heard.wants_move(facts.text) and not is_worded
    wants = is_worded or (facts.intent == "cancel_booking" and bool(agreed(facts)) and not is_moved)
    wants = wants and (bool(facts.bookings) or not facts.is_changed)
    if not wants or not is_of_booking(facts) or (facts.has_quote and not facts.bookings):
        return None
    return Plan(wanted=(booking_call("cancel_booking", {}),))


def _status(facts: Facts) -> Plan | None:
    asks = heard.asks_status(facts.text) or (
        facts.intent in TALKS_OF_ONE and not heard.wants_move(facts.text)
    )
    is_asking = words.is_question(facts.text) or facts.intent in TALKS_OF_ONE
    if not (asks and is_asking) or words.is_rule_question(facts.text):
        return None
    if not facts.bookings and facts.intent not in ("booking_status", "booking_detail"):
        return None
    is_meant = heard.asks_status(facts.text) or words.names_booking(facts.text)
    if not facts.bookings and (facts.is_changed or not is_meant):
        return None
    return Plan(wanted=(booking_call("booking_status", {}),))


def _other_guests(facts: Facts) -> Plan | None:
    """Another party for what is booked or held: priced anew, then stated."""
    if not facts.is_changed or not facts.party.counts or not facts.bookings:
        return None
    if facts.party.ambiguous or words.side_question(facts.text):
        return None
    if held(facts):
        return Plan(wanted=(price_call(facts),), then=(hold_call(facts),), hides_price=True)
    is_meant = heard.changes_party(facts.text) or facts.intent == "change_booking"
    if facts.party.counts == facts.before.counts and not heard.wants_other_party(facts.text):
        is_meant = True  # Dishes alone are those of the event that stands.
    if not (is_meant or words.names_booking(facts.text)):
        return None
    moved = change_call(facts, use_new_quote=True)
    return Plan(wanted=(price_call(facts),), then=(moved,), hides_price=True)


def _move(facts: Facts) -> Plan | None:
    """Another day or time for what is booked."""
    is_none = not facts.bookings and not facts.has_quote and facts.intent == "change_booking"
    is_none = is_none and not (facts.is_changed and facts.party.counts)
    if not is_none and (not agreed(facts) or held(facts)):
        return None
    if heard.wants_other_party(facts.text):
        return None
    wants = heard.wants_move(facts.text) or facts.intent == "change_booking"
    answers = facts.asked in ("change", "date", "time", "yes") and facts.when_now.is_said
    if not (wants or answers) or not is_of_booking(facts):
        return None
    return Plan(wanted=(change_call(facts),))


def _look(facts: Facts) -> Plan | None:
    """What is free, without taking it."""
    is_asked = words.is_question(facts.text) or not held(facts)
    asks = heard.asks_open(facts.text) or (facts.intent == "availability" and is_asked)
    if held(facts) and heard.wants_move(facts.text):
        return None
    if not facts.when_now.day or (facts.has_quote and facts.when.is_certain and not asks):
        return None
    if not (asks or words.is_question(facts.text) or not facts.has_quote):
        return None
    if facts.is_changed and facts.party.counts:
        return completes(facts)
    if facts.intent == "out_of_scope" and not heard.asks_open(facts.text):
        return None
    if not (asks or facts.asked == "date" or facts.intent == "book" or _is_only_when(facts)):
        return None
    lead = greeting(facts, short=True).strip()
    if _names_several(facts):
        return replace(waiting.look_up(facts, facts.when_now.choices), lead=lead)
    return Plan(wanted=(open_call(facts),), lead=lead)


def _names_several(facts: Facts) -> bool:
    """Whether two or three days are named side by side."""
    days = facts.when_now.choices
    return 1 < len(days) <= waiting.CHOICES_MAX and heard.joins(facts.when_now.words)


def _is_only_when(facts: Facts) -> bool:
    """Whether little else was said than a day."""
    return len(facts.text) <= len(facts.when_now.day) + 24


def _hold(facts: Facts) -> Plan | None:
    """A day for the party in hand."""
    if agreed(facts) and not (held(facts) or heard.wants_other_party(facts.text)):
        return None
    wants = facts.intent == "book" or words.wants_booking(facts.text)
    wants = wants or heard.wants_hold(facts.text)
    if facts.is_changed and facts.party.counts:
        return completes(facts) if wants or facts.when_now.is_said else None
    if not facts.has_quote or not facts.when.day:
        return None
    if facts.when_now.is_said or (wants and not words.is_question(facts.text)):
        return Plan(wanted=(hold_call(facts),))
    return None


def _begin(facts: Facts) -> Plan | None:
    """A wish to book with nothing known yet, or with only the day missing."""
    wants = facts.intent in ("book", "availability") or words.wants_booking(facts.text)
    agrees = facts.asked == "confirm" and words.is_yes(facts.text)
    if not (wants or agrees) or facts.is_changed or facts.is_unclear:
        return None
    if words.is_rule_question(facts.text) or words.side_question(facts.text):
        return None
    if agreed(facts) and not (
        heard.wants_other_party(facts.text) or words.wants_booking(facts.text)
    ):
        return None
    if facts.has_quote:
        return Plan(text=speak_all(facts, "ask_date"))
    if facts.party.counts:
        return None
    return Plan(text=greeting(facts) + speak_all(facts, "begin", "ask_headcount"))
