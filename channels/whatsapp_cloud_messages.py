"""One message of Meta's webhook as ours: what kind it is, and what it says in plain words.

Which field holds the words is a table by type; a type that no row knows is UNSUPPORTED and keeps no
words. Source: Meta, webhooks/reference/messages/* (2026-05-21), and the field names of edits and
revokes as david-lev/pywa reads them (2026-08-12), read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain import Author, Direction, Kind, Media, Message
from bot.errors import BadPayload
from channels.text import clean
from channels.whatsapp_cloud_fields import Row, few, handles, moment, needed_id, row, rows, word

NAME = "whatsapp"
MAX_CARDS = 10
MAX_LINES = 50
MAX_WORDS = 4000
NOT_WORDS = frozenset({"system", "request_welcome"})
"""What is told by Meta and said by nobody: a changed number, and a chat that was only opened."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says."""

    kind: Kind
    text: str = ""
    media: tuple[Media, ...] = ()
    extras: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where media ids are asked for, and which of our numbers it came to."""

    media_base: str
    phone_number_id: str


def is_words(item: Row) -> bool:
    """Whether somebody wrote it to us alone. What is said in a group is said to everybody there:
    it opens no window, and an answer to one of them would answer what nobody asked us."""
    return word(item, "type") not in NOT_WORDS and not word(item, "group_id")


def to_message(item: Row, contact: Row, place: Place) -> Message:
    """A customer's message.

    Raises:
        BadPayload: a needed field is missing or malformed; the message names it.
    """
    sender, also = handles(
        word(item, "from") or word(contact, "wa_id"),
        word(item, "from_user_id") or word(contact, "user_id"),
        ("from", "from_user_id"),
    )
    said = read(item, place)
    return Message(
        channel=NAME,
        external_id=needed_id(item),
        sender=sender,
        recipient=place.phone_number_id,
        kind=said.kind,
        text=said.text,
        media=said.media,
        sent_at=moment(item),
        extras=_extras(item, contact, said, also or ("" if sender.startswith("+") else sender)),
        also=also,
    )


def to_echo(item: Row, place: Place) -> Message:
    """What a colleague sent from the phone app: staff's words, already sent.

    Raises:
        BadPayload: a needed field is missing or malformed.
    """
    recipient, _also = handles(word(item, "to"), word(item, "to_user_id"), ("to", "to_user_id"))
    said = read(item, place)
    return Message(
        channel=NAME,
        external_id=needed_id(item),
        sender=place.phone_number_id,
        recipient=recipient,
        direction=Direction.OUTBOUND,
        author=Author.STAFF,
        kind=said.kind,
        text=said.text,
        media=said.media,
        sent_at=moment(item),
    )


def read(item: Row, place: Place) -> Said:
    """Kind, words and files."""
    kind = word(item, "type")
    return _READERS.get(kind, _unsupported)(item, kind, place)


def _extras(item: Row, contact: Row, said: Said, user: str) -> Mapping[str, str]:
    context, referral = row(item.get("context")), row(item.get("referral"))
    is_forwarded = context.get("forwarded") or context.get("frequently_forwarded")
    return few(
        {
            "profile_name": word(row(contact.get("profile")), "name"),
            "username": word(row(contact.get("profile")), "username"),
            "external_user_id": user,
            "replied_to": word(context, "id"),
            "forwarded": "yes" if is_forwarded is True else "",
            "referral": word(referral, "headline") or word(referral, "source_id"),
            **(said.extras or {}),
        }
    )


def _text(item: Row, kind: str, place: Place) -> Said:
    body = row(item.get("text"))
    if "body" not in body:
        raise BadPayload("text.body is missing")
    return Said(Kind.TEXT, word(body, "body"))


def _file(item: Row, kind: str, place: Place) -> Said:
    """A file, by its id: the address that may stand beside it is good for minutes only."""
    file = row(item.get(kind))
    media_id = needed_id(file)
    if not (media_id.isascii() and media_id.isdigit()):
        raise BadPayload(f"{kind}.id is no number")
    media = Media(
        f"{place.media_base}/{media_id}",
        word(file, "mime_type")[:100] or "application/octet-stream",
        word(file, "filename")[:200],
    )
    is_voice = kind == "voice" or file.get("voice") is True
    return Said(Kind.MEDIA, word(file, "caption"), (media,), {"voice": "yes" if is_voice else ""})


def _location(item: Row, kind: str, place: Place) -> Said:
    """The place in words, always with its coordinates."""
    spot = row(item.get("location"))
    at = {name: word(spot, name) for name in ("latitude", "longitude")}
    for name, value in at.items():
        try:
            float(value)
        except ValueError as error:
            raise BadPayload(f"location.{name} is missing or no number") from error
    named = ", ".join(filter(None, (word(spot, "name"), word(spot, "address"))))
    text = f"{named} ({at['latitude']}, {at['longitude']})".strip()
    return Said(Kind.LOCATION, text, extras=at)


def _contacts(item: Row, kind: str, place: Place) -> Said:
    """Somebody's card in words: a name, and how they are reached."""
    lines = []
    for each in rows(item.get("contacts"), "contacts")[:MAX_CARDS]:
        card = row(each)
        ways = [
            word(row(way), field)
            for name, field in (("phones", "phone"), ("emails", "email"))
            for way in rows(card.get(name), f"contacts.{name}")[:3]
        ]
        name = word(row(card.get("name")), "formatted_name")
        lines.append(", ".join(filter(None, (name, *ways))))
    return Said(Kind.TEXT, "\n".join(filter(None, lines)), extras={"card": "yes"})


def _reaction(item: Row, kind: str, place: Place) -> Said:
    """An emoji on one of our messages; none where it was taken away again."""
    reaction = row(item.get("reaction"))
    emoji = word(reaction, "emoji")
    extras = {"reacted_to": word(reaction, "message_id"), "removed": "" if emoji else "yes"}
    return Said(Kind.REACTION, emoji, extras=extras)


def _button(item: Row, kind: str, place: Place) -> Said:
    """A quick reply of a template: what stood on it is what was said."""
    button = row(item.get("button"))
    words, payload = word(button, "text"), word(button, "payload")
    return Said(Kind.BUTTON, words or payload, extras={"button_payload": payload})


def _interactive(item: Row, kind: str, place: Place) -> Said:
    """A tap on a button or a line of a list of ours, or a form that was filled in."""
    answer = row(item.get("interactive"))
    for name in ("button_reply", "list_reply"):
        tapped = row(answer.get(name))
        if tapped:
            extras = {"button_payload": word(tapped, "id")}
            return Said(Kind.BUTTON, word(tapped, "title"), extras=extras)
    form = row(answer.get("nfm_reply"))
    if form:
        return Said(Kind.TEXT, _form_text(form), extras={"form": word(form, "name")})
    return Said(Kind.UNSUPPORTED, extras={"type": word(answer, "type")})


def _form_text(form: Row) -> str:
    """What was filled in, a line each; its token is Meta's business."""
    try:
        answers = json.loads(word(form, "response_json") or "{}")
    except ValueError as error:
        raise BadPayload("interactive.nfm_reply.response_json is no JSON") from error
    except RecursionError as error:
        raise BadPayload("interactive.nfm_reply.response_json is too deep") from error
    lines = [
        f"{clean(str(name))}: {word(row(answers), name)}"
        for name in row(answers)
        if name != "flow_token" and word(row(answers), name)
    ]
    return "\n".join(lines[:MAX_LINES])[:MAX_WORDS] or word(form, "body")


def _order(item: Row, kind: str, place: Place) -> Said:
    """A basket of the catalogue: what and how many. Its prices are nobody's promise (I8)."""
    order = row(item.get("order"))
    lines = [word(order, "text")]
    for each in rows(order.get("product_items"), "order.product_items")[:MAX_LINES]:
        product = row(each)
        name = word(product, "product_retailer_id")
        lines.append(f"{word(product, 'quantity') or '1'} x {name}" if name else "")
    return Said(Kind.TEXT, "\n".join(filter(None, lines)), extras={"order": "yes"})


def _edit(item: Row, kind: str, place: Place) -> Said:
    """New words for a message that was sent before."""
    edit = row(item.get("edit"))
    inner = row(edit.get("message"))
    if word(inner, "type") == "edit":
        raise BadPayload("edit.message is an edit itself")
    new = read(inner, place)
    extras = {"edited": word(edit, "original_message_id")}
    return Said(Kind.EDIT, new.text, new.media, extras)


def _revoke(item: Row, kind: str, place: Place) -> Said:
    """A message that its writer has taken back."""
    revoked = word(row(item.get("revoke")), "original_message_id")
    return Said(Kind.DELETION, extras={"deleted": revoked})


def _unsupported(item: Row, kind: str, place: Place) -> Said:
    """What Meta cannot show us, or what it has thought of since."""
    found = rows(item.get("errors"), "errors")
    code = word(row(found[0]), "code") if found else ""
    return Said(Kind.UNSUPPORTED, extras={"type": kind, "code": code})


Reader = Callable[[Row, str, Place], Said]

_READERS: Mapping[str, Reader] = {
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "voice", "document", "sticker"), _file),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
}
