"""What people press and fill in: finds buttons, and writes what was entered as the vendor does.

Pure functions, called by slack_deeds.py. Source: reference/interaction-payloads/{block_actions,
view_submission} and reference/block-kit/block-elements (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from handlers.sandbox.block_elements import Given, given, items
from handlers.sandbox.block_kit import elements_of

NEEDED = "Please complete this required field."
PICKED: Mapping[str, str] = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
}
LISTS = frozenset({"checkboxes", "multi_static_select"})
CHOICES = frozenset({"static_select", "radio_buttons", "overflow"})


def find_element(blocks: Sequence[Given], action_id: str, value: str = "") -> tuple[Given, str]:
    """A button or menu by its name, whole or up to its colon, and its block's id.

    Raises:
        LookupError: there is none.
    """
    found = [
        (element, block_id)
        for element, block_id in _elements(blocks)
        if action_id in (element.get("action_id"), _short(element))
    ]
    exact = [each for each in found if value and each[0].get("value") == value]
    if not found:
        names = ", ".join(str(e.get("action_id")) for e, _ in _elements(blocks))
        raise LookupError(f"no button {action_id}; there are: {names or 'none'}")
    return (exact or found)[0]


def pressed(element: Given, block_id: str, value: str, *, at: str) -> dict[str, object]:
    """An entry of `actions`: the element without its looks, with what was chosen.

    Raises:
        LookupError: the value is none of its options.
    """
    kind = str(element.get("type"))
    made: dict[str, object] = {
        "type": kind,
        "action_id": element.get("action_id", ""),
        "block_id": block_id,
        "action_ts": at,
    }
    if kind == "button":
        return made | {n: element[n] for n in ("text", "value", "style") if n in element}
    return made | entered(element, value)


def entered(element: Given, value: str | None) -> dict[str, object]:
    """What the vendor says of one element with this in it; None: as it was drawn.

    Raises:
        LookupError: the value is none of its options.
    """
    kind = str(element.get("type"))
    if kind in LISTS:
        chosen = (
            list(items(element.get("initial_options")) or ())
            if value is None
            else [_option(element, each) for each in value.split(",") if each]
        )
        return {"type": kind, "selected_options": chosen}
    if kind in CHOICES:
        initial = element.get("initial_option") if value is None else None
        picked = _option(element, value) if value else initial
        return {"type": kind, "selected_option": picked}
    if kind in PICKED:
        initial = element.get(f"initial_{PICKED[kind].removeprefix('selected_')}")
        return {"type": kind, PICKED[kind]: (initial if value is None else value) or None}
    initial = element.get("initial_value")
    return {"type": kind, "value": (initial if value is None else value) or None}


def state_of(blocks: Sequence[Given], filled: Mapping[str, object]) -> dict[str, object]:
    """`state.values` of a window: every field, as filled in or as it was drawn.

    Raises:
        LookupError: something was filled in for which there is no field.
    """
    values: dict[str, dict[str, object]] = {}
    unknown = set(filled)
    for element, block_id in _elements(blocks):
        if element.get("type") == "button":
            continue
        name = next((n for n in (block_id, str(element.get("action_id"))) if n in filled), "")
        unknown.discard(name)
        given_value = as_typed(filled[name]) if name else None
        field = str(element.get("action_id"))
        values.setdefault(block_id, {})[field] = entered(element, given_value)
    if unknown:
        raise LookupError(f"no field {', '.join(sorted(unknown))}; there are: {', '.join(values)}")
    return dict(values)


def as_typed(value: object) -> str:
    """What was entered as one text; several ticked boxes with commas."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def missing(blocks: Sequence[Given], values: Mapping[str, object]) -> dict[str, str]:
    """What the vendor's own window says before it sends anything: by field."""
    wrong: dict[str, str] = {}
    for block in blocks:
        element, name = given(block.get("element")), str(block.get("block_id", ""))
        if block.get("type") != "input" or not element:
            continue
        state = given(given(values.get(name)).get(str(element.get("action_id"))))
        value = next((v for key, v in state.items() if key != "type"), None)
        if value in (None, "", []):
            if not block.get("optional"):
                wrong[name] = NEEDED
        elif found := _out_of_bounds(element, str(value)):
            wrong[name] = found
    return wrong


def _out_of_bounds(element: Given, value: str) -> str:
    if element.get("type") == "plain_text_input":
        most, least = int(str(element.get("max_length", 3000))), element.get("min_length", 0)
        if len(value) > most:
            return f"Must be less than {most + 1} characters."
        return "" if len(value) >= int(str(least)) else f"Must be at least {least} characters."
    if element.get("type") != "number_input":
        return ""
    try:
        number = float(value)
    except ValueError:
        return "Must be a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Must be a whole number."
    if number < float(str(element.get("min_value", "-inf"))):
        return f"Must be at least {element['min_value']}."
    if number > float(str(element.get("max_value", "inf"))):
        return f"Must be at most {element['max_value']}."
    return ""


def _option(element: Given, value: str) -> Given:
    options = items(element.get("options")) or ()
    found = next((each for each in options if each.get("value") == value), None)
    if found is None:
        values = ", ".join(str(each.get("value")) for each in options)
        raise LookupError(f"no option {value}; there are: {values}")
    return found


def _elements(blocks: Sequence[Given]) -> Iterator[tuple[Given, str]]:
    for at, block in enumerate(blocks):
        for element in elements_of(block):
            # The vendor names a block that the app has not named.
            yield element, str(block.get("block_id") or f"b{at}")


def _short(element: Given) -> str:
    return str(element.get("action_id", "")).partition(":")[0]
