"""The shape of a business profile: what the owner's TOML file may say, part by part.

Only shape and single values are judged here; how facts fit together is bot/profile_checks.py.
Everything is frozen. The file itself, profile.toml, explains the fields to the owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.domain_answers import TopicMode
from bot.profile_desk import DeskRules
from bot.profile_emotions import EmotionRules
from bot.profile_follow_ups import Costs, FollowUps
from bot.profile_kinds import (
    Count,
    Currency,
    Days,
    Hours,
    Items,
    Kind,
    Miles,
    Minutes,
    Money,
    Named,
    Part,
    Percent,
    PriceUnit,
    Table,
    Text,
    Weekdays,
    Zip,
    Zone,
)
from bot.profile_manners import Manners
from bot.profile_offer import Service
from bot.profile_templates import Template
from bot.profile_webchat import WebChat


class Business(Part):
    """Who the business is."""

    name: Annotated[str, Field(min_length=1)]
    zone: Zone
    currency: Currency
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    home_language: str
    phone: Annotated[str, Kind("phone")] = ""
    email: str = ""
    postal_address: str = ""
    """Where letters on paper reach it: the law wants it below every offer by mail."""
    base_zip: Zip
    base_city: str
    home_states: tuple[str, ...] = ()
    default_service: str
    service_words: tuple[str, ...] = ()
    trade: Text
    worker: Text


class OfficeHours(Part):
    """When people, not the bot, answer."""

    opens: Annotated[time, Kind("time")]
    closes: Annotated[time, Kind("time")]
    answer_min_minutes: Minutes
    answer_max_minutes: Minutes


class Travel(Part):
    """What the way to the customer costs, and how far it may be."""

    free_miles: Miles
    price: Money
    unit: PriceUnit
    max_miles: Miles
    road_factor: Annotated[Decimal, Field(ge=1, le=3), Kind("count")]
    miles_per_hour: Annotated[Decimal, Field(ge=5, le=100), Kind("count")] = Decimal(40)
    """How fast the crew gets along on average, for the time between events."""


class Payment(Part):
    """How customers pay."""

    deposit: Money
    unit: PriceUnit
    methods: Items
    balance_due: Text


class Gratuity(Part):
    """What is suggested, and never part of a total."""

    min_percent: Percent
    max_percent: Percent
    paid_to: Text


class BookingRules(Part):
    """Holding, cancelling, moving and arriving."""

    quote_valid_hours: Annotated[int, Field(ge=1), Kind("hours")]
    decide_minutes: Annotated[int, Field(ge=1), Kind("minutes")] = 20
    """A slot is kept this long while the customer decides."""
    hold_hours: Annotated[int, Field(ge=1), Kind("hours")]
    refund_days: Days
    free_reschedules: Count
    free_reschedule_hours: Hours
    reschedule_price: Money
    unit: PriceUnit
    arrival_min_minutes: Minutes
    arrival_max_minutes: Minutes


class Chef(Part):
    """One who goes to the customer; seeds the database once."""

    name: Annotated[str, Field(min_length=1)]
    home_zip: Zip
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    strengths: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    """What some events ask of whoever serves them, such as halal or food-handler."""
    works_from: Annotated[time | None, Kind("time")] = None
    works_until: Annotated[time | None, Kind("time")] = None
    max_miles: Annotated[Decimal | None, Field(ge=0), Kind("mile")] = None
    days_off: Weekdays = ()
    events_a_day: Annotated[int, Field(ge=1), Kind("count")]
    services: Annotated[tuple[str, ...], Field(min_length=1)]


class Matching(Part):
    """What each wish weighs when chefs are chosen for an event; 0 leaves it out."""

    language: Annotated[Decimal, Field(ge=0, le=100), Kind("count")] = Decimal(4)
    strengths: Annotated[Decimal, Field(ge=0, le=100), Kind("count")] = Decimal(3)
    past_chef: Annotated[Decimal, Field(ge=0, le=100), Kind("count")] = Decimal(3)
    travel: Annotated[Decimal, Field(ge=0, le=100), Kind("count")] = Decimal(2)
    fairness: Annotated[Decimal, Field(ge=0, le=100), Kind("count")] = Decimal(1)


class Diets(Part):
    """Diets that are catered for, and how long ahead they must be said."""

    notice_hours: Hours
    kinds: Table[Named]


class Area(Part):
    """Where the business goes, and what customers call its towns."""

    regions: Items
    aliases: Table[str] = Field(default_factory=dict)
    """What a customer may write to a town and state."""


class Fact(Part):
    """A fact of any name: a figure with its unit, a text, or a list."""

    value: Decimal | None = None
    unit: str | None = None
    text: Text | None = None
    items: Items | None = None


class EscalationRules(Part):
    """When people are told without being asked for."""

    event_hours: Hours = 48
    """Trouble with an event that is no further ahead than this goes to people at once."""


class Answers(Part):
    """How much one answer may take before it falls to the next model, or to a person."""

    steps: Annotated[int, Field(ge=1, le=20), Kind("count")] = 6
    """Model calls, each with the tool calls it asked for."""
    seconds: Annotated[int, Field(ge=5, le=50), Kind("count")] = 45
    tokens: Annotated[int, Field(ge=1_000), Kind("count")] = 60_000
    cents: Annotated[Decimal, Field(gt=0), Kind("count")] = Decimal(15)


class KnowledgeRules(Part):
    """How articles are searched: tuned on questions, see `make eval`."""

    words_weight: Annotated[Decimal, Field(ge=0, le=1), Kind("count")] = Decimal("0.06")
    """Of the words a question shares with an article, beside likeness of meaning."""
    other_language_weight: Annotated[Decimal, Field(ge=0, le=1), Kind("count")] = Decimal("0.015")
    """Taken off an article that is not in the customer's language."""


class Autonomy(Part):
    """Who answers on which topic: `auto`, `draft` (staff send) or `approved_text`."""

    default: TopicMode = TopicMode.AUTO
    topics: Table[TopicMode] = Field(default_factory=dict)
    """By intent, or by agent for all of its intents."""
    unlock_after: Annotated[int, Field(ge=1), Kind("count")] = 20
    """A drafted topic becomes automatic once so many of its drafts were decided ..."""
    unlock_percent: Percent = Decimal(90)
    """... and of the last so many, this share was sent unchanged."""


class Texts(Part):
    """Fixed wordings that the service needs by name."""

    opt_out: Text
    opt_in: Text
    help: Text
    cancel_question: Text
    desk_open: Text
    desk_closed: Text
    unknown: Text
    unsupported: Text


class Labels(Part):
    """What the lines of a quote are called that are no items."""

    minimum: Text
    travel: Text


class Profile(Part):
    """A whole business."""

    business: Business
    hours: OfficeHours
    services: Annotated[Table[Service], Field(min_length=1)]
    travel: Travel | None = None
    payment: Payment
    gratuity: Gratuity | None = None
    booking: BookingRules
    chefs: Annotated[Table[Chef], Field(min_length=1)]
    matching: Matching = Matching()
    diets: Diets | None = None
    area: Area
    facts: Table[Fact] = Field(default_factory=dict)
    follow_ups: FollowUps
    costs: Costs = Costs()
    escalation: EscalationRules = EscalationRules()
    emotion: EmotionRules
    answers: Answers = Answers()
    knowledge: KnowledgeRules = KnowledgeRules()
    autonomy: Autonomy = Autonomy()
    desk: DeskRules = DeskRules()
    manners: Manners = Manners()
    webchat: WebChat | None = None
    templates: Table[Template] = Field(default_factory=dict)
    """Approved words for a closed messaging window, by a name that staff pick them by."""
    labels: Labels
    texts: Texts

    def service(self, code: str = "") -> Service:
        """The service of that code, or the one the business sells by default.

        Raises:
            KeyError: the profile has no such service.
        """
        return self.services[code or self.business.default_service]

    def say(self, text: Mapping[str, str], language: str) -> str:
        """A text in the language, or in the home language where the profile does not speak it."""
        return text.get(language) or text[self.business.home_language]
