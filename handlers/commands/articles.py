"""`concierge articles`: what may be cited, what waits for approval, and what nobody could answer.

Reading and storing is bot/knowledge/taking_in.py; what is live is decided in
bot/store/knowledge_versions.py, in one transaction each.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import BadPayload, CallerError, NotFound, TooLarge
from bot.knowledge.articles import expiry
from bot.knowledge.grouping import group
from bot.knowledge.taking_in import Form, Incoming, slug, take_in
from bot.language.embed import Embedder
from bot.store import knowledge_versions as versions
from bot.store import unanswered
from bot.store.connection import Pool, borrow
from bot.store.unanswered import OpenQuestion
from channels.web_page import fetch
from handlers.commands.article_pages import article_page, list_page, questions_page
from handlers.commands.base import Command
from handlers.commands.stores import open_stores
from handlers.service import Ground

ACTOR = "operator"
FILE_BYTES_MAX = 20 * 1024 * 1024
QUESTIONS_MAX = 500
FORMS: Mapping[str, Form] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
}
FETCHED: Mapping[str, Form] = {"html": "html", "plain": "markdown", "pdf": "pdf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What the subcommands work with."""

    on: Ground
    pool: Pool


async def run(asked: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked and say what is so now."""
    act: Callable[[Library, argparse.Namespace], Awaitable[str]] = asked.act
    async with _open_library(environment) as library:
        said = await act(library, asked)
    print(said)
    return 0


@asynccontextmanager
async def _open_library(environment: Mapping[str, str]) -> AsyncIterator[Library]:
    async with open_stores(environment) as (on, pool):
        yield Library(on=on, pool=pool)


async def list_all(library: Library, _asked: argparse.Namespace) -> str:
    """What is live and what waits."""
    async with borrow(library.pool) as conn:
        current = await versions.list_current(conn)
    if not current:
        return "No articles; the profile's come in when the service starts."
    return list_page(library.on.profile, current, library.on.clock.now())


async def add(library: Library, asked: argparse.Namespace) -> str:
    """Take an article in, unapproved."""
    profile = library.on.profile
    if asked.language not in profile.business.languages:
        spoken = ", ".join(profile.business.languages)
        raise CallerError(f"--language: {asked.language} is none of the business's: {spoken}")
    incoming = await _incoming(library, asked)
    embedder = Embedder()
    try:
        taken = await take_in(library.pool, embedder, incoming)
    finally:
        await embedder.close()
    stored = "is stored already, word for word" if not taken.is_new else "waits for approval"
    lines = [
        f"{taken.name}, version {taken.version}, {asked.language}: {taken.title}",
        f"{taken.chunk_count} passages; it {stored}.",
        f"Read it with `concierge articles show {taken.name}`.",
    ]
    if taken.warnings:
        lines.append("Beware: these lines read like orders to a model; nothing obeys them:")
        lines += [f"  {line}" for line in taken.warnings]
    return "\n".join(lines)


async def _incoming(library: Library, asked: argparse.Namespace) -> Incoming:
    where = str(asked.source)
    if urlsplit(where).scheme.lower() in ("http", "https"):
        fetched = await fetch(where, allow_private=asked.allow_private)
        content, form, charset = fetched.content, FETCHED[fetched.kind], fetched.charset
        origin, stem = fetched.url, urlsplit(fetched.url).path.rstrip("/").rpartition("/")[2]
    else:
        path = Path(where)
        content, form = await asyncio.to_thread(_read_file, path)
        charset, origin, stem = "", path.name, path.stem
    # A title in another script gives no name; the file's own may.
    name = asked.name or slug(asked.title or "") or slug(stem.partition(".")[0])
    title = asked.title or (stem if form == "pdf" else "")
    zone = library.on.profile.business.zone
    return Incoming(
        content=content,
        form=form,
        origin=origin,
        language=asked.language,
        actor=ACTOR,
        charset=charset,
        title=title,
        name=name,
        expires_at=expiry(asked.expires, zone),
    )


def _read_file(path: Path) -> tuple[bytes, Form]:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise BadPayload(f"FILE: one of {', '.join(FORMS)} is expected, or an address of the web")
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise BadPayload(f"FILE: {path} cannot be read: {error.strerror}") from error
    if len(content) > FILE_BYTES_MAX:
        raise TooLarge(f"FILE: more than {FILE_BYTES_MAX // 1024 // 1024} MB")
    return content, form


async def show(library: Library, asked: argparse.Namespace) -> str:
    """One article with its versions and what would be said."""
    async with borrow(library.pool) as conn:
        found = await versions.list_versions(conn, asked.name)
        if not found:
            raise NotFound(f"NAME: there is no article {asked.name}; `concierge articles list`")
        newest = {each.language: each for each in reversed(found)}
        chunks = {each.language: await versions.list_chunks(conn, each) for each in newest.values()}
    return article_page(library.on.profile, found, chunks, library.on.clock.now())


async def approve(library: Library, asked: argparse.Namespace) -> str:
    """The newest version goes live."""
    by = asked.by.strip()
    if not by:
        raise CallerError("--by: say who has read it and answers for it")
    async with borrow(library.pool) as conn:
        done = await versions.approve(conn, asked.name, by=by)
    return _said(asked.name, done, "live now, approved by " + by, "live already; nothing changed")


async def retire(library: Library, asked: argparse.Namespace) -> str:
    """It is cited no more."""
    async with borrow(library.pool) as conn:
        done = await versions.retire(conn, asked.name, actor=ACTOR)
    return _said(asked.name, done, "no longer cited", "")


async def roll_back(library: Library, asked: argparse.Namespace) -> str:
    """The version before is live again."""
    async with borrow(library.pool) as conn:
        done = await versions.roll_back(conn, asked.name, actor=ACTOR)
    return _said(asked.name, done, "live again", "")


def _said(name: str, done: Mapping[str, int], what: str, nothing: str) -> str:
    if not done:
        return f"{name} is {nothing}."
    listed = ", ".join(f"version {version} ({language})" for language, version in done.items())
    return f"{name}: {listed} is {what}."


async def questions(library: Library, _asked: argparse.Namespace) -> str:
    """What nobody could answer, those alike together."""
    groups = await _groups(library)
    if not groups:
        return "No open questions."
    return questions_page(library.on.profile, groups)


async def dismiss(library: Library, asked: argparse.Namespace) -> str:
    """Take a question off the list, with those that ask the same."""
    ending = asked.id.strip().lower()
    groups = await _groups(library)
    found = [each for each in groups if ending and str(each[0].id).endswith(ending)]
    if len(found) != 1:
        trouble = "more than one open question ends" if found else "no open question ends"
        raise NotFound(f"ID: {trouble} like that; `concierge articles questions` names them")
    ids = tuple(each.id for each in found[0])
    async with borrow(library.pool) as conn:
        count = await unanswered.dismiss(conn, ids, now=library.on.clock.now())
    return f"Dismissed: asked {count} times." if count != 1 else "Dismissed: asked once."


async def _groups(library: Library) -> tuple[tuple[OpenQuestion, ...], ...]:
    async with borrow(library.pool) as conn:
        found = await unanswered.list_open(conn, limit=QUESTIONS_MAX)
    embedder = Embedder()
    try:
        return await group(embedder, found)
    finally:
        await embedder.close()


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="part", required=True, metavar="WHAT")

    def part(name: str, act: object, said: str) -> argparse.ArgumentParser:
        made = parts.add_parser(name, help=said, description=said)
        made.set_defaults(act=act)
        return made

    part("list", list_all, "what is live and what waits for approval")
    one = part("add", add, "take in a file or a page; nothing of it is cited until approved")
    one.add_argument("source", metavar="FILE|URL", help=f"{', '.join(FORMS)}, or an address")
    one.add_argument("--language", required=True, help="what it is written in, such as en")
    one.add_argument("--title", default="", help="else the text's own")
    one.add_argument("--name", default="", help="else made of the file's or page's name")
    one.add_argument("--expires", type=date.fromisoformat, metavar="DATE", help="its last day")
    one.add_argument("--allow-private", action="store_true", help="fetch from one's own network")
    part("show", show, "an article, its versions and what would be said").add_argument("name")
    one = part("approve", approve, "make the newest version live")
    one.add_argument("name")
    one.add_argument("--by", required=True, metavar="WHO", help="who answers for it")
    part("retire", retire, "cite it no more").add_argument("name")
    part("rollback", roll_back, "the version before is live again").add_argument("name")
    one = part("questions", questions, "what customers asked and no article answers")
    subs = one.add_subparsers(dest="deed", metavar="dismiss")
    sub = subs.add_parser("dismiss", help="take one off the list")
    sub.add_argument("id", metavar="ID")
    sub.set_defaults(act=dismiss)


command = Command(
    help="what may be cited, what waits for approval, and what nobody could answer",
    run=run,
    add_arguments=_arguments,
)
