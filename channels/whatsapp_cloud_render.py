"""An outbound message as Meta's JSON: text, template, buttons, a list, or a file with its words.

Knows Meta's bounds and what is done where something does not fit: choices that cannot be shown are
left out, since the text says it all. Source: business-messaging-api_v23.0.yaml (2025-11-21) and
messages/interactive-* pages, read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import Author
from bot.domain_sending import Choice, OutboundMessage, TemplateUse
from bot.errors import VendorRefused
from channels.phones import is_opaque

Body = dict[str, object]

INTERACTIVE_MAX = 1024
CAPTION_MAX = 1024
BUTTONS_MAX, BUTTON_TITLE = 3, 20
ROWS_MAX, ROW_TITLE, ROW_DETAIL = 10, 24, 72
OPENER_MAX = 20
VALUE_MAX = 1024
QUOTE_AFTER = timedelta(minutes=10)
"""An answer that comes later than this shows what it answers: more may have been said since."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Held:
    """Where Meta finds the file that goes with a message: an upload of ours, or a link to us."""

    id: str = ""
    link: str = ""


def to_body(message: OutboundMessage, held: Held | None = None) -> Body:
    """The request for one row of the outbox; `held` is where its file is.

    Raises:
        VendorRefused: Meta could not take it in any form; the code says why.
    """
    body = _addressed(message)
    if message.template is not None:
        return body | {"type": "template", "template": _template(message.template)}
    if message.media:
        return body | _file(message, held or Held(link=message.media[0].url))
    shown = _interactive(message)
    if shown is not None:
        return body | {"type": "interactive", "interactive": shown}
    preview = {"preview_url": False} if "http" in message.text else {}
    return body | {"type": "text", "text": {"body": message.text, **preview}}


def _addressed(message: OutboundMessage) -> Body:
    """To whom, what it answers, and our own name for it, which comes back with each status (I5).

    A number and a user id are told apart by form: `recipient` stands instead of `to`.
    """
    to = message.recipient
    whom = {"recipient": to} if is_opaque(to) else {"to": to.removeprefix("+")}
    body: Body = {"messaging_product": "whatsapp", "recipient_type": "individual", **whom}
    body["biz_opaque_callback_data"] = str(message.id)
    if (quoted := _quoted(message)) is not None:
        body["context"] = {"message_id": quoted}
    return body


def _quoted(message: OutboundMessage) -> str | None:
    """The customer's message to be shown above ours, where it is not plainly the last one.

    Only ids that Meta gave: a customer who came over from another carrier has others.
    """
    answered = message.answered
    if answered is None or not message.is_reply or not answered.external_id.startswith("wamid."):
        return None
    is_late = message.claimed_at - answered.said_at > QUOTE_AFTER
    return answered.external_id if is_late or message.author is Author.STAFF else None


def _template(used: TemplateUse) -> Body:
    """By `name:language`, with what stands in its gaps.

    Raises:
        VendorRefused: the id is another carrier's.
    """
    name, _, language = used.content_id.partition(":")
    if not name or not language:
        raise VendorRefused(
            "the template has no name and language of Meta's", code="foreign_template"
        )
    template: Body = {"name": name, "language": {"code": language}}
    parameters = [_parameter(gap, used.variables[gap]) for gap in _in_order(used.variables)]
    if parameters:
        template["components"] = [{"type": "body", "parameters": parameters}]
    return template


def _in_order(variables: Mapping[str, str]) -> Sequence[str]:
    if all(gap.isascii() and gap.isdigit() for gap in variables):
        return sorted(variables, key=int)
    return list(variables)


def _parameter(gap: str, value: str) -> Body:
    """One value: Meta refuses line ends, tabs and more than four spaces in a row."""
    text = _SPACES.sub(" ", value).strip()[:VALUE_MAX] or "-"
    named = {} if gap.isdigit() else {"parameter_name": gap}
    return {"type": "text", **named, "text": text}


def _interactive(message: OutboundMessage) -> Body | None:
    """Buttons for a few short choices, a list for more, nothing where either would not fit."""
    choices = message.choices
    fits = 0 < _width(message.text) <= INTERACTIVE_MAX
    if not choices or not fits or len({each.title for each in choices}) != len(choices):
        return None
    body = {"text": message.text}
    if len(choices) <= BUTTONS_MAX and _fit(choices, BUTTON_TITLE):
        buttons = [{"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in choices]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    opener = message.choose
    is_list = len(choices) <= ROWS_MAX and _fit(choices, ROW_TITLE) and bool(opener)
    if not is_list or _width(opener) > OPENER_MAX:
        return None
    lines = [_row(each) for each in choices]
    return {
        "type": "list",
        "body": body,
        "action": {"button": opener, "sections": [{"rows": lines}]},
    }


def _row(choice: Choice) -> Body:
    detail = {"description": choice.detail[:ROW_DETAIL]} if choice.detail else {}
    return {"id": choice.id, "title": choice.title, **detail}


def _fit(choices: Sequence[Choice], title_max: int) -> bool:
    return all(0 < _width(each.title) <= title_max and 0 < len(each.id) <= 200 for each in choices)


def _width(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _file(message: OutboundMessage, held: Held) -> Body:
    """A file, by id or link, with the text under it where WhatsApp shows one.

    Raises:
        VendorRefused: there is more than one, or words that it cannot bear.
    """
    if len(message.media) > 1:
        raise VendorRefused("WhatsApp takes one file in a message", code="several_files")
    media = message.media[0]
    kind = kind_of(media.content_type)
    shown: Body = {"id": held.id} if held.id else {"link": held.link}
    if message.text:
        if kind == "audio" or _width(message.text) > CAPTION_MAX:
            raise VendorRefused("the words do not fit under the file", code="caption")
        shown["caption"] = message.text
    if kind == "document" and media.name:
        shown["filename"] = media.name[:240]
    return {"type": kind, kind: shown}


def kind_of(content_type: str) -> str:
    """How WhatsApp shows a file of this type; what it has no player for is a document."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("image/jpeg", "image/png"):
        return "image"
    if kind in ("video/mp4", "video/3gpp"):
        return "video"
    if kind in ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"):
        return "audio"
    return "document"
