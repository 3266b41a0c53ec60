"""Takes an article in from a file's or a page's bytes: read, cut, embedded, stored unapproved.

What comes in is data: an owner approves it before anything of it is cited, and no text of it is
ever an order. Called by `concierge articles add`, and for an answer of staff by the job
take_in_proposal; approving and retiring are in bot/store/knowledge_versions.py.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.errors import BadPayload
from bot.knowledge.cutting import cut, split_sentences
from bot.knowledge.reading_html import ReadPage, decode, read_html
from bot.knowledge.reading_pdf import read_pdf
from bot.knowledge.refresh import prepare
from bot.knowledge.suspicion import clean, find_orders
from bot.language.embed import Embedder
from bot.store import knowledge_versions as versions
from bot.store.connection import Pool, borrow
from bot.store.knowledge import Chunk, Document, Prepared

Form = Literal["markdown", "html", "pdf"]

SOURCES: Final = {"markdown": "markdown", "html": "web", "pdf": "pdf"}
"""What the stored article says of where it came from."""
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
TITLE_LIMIT: Final = 160

_FRONT: Final = re.compile(r"\A(\+\+\+|---)[ \t]*\n(?P<matter>.*?)\n\1[ \t]*\n", re.DOTALL)
_FIRST_HEADING: Final = re.compile(r"^#\s+(?P<title>.+)$", re.MULTILINE)
_YAML_TITLE: Final = re.compile(r"""^title:\s*["']?(?P<title>.+?)["']?\s*$""", re.MULTILINE)
_FACT: Final = "{{"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What is to be taken in, before anything of it was read."""

    content: bytes
    form: Form
    origin: str
    """The page or file it comes from."""
    language: str
    actor: str
    charset: str = ""
    title: str = ""
    """Empty where the text's own counts."""
    name: str = ""
    """Empty where the title gives it."""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of it."""

    name: str
    title: str
    version: int
    is_new: bool
    """False where it is stored already, word for word."""
    chunk_count: int
    warnings: tuple[str, ...]
    """Lines that read like orders to a model."""


async def take_in(pool: Pool, embedder: Embedder, incoming: Incoming) -> TakenIn:
    """Store it as the next version of its article; nothing of it is cited until it is approved.

    Raises:
        BadPayload: it cannot be read, is empty, or lacks a name.
        TooLarge: it is longer than an article may be.
        Conflict: the profile has an article of that name.
    """
    page = await asyncio.to_thread(_read, incoming)
    title = (incoming.title or page.title).strip()[:TITLE_LIMIT]
    name = incoming.name or slug(title)
    if NAME.fullmatch(name) is None:
        raise BadPayload("--name: give one of small Latin letters, digits and _, up to 60")
    if not title:
        raise BadPayload("--title: the text has none of its own; give one")
    chunks = cut(page.text, title=title)
    if not chunks:
        raise BadPayload("there is no text in it that could be an answer")
    document = Document(
        article=name,
        language=incoming.language,
        title=title,
        body=page.text.strip(),
        approved=False,
        expires_at=incoming.expires_at,
        chunks=_with_openings(chunks),
    )
    (prepared,) = await prepare(embedder, [document])
    async with borrow(pool) as conn:
        version, is_new = await versions.add(
            conn,
            prepared,
            source=SOURCES[incoming.form],
            origin=incoming.origin,
            actor=incoming.actor,
        )
    return TakenIn(
        name=name,
        title=title,
        version=version,
        is_new=is_new,
        chunk_count=len(chunks),
        warnings=find_orders(f"{title}\n{page.text}"),
    )


async def prepare_answer(
    embedder: Embedder, *, name: str, language: str, question: str, answer: str
) -> Prepared:
    """An answer of staff as an article, not stored yet: found by its question, said as it stands.

    What an owner has approved is told whole, so nothing of it is cut or shortened.
    """
    said = clean(answer).strip()
    chunk = Chunk(heading=question, text=said, answer=said)
    document = Document(
        article=name,
        language=language,
        title=question[:TITLE_LIMIT],
        body=said,
        approved=False,
        expires_at=None,
        chunks=_with_openings((chunk,)),
    )
    (prepared,) = await prepare(embedder, [document])
    return prepared


def slug(title: str) -> str:
    """A name made of a title's Latin letters and digits; empty where it has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("_")


def _read(incoming: Incoming) -> ReadPage:
    if incoming.form == "pdf":
        page = ReadPage(title="", text=read_pdf(incoming.content))
    elif incoming.form == "html":
        page = read_html(incoming.content, charset=incoming.charset)
    else:
        page = _read_markdown(decode(incoming.content, charset=incoming.charset))
    page = ReadPage(title=" ".join(clean(page.title).split()), text=clean(page.text))
    if _FACT in page.text:
        raise BadPayload("{{ }} stands for a fact in the profile's articles only; write it out")
    return page


def _read_markdown(text: str) -> ReadPage:
    """Title and text; front matter gives at most the title."""
    text, title = text.replace("\r\n", "\n"), ""
    front = _FRONT.match(text)
    if front:
        text = text[front.end() :]
        title = _front_title(front["matter"], is_toml=front[1] == "+++")
    heading = _FIRST_HEADING.search(text)
    return ReadPage(title=title or (heading["title"].strip() if heading else ""), text=text)


def _front_title(matter: str, *, is_toml: bool) -> str:
    if not is_toml:
        found = _YAML_TITLE.search(matter)
        return found["title"] if found else ""
    try:
        return str(tomllib.loads(matter).get("title", ""))
    except tomllib.TOMLDecodeError as error:
        raise BadPayload(f"the front matter is not TOML: {error}") from error


def _with_openings(chunks: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
    """Each chunk is found by its heading and by what it says first: a heading may be a mere word.

    The chunks that have a text's vector come first, one for each text.
    """
    openings = (
        Chunk(heading=split_sentences(chunk.text)[0][:TITLE_LIMIT], text=chunk.text, answer=said)
        for chunk in chunks
        for said in (chunk.answer,)
    )
    return (*chunks, *(each for each in openings if each not in chunks))
