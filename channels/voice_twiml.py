"""Telephone calls in Twilio's own language: what is said, asked, dialled, and what comes next.

Pure. channels/voice.py answers webhooks with it, handlers/voice.py speaks with it. Words go in as
text and never as markup, so that nothing a customer or a model wrote can become a verb. Where a
call stands is told in the addresses that we give Twilio, which it signs with everything else.
Sources: Twilio, voice/twiml/gather, /say, /dial and /redirect; usage/webhooks connection overrides
(read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.errors import BadPayload
from channels.base import Reply

CALL_PATH = "/webhooks/twilio/voice"
TURN_PATH = f"{CALL_PATH}/turn"
ANSWER_PATH = f"{CALL_PATH}/answer"
STATUS_PATH = f"{CALL_PATH}/status"
OVERRIDES = "rc=2&rp=5xx,ct&tt=15000"
"""By default Twilio gives up a call whose webhook meets a 503."""
RINGS_S = 20
SAY_MAX = 3000
"""One <Say> takes 4096 characters."""

Step = Literal["hello", "chosen", "wait", "unclear", "silent", "dialled"]
STEPS: tuple[Step, ...] = ("hello", "chosen", "wait", "unclear", "silent", "dialled")
_NUMBERS: Mapping[str, int] = {"turn": 999, "tries": 9, "waits": 99, "dialled": 1, "doubt": 1}

# What XML 1.0 cannot hold at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language by Twilio's codes."""

    heard: str
    """Of speech recognition."""
    spoken: str
    voice: str


TONGUES: Mapping[str, Tongue] = {
    "en": Tongue("en-US", "en-US", "Polly.Joanna-Neural"),
    "es": Tongue("es-US", "es-US", "Polly.Lupe-Neural"),
    "zh": Tongue("cmn-Hans-CN", "cmn-CN", "Polly.Zhiyu-Neural"),
}


def tongue_of(language: str) -> str:
    """The language that is spoken with somebody whose language this is."""
    return language if language in TONGUES else "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Where a call stands."""

    turn: int = 0
    """Which of the caller's turns this is, from 1."""
    language: str = "en"
    tries: int = 0
    """How often in a row nothing was understood."""
    waits: int = 0
    """How often the caller has been put off until the answer is there."""
    dialled: int = 0
    """1 once a person has been rung in this call."""
    doubt: int = 0
    """1 where nobody proves that the caller is who the number says."""

    def query(self, **more: str) -> str:
        """As it stands in an address."""
        numbers = {name: str(getattr(self, name)) for name in _NUMBERS if getattr(self, name)}
        return urlencode({**more, "language": self.language, **numbers})


def read_leg(query: str) -> Leg:
    """Where a call stands, by the address that we gave.

    Raises:
        BadPayload: it is none of ours; the message names the field.
    """
    given = {name: values[0] for name, values in parse_qs(query).items()}
    language = given.get("language", "en")
    if language not in TONGUES:
        raise BadPayload("language is none that is spoken here")
    found: dict[str, int] = {}
    for name, most in _NUMBERS.items():
        value = given.get(name, "0")
        if not (value.isascii() and value.isdigit() and len(value) <= 3 and int(value) <= most):
            raise BadPayload(f"{name} must be a number up to {most}")
        found[name] = int(value)
    return Leg(language=language, **found)


def read_step(query: str) -> Step:
    """What is to be said. Raises BadPayload."""
    given = parse_qs(query).get("step", [""])[0]
    for step in STEPS:
        if given == step:
            return step
    raise BadPayload(f"step must be one of {', '.join(STEPS)}")


@dataclass(frozen=True, slots=True)
class Said:
    """Words and the language they are in."""

    words: str
    language: str


def listen(base: str, leg: Leg, said: Sequence[Said]) -> Reply:
    """Say something, and hear what the caller says to it; they may break in."""
    response = Element("Response")
    gather = SubElement(
        response,
        "Gather",
        {
            "input": "speech dtmf",
            "action": f"{base}{TURN_PATH}?{leg.query()}#{OVERRIDES}",
            "method": "POST",
            "language": TONGUES[leg.language].heard,
            "speechTimeout": "auto",
            "timeout": "6",
            # Without it silence would end the call.
            "actionOnEmptyResult": "true",
        },
    )
    _say(gather, said)
    return _reply(response)


def go_on(base: str, step: Step, leg: Leg, said: Sequence[Said] = ()) -> Reply:
    """Say something, and come for what follows."""
    response = Element("Response")
    _say(response, said)
    redirect = SubElement(response, "Redirect", {"method": "POST"})
    redirect.text = f"{base}{ANSWER_PATH}?{leg.query(step=step)}#{OVERRIDES}"
    return _reply(response)


def put_through(base: str, leg: Leg, number: str, said: Sequence[Said]) -> Reply:
    """Say something, and ring a person; if nobody answers, come back."""
    response = Element("Response")
    _say(response, said)
    action = f"{base}{ANSWER_PATH}?{leg.query(step='dialled')}#{OVERRIDES}"
    SubElement(
        response, "Dial", {"timeout": str(RINGS_S), "action": action, "method": "POST"}
    ).text = number
    return _reply(response)


def hang_up(said: Sequence[Said] = ()) -> Reply:
    """Say something, and end the call."""
    response = Element("Response")
    _say(response, said)
    SubElement(response, "Hangup")
    return _reply(response)


def _say(parent: Element, said: Sequence[Said]) -> None:
    for each in said:
        tongue = TONGUES[each.language]
        words = _NOT_XML.sub(" ", each.words).strip()
        for start in range(0, len(words), SAY_MAX):
            say = SubElement(parent, "Say", {"voice": tongue.voice, "language": tongue.spoken})
            say.text = words[start : start + SAY_MAX]


def _reply(response: Element) -> Reply:
    body = tostring(response, encoding="unicode")
    return Reply(body=f'<?xml version="1.0" encoding="UTF-8"?>{body}', content_type="text/xml")
