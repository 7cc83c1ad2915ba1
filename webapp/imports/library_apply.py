"""Writes a library text: new, as a new version, or as one more language of what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sync.authorization import Account
from webapp.imports.library import LibraryPreview


class Engine(Protocol):
    """What an import needs of the sync engine."""

    def submit_many(self, channel: str, documents: Iterable[Any], *, author: Account) -> Any:
        """Write these documents; each is whole, with `_id` and `type`."""


@dataclass(frozen=True)
class Card:
    """What a person says of a text before it is written."""

    slug: str
    title: str
    short: str
    kind: str


def described(preview: LibraryPreview, card: Card) -> LibraryPreview:
    """The preview under a person's own title, kind and id."""
    return replace(preview, title=card.title, kind=card.kind, slug=card.slug)


def library_document(
    preview: LibraryPreview, card: Card, existing: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The whole document. A text in another language than the existing one's is laid beside it, article by
    article; in the same language it replaces it. Themes given to articles stay."""
    spoken = preview.language
    before: dict[str, Any] = dict(existing or {})
    old = {str(each["id"]): each for each in before.get("articles") or []}
    beside = bool(old) and _languages(before) != {spoken}
    articles = [
        _article(each, old.get(each["id"]), before.get("text_lang", ""), spoken, beside)
        for each in preview.articles
    ]
    if beside:
        # Articles only the other language has stay: nothing is lost by adding a translation.
        own = {each["id"] for each in articles}
        articles += [each for ident, each in old.items() if ident not in own]
    return {
        "_id": f"library:{card.slug}",
        "type": "library",
        "title": {**before.get("title", {}), spoken: card.title},
        "short": {**before.get("short", {}), spoken: card.short or card.title},
        "kind": card.kind,
        "text_lang": before.get("text_lang") if beside else spoken,
        "articles": articles,
        "source": preview.source or before.get("source"),
    }


def apply_library(document: dict[str, Any], engine: Engine, author: Account) -> None:
    """Write the document; the same document again writes nothing new."""
    engine.submit_many("reference", [document], author=author)


def _languages(document: Mapping[str, Any]) -> set[str]:
    """Languages the articles' texts are in."""
    found: set[str] = set()
    for each in document.get("articles") or []:
        text = each["text"]
        found |= set(text) if isinstance(text, Mapping) else {str(document.get("text_lang"))}
    return found


def _article(
    new: Mapping[str, Any], old: Mapping[str, Any] | None, text_lang: str, spoken: str, beside: bool
) -> dict[str, Any]:
    themes = list(new.get("themes") or []) or list((old or {}).get("themes") or [])
    if not beside:
        return {**new, "themes": themes}
    merged: dict[str, Any] = {"id": new["id"], "themes": themes}
    for name in ("heading", "text"):
        texts = _multi((old or {}).get(name), text_lang)
        if new.get(name):
            texts[spoken] = str(new[name])
        merged[name] = texts or None
    return merged


def _multi(value: Any, language: str) -> dict[str, str]:
    if isinstance(value, Mapping):
        return dict(value)
    return {language: str(value)} if value else {}
