"""What staff type in Slack, as a customer reads it: no mentions, no brackets, no shortcodes.

Bold, italics and strokes stay where the channel has the same signs and go elsewhere; lengths and
the channel's own rules are its `render`'s business. Called by handlers/desk/thread.py. Source:
Slack, messaging/formatting-message-text (read 2026-11-23).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from channels.text import clean

INTERNAL = "//"
"""What stands before words that only the team is to read."""
SAME_SIGNS = frozenset({"slack", "whatsapp"})
"""Channels whose bold, italics and strokes are written as Slack writes them."""
SOMEBODY = "a colleague"

_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_DROPPED = re.compile(r"<(?:!(?!date)[^<>]*|#C[^<>|]*\|?)> ?")
_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_SIGNS = tuple(
    re.compile(rf"(?<![\w{sign}]){sign}(?=[^\s{sign}])([^{sign}\n]*)(?<=\S){sign}(?![\w{sign}])")
    for sign in (r"\*", "_", "~")
)
_BULLET = re.compile(r"^([ \t]*)[•◦▪▫]\ufe0e?[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"(?:^&gt;(?:&gt;&gt;)?[ \t]?.*(?:\n|\Z))+", re.MULTILINE)
_QUOTE_SIGN = re.compile(r"^&gt;(?:&gt;&gt;)?[ \t]?", re.MULTILINE)
_SHORTCODE = re.compile(
    r"( ?)(?<![\w:]):(?=[^:\s]*[a-z+-])([a-z0-9_+'-]{1,60}):(?::skin-tone-[2-6]:)?(?![\w:])"
)
_HIDDEN = re.compile("[\ue000\ue001]")
_KEPT = re.compile("\ue000(\\d+)\ue001")

_EMOJI: Mapping[str, str] = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "clap": "👏",
    "wave": "👋", "pray": "🙏", "raised_hands": "🙌", "muscle": "💪", "point_up": "☝️",
    "point_right": "👉", "point_left": "👈", "point_down": "👇", "handshake": "🤝",
    "smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "laughing": "😆",
    "satisfied": "😆", "joy": "😂", "rolling_on_the_floor_laughing": "🤣", "rofl": "🤣",
    "blush": "😊", "slightly_smiling_face": "🙂", "simple_smile": "🙂", "wink": "😉",
    "heart_eyes": "😍", "kissing_heart": "😘", "yum": "😋", "sunglasses": "😎",
    "hugging_face": "🤗",
    "thinking_face": "🤔", "neutral_face": "😐", "sweat_smile": "😅", "sob": "😭", "cry": "😢",
    "disappointed": "😞", "worried": "😟", "confused": "😕", "scream": "😱", "angry": "😠",
    "rage": "😡", "star-struck": "🤩", "partying_face": "🥳", "relieved": "😌", "sleepy": "😪",
    "heart": "❤️", "hearts": "♥️", "two_hearts": "💕", "sparkling_heart": "💖", "broken_heart": "💔",
    "orange_heart": "🧡", "yellow_heart": "💛", "green_heart": "💚", "blue_heart": "💙",
    "purple_heart": "💜", "fire": "🔥", "sparkles": "✨", "star": "⭐", "star2": "🌟",
    "boom": "💥", "zap": "⚡", "100": "💯", "tada": "🎉", "confetti_ball": "🎊", "balloon": "🎈",
    "birthday": "🎂", "cake": "🍰", "gift": "🎁", "champagne": "🍾", "clinking_glasses": "🥂",
    "beers": "🍻", "beer": "🍺", "sake": "🍶", "wine_glass": "🍷", "cocktail": "🍸", "tea": "🍵",
    "coffee": "☕", "cut_of_meat": "🥩", "steak": "🥩", "shrimp": "🦐", "fried_shrimp": "🍤",
    "lobster": "🦞", "sushi": "🍣", "bento": "🍱", "rice": "🍚", "fried_rice": "🍛", "ramen": "🍜",
    "egg": "🥚", "fried_egg": "🍳", "cooking": "🍳", "knife_fork_plate": "🍽️",
    "fork_and_knife": "🍴", "knife": "🔪", "hocho": "🔪", "chopsticks": "🥢", "salad": "🥗",
    "green_salad": "🥗", "pizza": "🍕", "ice_cream": "🍨", "icecream": "🍦",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌",
    "warning": "⚠️", "exclamation": "❗", "question": "❓", "bangbang": "‼️", "no_entry": "⛔",
    "information_source": "ℹ️", "calendar": "📆", "date": "📅", "spiral_calendar_pad": "🗓️",
    "clock": "🕐", "alarm_clock": "⏰", "hourglass": "⌛", "phone": "☎️", "telephone": "☎️",
    "telephone_receiver": "📞", "iphone": "📱", "email": "✉️", "envelope": "✉️", "mailbox": "📫",
    "round_pushpin": "📍", "pushpin": "📌", "house": "🏠", "house_with_garden": "🏡", "car": "🚗",
    "truck": "🚚", "money_with_wings": "💸", "moneybag": "💰", "dollar": "💵", "credit_card": "💳",
    "memo": "📝", "pencil": "📝", "clipboard": "📋", "link": "🔗", "lock": "🔒", "key": "🔑",
    "camera": "📷", "sunny": "☀️", "cloud": "☁️", "rain_cloud": "🌧️", "umbrella": "☔",
    "snowflake": "❄️", "rainbow": "🌈", "sun_with_face": "🌞", "rose": "🌹", "bouquet": "💐",
    "cherry_blossom": "🌸", "christmas_tree": "🎄", "jack_o_lantern": "🎃", "dog": "🐶",
    "cat": "🐱", "eyes": "👀", "baby": "👶", "child": "🧒", "family": "👪", "cook": "🧑‍🍳",
    "male-cook": "👨‍🍳", "female-cook": "👩‍🍳", "arrow_right": "➡️", "arrow_left": "⬅️",
    "arrow_down": "⬇️", "arrow_up": "⬆️", "musical_note": "🎵", "notes": "🎶",
}  # fmt: skip


def from_slack(text: str, channel: str, people: Mapping[str, str]) -> str:
    """The text as it is to be read on a channel.

    Args:
        text: as Slack sends it, with its three escapes.
        channel: by its name.
        people: what colleagues are called, by their Slack ids.
    """
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return f"\ue000{len(kept) - 1}\ue001"

    text = _HIDDEN.sub("", clean(text))
    text = _FENCE.sub(lambda m: keep(_unescape(_flat(m[1], people))), text)
    text = _CODE.sub(lambda m: keep(_unescape(_flat(m[1], people))), text)
    text = _PERSON.sub(lambda m: keep(people.get(m[1]) or SOMEBODY), text)
    text = _DROPPED.sub("", text)
    text = _TOKEN.sub(lambda m: keep(_unescape(_told(m[1], m[2] or ""))), text)
    text = _QUOTE.sub(_quoted, text)
    text = _BULLET.sub(r"\1- ", text)
    if channel not in SAME_SIGNS:
        # Signs stand inside one another; those on the outside hide what is within at first.
        for sign in _SIGNS * 3:
            text = sign.sub(r"\1", text)
    text = _unescape(_SHORTCODE.sub(_emoji, text))
    while _KEPT.search(text):
        text = _KEPT.sub(lambda m: kept[int(m[1])], text)
    return text


def people_named(text: str) -> tuple[str, ...]:
    """The Slack ids of the colleagues whom a text mentions."""
    return tuple(dict.fromkeys(match[1] for match in _PERSON.finditer(text)))


def _flat(text: str, people: Mapping[str, str]) -> str:
    """What stands in brackets inside code, where no sign means anything."""
    text = _PERSON.sub(lambda m: people.get(m[1]) or SOMEBODY, text)
    return _TOKEN.sub(lambda m: _told(m[1], m[2] or ""), _DROPPED.sub("", text))


def _told(target: str, label: str) -> str:
    """A link, a channel or a date as words, from what stands in the brackets."""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    if target.startswith(("!", "@")):
        return label
    bare = target.removeprefix("mailto:").removeprefix("tel:")
    same = {bare, target, target.partition("://")[2], target.rstrip("/")}
    if not label or label in same:
        return bare
    return f"{label} ({bare})" if ":" in target else label


def _quoted(match: re.Match[str]) -> str:
    words = _QUOTE_SIGN.sub("", match[0]).strip()
    end = "\n" if match[0].endswith("\n") else ""
    return f"“{words}”{end}" if words else end


def _emoji(match: re.Match[str]) -> str:
    """The sign of a shortcode. One that only this workspace knows is left out: to a customer its
    name would be gibberish."""
    space, name = match[1], match[2]
    found = _EMOJI.get(name) or _flag(name) or _by_name(name)
    return f"{space}{found}" if found else ""


def _flag(name: str) -> str:
    land = name.removeprefix("flag-")
    if land == name or len(land) != 2 or not land.isalpha():
        return ""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in land)


def _by_name(name: str) -> str:
    try:
        found = unicodedata.lookup(name.replace("_", " ").replace("-", " "))
    except KeyError:
        return ""
    return found if unicodedata.category(found) == "So" else ""


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
