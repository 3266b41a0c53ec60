"""What is remembered of a customer: read from their words, corrected and forgotten at their word.

Deterministic, so that the memory is the same whichever model answers. The turn calls `keep` in its
commit; the tools `remember` and `forget` write through the same functions. Who they are is for
bot/identity.py, what a conversation said in short for bot/summarising.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import ConversationId, CustomerId, StoredMessage
from bot.domain_answers import Memory
from bot.domain_memory import MANY, MemoryKind, Told
from bot.errors import Conflict
from bot.language.claims import guess_language
from bot.language.forgetting import EVERYTHING, asks_forget, without_wish
from bot.language.told import read_told
from bot.language.wording import say
from bot.memory_lines import drops, latest, read_lines
from bot.memory_summary import by_rules, together, without
from bot.store import memories, staff, summaries
from bot.store.connection import Connection
from bot.store.summaries import Summary
from bot.unproven import is_unproven, proven

FOLDED_MAX = 400
"""Messages of a conversation that forgetting folds into its summary at once."""
_IS = (" is ", " are ", " am ", "'m ", "'re ", " es ", " son ", "是", "在", "falls ")


@dataclass(frozen=True, slots=True)
class Kept:
    """A memory to be kept, and the value whose place it takes: "" any, None nobody's."""

    memory: Memory
    replaces: str | None


def read(
    heard: Sequence[StoredMessage], *, language: str, known: Sequence[Memory]
) -> tuple[Kept, ...]:
    """What these messages tell, oldest first; what they ask to forget is not remembered."""
    found: list[Kept] = []
    for message in proven(heard):
        if asks_forget(message.text):
            continue
        for told in read_told(message.text, message.language or language):
            memory = Memory(
                kind=told.kind,
                value=told.value,
                source="customer",
                said_at=message.said_at,
                message_id=message.id,
            )
            live = (*(kept.memory for kept in found), *known)
            found.append(Kept(memory, replaced(told, live)))
    return tuple(found)


def replaced(told: Told, live: Sequence[Memory]) -> str | None:
    """The value that this one corrects: any of a kind with one value, else one on the same."""
    if told.kind not in MANY:
        return ""
    subject = _subject(told.value)
    return next(
        (
            memory.value
            for memory in live
            if memory.kind == told.kind
            and memory.value.lower() != told.value.lower()
            and ((subject and _subject(memory.value) == subject) or memory.value == told.instead_of)
        ),
        None,
    )


def _subject(value: str) -> str:
    """Whose or what: "my daughter's birthday" of "my daughter's birthday is in May"."""
    plain = value.lower()
    places = [at for word in _IS if (at := plain.find(word)) > 0]
    return plain[: min(places)].strip() if places else ""


def asked_to_forget(heard: Sequence[StoredMessage]) -> frozenset[MemoryKind]:
    """All that these messages ask to forget."""
    return frozenset(kind for message in proven(heard) for kind in asks_forget(message.text))


def without_wishes(heard: Sequence[StoredMessage]) -> tuple[StoredMessage, ...]:
    """What is left for somebody to answer: forgetting is done by code."""
    left = ((m, m.text if is_unproven(m) else without_wish(m.text)) for m in heard)
    return tuple(
        message if text == message.text else replace(message, text=text)
        for message, text in left
        if text or not message.text
    )


def say_forgotten(kinds: frozenset[MemoryKind], language: str, *, seed: str) -> str:
    """What the customer is told."""
    if kinds == EVERYTHING:
        return say("forgot_all", language, seed=seed)
    gap = "、" if language == "zh" else ", "
    what = gap.join(say(f"kind_{kind}", language) for kind in sorted(kinds))
    return say("forgot_kinds", language, seed=seed, what=what)


async def keep(
    conn: Connection,
    customer_id: CustomerId,
    heard: Sequence[StoredMessage],
    *,
    language: str,
    known: Sequence[Memory],
    now: datetime,
) -> None:
    """Remember and forget by the customer's own words, in the turn's transaction."""
    kinds = asked_to_forget(heard)
    if kinds:
        await forget(conn, customer_id, kinds, at=now)
    for kept in read(heard, language=language, known=known):
        told = kept.memory
        if told.kind == MemoryKind.NAME and await staff.has_written(conn, customer_id, told.value):
            continue  # "Thanks, Dana" to Dana of our staff signs nothing.
        await memories.keep(conn, customer_id, kept.memory, replaces=kept.replaces)


async def forget(
    conn: Connection, customer_id: CustomerId, kinds: frozenset[MemoryKind], *, at: datetime
) -> None:
    """Empty what is kept of these kinds, and write every summary anew without it.

    What was said up to now goes into the summary in the same breath, so that no later one is made
    of messages that still hold it.

    Raises:
        Conflict: a summary was written anew meanwhile, perhaps with what is to be forgotten.
    """
    ordered = sorted(kinds)
    values = await memories.list_values(conn, customer_id, ordered)
    await memories.forget(conn, customer_id, ordered, at=at)
    for summary in await summaries.list_of_customer(conn, customer_id):
        await _rewrite(conn, summary, kinds, values)


async def _rewrite(
    conn: Connection, summary: Summary, kinds: frozenset[MemoryKind], values: Sequence[str]
) -> None:
    after = await summaries.list_after(
        conn, summary.conversation_id, summary.up_to_seq, limit=FOLDED_MAX
    )

    def is_forgotten(line: str) -> bool:
        return drops(line, kinds, values, language=guess_language(line))

    text = without(by_rules(summary.text, after, ()), is_forgotten)
    up_to = after[-1].seq if after else summary.up_to_seq
    if up_to:
        await _put(conn, summary, text, up_to=up_to)


async def less_forgotten(
    conn: Connection, conversation_id: ConversationId, messages: Sequence[StoredMessage]
) -> tuple[StoredMessage, ...]:
    """The messages, less those that tell what the customer had forgotten since."""
    forgotten = dict(await memories.list_forgotten(conn, conversation_id))
    return tuple(
        message
        for message in messages
        if not drops(
            message.text,
            latest(forgotten, message.created_at),
            (),
            language=message.language or "",
        )
    )


async def carry(conn: Connection, closed: ConversationId, stays: ConversationId) -> tuple[str, ...]:
    """Put what the one conversation said into the other's summary; the lines that are new there.

    Raises:
        Conflict: that summary was written anew meanwhile.
    """
    old, kept = await summaries.get(conn, closed), await summaries.get(conn, stays)
    if old is None or kept is None:
        return ()
    after = await summaries.list_after(conn, closed, old.up_to_seq, limit=FOLDED_MAX)
    said = by_rules(old.text, await less_forgotten(conn, closed, after), ())
    there = {line.written for line in read_lines(kept.text)}
    new = tuple(each for line in read_lines(said) if (each := line.written) not in there)
    if new:
        await _put(conn, kept, together("\n".join(new), kept.text), up_to=kept.up_to_seq)
    return new


async def take_back(conn: Connection, stays: ConversationId, carried: Collection[str]) -> None:
    """Take lines that were carried out of the summary again, and with them a model's prose, which
    may rest on them."""
    kept = await summaries.get(conn, stays)
    if kept is None or not carried:
        return
    own = [line for line in read_lines(kept.text) if line.tag and line.written not in carried]
    await _put(conn, kept, "\n".join(line.written for line in own), up_to=kept.up_to_seq)


async def _put(conn: Connection, before: Summary, text: str, *, up_to: int) -> None:
    if not await summaries.write(conn, before, up_to_seq=up_to, text=text, writer="rules"):
        raise Conflict("the summary was written anew meanwhile; try again")
