"""What there is to answer to a follow-up, to which of them, and what may stand around it.

The words themselves are data, in follow_up_answers.toml. Read by follow_up_answers.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "follow_up_answers.toml"


class Answer(StrEnum):
    """What somebody says to a follow-up."""

    YES = "yes"
    NO = "no"
    STANDS = "stands"
    CHANGES = "changes"
    COUNT = "count"
    MORE = "more"
    FEWER = "fewer"
    RATING = "rating"
    GREAT = "great"
    GOOD = "good"
    OKAY = "okay"
    NOT_GOOD = "not_good"
    BAD = "bad"
    HOLD = "hold"
    QUESTION = "question"
    NOT_NOW = "not_now"
    PAY_HOW = "pay_how"
    PAID = "paid"
    GIVE_UP = "give_up"
    ALL_GOOD = "all_good"
    NOT_RIGHT = "not_right"
    NOTHING = "nothing"
    """Politeness alone."""


PAYING = ("hold_lapsing", "deposit_missing")
OFFERS = ("season", "lost_lead", "customer_date", "campaign")
_BOOKED = ("before_event",)
_AFTER = ("after_event",)
_QUOTE = ("unanswered_quote",)
_TROUBLE = ("check_in",)
CAUSES_OF: Mapping[Answer, tuple[str, ...]] = {
    Answer.STANDS: _BOOKED,
    Answer.CHANGES: _BOOKED,
    Answer.GREAT: _AFTER,
    Answer.GOOD: _AFTER,
    Answer.OKAY: _AFTER,
    Answer.NOT_GOOD: _AFTER,
    Answer.BAD: _AFTER,
    Answer.HOLD: _QUOTE,
    Answer.QUESTION: _QUOTE,
    Answer.NOT_NOW: (*_QUOTE, *OFFERS),
    Answer.PAY_HOW: PAYING,
    Answer.PAID: PAYING,
    Answer.GIVE_UP: PAYING,
    Answer.ALL_GOOD: _TROUBLE,
    Answer.NOT_RIGHT: _TROUBLE,
    Answer.YES: (*_BOOKED, *_TROUBLE, *PAYING),
    # "Did our price reach you?" "No": it may be to anything in a letter of several questions.
    Answer.NO: (*_BOOKED, *_TROUBLE, *OFFERS),
}
"""To which follow-ups each is an answer."""
GOES_WITH: Mapping[Answer, tuple[Answer, ...]] = {
    Answer.YES: (
        *(Answer.STANDS, Answer.COUNT, Answer.MORE, Answer.FEWER, Answer.CHANGES),
        *(Answer.ALL_GOOD, Answer.PAY_HOW, Answer.HOLD),
    ),
    Answer.STANDS: (Answer.COUNT,),
    Answer.NO: (
        *(Answer.CHANGES, Answer.COUNT, Answer.MORE, Answer.FEWER),
        *(Answer.NOT_NOW, Answer.NOT_RIGHT, Answer.PAID, Answer.GIVE_UP),
    ),
    Answer.CHANGES: (Answer.COUNT, Answer.MORE, Answer.FEWER),
}
"""What may stand beside each and says more: "yes, as planned", "no, 25"."""
STARS = {Answer.GREAT: 5, Answer.GOOD: 4, Answer.OKAY: 3, Answer.NOT_GOOD: 2, Answer.BAD: 1}
BUTTONS: Mapping[str, Answer] = {
    "choice_headcount_stands": Answer.STANDS,
    "choice_headcount_changes": Answer.CHANGES,
    "choice_great": Answer.GREAT,
    "choice_okay": Answer.OKAY,
    "choice_not_good": Answer.NOT_GOOD,
    "choice_hold_it": Answer.HOLD,
    "choice_question": Answer.QUESTION,
    "choice_not_now": Answer.NOT_NOW,
    "choice_pay_how": Answer.PAY_HOW,
    "choice_give_up": Answer.GIVE_UP,
    "choice_all_good": Answer.ALL_GOOD,
    "choice_not_right": Answer.NOT_RIGHT,
}
"""What each of our buttons says, by its phrase."""


@cache
def words() -> Mapping[Answer, frozenset[str]]:
    """All that is said in so many words, by what it means."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {Answer(name): frozenset(said) for name, said in read.items()}


LEADS: Mapping[Answer, re.Pattern[str]] = {
    Answer.YES: re.compile(
        r"(?:yes|yep|yeah|yea|yup|ok|okay|okey|correct|sure|si|claro|va|sale|是的|对的?|好的|嗯+)"
        r"(?:(?: but| pero)?\s+|(?<=[\u4e00-\u9fff])(?![了于不方比待]))"
    ),
    # "no somos 25" may be a no and a number, or that they are not 25.
    Answer.NO: re.compile(
        r"(?:no|nope|nah|nop|不对|不是的)(?:\s+|(?<=[\u4e00-\u9fff]))"
        r"(?!(?:somos|son|sean|seremos|es|van|vamos|quedamos|cambi|pong|subi|baj|less|fewer|more)"
        r"(?![a-z]))"
    ),
}
"""What may stand before an answer, with no mark between: "yes all good", "no we are 18 now"."""
REFUSALS = frozenset(
    (
        *("no thanks", "no thank you", "no thx", "no ty", "no gracias", "no muchas gracias"),
        *("谢谢不用了", "不用了谢谢"),
    )
)
"""A no to something that is offered: where nothing is, nobody knows to what."""
_PICTURES = r"[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]"
_DAY = (
    r"(?:saturday|sunday|monday|tuesday|wednesday|thursday|friday|tomorrow|soon|then|there"
    r"|next week|el (?:sabado|domingo|lunes|martes|miercoles|jueves|viernes)|manana|pronto|alla)"
)
POLITE_START = re.compile(
    r"^(?:hi(?: there)?|hello|hey|good (?:morning|afternoon|evening)|thanks(?: so much| a lot)?"
    r"|thank you(?: so much| very much)?|please|pls|plz|oh|um|hmm|sorry|unfortunately|actually|hola"
    r"|buenos dias|buenas tardes|buenas noches|buenas|buen dia|muchas gracias|gracias|perdon"
    r"|disculpe|disculpen|por favor|porfa|bueno|pues|ay|您好|你好|谢谢(?:您|你)?"
    r"|请|不好意思|哦|麻烦您?)"
    rf"(?=\s|$|[\u4e00-\u9fff\d])\s*|^{_PICTURES}+\s*"
)
POLITE_END = re.compile(
    r"\s*(?:(?<![a-z])(?:(?:thanks|thank you)(?: so much| a lot| very much| again)?"
    r"(?: for (?:checking(?: in)?|asking|reaching out|the reminder|following up))?|please|pls|plz"
    r"|thx|ty|tysm|sorry|sir|maam"
    r"|here|on (?:our|my) (?:end|side)|senor|senora|senorita"
    rf"|(?:we )?(?:will )?see (?:you|ya|u)(?: guys| all)? {_DAY}|see you|see ya"
    rf"|(?:we )?cant wait|(?:we are |were )?(?:looking forward to it|excited|so excited)"
    r"|muchisimas gracias|muchas gracias|mil gracias|gracias|por favor|porfavor|porfa|saludos"
    rf"|bendiciones|nos vemos(?: {_DAY})?|ahi nos vemos|hasta (?:el )?{_DAY}|hasta entonces)"
    rf"|谢谢(?:您|你|了|啦)?|多谢|感谢|到时见|周[一-日]见|麻烦您?了?|辛苦了|请?查收|查一下|哈|{_PICTURES}+)$"
)
