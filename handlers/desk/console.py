"""/console: a link that signs whoever typed it in at the web console, once."""

from __future__ import annotations

from bot.desk.console import GOOD_FOR, console_link
from channels.desk_blocks import section
from handlers.desk.base import Answer, Asked, Office, Part, SlashCommand
from handlers.desk.words import show_help


async def open_console(office: Office, asked: Asked) -> Answer:
    """/console: the link, for who asked alone."""
    if asked.value:
        problem = "" if asked.value.strip().lower() == "help" else "/console takes no words"
        return show_help("/console", problem)
    settings = office.settings
    secret = settings.concierge_secret.get_secret_value()
    link = console_link(settings.base_url, secret, asked.by.id, now=office.clock.now())
    minutes = int(GOOD_FOR.total_seconds() // 60)
    told = f"<{link}|Open the console>. This link is yours alone: good once, for {minutes} minutes."
    return Answer(text="Your link to the console", blocks=(section(told),))


part = Part(
    commands={
        "/console": SlashCommand(
            run=open_console,
            usage="",
            help="A link to the web console, for you alone: follow-ups that are planned and what "
            "they bring, their rules, campaigns.",
        ),
    },
)
