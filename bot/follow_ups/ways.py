"""By which of a customer's addresses a follow-up goes, and why that one.

Whether an address may be written to at all the send gate itself is asked, as of the first moment
that their hours allow; among those that may, the one on which they have answered us goes first.
Pure. bot/follow_ups/judging.py makes the options, bot/follow_ups/deciding.py chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.domain import NOTHING, Author, Consent, ConversationId, MessageId, Mode, Purpose
from bot.domain_follow_ups import Owed
from bot.domain_sending import Answered, OutboundMessage
from bot.follow_ups.refusing import Windows, is_closed, why_not_by
from bot.follow_ups.wording import Worded
from bot.profile import Profile
from bot.quiet import Whereabouts, find_whereabouts, home_of, next_allowed
from bot.send_gate import Hold, Instead, Leave, Refuse, Rules, judge
from bot.send_gate_windows import CLOSED, NEVER_INSTEAD
from bot.store.addressees import Addressee, Way
from bot.store.departures import Departure, Standing
from bot.store.follow_up_facts import Reach, States
from bot.templating import Filled

SMOOTH = 2
"""As if one of two unasked messages had been answered on every channel: one answer is no habit."""
SHARES = 10
"""Shares that differ by less than a tenth are the same."""


def _one(_channel: str, _text: str) -> int:
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The channels there are, as whoever writes unasked must know them."""

    windows: Windows
    carriers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """By channel: whose approved templates may leave its closed window."""
    count: Callable[[str, str], int] = _one
    """A channel's name and one part of a text to what is paid for it, in segments or messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is the same for all of their addresses."""

    profile: Profile
    lines: Lines
    owed: Owed
    to: Addressee
    purpose: Purpose
    language: str
    states: Mapping[str, States]
    """By carrier, what it says of our templates."""
    render: Callable[[str, str], tuple[str, ...]]
    now: datetime

    @property
    def is_chosen(self) -> bool:
        """Whether staff have chosen the address themselves."""
        return bool(self.owed.planned_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An address by which it could go, or the reason why not."""

    reach: Reach
    where: Whereabouts
    """Every place in which they may be when they read it there."""
    worded: Worded | None = None
    """None: nothing can be said there."""
    why_not: str = ""
    """In staff's words; empty: it may go by this way."""
    filled: Filled | None = None
    """The approved words in which it goes, where the channel takes nothing else now."""
    cost: Decimal | None = None
    """None: nobody has said what it costs."""

    @property
    def way(self) -> Way:
        """The address itself."""
        return self.reach.way

    @property
    def share(self) -> float:
        """How often they answer what nobody waited for on this channel, smoothed."""
        return (self.reach.answered + 1) / (self.reach.sent + SMOOTH)


def places_of(profile: Profile, to: Addressee, way: Way) -> Whereabouts:
    """Every place in which they may be; of a handle that says nothing, also what their numbers say.

    What is known of them goes before any number's guess.
    """
    zip_codes = (to.zip_code,) if to.zip_code else ()
    home = home_of(profile)
    found = find_whereabouts(way.handle, to.zone, zip_codes, home)
    if to.zone or zip_codes or way.handle.startswith("+"):
        return found
    others = [
        find_whereabouts(each.handle, "", (), home)
        for each in to.ways
        if each.handle.startswith("+")
    ]
    return Whereabouts(
        zones=tuple(dict.fromkeys(z for each in (found, *others) for z in each.zones)),
        states=tuple(dict.fromkeys(s for each in (found, *others) for s in each.states)),
        is_united_states=any(each.is_united_states for each in (found, *others)),
    )


def make_option(setting: Setting, reach: Reach, worded: Worded | str) -> Option:
    """Whether it may go to this address as the gate will see it, in which shape, at what cost.

    Of words that could not be made there is only the reason.
    """
    profile, lines, way = setting.profile, setting.lines, reach.way
    where = places_of(profile, setting.to, way)
    why = why_not_by(way, lines.windows) or _why_never(setting, reach)
    if why or isinstance(worded, str):
        return Option(reach=reach, where=where, why_not=why or str(worded))
    parts = setting.render(way.channel, worded.text)
    if not parts:
        why = f"nothing of it can be sent by {way.channel}"
        return Option(reach=reach, where=where, why_not=why)
    at = next_allowed(profile, setting.now, where)
    verdict = _ask_gate(setting, reach, worded, at)
    if isinstance(verdict, Leave):
        cost = _cost(profile, lines, way.channel, parts)
        return Option(reach=reach, where=where, worded=worded, cost=cost)
    if isinstance(verdict, Instead) and isinstance(verdict.to, Filled):
        cost = profile.costs.template.get(_category(profile, verdict.to))
        return Option(reach=reach, where=where, worded=worded, filled=verdict.to, cost=cost)
    reason = _say_closed(way, lines, at) if verdict.reason == CLOSED else verdict.reason
    return Option(reach=reach, where=where, why_not=reason)


def choose_way(options: Sequence[Option]) -> Option | None:
    """Of those that may be used the best; None where there is none.

    Where they answer most, then where they wrote from last, then what costs least.
    """
    usable = [each for each in options if not each.why_not]
    if not usable:
        return None
    last = usable[0]  # The one last written from comes first.
    return min(
        usable,
        key=lambda each: (-round(each.share * SHARES), each is not last, *_price(each)),
    )


def say_choice(chosen: Option, options: Sequence[Option]) -> str:
    """Why this one, in staff's words, and why none of the others that may not be used."""
    channel = chosen.way.channel
    others = [each for each in options if each is not chosen]
    rivals = [each for each in others if not each.why_not]
    left = [f"{each.way.channel} not: {each.why_not}" for each in others if each.why_not]
    return "; ".join([f"{channel}: {_say_why(chosen, rivals, options)}", *left])


def say_none(options: Sequence[Option]) -> str:
    """Why it can go nowhere."""
    if len(options) == 1:
        return options[0].why_not
    return "; ".join(dict.fromkeys(f"{o.way.channel}: {o.why_not}" for o in options)) or (
        "no address of the customer is known"
    )


def _say_why(chosen: Option, rivals: Sequence[Option], options: Sequence[Option]) -> str:
    reach = chosen.reach
    if not rivals:
        return "the only address that may be written to now"
    if all(round(chosen.share * SHARES) > round(each.share * SHARES) for each in rivals):
        return f"they answered {reach.answered} of {reach.sent} there"
    if chosen is next(each for each in options if not each.why_not):
        return "they wrote from there last"
    if chosen.cost is not None:
        return f"it costs least ({chosen.cost})"
    return "as good as any other"


def _why_never(setting: Setting, reach: Reach) -> str:
    """What holds for an address that a rule may choose, but not for one that staff chose."""
    way = reach.way
    if setting.is_chosen:
        return ""
    if way.channel in NEVER_INSTEAD:
        return f"nobody may be looking at {way.channel} when it comes"
    # A mailbox that was only ever told to us may be mistyped, and somebody else's (I10).
    if way.last_inbound_at is None and way.consent is not Consent.GIVEN:
        return "nothing has ever come from this address, so it may be somebody else's"
    return ""


def _ask_gate(
    setting: Setting, reach: Reach, worded: Worded, at: datetime
) -> Leave | Refuse | Hold | Instead:
    """What bot/send_gate.py would say then; caps and the floor are decided before (deciding.py)."""
    way, lines = reach.way, setting.lines
    carrier = lines.carriers.get(way.channel, "")
    departure = Departure(
        message=_as_message(setting, way, worded, at),
        address_id=way.address_id,
        consent=way.consent,
        suspended_reason=way.suspended_reason or None,
        last_inbound_at=way.last_inbound_at,
        mode=Mode.BOT,
        epoch=setting.to.epoch,
        standing=_standing(setting.to, reach, setting.states.get(carrier, {})),
    )
    rules = Rules(
        window_s=lines.windows[way.channel],
        windows=lines.windows,
        carrier=carrier,
        profile=setting.profile,
    )
    return judge(departure, rules, now=at)


def _standing(to: Addressee, reach: Reach, states: States) -> Standing:
    return Standing(
        promotional=reach.promotional,
        given_at=reach.given_at,
        stopped_at=reach.stopped_at,
        number_stopped_at=reach.number_stopped_at,
        name=to.name,
        language=to.language,
        zone=to.zone,
        zip_codes=(to.zip_code,) if to.zip_code else (),
        templates=states,
    )


def _as_message(setting: Setting, way: Way, worded: Worded, at: datetime) -> OutboundMessage:
    owed, heard = setting.owed, way.last_inbound_at
    return OutboundMessage(
        id=MessageId(owed.id),
        conversation_id=setting.to.conversation_id or ConversationId(owed.id),
        channel=way.channel,
        recipient=way.handle,
        sender="",
        text=worded.text,
        author=Author.STAFF,
        purpose=setting.purpose,
        epoch=setting.to.epoch,
        attempt=1,
        created_at=at,
        claimed_at=at,
        answered=None if heard is None else Answered(external_id="", said_at=heard),
        is_unasked=True,
        address_id=way.address_id,
        language=setting.language,
        wording=worded.name,
        fields=worded.fields,
    )


def _say_closed(way: Way, lines: Lines, at: datetime) -> str:
    if not is_closed(way, lines.windows, at):
        return CLOSED
    return (
        f"the messaging window of {way.channel} is closed and no approved template fits: "
        "`concierge templates` prints what to submit"
    )


def _cost(profile: Profile, lines: Lines, channel: str, parts: Sequence[str]) -> Decimal | None:
    price = profile.costs.segment.get(channel)
    return None if price is None else price * sum(lines.count(channel, part) for part in parts)


def _category(profile: Profile, filled: Filled) -> str:
    for template in profile.templates.values():
        for text in template.languages.values():
            if filled.use.content_id in (text.id_at("twilio"), text.id_at("meta")):
                return template.category
    return ""


def _price(option: Option) -> tuple[bool, Decimal]:
    """What is not known to be cheap comes after what is."""
    return option.cost is None, option.cost or Decimal(0)
