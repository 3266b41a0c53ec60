"""Meta's webhook as messages, receipts, wishes and news: every entry, change and item of a batch.

A post holds up to a thousand updates. One that cannot be read is noted with its place and stops
none of the others; only a body that is no batch at all is refused. Source: Meta, webhooks/overview
and webhooks/reference/* (2026-04-05 to 2026-06-17), read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain import Message, Scope, Status
from bot.domain_sending import Preference, Receipt
from bot.domain_vendors import News
from bot.errors import BadPayload
from channels.base import Parsed
from channels.whatsapp_cloud_codes import STATUSES, Outcome, judge
from channels.whatsapp_cloud_fields import Row, handles, moment, needed_id, row, rows, word
from channels.whatsapp_cloud_messages import NAME, Place, is_words, to_echo, to_message
from channels.whatsapp_cloud_news import read_news, read_system, read_trouble

OBJECT = "whatsapp_business_account"
UNREAD_MAX = 50
"""Reasons kept of one batch; the request is kept whole in any case."""


@dataclass(slots=True)
class Found:
    """What a batch held so far."""

    messages: list[Message] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def as_parsed(self) -> Parsed:
        """The same as a value."""
        return Parsed(
            messages=tuple(self.messages),
            receipts=tuple(self.receipts),
            preferences=tuple(self.preferences),
            news=tuple(self.news),
            unread=tuple(self.unread[:UNREAD_MAX]),
        )


def parse_batch(body: bytes, place: Place) -> Parsed:
    """All that a request holds for our number.

    Raises:
        BadPayload: it is no batch of WhatsApp's.
    """
    batch = _load(body)
    if word(batch, "object") != OBJECT:
        raise BadPayload(f"object must be {OBJECT}")
    found = Found()
    for index, item in enumerate(rows(batch.get("entry"), "entry")):
        entry = row(item)
        with_place = f"entry[{index}]"
        for at, change in _each(entry, "changes", with_place, found):
            _take_change(found, at, row(change), entry, place)
    return found.as_parsed()


def _load(body: bytes) -> Row:
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is no JSON") from error
    if not isinstance(batch, dict):
        raise BadPayload("the body is no JSON object")
    return batch


def _each(holder: Row, name: str, at: str, found: Found) -> Iterator[tuple[str, object]]:
    """The items of a list with their places; a list that is none is noted."""
    try:
        items = rows(holder.get(name), name)
    except BadPayload as error:
        found.unread.append(f"{at}: {error}")
        return
    for index, item in enumerate(items):
        yield f"{at}.{name}[{index}]", item


def _take_change(found: Found, at: str, change: Row, entry: Row, place: Place) -> None:
    value, name = row(change.get("value")), word(change, "field")
    metadata = row(value.get("metadata"))
    ours = word(metadata, "phone_number_id")
    if ours and ours != place.phone_number_id:
        # One address serves all numbers of an app; what came to another one is not for us.
        return
    for key, take in _ITEMS.items():
        for spot, item in _each(value, key, f"{at}.value", found):
            _try(found, spot, take, (row(item), value, place))
    _try(found, at, _take_news, (change, entry, place))
    if name == "messages" and not ours:
        found.unread.append(f"{at}.value.metadata.phone_number_id is missing")


Taker = Callable[[Found, Row, Row, Place], None]


def _try(found: Found, at: str, take: Taker, what: tuple[Row, Row, Place]) -> None:
    """Take one item in, or note why not; whatever it is made of, the others go on."""
    try:
        take(found, *what)
    except BadPayload as error:
        found.unread.append(f"{at}: {error}")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Our reader is wrong here, not the vendor; no text of the error, which may quote a value.
        found.unread.append(f"{at}: {type(error).__name__}")


def _take_message(found: Found, item: Row, value: Row, place: Place) -> None:
    if not item:
        raise BadPayload("no object")
    if not _is_for_us(value):
        return
    if word(item, "type") == "system":
        found.news += read_system(item)
    elif is_words(item):
        found.messages.append(to_message(item, _contact_of(item, value), place))


def _is_for_us(value: Row) -> bool:
    """Without our number's id nobody can tell whom it was written to; noted for the change."""
    return bool(word(row(value.get("metadata")), "phone_number_id"))


def _contact_of(item: Row, value: Row) -> Row:
    """What the batch tells of the writer: by number or user id, or the only one where there is no
    more than one."""
    contacts = [row(each) for each in rows(value.get("contacts"), "contacts")]
    number, user = word(item, "from"), word(item, "from_user_id")
    for contact in contacts:
        same_user = user and word(contact, "user_id") == user
        if same_user or (number and word(contact, "wa_id") == number):
            return contact
    is_only = len(contacts) == 1 and len(rows(value.get("messages"), "messages")) == 1
    return contacts[0] if is_only else {}


def _take_echo(found: Found, item: Row, value: Row, place: Place) -> None:
    if _is_for_us(value) and is_words(item):
        found.messages.append(to_echo(item, place))


def _take_status(found: Found, item: Row, value: Row, place: Place) -> None:
    if not item:
        raise BadPayload("no object")
    status = STATUSES.get(word(item, "status"))
    if status is None or word(item, "recipient_type") == "group":
        return
    code = _code_of(item) if status is Status.FAILED else ""
    verdict = judge(code) if code else None
    outcome = verdict.outcome if verdict else None
    found.receipts.append(
        Receipt(
            channel=NAME,
            external_id=needed_id(item),
            status=status,
            code=code,
            reason=verdict.words if verdict else "",
            bad_address=outcome is Outcome.BAD_ADDRESS,
            is_soft=outcome is Outcome.SOFT,
            tag=word(item, "biz_opaque_callback_data")[:64],
        )
    )
    if outcome is Outcome.NO_PROMOTION:
        found.preferences.append(_refusal(item, code))


def _code_of(item: Row) -> str:
    errors = rows(item.get("errors"), "errors")
    return word(row(errors[0]), "code")[:10] if errors else ""


def _refusal(item: Row, code: str) -> Preference:
    """That the code of a failed send tells of a wish."""
    return Preference(
        channel=NAME,
        handle=_handle(item, "recipient_id", "recipient_user_id"),
        wants=False,
        scope=Scope.PROMOTIONAL,
        said_at=moment(item),
        words=code,
    )


def _take_preference(found: Found, item: Row, value: Row, place: Place) -> None:
    """Source: Meta, webhooks/reference/user_preferences: stop and resume of marketing messages."""
    wish = {"stop": False, "resume": True}.get(word(item, "value"))
    if wish is None or word(item, "category") not in ("marketing_messages", ""):
        return
    found.preferences.append(
        Preference(
            channel=NAME,
            handle=_handle(item, "wa_id", "user_id"),
            wants=wish,
            scope=Scope.PROMOTIONAL,
            said_at=moment(item),
            words=f"marketing_messages {word(item, 'value')}",
        )
    )


def _handle(item: Row, number: str, user: str) -> str:
    return handles(word(item, number), word(item, user), (number, user))[0]


def _take_trouble(found: Found, item: Row, value: Row, place: Place) -> None:
    found.news += read_trouble(item)


def _take_news(found: Found, change: Row, entry: Row, place: Place) -> None:
    found.news += read_news(change, entry)


_ITEMS: Mapping[str, Taker] = {
    "messages": _take_message,
    "message_echoes": _take_echo,
    "statuses": _take_status,
    "user_preferences": _take_preference,
    "errors": _take_trouble,
}
