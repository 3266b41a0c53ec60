"""The knowledge base: articles stored by version, found in three languages, and refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot import devstack
from bot.clock import FrozenClock
from bot.devstack import DevStack
from bot.knowledge import knowing
from bot.knowledge.articles import load_articles
from bot.knowledge.refresh import refresh
from bot.knowledge.search import KnowledgeSearch
from bot.language.embed import Embedder, Encoder
from bot.profile import load_profile, profile_folder
from bot.store import knowledge as store
from bot.store import schema
from bot.store.connection import Pool, open_pool
from bot.store.knowledge import Chunk

LOOP = pytest.mark.asyncio(loop_scope="module")
PROFILE = load_profile()
QUESTIONS = knowing.KNOWING_FILE.parent / "questions_fresh.jsonl"
DOCUMENTS = load_articles(profile_folder(), PROFILE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(stack: DevStack) -> AsyncIterator[Pool]:
    """A database of its own, with nothing but the schema."""
    url = await devstack.create_database(stack.database_url, "knowledge_test")
    pool = await open_pool(url, size=3)
    async with pool.acquire() as conn:
        await schema.migrate(conn)
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def embedder(encoder: Encoder) -> AsyncIterator[Embedder]:
    """The real encoder."""
    embedder = Embedder(encoder)
    yield embedder
    await embedder.close()


@pytest_asyncio.fixture(loop_scope="module")
async def knowledge(pool: Pool, embedder: Embedder) -> KnowledgeSearch:
    """The shipped articles, live."""
    await refresh(pool, embedder, DOCUMENTS)
    return KnowledgeSearch(pool, embedder)


@LOOP
async def test_only_what_changed_becomes_a_new_version(
    pool: Pool, embedder: Embedder, knowledge: KnowledgeSearch
) -> None:
    assert await refresh(pool, embedder, DOCUMENTS) == ()
    edited = [
        replace(document, title="Money down") if document.key == ("deposit", "en") else document
        for document in DOCUMENTS
    ]
    assert await refresh(pool, embedder, edited) == (("deposit", "en"),)
    async with pool.acquire() as conn:
        rows = await conn.fetch(
            "SELECT version, live FROM knowledge_documents "
            "WHERE article = 'deposit' AND language = 'en' ORDER BY version DESC LIMIT 2"
        )
    assert [row["live"] for row in rows] == [True, False]
    found = await knowledge.search("How much is the deposit?", language="en")
    assert found[0].title == "Money down"


@LOOP
async def test_a_vanished_article_is_no_longer_cited(
    pool: Pool, embedder: Embedder, knowledge: KnowledgeSearch
) -> None:
    kept = [document for document in DOCUMENTS if document.article != "gratuity"]
    await refresh(pool, embedder, kept)
    found = await knowledge.search("Is the tip included?", language="en", limit=50)
    assert "gratuity" not in {passage.article for passage in found}
    async with pool.acquire() as conn:
        assert ("gratuity", "en") not in await store.list_live(conn)


@LOOP
@pytest.mark.parametrize("change", ["unapproved", "expired"])
async def test_unapproved_and_expired_articles_are_never_cited(
    pool: Pool, embedder: Embedder, change: str
) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    update: dict[str, object] = {"approved": False}
    if change == "expired":
        update = {"expires_at": now - timedelta(seconds=1)}
    documents = [
        replace(document, **update) if document.article == "rain" else document  # type: ignore[arg-type]  # The two fields have their own types.
        for document in DOCUMENTS
    ]
    await refresh(pool, embedder, documents)
    knowledge = KnowledgeSearch(pool, embedder, clock=FrozenClock(now))
    found = await knowledge.search("What happens if it rains?", language="en", limit=50)
    assert found
    assert "rain" not in {passage.article for passage in found}


@LOOP
@pytest.mark.parametrize(
    ("question", "language", "article"),
    [
        ("Is gratuity included?", "en", "gratuity"),
        ("¿Hay que dejar propina?", "es", "gratuity"),
        ("定金多少钱？", "zh", "deposit"),
    ],
)
async def test_a_question_is_answered_in_its_language(
    knowledge: KnowledgeSearch, question: str, language: str, article: str
) -> None:
    findings = await knowledge.find(question, language=language)
    assert findings.known
    assert (findings.passages[0].article, findings.passages[0].language) == (article, language)


@LOOP
async def test_an_article_without_a_spanish_version_is_found_in_english(
    pool: Pool, embedder: Embedder, knowledge: KnowledgeSearch
) -> None:
    english = [document for document in DOCUMENTS if document.key != ("gratuity", "es")]
    await refresh(pool, embedder, english)
    found = await knowledge.search("¿Hay que dejar propina?", language="es", limit=3)
    assert ("gratuity", "en") in {(each.article, each.language) for each in found}


@LOOP
async def test_unreadable_and_hostile_text_is_searched_without_harm(
    knowledge: KnowledgeSearch,
) -> None:
    for text in ("\x00\ud800", "' OR 1=1; --", "or or or", "🙂" * 3000, ""):
        assert isinstance((await knowledge.find(text, language="en")).known, bool)


@LOOP
async def test_fresh_questions_are_answered_or_refused(knowledge: KnowledgeSearch) -> None:
    """Questions that nothing was tuned on; the floors lie a little under what was measured."""
    judged = await _judge(knowledge)
    answerable = [(place, known) for _, place, known in judged if place is not None]
    unanswerable = [known for _, place, known in judged if place is None]
    asked = len(answerable)
    assert asked >= 150
    assert len(unanswerable) >= 60
    assert sum(place < 1 for place, _ in answerable) / asked >= 0.83
    assert sum(place < 5 for place, _ in answerable) / asked >= 0.96
    assert sum(place < 1 and known for place, known in answerable) / asked >= 0.60
    assert sum(place > 0 and known for place, known in answerable) / asked <= 0.05
    assert unanswerable.count(False) / len(unanswerable) >= 0.95


@LOOP
async def test_english_articles_alone_are_found_in_three_languages(
    pool: Pool, embedder: Embedder
) -> None:
    await refresh(pool, embedder, [each for each in DOCUMENTS if each.language == "en"])
    judged = await _judge(KnowledgeSearch(pool, embedder))
    for language, floor in (("en", 0.97), ("es", 0.95), ("zh", 0.88)):
        places = [place for said, place, _ in judged if said == language and place is not None]
        assert sum(place < 5 for place in places) / len(places) >= floor, language
        told = [known for said, place, known in judged if said == language and place == 0]
        assert sum(told) / len(told) >= 0.2, language
    refused = [not known for _, place, known in judged if place is None]
    assert sum(refused) / len(refused) >= 0.95


async def _judge(knowledge: KnowledgeSearch) -> list[tuple[str, int | None, bool]]:
    """Of each question its language, its answer's place, None for the unanswerable, and `known`."""
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]

    async def judge(question: dict[str, object]) -> tuple[str, int | None, bool]:
        language = str(question["language"])
        findings = await knowledge.find(str(question["question"]), language=language, limit=5)
        found = [passage.article for passage in findings.passages]
        places = [found.index(a) for a in _articles(question) if a in found]
        place = min(places, default=5) if question["article"] else None
        return language, place, findings.known

    return [await judge(question) for question in questions]


def _articles(question: dict[str, object]) -> tuple[object, ...]:
    """The articles that answer a question: the one meant and those that say it too."""
    also = question.get("also", [])
    assert isinstance(also, list)
    return (question["article"], *also)


@LOOP
async def test_words_count_from_the_moment_an_article_has_them(
    pool: Pool, embedder: Embedder, knowledge: KnowledgeSearch
) -> None:
    before = (await knowledge.candidates("xylophone deposit", language="en", limit=1))[0]
    edited = [
        replace(
            document,
            chunks=tuple(replace(c, text=f"{c.text} Xylophone.") for c in document.chunks),
        )
        if document.key == ("deposit", "en")
        else document
        for document in DOCUMENTS
    ]
    await refresh(pool, embedder, edited)
    after = (await knowledge.candidates("xylophone deposit", language="en", limit=1))[0]
    assert (before.article, after.article) == ("deposit", "deposit")
    assert before.coverage < after.coverage == pytest.approx(1.0)


@LOOP
async def test_a_rare_word_covers_more_of_a_question_than_a_common_one(
    pool: Pool, embedder: Embedder
) -> None:
    base = next(d for d in DOCUMENTS if d.key == ("rain", "en"))
    texts = {"a": "the lobster", "b": "the grill", "c": "the rain", "d": "el vino"}
    await refresh(
        pool,
        embedder,
        [
            replace(
                base,
                article=name,
                language="es" if name == "d" else "en",
                chunks=(Chunk(heading=text, text=text, answer=text),),
            )
            for name, text in texts.items()
        ],
    )
    found = await KnowledgeSearch(pool, embedder).candidates("the lobster", language="en", limit=4)
    coverage = {each.article: each.coverage for each in found}
    assert coverage["a"] == pytest.approx(1.0)
    assert coverage["b"] == coverage["c"] < 0.5
    # What is not written in the customer's language cannot share its words.
    assert coverage["d"] == pytest.approx(1.0)


@LOOP
async def test_the_shipped_weights_are_those_of_the_features(knowledge: KnowledgeSearch) -> None:
    candidates = await knowledge.candidates("How much is the deposit?", language="en", limit=2)
    assert list(knowing.features(candidates)) == list(knowing.shipped().weights)


@LOOP
async def test_an_empty_library_knows_nothing(pool: Pool, embedder: Embedder) -> None:
    await refresh(pool, embedder, ())
    findings = await KnowledgeSearch(pool, embedder).find("How much?", language="en")
    assert not findings.known
    assert findings.passages == ()
