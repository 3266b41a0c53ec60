"""The fields of a party for whatever trade: counts as numbers, choices as words, a place, a day.

Made from the profile's services alone, read back strictly: what does not fit is an error beside its
field. No part of the desk itself; handlers/desk/quoting.py shows and reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from bot.booking.quote import CannotPrice, Order
from bot.desk.quoting import Wanted
from bot.profile import Item, Profile, Service
from bot.profile_kinds import Named
from channels.desk_blocks import (
    Block,
    checkboxes,
    date_input,
    field,
    number_input,
    option,
    text_input,
)

COUNT_MAX = 9_999
TICKS_MAX = 10
HINT_NAMES_MAX = 1500
ITEMS_MAX = 40
_PARTS = re.compile(r"[,;\n，、；]+")
_COUNTED = re.compile(
    r"(?:(?P<count>\d{1,4})\s*[x×]?\s*)?(?P<name>[^\d].{0,80}?)\s*(?:[x×]\s*(?P<after>\d{1,4}))?"
)

Values = Mapping[str, str]


class Wrong(Exception):
    """What was entered does not fit; why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def service_of(profile: Profile, code: str) -> Service:
    """The service of that code, or the one sold by default."""
    return profile.services.get(code) or profile.services[profile.business.default_service]


def blocks_of(profile: Profile, wanted: Wanted) -> tuple[Block, ...]:
    """The fields of the order's service, filled in as far as anything is known."""
    service, order = service_of(profile, wanted.order.service), wanted.order
    return (
        *_bands(profile, service, order),
        *_choices(profile, service, order),
        *_items(profile, service, order),
        *_hours(service, order),
        field(
            "place",
            "Town or ZIP of the event",
            text_input(value=wanted.place, most=80),
            optional=True,
        ),
        field(
            "day",
            "Day, if they named one",
            date_input(value=wanted.day.isoformat() if wanted.day else ""),
            optional=True,
        ),
    )


def _bands(profile: Profile, service: Service, order: Order) -> Iterator[Block]:
    for code, band in service.bands.items():
        label = profile.say(band.plural or band.name, "en")
        count = order.counts.get(code, 0)
        shown = number_input(value=str(count) if count else "", most=COUNT_MAX)
        yield field(f"counts.{code}", label[:1].upper() + label[1:], shown, optional=True)


def _choices(profile: Profile, service: Service, order: Order) -> Iterator[Block]:
    if service.choices is None or not service.options:
        return
    name = profile.say(service.choices.plural or service.choices.name, "en")
    further = profile.say(service.choices.further_name, "en")
    hint = f"As many as you know of, such as: 6 {_example(profile, service.options)}. There are: "
    hint += _names(profile, service.options)
    yield _words(
        "options",
        f"Chosen {name}",
        say_counts(profile, service.options, order.options),
        hint,
    )
    counted = say_counts(profile, service.options, order.further)
    yield _words("further", f"On top, each paid as {further}", counted, "The same names.")


def _items(profile: Profile, service: Service, order: Order) -> Iterator[Block]:
    for table, label, items, chosen in (
        ("add_ons", "Add-ons", service.add_ons, order.add_ons),
        ("extras", "Extras", service.extras, order.extras),
    ):
        if not items:
            continue
        if _are_ticks(items):
            ticks = [option(code, profile.say(item.name, "en")) for code, item in items.items()]
            shown = checkboxes(ticks, chosen=[code for code in items if chosen.get(code)])
            yield field(table, label, shown, optional=True)
            continue
        hint = f"Such as: 4 {_example(profile, items)}. There are: {_names(profile, items)}"
        yield _words(table, label, say_counts(profile, items, chosen), hint)


def _hours(service: Service, order: Order) -> Iterator[Block]:
    if service.pricing == "per_hour":
        hours = "" if order.hours is None else f"{order.hours.normalize():f}"
        yield field("hours", "Hours", text_input(value=hours, most=8), hint="Such as 2 or 2.5")


def _words(name: str, label: str, value: str, hint: str) -> Block:
    return field(name, label, text_input(value=value, most=1000), optional=True, hint=hint)


def _are_ticks(items: Mapping[str, Item]) -> bool:
    """Whether each is had once, and they are few enough to be ticked."""
    return len(items) <= TICKS_MAX and all(item.unit == "booking" for item in items.values())


def _example(profile: Profile, items: Mapping[str, Named]) -> str:
    return profile.say(list(items.values())[-1].name, "en")


def _names(profile: Profile, items: Mapping[str, Named]) -> str:
    return ", ".join(profile.say(item.name, "en") for item in items.values())[:HINT_NAMES_MAX]


def say_counts(profile: Profile, items: Mapping[str, Named], counts: Mapping[str, int]) -> str:
    """ "6 filet mignon, 2 lobster", as `read` takes it back."""
    known = [(items[code], count) for code, count in counts.items() if code in items and count]
    return ", ".join(f"{count} {profile.say(item.name, 'en')}" for item, count in known)


def read(profile: Profile, code: str, values: Values) -> Wanted:
    """The order that was entered, without its way.

    Raises:
        Wrong: something in a field cannot be read; every such field is named.
    """
    service, errors = service_of(profile, code), dict[str, str]()
    order = Order(
        service=code if code in profile.services else "",
        counts=_read_bands(service, values, errors),
        options=_read_words(profile, service.options, ("options", values), errors),
        further=_read_words(profile, service.options, ("further", values), errors),
        add_ons=_read_items(profile, service.add_ons, ("add_ons", values), errors),
        extras=_read_items(profile, service.extras, ("extras", values), errors),
        hours=_read_hours(service, values, errors),
    )
    day = _read_day(values, errors)
    if errors:
        raise Wrong(errors)
    return Wanted(order=order, place=" ".join(values.get("place", "").split()), day=day)


def _read_bands(service: Service, values: Values, errors: dict[str, str]) -> dict[str, int]:
    counts = {}
    for code in service.bands:
        typed = values.get(f"counts.{code}", "").strip()
        if not typed:
            continue
        is_count = typed.isascii() and typed.isdigit() and len(typed) <= 12
        if not is_count or int(typed) > COUNT_MAX:
            errors[f"counts.{code}"] = f"A whole number from 0 to {COUNT_MAX}."
        elif int(typed):
            counts[code] = int(typed)
    return counts


def _read_items(
    profile: Profile, items: Mapping[str, Item], of: tuple[str, Values], errors: dict[str, str]
) -> dict[str, int]:
    name, values = of
    if items and _are_ticks(items):
        ticked = [code for code in values.get(name, "").split(",") if code]
        if any(code not in items for code in ticked):
            errors[name] = "Something ticked here is not sold any more. Open the window again."
        return dict.fromkeys(ticked, 1)
    return _read_words(profile, items, of, errors)


def _read_words(
    profile: Profile, items: Mapping[str, Named], of: tuple[str, Values], errors: dict[str, str]
) -> dict[str, int]:
    """Counts by code out of "6 filet mignon, 2 lobster"."""
    name, values = of
    known, counts = _lexicon(items), dict[str, int]()
    parts = [part for part in map(str.strip, _PARTS.split(values.get(name, ""))) if part]
    if len(parts) > ITEMS_MAX:
        errors[name] = f"At most {ITEMS_MAX} at once; this has {len(parts)}."
    for part in parts[:ITEMS_MAX]:
        found = _COUNTED.fullmatch(part)
        code = known.get(_folded(found["name"])) if found else None
        count = found and (found["count"] or found["after"])
        if code is None:
            errors[name] = f"“{part[:60]}” is none of: {_names(profile, items)[:600]}"
        elif not count and getattr(items[code], "unit", "") != "booking":
            errors[name] = f"How many of “{part[:60]}”? Write the number before it."
        else:
            counts[code] = counts.get(code, 0) + int(count or 1)
    return counts


def _lexicon(items: Mapping[str, Named]) -> dict[str, str]:
    """Every name and word that customers use for something, in every language, with its code."""
    known: dict[str, str] = {}
    for code, item in items.items():
        said = [code, code.replace("_", " "), *item.name.values()]
        said += [word for words in item.words.values() for word in words]
        known |= {_folded(each): code for each in reversed(said)}
    return known


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _read_hours(service: Service, values: Values, errors: dict[str, str]) -> Decimal | None:
    typed = values.get("hours", "").strip().replace(",", ".")
    if service.pricing != "per_hour" or not typed:
        return None
    try:
        hours = Decimal(typed)
    except InvalidOperation:
        hours = Decimal(-1)
    if not hours.is_finite() or hours <= 0:
        errors["hours"] = "A number of hours, such as 2 or 2.5."
        return None
    return hours


def _read_day(values: Values, errors: dict[str, str]) -> date | None:
    typed = values.get("day", "")
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        errors["day"] = "A day, such as 2026-12-05."
        return None


def errors_of(profile: Profile, code: str, refused: CannotPrice) -> dict[str, str]:
    """Why there is no price, each beside the field that it is about."""
    first = f"counts.{next(iter(service_of(profile, code).bands))}"
    errors: dict[str, str] = {}
    for reason in refused.reasons:
        table = reason.field.partition(".")[0]
        place = {"counts": first, "miles": "place", "service": first}.get(table, table)
        place = reason.field if reason.field.startswith("counts.") else place
        said = reason.message[:1].upper() + reason.message[1:] + "."
        errors[place] = f"{errors[place]} {said}" if place in errors else said
    return errors
