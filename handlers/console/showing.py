"""Draws the console's pages from their templates, with every value escaped.

handlers/console/opening.py calls it with what a page answered. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.desk.people import Member
from bot.profile import Profile
from handlers.console.base import Page, Shown

TEMPLATES = Path(__file__).parent.parent / "templates" / "console"
CHANNELS = {
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "email": "E-mail",
    "webchat": "Web chat",
    "slack": "Slack",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page."""

    path: str
    """The present one, below the console; the menu marks it."""
    by: Member | None = None
    """None: nobody is signed in."""
    token: str = ""
    """What every form carries."""
    said: str = ""
    """What came of the deed before."""


class Pages:
    """Templates, loaded once for a process."""

    def __init__(self, profile: Profile, pages: Sequence[tuple[str, Page]]) -> None:
        """`pages`: those of the menu in their order, each with its path."""
        self._profile, self._menu = profile, tuple(pages)
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["channels"] = CHANNELS

    def draw(self, shown: Shown, frame: Frame) -> str:
        """The whole page as HTML."""
        menu = [
            {"path": path, "label": page.label, "is_here": _is_at(frame.path, path, self._menu)}
            for path, page in self._menu
            if frame.by is not None and frame.by.may(page.role)
        ]
        facts: Mapping[str, object] = {
            **shown.facts,
            "title": shown.title,
            "business": self._profile.business.name,
            "menu": menu,
            "by": frame.by,
            "token": frame.token,
            "said": frame.said,
        }
        return self._templates.get_template(shown.template).render(facts)


def _is_at(here: str, path: str, menu: Sequence[tuple[str, Page]]) -> bool:
    """Whether a path of the menu is the nearest one above where somebody is."""
    above = [each for each, _page in menu if here == each or here.startswith(f"{each}/")]
    return bool(above) and max(above, key=len) == path
