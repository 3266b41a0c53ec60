"""The web chat's one script as it is served: with what the profile says of it, and without padding.

There is no build: the source in static/ runs as it stands. Comments and the spaces between signs
are left out on the way, because every visitor's telephone loads them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.profile import Profile, fact
from bot.profile_webchat import WebChat

WIDGET = Path(__file__).parent / "static" / "chat-widget.js"
GAP = '"%PROFILE%"'
_TEXTS = re.compile(r'("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|`[^`]*`)')
"""The source nests no template in another and has no quotes in a regular expression."""
_PADDED = re.compile(r" ?([=<>!&|?:,;{}()+*%-]+) ?")


def make_script(profile: Profile, chat: WebChat) -> str:
    """The widget of this business, in each of its languages."""
    languages = profile.business.languages
    said = {
        "colour": chat.colour,
        "side": chat.position,
        "home": profile.business.home_language,
        "title": {each: fact(profile, "webchat.title", each) for each in languages},
        "greeting": {each: fact(profile, "webchat.greeting", each) for each in languages},
    }
    # Inside a script: nothing of the profile may end it, or be a line end to old readers.
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    written = written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return squeeze(WIDGET.read_text(encoding="utf-8")).replace(GAP, written, 1)


def squeeze(script: str) -> str:
    """The same program in fewer bytes."""
    lines = (line.strip() for line in script.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
    parts = _TEXTS.split(kept)
    return "".join(p if at % 2 else _PADDED.sub(r"\1", p) for at, p in enumerate(parts))
