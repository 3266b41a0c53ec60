"""Reads a profile's articles: Markdown with TOML front matter, one folder a language.

A `##` section becomes a chunk; its first paragraph is the answer a customer gets as it stands.
Each question of the front matter becomes one more chunk of the first section, found by its own
words. Facts come as `{{ dotted.path }}` from the profile: a changed price changes the articles.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import ConfigError
from bot.profile import Profile, fill
from bot.store.knowledge import Chunk, Document

FOLDER: Final = "articles"
ANSWER_LIMIT: Final = 320
WORDS_LIMIT: Final = 90

_FENCE: Final = "+++"
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
# Chinese is written without spaces, so each character counts; two of them make about one word.
_HAN: Final = re.compile("[\u4e00-\u9fff]")


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    questions: tuple[str, ...]
    approved: bool = False
    for_people: bool = False
    """Questions that nobody but a person may answer; such an article has no text."""
    expires: date | None = None
    """The last day on which it may be cited."""


@dataclass(frozen=True, slots=True)
class _Section:
    line: int
    heading: str
    text: str


def load_articles(folder: Path, profile: Profile) -> tuple[Document, ...]:
    """Every article below `folder`/articles/<language>, facts filled in; none without that folder.

    Raises:
        ConfigError: one line for every article that cannot be used: file, line, mend.
    """
    documents: list[Document] = []
    problems: list[str] = []
    for path in sorted((folder / FOLDER).glob("*/*.md")):
        try:
            documents.append(read_article(path, profile))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return tuple(documents)


def read_article(path: Path, profile: Profile) -> Document:
    """One article; its name is the file's, its language the folder's.

    Raises:
        ConfigError: the file, the line and what to do.
    """
    language = path.parent.name
    if language not in profile.business.languages:
        raise ConfigError(f"{path}:1: {language} is not among business.languages; move the file")
    front, body, body_line = _split(path)
    matter = _front_matter(path, front)
    body = _filled(path, body, body_line, profile, language)
    title = _filled(path, matter.title, 1, profile, language)
    sections = tuple(_sections(body, body_line))
    if matter.for_people == bool(sections):
        mend = "take its sections out" if sections else "add a ## section with the answer"
        raise ConfigError(f"{path}:{body_line}: for_people is {matter.for_people}; {mend}")
    for section in sections:
        _check(path, section)
    return Document(
        article=path.stem,
        language=language,
        title=title,
        body=body.strip(),
        approved=matter.approved,
        expires_at=expiry(matter.expires, profile.business.zone),
        chunks=tuple(_chunks(matter, sections)),
    )


def _split(path: Path) -> tuple[str, str, int]:
    """Front matter, body, and the line on which the body begins."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}:1: cannot be read as UTF-8 text") from error
    fences = [number for number, line in enumerate(lines) if line.strip() == _FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise ConfigError(f"{path}:1: begin with front matter between two {_FENCE} lines")
    end = fences[1]
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2


def _front_matter(path: Path, text: str) -> _FrontMatter:
    try:
        matter = _FrontMatter.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        # The parser counts from the line below the opening fence.
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) + 1 if found else len(text.splitlines()) + 1
        raise ConfigError(f"{path}:{line}: not TOML: {error}; correct that line") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        line = _line_of(text, str(first["loc"][0]))
        raise ConfigError(f"{path}:{line}: {name}: {first['msg'].lower()}; correct it") from error
    if not matter.questions:
        raise ConfigError(f"{path}:{_line_of(text, 'questions')}: questions: add at least one")
    return matter


def _line_of(text: str, name: str) -> int:
    lines = text.splitlines()
    found = (number for number, line in enumerate(lines, start=2) if line.startswith(name))
    return next(found, 1)


def _filled(path: Path, text: str, first_line: int, profile: Profile, language: str) -> str:
    lines = []
    for number, line in enumerate(text.splitlines(), start=first_line):
        try:
            lines.append(fill(profile, line, language))
        except ConfigError as error:
            raise ConfigError(f"{path}:{number}: {error}") from error
    return "\n".join(lines)


def _sections(body: str, first_line: int) -> Iterator[_Section]:
    heading, start, text = "", first_line, list[str]()
    for number, line in enumerate(body.splitlines(), start=first_line):
        if line.startswith("## "):
            if heading or "".join(text).strip():
                yield _Section(start, heading, "\n".join(text).strip())
            heading, start, text = line.removeprefix("## ").strip(), number, []
        else:
            text.append(line)
    if heading or "".join(text).strip():
        yield _Section(start, heading, "\n".join(text).strip())


def _check(path: Path, section: _Section) -> None:
    place = f"{path}:{section.line}"
    if not section.heading or not section.text:
        raise ConfigError(f"{place}: text stands below a ## heading, and a heading has text")
    if len(_answer(section)) > ANSWER_LIMIT:
        raise ConfigError(f"{place}: shorten the first paragraph to {ANSWER_LIMIT} characters")
    han = len(_HAN.findall(section.text))
    if len(_HAN.sub(" ", section.text).split()) + han // 2 > WORDS_LIMIT:
        raise ConfigError(f"{place}: over {WORDS_LIMIT} words; split it into two sections")


def _answer(section: _Section) -> str:
    return " ".join(_BLANK_LINES.split(section.text)[0].split())


def _chunks(matter: _FrontMatter, sections: tuple[_Section, ...]) -> Iterator[Chunk]:
    for section in sections:
        yield Chunk(heading=section.heading, text=section.text, answer=_answer(section))
    for question in matter.questions:
        if sections:
            first = sections[0]
            yield Chunk(heading=question, text=first.text, answer=_answer(first))
        else:
            yield Chunk(heading=question, text="", answer="")


def expiry(last_day: date | None, zone: str) -> datetime | None:
    """The end of the last day on which an article may be cited, in the business's zone (I15)."""
    if last_day is None:
        return None
    return datetime.combine(last_day, time.max, ZoneInfo(zone)).astimezone(UTC)
