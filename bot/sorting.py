"""Takes out of the waiting messages what needs no agent: consent, noise, an owner who is a person.

What is left is bot/deciding.py's to have answered. Pure of writes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot import calls
from bot.consent import Wish, read_wish
from bot.decision import ConsentEntry, Decision, Notice
from bot.deps import Deps
from bot.domain import Author, Consent, Direction, Kind, Mode, Purpose, Scope, StoredMessage
from bot.domain_media import is_dictated
from bot.language.agreement import Agreement, read_agreement
from bot.language.language_id import detect
from bot.language.wording import phrases, say
from bot.noise import MAIL, why_ignored
from bot.profile import text
from bot.situation import Situation
from bot.store import escalations
from bot.unproven import is_unproven

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
WITH_A_PERSON = escalations.WITH_A_PERSON
REQUIRED = frozenset({"opt_out", "opt_in", "help"})
"""Fixed texts that go out whatever the consent is: a law or a carrier asks for them."""


class Sorting:
    """Takes out what needs no agent: consent, noise, and all of it while a person has the floor."""

    def __init__(self, deps: Deps, situation: Situation, mode: Mode) -> None:
        self._deps = deps
        self._situation = situation
        self._has_bot = mode is Mode.BOT
        self._consent = {m.address_id: m.consent for m in situation.waiting}
        self._has_left = situation.has_left
        self.decision = Decision(outcome="silent", language=_language(situation))
        self.rest: list[StoredMessage] = []

    def sort(self) -> None:
        """Go through all that waits, oldest first; what is left in `rest` is an agent's."""
        for message in self._situation.waiting:
            wish = _wish_of(message)
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
            elif wish is Wish.OFFERS:
                self._agree_to_offers(message)
            else:
                self._sort_words(message, wish)
        taken_back = calls.take_back(self._deps.profile, self._situation)
        self.decision = replace(self.decision, effects=taken_back)

    def _sort_call(self, call: StoredMessage) -> None:
        """Who was missed gets a word by text, whatever else they never said."""
        profile, now = self._deps.profile, self._deps.clock.now()
        reason = calls.why_silent(profile, self._situation, call, now=now)
        if reason is None and not self._has_bot:
            reason = WITH_A_PERSON
        if reason is not None:
            self._ignore(call, reason)
        elif self._situation.paused:
            self.rest.append(call)
        else:
            self._reply(call, calls.word_for(profile, self._situation.language))

    def _sort_words(self, message: StoredMessage, wish: Wish) -> None:
        if message.kind is Kind.CALL:
            return self._sort_call(message)
        answers = self._answers_terms(message)
        earlier = (*self._situation.transcript, *self.rest)
        reason = None if answers else why_ignored(message, earlier)
        if reason is None and not self._has_bot:
            reason = WITH_A_PERSON
        if reason is not None:
            self._ignore(message, reason)
        elif self._situation.paused:
            self.rest.append(message)
        elif wish is Wish.CANCEL:
            self._reply_with(message, "cancel_question")
        elif self._may_want_offers(message):
            self._say_of_offers(message, "offers_how")
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
        """Whatever the same address asked just before is not answered any more.

        Confirmed once to a customer, however many addresses they end it from (I6).
        """
        came_back = self._consent[message.address_id] is Consent.GIVEN
        had_left = self._has_left and not came_back
        self._has_left = True
        self._consent[message.address_id] = Consent.REVOKED
        for earlier in [m for m in self.rest if m.address_id == message.address_id]:
            self.rest.remove(earlier)
            self._ignore(earlier, OPTED_OUT)
        self._keep_consent(message, "opt_out", is_known=had_left)

    def _agree_to_offers(self, message: StoredMessage) -> None:
        """A yes to promotion, kept with its words; it lifts no STOP, here or elsewhere (I6)."""
        if self._has_left and self._consent[message.address_id] is not Consent.GIVEN:
            return self._say_of_offers(message, "offers_left")
        entry = ConsentEntry(
            address_id=message.address_id,
            act="opt_in",
            words=message.text,
            message_id=message.id,
            said_at=message.said_at,
            scope=Scope.PROMOTIONAL,
        )
        self.decision = replace(self.decision, consents=(*self.decision.consents, entry))
        is_mail = message.channel == MAIL
        self._say_of_offers(message, "offers_agreed_mail" if is_mail else "offers_agreed")

    def _may_want_offers(self, message: StoredMessage) -> bool:
        """Whether it is a mere yes where we last asked whether they want to hear of offers."""
        before = [*self._situation.transcript, *self.rest][-1:]
        if not before or before[0].direction is Direction.INBOUND or self._situation.proposal:
            return False
        if read_agreement(message.text, self._situation.language) is not Agreement.YES:
            return False
        asking = (v for said in phrases().values() for v in said.get("offers_ask", ()))
        return any(words in before[0].text for words in asking)

    def _say_of_offers(self, message: StoredMessage, name: str) -> None:
        """As the house, whoever has the floor: a yes is confirmed where it was said."""
        language = detect(message.text, prior=self._situation.language)
        business = self._deps.profile.business.name
        words = say(name, language, seed=str(message.id), business=business)
        self._reply(message, words, author=Author.SYSTEM)

    def _keep_consent(
        self, message: StoredMessage, act: Literal["opt_out", "opt_in"], *, is_known: bool = False
    ) -> None:
        entry = ConsentEntry(
            address_id=message.address_id,
            act=act,
            words=message.text,
            message_id=message.id,
            said_at=message.said_at,
        )
        self.decision = replace(self.decision, consents=(*self.decision.consents, entry))
        if is_known:
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
        language = detect(message.text, prior=self._situation.language)
        words = text(self._deps.profile, name, language)
        if name in REQUIRED:
            self._reply(message, words, purpose=Purpose.REQUIRED, author=Author.SYSTEM)
        else:
            self._reply(message, words)

    def _reply(
        self,
        message: StoredMessage,
        words: str,
        *,
        purpose: Purpose = Purpose.CONVERSATIONAL,
        author: Author = Author.BOT,
    ) -> None:
        notice = Notice(answers=message, text=words, purpose=purpose, author=author)
        self.decision = replace(
            self.decision,
            outcome="answered",
            notices=(*self.decision.notices, notice),
            answered=(*self.decision.answered, message),
        )


def _language(situation: Situation) -> str:
    """What was written last; staff answer in it even where no agent ever reads it."""
    last = situation.waiting[-1].text if situation.waiting else ""
    return detect(last, prior=situation.language)


def _wish_of(message: StoredMessage) -> Wish:
    """What it says of consent: machines say nothing, and nobody unproven takes anybody back in.

    Nor does anybody unproven agree to offers, or a machine that wrote down what it heard.
    """
    wish = read_wish(message.text, message.kind)
    is_barred = wish in (Wish.START, Wish.OFFERS) and is_unproven(message)
    is_barred = is_barred or (wish is Wish.OFFERS and is_dictated(message))
    return Wish.NONE if is_barred or message.extras.get("machine") else wish


def _means_yes(message: StoredMessage) -> bool:
    """A bare YES reopens for the carrier too, but only means that to somebody who had left."""
    return message.text.strip(" .!").lower() in {"yes", "si", "sí"}
