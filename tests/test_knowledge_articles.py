"""The profile's articles as files, their words, and the fit of what the search does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.knowledge import knowing
from bot.knowledge.articles import load_articles, read_article
from bot.knowledge.fit_knowing import Line, fit, report
from bot.knowledge.words import words
from bot.profile import load_profile, profile_folder

PROFILE = load_profile()
DOCUMENTS = load_articles(profile_folder(), PROFILE)


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
