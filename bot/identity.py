"""One customer across channels, once they have proved it: a code goes to the other address.

The code is read here, in code, before any model sees it. Asking tells nobody whether we know an
address: the words are the same, and what is not known yet gets a code too. The tool
`prove_address` begins it through `bot/identity_codes.py`; deciding calls `take_code` first.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Literal

from bot.decision import Decision, Notice
from bot.deps import Deps
from bot.domain import Author, ConversationId, Purpose, StoredMessage
from bot.errors import Conflict
from bot.identity_codes import TRIES_MAX, sealed
from bot.identity_joining import Joined, Wish, join
from bot.language.numbers import fold
from bot.language.wording import say
from bot.outbox import Reply, write_reply
from bot.situation import Situation
from bot.store import proofs
from bot.store.connection import Connection, borrow
from bot.store.proofs import Proof
from bot.tools.base import Effect
from bot.unproven import proven

_CODE = re.compile(r"(?<![A-Za-z0-9$€.,/@+-])(\d{3})[ -]?(\d{3})(?![A-Za-z0-9@]|[.,/ -]\d)")
LENGTH_MAX = 80
"""Whoever types a code writes little beside it."""
Outcome = Literal["right", "wrong", "over"]


@dataclass(frozen=True, slots=True)
class _Typed:
    """A code that a customer typed, against the one that was sent."""

    message: StoredMessage
    proof: Proof
    outcome: Outcome

    @property
    def moves_away(self) -> bool:
        """Whether the conversation goes on where staff have the other one."""
        return self.outcome == "right" and self.proof.is_other_with_staff


def read_code(text: str) -> str:
    """The six digits of a message that is little else; empty where there are none, or several."""
    found = _CODE.findall(fold(text)) if len(text) <= LENGTH_MAX else []
    return "".join(found[0]) if len(found) == 1 else ""


async def take_code(deps: Deps, situation: Situation) -> Decision | None:
    """What becomes of a code that the customer typed; None where there is none to take.

    Whatever else waits is answered by the next turn.
    """
    codes = [(m, code) for m in proven(situation.waiting) if (code := read_code(m.text))]
    if not situation.awaits_code or not codes:
        return None
    async with borrow(deps.pool) as conn:
        who = (situation.customer_id, situation.conversation_id)
        proof = await proofs.find_latest(conn, *who)
    if proof is None:
        return None
    message, code = codes[-1]
    typed = _Typed(message, proof, _judge(deps, proof, code))
    words = say(f"prove_{typed.outcome}", situation.language, seed=str(message.id))
    notice = Notice(answers=message, text=words, purpose=Purpose.ESSENTIAL, author=Author.BOT)
    return Decision(
        outcome="answered",
        language=situation.language,
        answered=(message,),
        notices=() if typed.moves_away else (notice,),
        effects=(_settle(deps, situation, typed, words),),
        why="a code was typed",
    )


def _judge(deps: Deps, proof: Proof, code: str) -> Outcome:
    if proof.tries >= TRIES_MAX or proof.expires_at <= deps.clock.now():
        return "over"
    is_right = hmac.compare_digest(proof.digest, sealed(deps, proof.id, code))
    return "right" if is_right else "wrong"


def _settle(deps: Deps, situation: Situation, typed: _Typed, words: str) -> Effect:
    """Count the try, and join the two where it was right."""

    async def write(conn: Connection) -> ConversationId | None:
        if typed.outcome == "over":
            return None
        is_right, now = typed.outcome == "right", deps.clock.now()
        if not await proofs.note_try(conn, typed.proof, is_right=is_right, at=now):
            raise Conflict("another code was tried meanwhile")
        if is_right and typed.proof.other_id != situation.customer_id:
            wish = Wish(
                kept=situation.customer_id,
                joined=typed.proof.other_id,
                proof="code",
                actor=f"proof {typed.proof.id}",
                here=situation.conversation_id,
            )
            done = await join(conn, deps.profile, wish, now=now)
            return await _speak_there(deps, conn, situation, (typed, done), words)
        return None

    return write


async def _speak_there(
    deps: Deps, conn: Connection, situation: Situation, made: tuple[_Typed, Joined], words: str
) -> ConversationId | None:
    """The answer, where this conversation was closed for the one that staff have; then that one."""
    typed, done = made
    has_moved = done.talk != situation.conversation_id
    if has_moved != typed.moves_away:
        raise Conflict("staff took or gave back the other conversation meanwhile")
    if done.talk is None or not has_moved:
        return None
    reply = Reply(
        conversation_id=done.talk,
        answers=typed.message,
        text=words,
        language=situation.language,
        epoch=done.epoch,
        purpose=Purpose.ESSENTIAL,
    )
    await write_reply(deps, conn, reply)
    return done.talk
