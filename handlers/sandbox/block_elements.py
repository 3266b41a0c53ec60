"""The limits of Block Kit's elements: buttons, menus, fields to fill in, pictures, and their texts.

Called by block_kit.py. Source: slack_sdk 3.47 constants and reference/block-kit/block-elements
(read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

Given = Mapping[str, object]
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# How many options each may have.
WITH_OPTIONS: Mapping[str, int] = {
    "static_select": 100,
    "multi_static_select": 100,
    "radio_buttons": 10,
    "checkboxes": 10,
    "overflow": 5,
}


def given(value: object) -> Given:
    """An object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> Sequence[Given] | None:
    """A list of objects, or None where it is none."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, Mapping) for v in value):
        return None
    return cast("Sequence[Given]", value)


def text_problem(value: object, most: int, *, kind: str = "") -> str:
    """What is wrong with a text object."""
    text = given(value)
    if text.get("type") not in ("plain_text", "mrkdwn") or (kind and text.get("type") != kind):
        return f"a text object of type {kind or 'plain_text or mrkdwn'} is needed"
    if "verbatim" in text and text["type"] == "plain_text":
        return "verbatim belongs to mrkdwn only"
    size = len(str(text.get("text", "")))
    return "" if 0 < size <= most else f"{size} characters of text, from 1 to {most}"


def problem_of_element(element: Given) -> str:
    """What is wrong with an element; empty where nothing is."""
    kind = str(element.get("type", ""))
    if len(str(element.get("action_id", ""))) > 255:
        return "action_id of more than 255 characters"
    if "placeholder" in element and (
        found := text_problem(element["placeholder"], 150, kind="plain_text")
    ):
        return f"placeholder: {found}"
    if "confirm" in element and (found := _confirm(given(element["confirm"]))):
        return f"confirm: {found}"
    if kind in WITH_OPTIONS:
        return _options(element, WITH_OPTIONS[kind])
    check = _CHECKS.get(kind)
    return check(element) if check else ""


def _button(element: Given) -> str:
    if found := text_problem(element.get("text"), 75, kind="plain_text"):
        return found
    if len(str(element.get("value", ""))) > 2000 or len(str(element.get("url", ""))) > 3000:
        return "value of more than 2000 or url of more than 3000 characters"
    known = element.get("style", "primary") in ("primary", "danger")
    return "" if known else "style: primary or danger"


def _confirm(confirm: Given) -> str:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if found := text_problem(confirm.get(name), most):
            return f"{name}: {found}"
    return ""


def _options(element: Given, most: int) -> str:
    options = items(element.get("options"))
    if options is None or not 1 <= len(options) <= most:
        return f"{len(options or ())} options, from 1 to {most}"
    for option in options:
        if found := text_problem(option.get("text"), 75):
            return f"option: {found}"
        if not 0 < len(str(option.get("value", ""))) <= 150:
            return "option: value from 1 to 150 characters"
        if "description" in option and (found := text_problem(option["description"], 75)):
            return f"option description: {found}"
    chosen = [given(element["initial_option"])] if "initial_option" in element else []
    chosen += items(element.get("initial_options")) or []
    if "initial_options" in element and not chosen:
        return "initial_options: at least one"
    return "" if all(each in options for each in chosen) else "the initial option is none of them"


def _plain_text_input(element: Given) -> str:
    most = element.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        return "max_length from 1 to 3000"
    size = len(str(element.get("initial_value", "")))
    return "" if size <= most else f"initial_value of {size} characters, at most {most}"


def _number_input(element: Given) -> str:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        return "is_decimal_allowed is needed"
    for name in ("min_value", "max_value", "initial_value"):
        if name in element and not isinstance(element[name], str):
            return f"{name}: a number as text"
    return ""


def _datepicker(element: Given) -> str:
    initial = str(element.get("initial_date", "2026-01-01"))
    return "" if DATE.fullmatch(initial) else "initial_date: YYYY-MM-DD"


def _image(element: Given) -> str:
    if not 0 < len(str(element.get("alt_text", ""))) <= 2000:
        return "alt_text from 1 to 2000 characters"
    if "image_url" not in element and "slack_file" not in element:
        return "image_url or slack_file is needed"
    return "" if len(str(element.get("image_url", ""))) <= 3000 else "image_url of more than 3000"


_CHECKS = {
    "button": _button,
    "plain_text_input": _plain_text_input,
    "number_input": _number_input,
    "datepicker": _datepicker,
    "image": _image,
}
