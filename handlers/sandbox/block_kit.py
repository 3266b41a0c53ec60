"""The limits of Block Kit that Slack enforces, so that what it would refuse fails here as it would.

Messages, windows and homes; what is wrong is said with its place and its limit, never its text.
Source: slack_sdk 3.47 constants, reference/block-kit and bolt-js issue 2509 on the ceiling of all
blocks together, which no document names; read 2026-11-22. One rule is stricter than the vendor's:
an action's name stands once in a whole message, not only in its block.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from handlers.sandbox.block_elements import Given, given, items, problem_of_element, text_problem

Surface = Literal["message", "modal", "home"]
MAX_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MAX_TOGETHER = 13_000
MAX_NAME = 255
KNOWN_TYPES = frozenset(
    "header section context divider actions image input markdown rich_text video file".split()
)
IN_ACTIONS = frozenset(
    "button static_select overflow datepicker timepicker datetimepicker checkboxes radio_buttons "
    "users_select conversations_select channels_select external_select".split()
)


def refusal(blocks: Sequence[Given]) -> tuple[str, str] | None:
    """Slack's error for a message's blocks with what is wrong, or None when it would take them."""
    if found := problem(blocks, "message"):
        return "invalid_blocks", found
    size = len(json.dumps(list(blocks), ensure_ascii=False))
    if size > MAX_TOGETHER:
        return "msg_blocks_too_long", f"{size} characters together, at most {MAX_TOGETHER}"
    return None


def problem_of_view(view: Given) -> str:
    """What Slack would not take of a window or a home; empty where it would take it."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return "/view/type: modal or home"
    if len(str(view.get("private_metadata", ""))) > 3000:
        return "/view/private_metadata: more than 3000 characters"
    if len(str(view.get("callback_id", ""))) > MAX_NAME:
        return f"/view/callback_id: more than {MAX_NAME} characters"
    blocks = items(view.get("blocks"))
    if blocks is None:
        return "/view/blocks: a list of objects"
    if kind == "modal" and (found := _modal_problem(view, blocks)):
        return found
    return problem(blocks, "modal" if kind == "modal" else "home")


def _modal_problem(view: Given, blocks: Sequence[Given]) -> str:
    for name in ("title", "submit", "close"):
        if (name == "title" or name in view) and (
            found := text_problem(view.get(name), 24, kind="plain_text")
        ):
            return f"/view/{name}: {found}"
    if any(each.get("type") == "input" for each in blocks) and "submit" not in view:
        return "/view/submit: needed where there is an input"
    return ""


def problem(blocks: Sequence[Given], surface: Surface) -> str:
    """What is wrong with the first block that is; empty where nothing is."""
    if len(blocks) > MAX_BLOCKS[surface]:
        return f"/blocks: {len(blocks)} of them, at most {MAX_BLOCKS[surface]}"
    for at, block in enumerate(blocks):
        if found := _problem_of(block):
            return f"/blocks/{at}: {found}"
    for name, of in (("block_id", _block_ids), ("action_id", _action_ids)):
        twice = _twice(of(blocks))
        if twice:
            return f"/blocks: {name} {twice} stands there twice"
    return ""


def _problem_of(block: Given) -> str:
    kind = str(block.get("type", ""))
    if kind not in KNOWN_TYPES:
        return f"unknown type {kind}"
    if len(str(block.get("block_id", ""))) > MAX_NAME:
        return f"block_id of more than {MAX_NAME} characters"
    check = _CHECKS.get(kind)
    return check(block) if check else ""


def _header(block: Given) -> str:
    return text_problem(block.get("text"), 150, kind="plain_text")


def _section(block: Given) -> str:
    fields = items(block.get("fields")) or ()
    if "text" not in block and not fields:
        return "a section needs text or fields"
    if "text" in block and (found := text_problem(block["text"], 3000)):
        return found
    if len(fields) > 10:
        return f"{len(fields)} fields, at most 10"
    wrong = next((found for each in fields if (found := text_problem(each, 2000))), "")
    accessory = given(block.get("accessory"))
    return wrong or (problem_of_element(accessory) if accessory else "")


def _context(block: Given) -> str:
    elements = items(block.get("elements")) or ()
    if not 1 <= len(elements) <= 10:
        return f"{len(elements)} elements, from 1 to 10"
    return next(
        (
            found
            for each in elements
            if (
                found := problem_of_element(each)
                if each.get("type") == "image"
                else text_problem(each, 3000)
            )
        ),
        "",
    )


def _actions(block: Given) -> str:
    elements = items(block.get("elements")) or ()
    if not 1 <= len(elements) <= 25:
        return f"{len(elements)} elements, from 1 to 25"
    for each in elements:
        if each.get("type") not in IN_ACTIONS:
            return f"{each.get('type')} cannot stand among actions"
        if found := problem_of_element(each):
            return found
    return ""


def _input(block: Given) -> str:
    element = given(block.get("element"))
    if found := text_problem(block.get("label"), 2000, kind="plain_text"):
        return f"label: {found}"
    if "hint" in block and (found := text_problem(block["hint"], 2000, kind="plain_text")):
        return f"hint: {found}"
    if not element or element.get("type") == "button":
        return "an input needs an element to fill in"
    return problem_of_element(element)


def _markdown(block: Given) -> str:
    return "" if 0 < len(str(block.get("text", ""))) <= 12_000 else "from 1 to 12000 characters"


_CHECKS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": problem_of_element,
    "markdown": _markdown,
}


def elements_of(block: Given) -> Iterator[Given]:
    """Everything in a block that can be pressed, chosen or filled in."""
    for name in ("element", "accessory"):
        if found := given(block.get(name)):
            yield found
    if block.get("type") == "actions":
        yield from items(block.get("elements")) or ()


def _block_ids(blocks: Sequence[Given]) -> Iterator[str]:
    return (str(each["block_id"]) for each in blocks if each.get("block_id"))


def _action_ids(blocks: Sequence[Given]) -> Iterator[str]:
    for block in blocks:
        # An input's name need only be its own within its block, which has one.
        if block.get("type") != "input":
            yield from (str(e["action_id"]) for e in elements_of(block) if e.get("action_id"))


def _twice(names: Iterator[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
