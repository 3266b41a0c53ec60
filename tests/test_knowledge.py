"""The knowledge base: articles read, stored by version, found in three languages, and refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot import devstack
from bot.clock import FrozenClock
from bot.devstack import DevStack
from bot.errors import ConfigError
from bot.knowledge import knowing
from bot.knowledge.articles import load_articles, read_article
from bot.knowledge.fit_knowing import Line, fit, report
from bot.knowledge.refresh import refresh
from bot.knowledge.search import KnowledgeSearch
from bot.knowledge.words import Lexicon, words
from bot.language.embed import Embedder, Encoder
from bot.profile import load_profile, profile_folder
from bot.store import knowledge as store
from bot.store import schema
from bot.store.connection import Pool, open_pool

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


def test_every_language_has_the_same_articles() -> None:
    names = {
        language: {document.article for document in DOCUMENTS if document.language == language}
        for language in PROFILE.business.languages
    }
    assert names["en"] == names["es"] == names["zh"]
    assert len(names["en"]) >= 40


def test_a_changed_price_changes_the_article() -> None:
    payment = PROFILE.payment.model_copy(update={"deposit": PROFILE.payment.deposit * 2})
    dearer = PROFILE.model_copy(update={"payment": payment})
    path = profile_folder() / "articles" / "en" / "deposit.md"
    assert "$100.00" in read_article(path, PROFILE).chunks[0].answer
    assert "$200.00" in read_article(path, dearer).chunks[0].answer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("no front matter", 1),
        ('+++\ntitle = "A"\nquestions = [\n+++\n', 3),
        ('+++\ntitle = "A"\nquestions = []\n+++\n## B\nC', 3),
        ('+++\ntitle = "A"\nquestions = ["b?"]\ncolour = 1\n+++\n## B\nC', 4),
        ('+++\ntitle = "A"\nquestions = ["b?"]\n+++\n## B\n{{ payment.nothing }}', 6),
        ('+++\ntitle = "A"\nquestions = ["b?"]\n+++\n## B\n' + "c" * 321, 5),
        ('+++\ntitle = "A"\nquestions = ["b?"]\n+++\n## B\n\n' + "c d " * 50, 5),
        ('+++\ntitle = "A"\nquestions = ["b?"]\n+++\n', 5),
    ],
)
def test_a_wrong_article_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "articles" / "en" / "wrong.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_articles(tmp_path, PROFILE)
    assert str(caught.value).startswith(f"{path}:{line}:")


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
    english = [document for document in DOCUMENTS if document.key != ("deposit", "es")]
    await refresh(pool, embedder, english)
    found = await knowledge.search("¿De cuánto es el depósito?", language="es")
    assert (found[0].article, found[0].language) == ("deposit", "en")


@LOOP
async def test_unreadable_and_hostile_text_is_searched_without_harm(
    knowledge: KnowledgeSearch,
) -> None:
    for text in ("\x00\ud800", "' OR 1=1; --", "or or or", "🙂" * 3000, ""):
        assert isinstance((await knowledge.find(text, language="en")).known, bool)


@LOOP
async def test_fresh_questions_are_answered_or_refused(knowledge: KnowledgeSearch) -> None:
    """Questions that nothing was tuned on; the floors lie a little under what was measured."""
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    answerable, unanswerable = [], []
    for question in questions:
        findings = await knowledge.find(
            question["question"], language=question["language"], limit=5
        )
        found = [passage.article for passage in findings.passages]
        places = [found.index(a) for a in _articles(question) if a in found]
        if question["article"]:
            answerable.append((min(places, default=5), findings.known))
        else:
            unanswerable.append(findings.known)
    asked = len(answerable)
    assert sum(place < 1 for place, _ in answerable) / asked >= 0.93
    assert sum(place < 5 for place, _ in answerable) / asked >= 0.97
    assert sum(place < 1 and known for place, known in answerable) / asked >= 0.89
    assert sum(place > 0 and known for place, known in answerable) / asked <= 0.05
    assert unanswerable.count(False) / len(unanswerable) >= 0.92


def _articles(question: dict[str, object]) -> tuple[object, ...]:
    """The articles that answer a question: the one meant and those that say it too."""
    also = question.get("also", [])
    assert isinstance(also, list)
    return (question["article"], *also)


@LOOP
async def test_a_running_search_sees_that_the_library_has_changed(
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cuánto cuesta?", {"cuant", "cuest"}),
        ("NOODLES for 12", {"noodl", "for", "12"}),
        ("定金多少", {"定金", "金多", "多少"}),
        ("菜", {"菜"}),
        ("?!\ud800\x00", set()),
    ],
)
def test_words_are_compared_by_their_beginnings_and_chinese_by_pairs(
    text: str, expected: set[str]
) -> None:
    assert words(text) == expected


def test_a_rare_word_covers_more_of_a_question_than_a_common_one() -> None:
    lexicon = Lexicon(
        [("a", "en", "the lobster"), ("b", "en", "the grill"), ("c", "en", "the rain")]
    )
    coverage = lexicon.coverage("the lobster", language="en")
    assert coverage["a"] == pytest.approx(1.0)
    assert coverage["b"] == coverage["c"] < 0.5
    assert Lexicon().coverage("anything", language="en") == {}


@LOOP
async def test_the_shipped_weights_are_those_of_the_features(knowledge: KnowledgeSearch) -> None:
    candidates = await knowledge.candidates("How much is the deposit?", language="en", limit=2)
    assert list(knowing.features(candidates)) == list(knowing.shipped().weights)


def test_fitting_refuses_what_it_should_and_is_repeatable() -> None:
    lines = [
        Line("en", frozenset({f"a{n}"}) if n % 2 else frozenset(), (f"a{n}",), (n % 2 + n / 100,))
        for n in range(40)
    ]
    fitted = fit(lines, ["near"])
    assert fitted == fit(lines, ["near"])
    scores = [fitted.confidence({"near": line.row[0]}) for line in lines]
    refused = [score < fitted.threshold for line, score in zip(lines, scores, strict=True)]
    assert sum(refused[0::2]) >= 19
    assert sum(refused[1::2]) <= 1
    assert "all   20 +  20" in report("Title", lines, scores, fitted.threshold)


def test_nothing_found_is_never_known() -> None:
    assert knowing.shipped().confidence(knowing.features(())) == 0.0


@LOOP
async def test_an_empty_library_knows_nothing(pool: Pool, embedder: Embedder) -> None:
    await refresh(pool, embedder, ())
    findings = await KnowledgeSearch(pool, embedder).find("How much?", language="en")
    assert not findings.known
    assert findings.passages == ()
