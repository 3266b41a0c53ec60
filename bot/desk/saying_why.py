"""Why the bot said something, in plain words for whoever works at the desk. Pure.

The facts are those of bot/explaining.py; a labelled line for each, without what only an operator
reads. handlers/desk/why.py shows it to the one who asked.
"""

from __future__ import annotations

from bot.desk.customers import language_name
from bot.explaining import Explanation
from bot.explaining_words import Line, describe

LINES_MAX = 24
SAID_MAX = 280
LABELS = {
    "Asked": "The customer wrote",
    "Answer": "It said",
    "Outcome": "What came of it",
    "Because": "Because",
    "Escalated": "Handed to people",
    "Route": "Who answered, and for what",
    "Rule": "Chosen because",
    "Also asked": "Also asked",
    "Candidates": "What else it may have meant",
    "Handed to": "Passed on to",
    "Language": "Language",
    "Emotion": "How the customer sounded",
    "Mode": "What it may do by itself",
    "Draft": "Draft",
    "Passage": "It read in an article",
    "Tool": "It looked up",
    "Guard": "The check before sending",
    "Model": "Written by",
    "Cost": "Cost",
    "Time": "Time",
}
OUTCOMES = {
    "answered": "it answered",
    "escalated": "it handed the conversation to people",
    "silent": "it kept silent",
    "failed": "it could not answer",
    "drafted": "it wrote a draft for people to send",
}


def say_why(why: Explanation) -> tuple[Line, ...]:
    """The explanation as staff read it; what is known only to programs is left out."""
    told = [Line(LABELS[line.label], _said(line)) for line in describe(why) if line.label in LABELS]
    if len(told) > LINES_MAX:
        told = [*told[: LINES_MAX - 1], Line("And more", "`concierge why` shows all of it")]
    return tuple(told)


def _said(line: Line) -> str:
    said = OUTCOMES.get(line.said, line.said) if line.label == "Outcome" else line.said
    said = language_name(said) if line.label == "Language" else said
    said = " ".join(said.split())
    return said if len(said) <= SAID_MAX else f"{said[: SAID_MAX - 1].rstrip()}…"
