"""Tool: who comes to the customer's event and why; takes a wish for somebody else.

Only what a customer may know of the crew: a name, languages, what somebody is known for.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from bot.booking.booking_words import Voice, deeds_of, moment_data
from bot.booking.crew_words import language_name
from bot.domain_booking import Booking, Chef
from bot.profile_wording import join
from bot.tools import booking_ground as ground
from bot.tools import holding
from bot.tools.base import Arguments, Escalate, Tool, ToolContext, ToolResult
from bot.tools.crew_wishes import CrewWish, is_met, read_wish, wishes_json


class EventChef(Arguments):
    """A wish, if there is one."""

    wish: str | None = Field(
        default=None,
        max_length=200,
        description="Which chef the customer would like, or what the chef should be like.",
    )


async def run(context: ToolContext, arguments: Arguments) -> ToolResult:
    """Say who comes, or see to the wish."""
    asked = EventChef.model_validate(arguments)
    voice = ground.voice_of(context)
    if not context.situation.bookings:
        worker = voice.profile.say(voice.profile.business.worker, voice.language)
        return ToolResult(
            data={"crew": [], "ask_next": "day"}, worded=voice.say("chef_none", worker=worker)
        )
    booking = ground.undecided(context.situation.bookings) or ground.booking_meant(context)
    if booking is None:
        return ground.which_booking(context)
    day = booking.starts_at.astimezone(context.deps.zone).date()
    crew = (await ground.read_roster(context, day, day)).chefs
    coming = [chef for chef in crew if chef.id in {each.chef_id for each in booking.chefs}]
    if not (asked.wish or "").strip():
        return _who_comes(voice, booking, coming)
    wish = read_wish(asked.wish or "", crew, context.situation.language)
    if wish and coming and is_met(wish, coming):
        return _who_comes(voice, booking, coming, lead=voice.say("chef_as_wished"))
    if booking.agreed_at is None and wish:
        ground.state_once(context)
        return await _matched_anew(context, booking, wish)
    return _passed_on(voice, booking, asked.wish or "")


def _who_comes(voice: Voice, booking: Booking, coming: list[Chef], *, lead: str = "") -> ToolResult:
    when = voice.moment(booking.starts_at)
    data = {
        **moment_data(voice, booking.starts_at),
        "crew": [_told(voice, chef) for chef in coming],
    }
    if not coming:
        worker = voice.profile.say(voice.profile.business.worker, voice.language)
        worded = voice.say("chef_soon", when=when, worker=worker)
        return ToolResult(data=data, worded=worded)
    names = join([chef.name for chef in coming], voice.language)
    said = [voice.say("chef_comes", names=names, when=when)]
    said += [_about(voice, chef) for chef in coming]
    return ToolResult(data=data, worded=voice.join(lead, *said), deeds=deeds_of(booking))


def _told(voice: Voice, chef: Chef) -> Mapping[str, object]:
    return {
        "name": chef.name,
        "speaks": [language_name(code, voice.language) for code in sorted(chef.languages)],
        "known_for": sorted(chef.strengths),
    }


def _about(voice: Voice, chef: Chef) -> str:
    """What a chef speaks and is known for; the crew's strengths are noted in the home language."""
    spoken = [language_name(code, voice.language) for code in sorted(chef.languages)]
    lines = [voice.say("chef_speaks", name=chef.name, languages=join(spoken, voice.language))]
    if chef.strengths and voice.language == voice.profile.business.home_language:
        strengths = join(sorted(chef.strengths), voice.language)
        lines.append(voice.say("chef_good_at", name=chef.name, strengths=strengths))
    return voice.join(*lines)


async def _matched_anew(context: ToolContext, booking: Booking, wish: CrewWish) -> ToolResult:
    """An undecided hold is matched again with the wish; the terms are stated anew with it."""
    voice = ground.voice_of(context)
    wishes = {**booking.wishes, **wishes_json(wish, context.situation.language)}
    when = voice.moment(booking.starts_at)
    lead = voice.say("chef_honoured", names=wish.chef.name, when=when) if wish.chef else ""
    what = holding.Holding(
        starts_at=booking.starts_at,
        address=booking.address,
        wishes=wishes,
        crew_wish=wish,
        lead=lead,
    )
    held = await holding.hold(context, what)
    if not held.effects or held.data.get("is_crew_as_wished"):
        return held
    # Somebody else would come in any case: the hold stays as it is, and people see to the wish.
    return _passed_on(voice, booking, wish.chef.name if wish.chef else "", cannot=True)


def _passed_on(voice: Voice, booking: Booking, wish: str, *, cannot: bool = False) -> ToolResult:
    lead = voice.say("chef_cannot") if cannot else ""
    data = {**moment_data(voice, booking.starts_at), "wish_passed_on": True}
    control = Escalate(
        reason="a wish for a chef", summary=f"booking {booking.code}: {wish.strip()[:200]}"
    )
    worded = voice.join(lead, voice.say("chef_wish_noted"))
    return ToolResult(data=data, worded=worded, control=control)


tool = Tool(
    description=(
        "Say who comes to the customer's event and why they fit; possible once a slot is on hold. "
        "With `wish` in the customer's own words: a slot on hold is matched again, for a booking "
        "a person decides. Promise nobody before the result does."
    ),
    arguments=EventChef,
    access="write",
    run=run,
)
