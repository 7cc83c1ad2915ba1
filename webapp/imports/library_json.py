"""Articles from JSON: a library document of ours, or any list of objects with a number and a text."""

from __future__ import annotations

import json
from typing import Any

from webapp.imports.problems import ImportRefused
from webapp.imports.table import check_size

_NUMBERS = ("id", "number", "article", "rule", "no", "статья", "номер")
_TEXTS = ("text", "content", "body", "текст", "мәтін")
_HEADINGS = ("heading", "title", "name", "заголовок")
_LISTS = ("articles", "rules", "items", "sections", "статьи", "баптар")


def articles_from_json(data: bytes) -> tuple[str, str, list[dict[str, Any]]]:
    """Title, source and articles; raises `ImportRefused`."""
    check_size(data)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ImportRefused("not-a-text") from error
    except json.JSONDecodeError as error:
        raise ImportRefused("bad-json", line=error.lineno) from error
    except RecursionError as error:
        raise ImportRefused("not-a-text") from error
    head = document if isinstance(document, dict) else {}
    rows = (
        document if isinstance(document, list) else next((head[name] for name in _LISTS if name in head), [])
    )
    if not isinstance(rows, list):
        raise ImportRefused("no-articles")
    articles = [each for row in rows if isinstance(row, dict) and (each := _article(row))]
    return _text(head.get("title")), _text(head.get("source")), articles


def _article(row: dict[str, Any]) -> dict[str, Any] | None:
    number = next((row[name] for name in _NUMBERS if row.get(name) not in (None, "")), None)
    text = _text(next((row[name] for name in _TEXTS if row.get(name)), ""))
    if number is None or isinstance(number, dict | list) or not text:
        return None
    heading = _text(next((row[name] for name in _HEADINGS if row.get(name)), ""))
    themes = [each for each in row.get("themes") or [] if isinstance(each, str)]
    return {"id": str(number), "heading": heading or None, "text": text, "themes": themes}


def _text(value: Any) -> str:
    """A string; of a multi its first language."""
    if isinstance(value, dict):
        value = next(iter(value.values()), "")
    return value.strip() if isinstance(value, str) else ""
