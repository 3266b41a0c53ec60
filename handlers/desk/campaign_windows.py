"""The windows of campaigns: the list, the form, the preview that is confirmed, and how one stands.

No part of the desk itself; handlers/desk/campaigns.py opens them. Says and shows, decides nothing.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping, Sequence

from bot.desk.customers import language_name
from bot.domain_campaigns import Campaign, CampaignStatus, Progress
from bot.follow_ups.campaign_reach import Preview
from bot.follow_ups.campaign_reading import NAME_MAX, PER_HOUR, PER_HOUR_MAX, WORDS
from bot.follow_ups.campaign_say import customers, say_preview, say_progress, say_state
from bot.follow_ups.segments import say_segment
from bot.profile import Profile
from channels.desk_blocks import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    date_input,
    divider,
    field,
    modal,
    number_input,
    option,
    section,
    select,
    short,
    text_input,
)
from handlers.desk.words import CHANNELS, exact

CAMPAIGN = "campaign"
NEW = "campaign_new"
START = "campaign_start"
SHOWN = "campaign_shown"
ANSWERED = "answered"
TITLE = "Campaigns"
MARKS = {
    CampaignStatus.DRAFT: ":memo:",
    CampaignStatus.RUNNING: ":arrow_forward:",
    CampaignStatus.PAUSED: ":double_vertical_bar:",
    CampaignStatus.DONE: ":white_check_mark:",
    CampaignStatus.CANCELLED: ":no_entry:",
}


def list_window(profile: Profile, campaigns: Sequence[Campaign]) -> Block:
    """The newest, each with a button to look at it."""
    blocks: list[Block] = [actions((button(f"{CAMPAIGN}:new", "New campaign"),)), divider()]
    for each in campaigns:
        name = short(each.wanted.name, NAME_MAX)
        told = f"{MARKS[each.status]} *{name}*\n{say_state(profile, each)}"
        look = button(f"{CAMPAIGN}:look:{each.id}", "Look", value=str(each.id))
        blocks += [section(told), actions((look,))]
    if not campaigns:
        blocks.append(section("There are none yet."))
    return modal(SHOWN, TITLE, blocks)


def new_window(profile: Profile) -> Block:
    """The form. Everything about who is meant may stay empty: then it is everybody."""
    blocks = (
        field("name", "What you call it", text_input(most=NAME_MAX)),
        *_words_fields(profile),
        divider(),
        section(
            "*Who is meant*: all that you fill in must hold. Only who agreed to offers gets it."
        ),
        *_event_fields(),
        *_person_fields(profile),
        divider(),
        *_time_fields(),
    )
    return modal(NEW, "New campaign", blocks, submit="Preview")


def preview_window(
    profile: Profile, campaign: Campaign, preview: Preview, *, is_changed: bool = False
) -> Block:
    """What it would come to; started from here, with the count that is shown."""
    lines = [short(each, 300) for each in say_preview(profile, preview)]
    told = f"*{short(campaign.wanted.name, NAME_MAX)}*\n{_who(campaign)}\n" + "\n".join(lines)
    blocks = [section(told), divider()]
    if is_changed:
        changed = (
            ":warning: Not started: it reaches another number of customers by now. Look again."
        )
        blocks.insert(0, section(changed))
    for channel, words in preview.samples:
        blocks += [context(CHANNELS.get(channel, channel)), *exact(words)]
    if not preview.count:
        return modal(START, "Campaign", (*blocks, context("Nobody would be reached.")))
    closing = f"Start sends it to about {customers(preview.count)}, each judged again when it goes."
    metadata = json.dumps({"c": str(campaign.id), "n": preview.count})
    return modal(START, "Campaign", (*blocks, context(closing)), submit="Start", metadata=metadata)


def state_window(
    profile: Profile, campaign: Campaign, progress: Progress, *, told: str = ""
) -> Block:
    """How one stands, with what can be done about it."""
    head = f"{MARKS[campaign.status]} *{short(campaign.wanted.name, NAME_MAX)}*"
    lines = (
        head,
        _who(campaign),
        say_state(profile, campaign),
        short(say_progress(progress), 1500),
    )
    blocks = [section("\n".join(lines)), divider()]
    if told:
        blocks.insert(0, section(told))
    for language, text in campaign.wanted.words.items():
        blocks += [context(language_name(language)), *exact(text)]
    buttons = tuple(
        button(f"{CAMPAIGN}:{deed}", label, value=str(campaign.id))
        for deed, label in _DEEDS.get(campaign.status, ())
    )
    return modal(SHOWN, "Campaign", (*blocks, *((actions(buttons),) if buttons else ())))


def counting_window(told: str = "") -> Block:
    """While so many are counted that Slack would not wait, or why that came to nothing."""
    counting = ":hourglass_flowing_sand: Counting. This window shows it in a moment."
    return modal(SHOWN, "Campaign", (section(short(told, 600) or counting),))


_DEEDS: Mapping[CampaignStatus, tuple[tuple[str, str], ...]] = {
    CampaignStatus.DRAFT: (("preview", "Preview"), ("stop", "Throw away")),
    CampaignStatus.RUNNING: (("pause", "Pause"), ("stop", "Stop for good")),
    CampaignStatus.PAUSED: (("resume", "Go on"), ("stop", "Stop for good")),
}


def _who(campaign: Campaign) -> str:
    said = say_segment(campaign.wanted.segment)
    return short(said[:1].upper() + said[1:], 600)


def _words_fields(profile: Profile) -> list[Block]:
    home = profile.business.home_language
    hint = (
        "{name} and {business} are filled in; what stands in [ ] falls away where the name is not "
        "known: Hi[ {name}], this is {business}. Customers of other languages are left out."
    )
    return [
        field(
            f"{WORDS}{each}",
            f"What they read ({language_name(each)})",
            text_input(lines=True),
            optional=each != home,
            hint=hint if each == home else "",
        )
        for each in profile.business.languages
    ]


def _event_fields() -> list[Block]:
    def count(name: str, label: str, most: int) -> Block:
        return field(name, label, number_input(least=1, most=most), optional=True)

    return [
        field("event_since", "Had an event since", date_input(), optional=True),
        field("event_until", "Had an event until", date_input(), optional=True),
        count("silent_days", "No event in so many days, and none ahead", 3650),
        count("quoted_days", "Priced in so many days and not booked", 3650),
        count("guests_least", "Guests at least", 100_000),
        count("guests_most", "Guests at most", 100_000),
    ]


def _person_fields(profile: Profile) -> list[Block]:
    months = [option(str(n), calendar.month_name[n]) for n in range(1, 13)]
    languages = [option(each, language_name(each)) for each in profile.business.languages]
    near = text_input(most=300, placeholder="30 miles of 94539, or Fremont; Reno, NV")
    picked = "One a line: number, mailbox or booking code."
    answered = checkboxes((option(ANSWERED, "Only who answered such a message before"),))
    return [
        field("near", "Where", near, optional=True),
        field("language", "Language", select(languages), optional=True),
        field("month", "Told of an occasion in", select(months), optional=True),
        field("answered", "Answers", answered, optional=True),
        field("customers", "Only these", text_input(lines=True), optional=True, hint=picked),
    ]


def _time_fields() -> list[Block]:
    usual = number_input(value=str(PER_HOUR), least=1, most=PER_HOUR_MAX)
    when = text_input(most=80, placeholder="tomorrow 9am")
    until = text_input(most=80, placeholder="in 2 weeks")
    return [
        field("per_hour", "How many an hour", usual),
        field("starts", "Not before", when, optional=True),
        field("ends", "Nobody from then on", until, optional=True),
    ]
