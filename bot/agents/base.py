"""What an agent is: data. Name (the file's), instructions, granted tools and hand-offs by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A plug-in of this folder."""

    purpose: str
    """One line that other agents and the model read when choosing."""
    instructions: str
    """What the model is told, from instructions/<name>.md; an owner's words may take its place."""
    tools: tuple[str, ...]
    """Names of the tools it may run; anything else is refused where tools run."""
    handoffs: tuple[str, ...] = ()
    """Agents it may hand the conversation to."""
    routes: tuple[str, ...] = ()
    """Routes of the intent model that this agent answers."""


FOR_ALL = (
    "search_knowledge",
    "remember",
    "forget",
    "prove_address",
    "ask_person",
    "hand_off",
)
"""Tools that every agent may run: none of them states a price or binds the business."""
