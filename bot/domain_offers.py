"""What a reply offers to be tapped, as the outbox keeps it; bot/choices.py makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain_sending import Choice


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be tapped."""

    choices: tuple[Choice, ...] = ()
    choose: str = ""
    """What stands on the button behind which a longer list of them lies."""

    def as_rest(self) -> Mapping[str, object]:
        """As the outbox keeps it; nothing where nothing is offered."""
        if not self.choices:
            return {}
        shown = [{"id": c.id, "title": c.title, "detail": c.detail} for c in self.choices]
        return {"choices": shown, "choose": self.choose}


NO_OFFER = Offer()
