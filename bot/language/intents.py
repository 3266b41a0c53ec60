"""What a customer wants with one message, read by a small calibrated model on the sentence vector.

`IntentReader` turns text and vector into an intent, its route (the agent that owns the intent, or a
person) and a probability that the route is right. It decides nothing: the router weighs the reading
against the conversation. The heads are trained by `bot/language/train_intents.py`.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigError

Floats = NDArray[np.float32]

INTENTS_FILE: Final = Path(__file__).parent / "models" / "intents.npz"
BUCKETS: Final = 8192
_CHARACTERS_READ: Final = 600


class Intent(StrEnum):
    """Everything a message to a business that comes to its customer can want."""

    COMPLAINT = "complaint"
    REFUND_REQUEST = "refund_request"
    BILLING_DISPUTE = "billing_dispute"
    FEEDBACK = "feedback"
    PARTY_PRICE = "party_price"
    PRICE_DETAIL = "price_detail"
    DISCOUNT = "discount"
    PLANNING = "planning"
    QUOTE_FOLLOW_UP = "quote_follow_up"
    AVAILABILITY = "availability"
    BOOK = "book"
    CHANGE_BOOKING = "change_booking"
    CANCEL_BOOKING = "cancel_booking"
    BOOKING_STATUS = "booking_status"
    DAY_OF = "day_of"
    BOOKING_DETAIL = "booking_detail"
    PAY_BOOKING = "pay_booking"
    MENU = "menu"
    DIET = "diet"
    SERVICE_INFO = "service_info"
    SERVICE_AREA = "service_area"
    POLICY = "policy"
    SITE_NEEDS = "site_needs"
    PAYMENT_METHODS = "payment_methods"
    GREETING = "greeting"
    THANKS = "thanks"
    AFFIRM = "affirm"
    DENY = "deny"
    SMALL_TALK = "small_talk"
    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"
    ASK_PERSON = "ask_person"


# The agent that owns each intent; "human" means that a person was asked for.
_INTENTS_OF_ROUTE: Final[dict[str, tuple[Intent, ...]]] = {
    "customer_care": (
        Intent.COMPLAINT,
        Intent.REFUND_REQUEST,
        Intent.BILLING_DISPUTE,
        Intent.FEEDBACK,
    ),
    "lead_nurturing": (
        Intent.PARTY_PRICE,
        Intent.PRICE_DETAIL,
        Intent.DISCOUNT,
        Intent.PLANNING,
        Intent.QUOTE_FOLLOW_UP,
    ),
    "operations": (
        Intent.AVAILABILITY,
        Intent.BOOK,
        Intent.CHANGE_BOOKING,
        Intent.CANCEL_BOOKING,
        Intent.BOOKING_STATUS,
        Intent.DAY_OF,
        Intent.BOOKING_DETAIL,
        Intent.PAY_BOOKING,
    ),
    "knowledge": (
        Intent.MENU,
        Intent.DIET,
        Intent.SERVICE_INFO,
        Intent.SERVICE_AREA,
        Intent.POLICY,
        Intent.SITE_NEEDS,
        Intent.PAYMENT_METHODS,
    ),
    "general": (
        Intent.GREETING,
        Intent.THANKS,
        Intent.AFFIRM,
        Intent.DENY,
        Intent.SMALL_TALK,
        Intent.UNCLEAR,
        Intent.OUT_OF_SCOPE,
    ),
    "human": (Intent.ASK_PERSON,),
}
ROUTES: Final = tuple(_INTENTS_OF_ROUTE)
_ROUTE_OF: Final = {
    intent: route for route, intents in _INTENTS_OF_ROUTE.items() for intent in intents
}

# Bare calls for a person, which are too short for a sentence vector to be sure of.
_ASKS_PERSON: Final = re.compile(
    r"^\W*(?:(?:human|agent|operator|representative|real person|live person|customer service"
    r"|humano|agente|operador|operadora|persona real|atencion al cliente"
    r"|人工|人工客服|客服|真人|转人工|转接人工|找人工)"
    r"(?:\s*(?:please|pls|plz|now|por favor|porfa|ya|谢谢))?)\W*$"
)


_OWN = (
    r"(?:wife|husband|hubby|partner|spouse|family|mom|mother|dad|father|parents|sister|brother"
    r"|friends?|boss|roommates?|group|coworkers?|colleagues?|fiancee?|girlfriend|boyfriend|kids"
    r"|daughter|son|guests?|cousins?|aunt|uncle|in-laws|team"
    r"|espos[oa]|marido|mujer|familia|mama|papa|padres|madre|padre|herman[oa]s?|amig[oa]s?|jef[ea]"
    r"|novi[oa]|hij[oa]s?|compan(?:ero|era)s?|gente|prim[oa]s?|ti[oa]s?|sueg[a-z]*|grupo"
    r"|invitad[oa]s?)"
)
_OWN_PERSON: Final = re.compile(
    r"\b(?:talk|speak|check|ask|discuss|consult\w*|confirm|run|see|preg\w+|habl\w+|platic\w+"
    r"|coment\w+|dig\w+|decir\w*|ver|verlo|avis\w+)\b(?: \w+){0,3}? ?(?:to|with|by|past|con|a|de)?"
    rf" ?(?:my|our|the rest of (?:my|our|the)|mi|mis|nuestr[oa]s?|el|la|los) {_OWN}\b"
    r"|(?:问|商量|说|聊|讨论|确认|告诉|征求).{0,4}(?:我|我们|家里)?(?:的)?(?:老公|老婆|先生|太太|丈夫"
    r"|妻子|家人|家里|爸|妈|父母|朋友|同事|老板|孩子|女儿|儿子|姐|妹|哥|弟|男友|女友|男朋友|女朋友)"
    r"|(?:跟|和|与|同|找)(?:我|我们)?(?:的)?(?:老公|老婆|先生|太太|丈夫|妻子|家人|家里|爸|妈|父母|朋友"
    r"|同事|老板|孩子|女儿|儿子|姐|妹|哥|弟|男友|女友|男朋友|女朋友).{0,4}(?:商量|说|聊|讨论|确认|问)"
)
"""Somebody of the customer's own is to be asked, and nobody of ours."""
_OURS: Final = re.compile(
    r"\b(?:your|real person|human|manager|owner|representative|agent|someone (?:else|there|real)"
    r"|su (?:jefe|gerente|equipo)|encargad[oa]|gerente|persona real|humano|alguien)\b"
    r"|人工|真人|经理|客服|你们"
)


@dataclass(frozen=True, slots=True)
class IntentReading:
    """What one message wants, and how sure that is."""

    intent: Intent
    """The likeliest intent."""
    confidence: float
    """Calibrated probability in [0, 1] that the route is right."""
    route: str
    """The agent that owns the intent, or "human"."""
    ranked: tuple[tuple[Intent, float], ...]
    """The five likeliest intents with their probabilities, best first."""
    out_of_scope: bool
    """The message is nothing this business deals with."""
    spread: tuple[tuple[Intent, float], ...] = ()
    """Every intent with its probability, best first; empty where only `ranked` is known."""


def route_of(intent: Intent) -> str:
    """Name the agent that owns an intent, or "human"."""
    return _ROUTE_OF[intent]


class IntentReader:
    """The trained heads: one on the sentence vector, one on the letters and words themselves."""

    def __init__(self, intents: tuple[Intent, ...], heads: Mapping[str, Floats]) -> None:
        self._intents = intents
        self._heads = heads
        self._landmarks = heads["landmarks"] * heads["landmark_step"]
        self._landmark_squares = (self._landmarks**2).sum(axis=1)
        self._routes = np.array([ROUTES.index(route_of(intent)) for intent in intents])

    @classmethod
    def load(cls, path: Path = INTENTS_FILE) -> IntentReader:
        """Read the heads that `train_intents` wrote.

        Raises:
            ConfigError: the file is missing or was trained for other intents than these.
        """
        if not path.is_file():
            raise ConfigError(f"the intent heads need {path}; run bot.language.train_intents")
        with np.load(path, allow_pickle=False) as file:
            names = [str(name) for name in file["intents"]]
            heads = {key: file[key].astype(np.float32) for key in file.files if key != "intents"}
        if set(names) != set(Intent):
            raise ConfigError(f"{path} knows other intents; run bot.language.train_intents")
        return cls(tuple(Intent(name) for name in names), heads)

    def read(self, text: str, vector: Floats) -> IntentReading:
        """Read one message; `vector` is its query embedding, of shape (384,)."""
        if _ASKS_PERSON.match(_plain(text)):
            return _certain(Intent.ASK_PERSON)
        probabilities = self.probabilities(text, vector)
        if _OWN_PERSON.search(_plain(text)) and not _OURS.search(_plain(text)):
            probabilities[self._intents.index(Intent.ASK_PERSON)] = 0.0
            probabilities = probabilities / probabilities.sum()
        shares = np.bincount(self._routes, probabilities, minlength=len(ROUTES))
        # The route is chosen first: many intents of one agent may share the probability.
        route = int(shares.argmax())
        best = int(np.where(self._routes == route, probabilities, -1.0).argmax())
        order = np.argsort(-probabilities)
        spread = tuple((self._intents[i], float(probabilities[i])) for i in order)
        strange = probabilities[self._intents.index(Intent.OUT_OF_SCOPE)]
        is_strange = strange >= self._heads["out_of_scope_from"] and ROUTES[route] == "general"
        return IntentReading(
            # What is likely nothing of ours is said to be that, whatever talk it resembles more.
            intent=Intent.OUT_OF_SCOPE if is_strange else self._intents[best],
            confidence=float(min(shares[route], 1.0)),
            route=ROUTES[route],
            ranked=spread[:5],
            out_of_scope=bool(is_strange),
            spread=spread,
        )

    def probabilities(self, text: str, vector: Floats) -> NDArray[np.float64]:
        """Calibrated probability of each intent, in the order of the trained heads."""
        heads = self._heads
        place = (vector - heads["mean"]) / heads["spread"]
        squares = self._landmark_squares + place @ place - 2 * (self._landmarks @ place)
        scores = np.exp(-heads["sharpness"] * squares) @ heads["landmark_weights"]
        if buckets := grams(text):
            scores = scores + heads["gram_weights"][buckets].sum(axis=0) / np.sqrt(len(buckets))
        exponentials = np.exp(scores.astype(np.float64) - scores.max())
        return np.asarray(exponentials / exponentials.sum(), np.float64)


def grams(text: str) -> list[int]:
    """Buckets of the words, word pairs and letter runs of a text, each once, ascending."""
    plain = _plain(text)
    return sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in _each_gram(plain)})


def _each_gram(plain: str) -> Iterator[str]:
    words = re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]", plain)
    yield from (f"w {word}" for word in words)
    yield from (f"p {first} {second}" for first, second in itertools.pairwise(words))
    padded = f" {' '.join(words)} "
    for size in (3, 4):
        yield from (padded[start : start + size] for start in range(len(padded) - size + 1))


def _plain(text: str) -> str:
    """Lower case, no accents, every digit alike, at most 600 characters."""
    readable = text[:_CHARACTERS_READ].encode("utf-8", "ignore").decode()
    letters = unicodedata.normalize("NFKD", readable).casefold()
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"\d", "0", bare)


def _certain(intent: Intent) -> IntentReading:
    return IntentReading(
        intent=intent,
        confidence=1.0,
        route=route_of(intent),
        ranked=((intent, 1.0),),
        out_of_scope=False,
    )
