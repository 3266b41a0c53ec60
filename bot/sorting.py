"""Takes out of the waiting messages what needs no agent: consent, noise, an owner who is a person.

What is left is bot/deciding.py's to have answered. Pure of writes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.consent import Wish, read_wish
from bot.decision import ConsentEntry, Decision, Notice
from bot.deps import Deps
from bot.domain import Author, Consent, Kind, Mode, Purpose, StoredMessage
from bot.language.agreement import Agreement, read_agreement
from bot.language.language_id import detect
from bot.noise import why_ignored
from bot.profile import text
from bot.situation import Situation

VENDOR_CONFIRMS = "vendor_confirms"
"""The extra by which a channel says that its vendor answers this keyword by itself."""
OPTED_OUT = "the customer has opted out"
BOOKING_MEANT = {
    "booking": "I want to cancel my booking",
    "my booking": "I want to cancel my booking",
    "the booking": "I want to cancel my booking",
    "reserva": "Quiero cancelar mi reserva",
    "la reserva": "Quiero cancelar mi reserva",
    "预订": "我想取消预订",
    "预定": "我想取消预订",
}
"""What a customer answers to the question what CANCEL meant, and what it means in full."""
WITH_A_PERSON = "a person has the floor"
REQUIRED = frozenset({"opt_out", "opt_in", "help"})
"""Fixed texts that go out whatever the consent is: a law or a carrier asks for them."""


class Sorting:
    """Takes out what needs no agent: consent, noise, and all of it while a person has the floor."""

    def __init__(self, deps: Deps, situation: Situation, mode: Mode) -> None:
        self._deps = deps
        self._situation = situation
        self._has_bot = mode is Mode.BOT
        self._consent = {m.address_id: m.consent for m in situation.waiting}
        self.decision = Decision(outcome="silent", language=situation.language)
        self.rest: list[StoredMessage] = []

    def sort(self) -> None:
        """Go through all that waits, oldest first; what is left in `rest` is an agent's."""
        for message in self._situation.waiting:
            wish = read_wish(message.text, message.kind)
            left = self._consent[message.address_id] is Consent.REVOKED
            if wish is Wish.STOP:
                self._opt_out(message)
            elif wish is Wish.START and not left and _means_yes(message):
                # Vendors take YES for an opt-in; of somebody who never left it answers a question.
                self._sort_words(replace(message, kind=Kind.TEXT), Wish.NONE)
            elif wish is Wish.START or (left and _means_yes(message)):
                self._consent[message.address_id] = Consent.GIVEN
                self._keep_consent(message, "opt_in")
            elif wish is Wish.HELP:
                self._reply_with(message, "help")
            elif left:
                self._ignore(message, OPTED_OUT)
            else:
                self._sort_words(message, wish)

    def _sort_words(self, message: StoredMessage, wish: Wish) -> None:
        answers = self._answers_terms(message)
        earlier = (*self._situation.transcript, *self.rest)
        reason = None if answers else why_ignored(message, earlier)
        if reason is None and not self._has_bot:
            reason = WITH_A_PERSON
        if reason is not None:
            self._ignore(message, reason)
        elif wish is Wish.CANCEL:
            self._reply_with(message, "cancel_question")
        elif message.kind is Kind.UNSUPPORTED and not message.text:
            self._reply_with(message, "unsupported")
        else:
            self.rest.append(self._answering_question(message))

    def _answers_terms(self, message: StoredMessage) -> bool:
        """Whether it is the yes or no that stated terms wait for, however often that was said."""
        language, open_terms = self._situation.language, self._situation.proposal
        said = read_agreement(message.text, language) if open_terms else Agreement.UNCLEAR
        return said is not Agreement.UNCLEAR and message.kind in (Kind.TEXT, Kind.BUTTON)

    def _answering_question(self, message: StoredMessage) -> StoredMessage:
        """BOOKING after our question what CANCEL meant is the wish to cancel the booking."""
        asked = self._situation.transcript[-1].text if self._situation.transcript else ""
        questions = self._deps.profile.texts.cancel_question.values()
        means_booking = message.text.strip(' .!"“”').lower() in BOOKING_MEANT
        if not (means_booking and asked in questions):
            return message
        return replace(message, text=BOOKING_MEANT[message.text.strip(' .!"“”').lower()])

    def _opt_out(self, message: StoredMessage) -> None:
        """Whatever the same address asked just before is not answered any more."""
        self._consent[message.address_id] = Consent.REVOKED
        for earlier in [m for m in self.rest if m.address_id == message.address_id]:
            self.rest.remove(earlier)
            self._ignore(earlier, OPTED_OUT)
        self._keep_consent(message, "opt_out")

    def _keep_consent(self, message: StoredMessage, act: Literal["opt_out", "opt_in"]) -> None:
        entry = ConsentEntry(
            address_id=message.address_id,
            act=act,
            words=message.text,
            message_id=message.id,
            said_at=message.said_at,
        )
        self.decision = replace(self.decision, consents=(*self.decision.consents, entry))
        if act == "opt_out" and message.consent is Consent.REVOKED:
            self._ignore(message, "had opted out already")
        else:
            self._reply_with(message, act)

    def _ignore(self, message: StoredMessage, reason: str) -> None:
        self.decision = replace(self.decision, ignored=(*self.decision.ignored, (message, reason)))

    def _reply_with(self, message: StoredMessage, name: str) -> None:
        """One of the profile's fixed texts, unless the carrier answers this keyword itself."""
        if message.extras.get(VENDOR_CONFIRMS):
            self._ignore(message, f"{name}: the carrier answers this itself")
            return
        required = name in REQUIRED
        prior = self._situation.language
        notice = Notice(
            answers=message,
            text=text(self._deps.profile, name, detect(message.text, prior=prior)),
            purpose=Purpose.REQUIRED if required else Purpose.CONVERSATIONAL,
            author=Author.SYSTEM if required else Author.BOT,
        )
        self.decision = replace(
            self.decision,
            outcome="answered",
            notices=(*self.decision.notices, notice),
            answered=(*self.decision.answered, message),
        )


def _means_yes(message: StoredMessage) -> bool:
    """A bare YES reopens for the carrier too, but only means that to somebody who had left."""
    return message.text.strip(" .!").lower() in {"yes", "si", "sí"}
