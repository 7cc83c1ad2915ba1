"""The shipped library: complete where findings cite it, in our own words and said to be so."""

from __future__ import annotations

import pytest

from content.sources import Item, read_catalogues, read_libraries

LIBRARIES = dict(read_libraries())


def articles(slug: str) -> dict[str, Item]:
    return {each["id"]: each for each in LIBRARIES[slug]["articles"]}


def test_the_three_shipped_texts_are_there() -> None:
    assert set(LIBRARIES) == {"mandela", "opcat", "guide"}
    assert LIBRARIES["mandela"]["kind"] == "standard"
    assert LIBRARIES["opcat"]["kind"] == "treaty"


def test_all_mandela_rules_are_told_in_order() -> None:
    assert list(articles("mandela")) == [str(number) for number in range(1, 123)]


def test_the_articles_of_the_protocol_that_monitors_cite_are_told() -> None:
    assert {"4", "11", "12", "14", "15", "19", "20", "21", "22"} <= set(articles("opcat"))


@pytest.mark.parametrize(
    ("rule", "language", "threshold"),
    [
        ("44", "ru", ("22", "15")),
        ("44", "kk", ("22", "15")),
        ("44", "en", ("22", "15")),
        ("23", "ru", ("час",)),
        ("23", "en", ("one hour",)),
        ("16", "ru", ("раза в неделю",)),
        ("16", "en", ("once a week",)),
    ],
)
def test_a_rule_that_flags_cite_holds_its_threshold(
    rule: str, language: str, threshold: tuple[str, ...]
) -> None:
    assert all(each in articles("mandela")[rule]["text"][language] for each in threshold)


@pytest.mark.parametrize("slug", sorted(LIBRARIES))
def test_every_article_is_in_every_language_and_under_a_known_theme(slug: str) -> None:
    languages = set(read_catalogues()["country"][0]["languages"])
    themes = {each["id"] for each in read_catalogues()["themes"]}
    for article in LIBRARIES[slug]["articles"]:
        assert set(article["text"]) == set(article["heading"]) == languages, article["id"]
        assert article["themes"], article["id"]
        assert set(article["themes"]) <= themes, article["id"]


def test_own_words_are_said_to_be_own_words() -> None:
    for slug in ("mandela", "opcat"):
        assert "не официальный текст" in LIBRARIES[slug]["source"]["ru"]
        assert "not the official text" in LIBRARIES[slug]["source"]["en"]
        assert "ресми мәтін емес" in LIBRARIES[slug]["source"]["kk"]


def test_every_main_theme_has_rules_to_cite() -> None:
    cited = {
        theme
        for library in LIBRARIES.values()
        for article in library["articles"]
        for theme in article["themes"]
    }
    main = {each["id"] for each in read_catalogues()["themes"] if each["parent"] is None}
    # These two gather sub-themes only: their rules stand under those.
    assert main - cited <= {"protection", "conditions"}
