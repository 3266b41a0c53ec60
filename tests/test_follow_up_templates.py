"""I6: outside WhatsApp's window a follow-up leaves in the approved words that say the same.

And the owner is told what to have approved, and which template of the profile says something else.
"""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest
from follow_up_ground import NOW, somebody
from gate_sample import NEWS, SID, departs, verdict_on
from world import World

from bot import profile_follow_up_words as words
from bot.domain import Purpose
from bot.domain_sending import TemplateUse
from bot.domain_vendors import TemplateNews
from bot.errors import ConfigError
from bot.profile import FILE_NAME, Profile, load_profile, profile_folder, read_profile
from bot.profile_templates import Template
from bot.send_gate import Instead, Verdict
from bot.store.connection import Pool
from bot.store.departures import FACTS, Standing, to_departure
from bot.templating import Filled
from handlers.commands.templates import command, page, twins

PROFILE = load_profile()
NAME = "before_event_7d_any_a"
LONG_SID = "HX" + "f" * 32
SHORT = ("day", "time", "guests")
LONG = ("name", "day", "time", "guests")
FIELDS = {
    "name": "Dana",
    "day": "Saturday, December 12",
    "time": "6:00 PM",
    "guests": "20",
    "business": PROFILE.business.name,
}
BOTH = {f"{SID}/": ("approved", "UTILITY"), f"{LONG_SID}/": ("approved", "UTILITY")}


def twin(fills: tuple[str, ...], sid: str, *languages: str) -> Template:
    return Template.model_validate(raw(fills, sid, *languages))


def raw(fills: tuple[str, ...], sid: str, *languages: str) -> dict[str, object]:
    """A twin as it stands in the owner's file."""
    return {
        "twin_of": NAME,
        "fills": list(fills),
        "languages": {
            each: {"content_sid": sid, "text": words.twin_text(PROFILE, NAME, fills, each)}
            for each in languages or ("en",)
        },
    }


CATALOGUE = {
    "news": NEWS.model_copy(update={"carries": (Purpose.ESSENTIAL, Purpose.CONVERSATIONAL)}),
    "short": twin(SHORT, SID, "en", "zh"),
    "long": twin(LONG, LONG_SID),
}
WITH_TWINS = PROFILE.model_copy(update={"templates": CATALOGUE})


def late(standing: Standing, profile: Profile = WITH_TWINS, **message: object) -> Verdict:
    """What the gate says of a reminder a day after the customer's last word on WhatsApp."""
    told = {
        "channel": "whatsapp",
        "purpose": Purpose.ESSENTIAL,
        "wording": NAME,
        "fields": FIELDS,
        "language": "en",
        **message,
    }
    gone = replace(departs(standing, **told), last_inbound_at=None)
    return verdict_on(gone, profile=profile)


def filled(verdict: Verdict) -> Filled:
    assert isinstance(verdict, Instead), verdict
    assert isinstance(verdict.to, Filled)
    return verdict.to


def test_a_reminder_leaves_a_closed_window_in_its_own_words() -> None:
    """The twin with the most that can be filled; the general template only where there is none."""
    found = filled(late(Standing(templates=BOTH)))
    assert found.use == TemplateUse(
        content_id=LONG_SID,
        variables={"1": "Dana", "2": "Saturday, December 12", "3": "6:00 PM", "4": "20"},
    )
    assert found.text == (
        "Hi Dana, this is My Hibachi Chef. Your event is coming up: Saturday, December 12, "
        "6:00 PM. We have you down for 20 guests. Is the number still right?"
    )
    nameless = filled(late(Standing(templates=BOTH), fields=FIELDS | {"name": ""}))
    assert nameless.use.content_id == SID
    assert nameless.text.startswith("Hi, this is")
    other = filled(late(Standing(templates=BOTH, name="Dana"), wording="staff", text="See you"))
    assert other.text == "Hello Dana, news: See you. Reply here."


def test_a_twin_leaves_only_if_approved_whole_and_in_the_messages_language() -> None:
    """Dates are written in the message's language: no other language's words take them."""
    half = {f"{SID}/": ("approved", "UTILITY"), f"{LONG_SID}/": ("paused", "UTILITY")}
    assert filled(late(Standing(templates=half))).use.content_id == SID
    spanish = late(Standing(templates=BOTH, language="es", name="Ana"), language="es", text="Hola")
    assert filled(spanish).text == "Hello Ana, news: Hola. Reply here."
    chinese = filled(late(Standing(templates=BOTH), language="zh"))
    assert "您的活动快到了：Saturday, December 12，6:00 PM" in chinese.text
    long_value = filled(late(Standing(templates=BOTH), fields=FIELDS | {"name": "x" * 256}))
    assert long_value.use.content_id == SID
    broken = filled(late(Standing(templates=BOTH), fields=FIELDS | {"name": "Da\n\nna\t "}))
    assert broken.use.variables["1"] == "Da na"
    moved = {f"{SID}/": ("approved", "MARKETING"), f"{LONG_SID}/": ("approved", "MARKETING")}
    assert not isinstance(late(Standing(templates=moved)), Instead), "it is no marketing of ours"


def changed(**templates: dict[str, object]) -> Profile:
    """The profile that ships with these templates, read as the owner's file would be."""
    file = profile_folder() / FILE_NAME
    payload = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    return read_profile({**payload, "templates": templates})


def test_the_owner_is_told_which_twin_says_something_else() -> None:
    """At start, by the field, with the words it ought to say."""
    assert set(changed(short=raw(SHORT, SID), long=raw(LONG, LONG_SID)).templates)
    other = words.twin_text(PROFILE, NAME, SHORT, "en").replace("coming up", "near")
    wrong: dict[str, dict[str, object]] = {
        "languages.en.text: does not say": {
            "languages": {"en": {"content_sid": SID, "text": other}}
        },
        "twin_of: no wording is called": {"twin_of": "any_x"},
        "category: not what": {"category": "marketing"},
        "fills: not the placeholders": {"fills": ["day", "time", "month"]},
    }
    for said, change in wrong.items():
        with pytest.raises(ConfigError, match=rf"templates\.x\.{said}"):
            changed(x=raw(SHORT, SID) | change)


@pytest.mark.parametrize(
    "how",
    [
        {"fills": ("day", "time")},
        {"fills": ("day", "day", "guests")},
        {"carries": ("essential",)},
    ],
)
def test_a_twin_fills_each_gap_once_and_carries_nothing_else(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="twin"):
        Template.model_validate(raw(SHORT, SID) | how)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": {"befor_event": {"any_a": {}}}}, "words.befor_event: no such cause"),
        ({"words": {"season": {"glad_a": {}}}}, "words.season.glad_a: no feeling"),
        ({"words": {"season": {"any_a": {"en": "Hi"}}}}, "words.season.any_a.es: missing"),
        ({"words": {"season": {"any_a": {"en": "{nam}"}}}}, "any_a.en: nothing is called nam"),
        ({"words": {"season": {"any_a": {"en": "[x"}}}}, "any_a.en: a part in brackets"),
        ({"words": {"season": {"any_a": {"en": "{ x"}}}}, "any_a.en: a brace"),
        ({"words": {"season": {"any_a": {"en": "{{ no.such }}"}}}}, "any_a.en: quotes"),
        ({"trials": {"t": {"cause": "season", "variants": ["a", "z"]}}}, "trials.t.variants"),
        ({"review_url": "example.com"}, "review_url: not a link"),
        ({"off_days": ["13-45"]}, "off_days: 13-45"),
        ({"quote_hours": [24, 24]}, "quote_hours: the same twice"),
    ],
)
def test_a_slip_in_the_owners_words_is_named_at_start(
    changes: dict[str, object], said: str
) -> None:
    file = profile_folder() / FILE_NAME
    payload = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    follow_ups = {**payload["follow_ups"], **changes}
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        read_profile({**payload, "follow_ups": follow_ups})


@pytest.mark.parametrize("is_full", [False, True])
def test_what_is_printed_to_submit_is_taken_as_a_profile_once_it_has_its_ids(
    *, is_full: bool
) -> None:
    """The lines go into the file as they are, whichever shape the owner has approved."""
    printed = page(list(twins(PROFILE, (), is_full=is_full)))
    assert printed.startswith(f"0 of {len(words.names(PROFILE)) * 3} approved")
    starts = ("  [templates.", "  category =", "  twin_of =", "  fills =", "  languages.")
    block = "\n".join(line.strip() for line in printed.splitlines() if line.startswith(starts))
    listed = tomllib.loads(block.replace('content_sid = "HX"', f'content_sid = "{SID}"'))
    file = profile_folder() / FILE_NAME
    payload = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    read = read_profile({**payload, **listed})
    assert len(read.templates) == len(words.names(PROFILE))
    news = TemplateNews(carrier="twilio", name=SID, language="", state="approved")
    assert all(each.standing == "approved" for each in twins(read, [news], is_full=is_full))
    assert all(each.standing == "listed" for each in twins(read, []))


async def test_what_was_filled_in_travels_with_the_message(pool: Pool) -> None:
    """The gate reads from the row what sending wrote there; a row without it has no twin."""
    dana = await somebody(pool, channel="whatsapp")
    told = [
        await dana.was_told("Hi", NOW, purpose="essential"),
        await dana.was_told("Hi", NOW, purpose="essential"),
    ]
    rest = {"wording": NAME, "fields": FIELDS}
    await pool.execute("UPDATE messages SET rest = $2 WHERE id = $1", told[0], rest)
    query = f"{FACTS.format('messages')} WHERE d.id = $1"
    rows = [await pool.fetchrow(query, each) for each in told]
    found = [to_departure(row).message for row in rows if row is not None]
    assert [each.wording for each in found] == [NAME, ""]
    assert [dict(each.fields) for each in found] == [FIELDS, {}]


async def test_the_command_says_which_are_missing(
    idle_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    asked = parser.parse_args(["hold_lapsing", "--missing", "--language", "es"])
    assert await command.run(asked, idle_world.ground.environment) == 0
    said = capsys.readouterr().out
    assert said.startswith("0 of 2 approved.")
    assert "hold_lapsing_any_b, es, utility: not in the profile" in said
    assert "{{1}} = day, such as sábado 12 de diciembre" in said
    assert "before_event" not in said
