"""Tables of channel `reference`: catalogue, person, facility, form, library."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert

from sync.projections import tables
from sync.projections.readings import Batch, list_of, living, replace, text_of
from sync.projections.spelling import search_text


def project(connection: Connection, batch: Batch) -> None:
    """Bring in what changed in the reference channel."""
    if batch.channel != "reference":
        return
    _catalogues(connection, batch)
    for type_, table, row in (
        ("person", tables.person, _person),
        ("facility", tables.facility, _facility),
        ("form", tables.form, _form),
        ("library", tables.library, _library),
    ):
        readings = batch.of(type_)
        ids = [_key(type_, reading.id) for reading in readings]
        replace(connection, table, ids, [row(reading.id, doc) for reading, doc in living(readings)])


def _key(type_: str, id_: str) -> str:
    # A person is known by the account's ULID everywhere else.
    return id_.partition(":")[2] if type_ == "person" else id_


def _catalogues(connection: Connection, batch: Batch) -> None:
    for reading in batch.of("catalogue"):
        name = reading.id.partition(":")[2]
        connection.execute(delete(tables.catalogue).where(tables.catalogue.c.name == name))
        rows = {
            item["id"]: {
                "name": name,
                "item": item["id"],
                "position": position,
                "label": item.get("label") or {},
                "body": item,
            }
            for position, item in enumerate(list_of((reading.doc or {}).get("items")))
        }
        if rows:
            connection.execute(insert(tables.catalogue), list(rows.values()))


def _person(id_: str, doc: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _key("person", id_),
        "name": doc["name"],
        "initial": doc["initial"][:4],
        "role": doc["role"],
        "group_id": doc.get("group"),
        "active": doc["active"],
    }


def _facility(id_: str, doc: dict[str, Any]) -> dict[str, Any]:
    names = [*doc["name"].values(), *list_of(doc.get("aliases")), *list_of(doc.get("codes"))]
    return {
        "id": id_,
        "name": doc["name"],
        "search": search_text(text_of(name) for name in names),
        "facility_type": doc["facility_type"],
        "region": doc["region"],
        "authority": doc["authority"],
        "capacity": doc.get("capacity"),
        "opened": doc.get("opened"),
        "closed": doc.get("closed"),
        "body": doc,
    }


def _form(id_: str, doc: dict[str, Any]) -> dict[str, Any]:
    structure = {"group", "repeat"}
    return {
        "id": id_,
        "title": doc["title"],
        "version": doc["version"],
        "questions": sum(question["type"] not in structure for question in doc["questions"]),
        "rules": len(list_of(doc.get("rules"))),
        "languages": list_of(doc.get("languages")),
        "body": doc,
    }


def _library(id_: str, doc: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": id_,
        "title": doc["title"],
        "short": doc.get("short") or doc["title"],
        "kind": doc["kind"],
        "text_lang": doc["text_lang"],
        "articles": len(doc["articles"]),
        "body": doc,
    }
