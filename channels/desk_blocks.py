"""Block Kit in small pieces: texts that cannot mention or link, buttons, modals and their inputs.

Everything shown at the desk is put together from these, so that its limits hold in one place.
Source: Slack, reference/block-kit and slack_sdk 3.47's constants (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from channels.text import clean, split

MAX_SECTION = 3000
MAX_HEADER = 150
MAX_WORDS = 600
MAX_BUTTON = 75
MAX_VALUE = 2000
MAX_TITLE = 24
MAX_OPTION = 75
MAX_METADATA = 3000
MAX_PLACEHOLDER = 150
MAX_INPUT = 3000

Block = dict[str, object]


def escape(text: str) -> str:
    """Text in which Slack finds no mention, link or command, whatever a customer typed."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def header(text: str) -> Block:
    # Plain text is shown as it is; only mrkdwn needs escaping.
    words = cut(" ".join(clean(text).split()), MAX_HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": words, "emoji": False}}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(cut(text, MAX_SECTION))}


def context(text: str) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [mrkdwn(cut(text, MAX_SECTION))]}


def divider() -> Block:
    """A line between parts."""
    return {"type": "divider"}


def mrkdwn(text: str) -> Block:
    # Verbatim keeps Slack from turning what a customer typed into links and mentions.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def short(text: str, limit: int) -> str:
    return cut(escape(" ".join(text.split())), limit)


def quoted(text: str) -> str:
    words = cut(escape(text.strip()), MAX_WORDS) or "(no text)"
    return "\n".join(f">{line}" for line in words.split("\n")[:20])


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, ended by an ellipsis where something is left out."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    kept = (split(text[:limit], limit - 1) or ("",))[0]
    # An escape sequence that was cut in half would show as rubbish.
    head, mark, tail = kept.rpartition("&")
    return (head if mark and ";" not in tail else kept) + "…"


def moment(at: datetime) -> str:
    # Slack shows each reader this moment in their own zone; the words after | are the fallback.
    stamp = int(at.timestamp())
    return f"<!date^{stamp}^{{date_short_pretty}} {{time}}|{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC>"


def plain(text: str, limit: int) -> Block:
    """Text that is shown as it is."""
    return {"type": "plain_text", "text": cut(clean(text).strip(), limit) or "-", "emoji": True}


def button(
    action: str,
    label: str,
    *,
    value: str = "",
    style: Literal["", "primary", "danger"] = "",
    confirm: str = "",
) -> Block:
    """A button; `action` may end in ":" and more, to be the only one of its name in the message."""
    made: Block = {"type": "button", "action_id": action, "text": plain(label, MAX_BUTTON)}
    if value:
        made["value"] = value[:MAX_VALUE]
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = {
            "title": plain("Are you sure?", 100),
            "text": plain(confirm, 300),
            "confirm": plain("Yes", 30),
            "deny": plain("No", 30),
        }
    return made


def link_button(action: str, label: str, url: str) -> Block:
    """A button that opens an address."""
    return {**button(action, label), "url": url}


def actions(buttons: Sequence[Block], *, block: str = "") -> Block:
    """Buttons in a row, at most 25."""
    made: Block = {"type": "actions", "elements": list(buttons[:25])}
    return {**made, "block_id": block} if block else made


def option(value: str, label: str, description: str = "") -> Block:
    """One of several to choose from."""
    made: Block = {"text": plain(label, MAX_OPTION), "value": value[:150]}
    return {**made, "description": plain(description, MAX_OPTION)} if description else made


def field(
    name: str, label: str, element: Mapping[str, object], *, optional: bool = False, hint: str = ""
) -> Block:
    """A labelled input of a modal; what is entered comes back under `name`."""
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, 2000),
        "element": {**element, "action_id": name},
        "optional": optional,
    }
    return {**made, "hint": plain(hint, 2000)} if hint else made


def text_input(
    *, value: str = "", lines: bool = False, most: int = MAX_INPUT, placeholder: str = ""
) -> Block:
    """A field for words."""
    made: Block = {"type": "plain_text_input", "multiline": lines, "max_length": min(most, 3000)}
    if value:
        made["initial_value"] = cut(clean(value), min(most, 3000))
    if placeholder:
        made["placeholder"] = plain(placeholder, MAX_PLACEHOLDER)
    return made


def number_input(*, value: str = "", least: int = 0, most: int = 1000) -> Block:
    """A field for a whole number."""
    made: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(least),
        "max_value": str(most),
    }
    return {**made, "initial_value": value} if value else made


def select(options: Sequence[Block], *, value: str = "", placeholder: str = "") -> Block:
    """One out of a list, at most 100."""
    made: Block = {"type": "static_select", "options": list(options[:100])}
    chosen = next((each for each in options[:100] if each["value"] == value), None)
    if chosen is not None:
        made["initial_option"] = chosen
    if placeholder:
        made["placeholder"] = plain(placeholder, MAX_PLACEHOLDER)
    return made


def radio(options: Sequence[Block], *, value: str = "") -> Block:
    """One out of a few, all seen, at most 10."""
    made: Block = {"type": "radio_buttons", "options": list(options[:10])}
    chosen = next((each for each in options if each["value"] == value), None)
    return made if chosen is None else {**made, "initial_option": chosen}


def checkboxes(options: Sequence[Block], *, chosen: Sequence[str] = ()) -> Block:
    """Any of a few, at most 10."""
    made: Block = {"type": "checkboxes", "options": list(options[:10])}
    ticked = [each for each in options[:10] if each["value"] in chosen]
    return {**made, "initial_options": ticked} if ticked else made


def date_input(*, value: str = "") -> Block:
    """A day, as 2026-12-05."""
    made: Block = {"type": "datepicker"}
    return {**made, "initial_date": value} if value else made


def modal(
    name: str, title: str, blocks: Sequence[Block], *, submit: str = "", metadata: str = ""
) -> Block:
    """A window of at most 100 blocks; without `submit` it only shows.

    Raises:
        ValueError: `metadata` is longer than the vendor keeps.
    """
    if len(metadata) > MAX_METADATA:
        raise ValueError(f"metadata of {len(metadata)} characters")
    made: Block = {
        "type": "modal",
        "callback_id": name,
        "title": plain(title, MAX_TITLE),
        "close": plain("Close", MAX_TITLE),
        "blocks": list(blocks[:100]),
        "private_metadata": metadata,
    }
    return {**made, "submit": plain(submit, MAX_TITLE)} if submit else made
