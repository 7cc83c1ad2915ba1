"""Answers of a submission, in the order and the words of its form.

Owns the way from `{path: value}` to groups of labelled answers. Repeat instances carry `[n]` in
their paths (docs/documents.md); questions without an answer are left out, answers the form does not
know are kept under a group of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webapp.reports.catalogues import Catalogues
from webapp.reports.parts import Answer, AnswerGroup, FilledForm, Flag, Multi
from webapp.reports.rows import Item

INSTANCE = re.compile(r"\[(\d+)\]")
FILE_TYPES = frozenset({"image", "audio", "video", "file", "photo", "binary"})
CONTAINERS = frozenset({"group", "repeat"})


def fill_form(item: Item, catalogues: Catalogues) -> FilledForm:
    """A submission as the report shows it."""
    body = item.body
    form = catalogues.form(str(body.get("form") or ""))
    progress = body.get("progress") or {}
    paper = body.get("on_paper") or None
    return FilledForm(
        id=item.id,
        title=form.get("title") or {"": str(body.get("title") or body.get("form") or "")},
        author=catalogues.person(item.created_by),
        lang=str(body.get("lang") or ""),
        answered=int(progress.get("answered") or 0),
        total=int(progress.get("total") or 0),
        complete=bool(body.get("complete")),
        on_paper=str(paper.get("happened_at") or "") if paper else None,
        groups=group_answers(form.get("questions") or [], body.get("answers") or {}),
        flags=tuple(
            Flag(label=flag.get("label") or {}, norm=catalogues.norm(str(flag.get("norm") or "")))
            for flag in body.get("flags") or ()
        ),
    )


def group_answers(questions: list[dict[str, Any]], answers: Mapping[str, Any]) -> tuple[AnswerGroup, ...]:
    """Answers under their innermost group, instance by instance, in survey order."""
    by_path = {str(question["path"]): question for question in questions}
    order = {path: index for index, path in enumerate(by_path)}
    buckets: dict[tuple[int, str, int], list[tuple[int, Answer]]] = {}
    unknown: list[Answer] = []
    for path, value in answers.items():
        plain = INSTANCE.sub("", path)
        question = by_path.get(plain)
        if not _given(value):
            continue
        if question is None:
            unknown.append(Answer(label={"": plain.rsplit("/", 1)[-1]}, values=(_word(value),), kind="text"))
            continue
        if question.get("type") in CONTAINERS:
            continue
        group = str(question.get("group") or "")
        instances = [int(number) for number in INSTANCE.findall(path)]
        instance = instances[-1] if instances else 0
        # A group stands where its first question stands: questions outside any group keep their place.
        place = order.get(group, order[plain])
        bucket = buckets.setdefault((place, group, instance), [])
        bucket.append((order[plain], read_answer(question, value)))
    groups = [
        AnswerGroup(
            label=(by_path[group].get("label") or None) if group in by_path else None,
            instance=instance or None,
            known=True,
            answers=tuple(answer for _, answer in sorted(found, key=lambda pair: pair[0])),
        )
        for (_, group, instance), found in sorted(buckets.items(), key=lambda pair: pair[0])
    ]
    if unknown:
        groups.append(AnswerGroup(label=None, instance=None, known=False, answers=tuple(unknown)))
    return tuple(groups)


def read_answer(question: Mapping[str, Any], value: Any) -> Answer:
    """One answer with the labels of its choices; a choice the form lacks is shown as it is."""
    kind = str(question.get("type") or "text")
    choices: dict[str, Multi] = {
        str(choice["value"]): choice.get("label") or {"": str(choice["value"])}
        for choice in question.get("choices") or ()
    }
    values: tuple[Multi | str, ...]
    if choices:
        chosen = [str(part) for part in value] if isinstance(value, list) else str(value).split()
        whole = str(value)
        values = (choices[whole],) if whole in choices else tuple(choices.get(part, part) for part in chosen)
    else:
        values = (_word(value),)
    return Answer(
        label=question.get("label") or {"": str(question.get("path") or "")},
        values=values,
        kind="file" if kind in FILE_TYPES else kind,
    )


def find_answer(item: Item, path: str, catalogues: Catalogues) -> Answer | None:
    """The answer of one path of a submission; None where there is none."""
    value = (item.body.get("answers") or {}).get(path)
    if not _given(value):
        return None
    plain = INSTANCE.sub("", path)
    for question in catalogues.form(str(item.body.get("form") or "")).get("questions") or ():
        if question.get("path") == plain:
            return read_answer(question, value)
    return Answer(label={"": plain.rsplit("/", 1)[-1]}, values=(_word(value),), kind="text")


def _given(value: Any) -> bool:
    return value is not None and value != "" and value != []


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)
