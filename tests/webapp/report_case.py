"""One visit in the read model, small enough to check by hand: what reports are tested on.

Fills an in-memory SQLite database as the projections would; `FakeArchive` stands where the sync
engine gives photos. Planted words begin with MARK, so that a test can look for each.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, insert
from sqlalchemy.pool import StaticPool

from content.sources import read_catalogues
from sync.projections import tables
from sync.projections.tables import read_model

ULID = "01JB000000000000000000VIS1"
CHANNEL = f"visit-{ULID.lower()}"
LEADER, MONITOR, ABSENT = "01LEADER", "01MONITOR", "01ABSENT"
HANDLES = ("Б-1", "Б-2")


def png(red: int = 200) -> bytes:
    """A real 3×2 PNG with a text chunk of metadata in it."""
    row = b"\x00" + bytes((red, 20, 20)) * 3

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0))
        + chunk(b"tEXt", b"GPS\x00MARK-EXIF-49.8N")
        + chunk(b"IDAT", zlib.compress(row * 2))
        + chunk(b"IEND", b"")
    )


@dataclass
class FakeArchive:
    """Photos and office documents by id."""

    photos: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def photo(self, channel: str, medium_id: str) -> bytes | None:
        assert channel == CHANNEL
        return self.photos.get(medium_id)

    def read(self, channel: str, document_id: str) -> dict[str, Any] | None:
        return self.documents.get(document_id)


def memory() -> Engine:
    """An empty read model in memory, shared by all connections."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    read_model.create_all(engine)
    return engine


class Case:
    """Rows of one visit; tests change them before `fill`."""

    def __init__(self) -> None:
        self.position = 0
        self.items: list[dict[str, Any]] = []
        self.archive = FakeArchive()
        self.report: dict[str, Any] = {
            "status": "draft",
            "language": "ru",
            "lang": "ru",
            "sections": {
                "summary": "Краткое изложение словами.",
                "context": "",
                "conclusions": "Вывод группы.",
            },
            "approved_by": [LEADER],
            "photos": [],
        }

    def item(self, document: str, author: str = MONITOR, **body: Any) -> str:
        """A group-class document as the projection keeps it; `klass` and `erased` are columns."""
        klass, erased = body.pop("klass", "group"), body.pop("erased", False)
        self.position += 1
        self.items.append(
            {
                "channel": CHANNEL,
                "id": document,
                "type": document.split(":")[0],
                "class": klass,
                "at": "2026-11-20T05:00:00.000Z",
                "created_by": author,
                "received_at": "2026-11-20T20:00:00.000Z",
                "position": self.position,
                "rev": "1-" + "0" * 32,
                "conflicts": [],
                "erased": erased,
                "body": body,
            }
        )
        return document

    def event(self, number: int, kind: str, data: dict[str, Any], author: str = LEADER, **more: Any) -> None:
        """An event of the visit."""
        self.item(
            f"event:{number:04}",
            author,
            kind=kind,
            at="2026-11-20T12:00:00.000Z",
            data=data,
            lang="ru",
            **more,
        )

    def usual(self) -> Case:
        """Two interviews, three notes, one form, photos, findings, recommendations, what became of them."""
        self.item(
            "note:1",
            text="MARK-NOTE Окно закрыто щитом",
            place="MARK-PLACE камера 7",
            lang="ru",
            at="2026-11-20T06:00:00Z",
        )
        self.item("note:2", text="Ескертпе мәтіні", place="асхана", lang="kk", at="2026-11-20T06:30:00Z")
        for number, (category, people) in enumerate((("convict", 7), ("life", 2)), 1):
            self.item(
                f"interview:{number}",
                handle=HANDLES[number - 1],
                category=category,
                day="2026-11-20",
                summary=f"MARK-SUMMARY-{number}",
                people=people,
                lang="ru",
            )
        self.item("consent:1", interview="interview:1", use="sharing", given=True, at="2026-11-20T06:00:00Z")
        self.item(
            "consent:2", interview="interview:1", use="publication", given=True, at="2026-11-20T06:00:00Z"
        )
        self.item("testimony:1", klass="custody", interview="interview:1", sealed="MARK-TESTIMONY", size=10)
        self.item(
            "note:3",
            text="MARK-SPOKEN сказано в беседе",
            about="interview:2",
            place="MARK-WHERE-SPOKEN душевая",
            lang="ru",
        )
        self.item(
            "submission:1",
            form="form:general",
            form_version="1",
            answers={
                "/data/capacity": 120,
                "/data/water": "no",
                "/data/meals": "cold late",
                "/data/remark": "MARK-RAW сырой ответ",
                "/data/cells[1]/beds": 4,
                "/data/cells[2]/beds": 6,
                "/data/old": "старый ответ",
                "/data/picture": "a.jpg",
            },
            flags=[
                {"path": "/data/water", "norm": "mandela/22", "label": {"ru": "Нет воды", "kk": "Су жоқ"}}
            ],
            progress={"answered": 7, "total": 9},
            complete=False,
            lang="ru",
        )
        for number, more in (
            (1, {"caption": "Щит на окне"}),
            (2, {"interview": "interview:1", "place": "MARK-WHERE"}),
        ):
            self.item(f"medium:p{number}", kind="photo", mime="image/png", lang="ru", **more)
            self.archive.photos[f"medium:p{number}"] = png(100 * number)
        self.item("medium:a1", klass="custody", kind="audio", caption="MARK-CUSTODY-CAPTION")
        self.finding_item(
            "finding:1",
            title="Окна закрыты щитами",
            severity="low",
            sources=["observation"],
            evidence=["note:1", "medium:p1"],
            norms=["mandela/14"],
            place="блок 2",
        )
        self.finding_item(
            "finding:2",
            title="Нет горячей воды",
            severity="critical",
            sources=["held", "observation"],
            text="По словам Б-1 и б–2, воды нет. MARK-FREE",
            evidence=["interview:1", "testimony:1"],
            norms=["mandela/22", "unknown/7"],
            place="MARK-FINDING-PLACE",
            rule={"submission": "submission:1", "path": "/data/water"},
        )
        self.finding_item("finding:3", title="Окно: наблюдение коллеги")
        self.finding_item("finding:4", title="Черновик MARK-DRAFT", status="draft")
        self.finding_item(
            "finding:5", title="Су туралы", lang="kk", severity="high", sources=[], evidence=["interview:2"]
        )
        self.event(1, "access", {"access": "partial", "reason": "карантин"})
        self.event(
            2,
            "verification",
            {"recommendation": "recommendation:old", "status": "partly", "text": "Краны стоят"},
        )
        self.event(3, "dissent", {"text": "Не согласен с выводом о воде."}, author=MONITOR)
        self.event(4, "signoff", {"without": [ABSENT], "reason": "болен", "checks": []})
        return self

    def finding_item(self, document: str, **fields: Any) -> None:
        """A finding, final unless said otherwise."""
        body = {
            "title": "",
            "text": "",
            "theme": "food",
            "severity": "medium",
            "sources": [],
            "evidence": [],
            "norms": [],
            "place": None,
            "combines": [],
            "status": "final",
            "lang": "ru",
        } | fields
        self.item(document, **body)

    def fill(self, connection: Connection) -> None:
        """Write everything into the read model."""
        put = lambda table, **values: connection.execute(insert(table).values(**values))  # noqa: E731
        for name, rows in read_catalogues().items():
            for position, row in enumerate(rows):
                put(
                    tables.catalogue,
                    name=name,
                    item=row["id"],
                    position=position,
                    label=row["label"],
                    body=row,
                )
        for account, name, role in (
            (LEADER, "Ведущая Айна", "leader"),
            (MONITOR, "Наблюдатель Бек", "monitor"),
            (ABSENT, "Отсутствующий Вил", "monitor"),
        ):
            put(
                tables.person,
                id=account,
                name=name,
                initial=name[0],
                role=role,
                group_id="group-10",
                active=True,
            )
        put(
            tables.facility,
            id="facility:one",
            name={"ru": "Учреждение № 1", "kk": "№ 1 мекеме", "en": "Facility No. 1"},
            search="",
            facility_type="colony",
            region="KZ-10",
            authority="penal",
            capacity=1200,
            opened=None,
            closed=None,
            body={"address": {"ru": "г. Вымысел", "kk": "Ойдан қ."}},
        )
        put(
            tables.library,
            id="library:mandela",
            title={"en": "Nelson Mandela Rules"},
            short={"ru": "Правила Манделы", "kk": "Мандела қағидалары", "en": "Mandela Rules"},
            kind="standard",
            text_lang="en",
            articles=2,
            body={
                "title": {"en": "Nelson Mandela Rules"},
                "short": {"ru": "Правила Манделы", "kk": "Мандела қағидалары"},
                "text_lang": "ru",
                "kind": "standard",
                "articles": [
                    {"id": "14", "heading": "Свет", "text": ""},
                    {"id": "22", "heading": "Вода", "text": ""},
                ],
            },
        )
        put(
            tables.form,
            id="form:general",
            title={"ru": "Общая форма", "kk": "Жалпы нысан"},
            version="1",
            questions=7,
            rules=1,
            languages=["ru", "kk"],
            body=FORM,
        )
        body = {"objectives": "MARK-OBJECTIVE", "lang": "ru", "time_zone": "Asia/Almaty"}
        put(
            tables.visit,
            channel=CHANNEL,
            id=f"visit:{ULID}",
            facility="facility:one",
            kind="periodic",
            date_from="2026-11-20",
            date_to="2026-11-21",
            group_id="group-10",
            leader=LEADER,
            status="open",
            unplanned=False,
            access="partial",
            signed_off_at="2026-11-21",
            report_status=self.report["status"],
            received_last=None,
            version=1,
            body=body,
        )
        for account, part, finished, none in (
            (LEADER, "Реестры", "2026-11-20T14:00:00Z", False),
            (MONITOR, "MARK-PART Беседы", "2026-11-20T15:00:00Z", False),
            (ABSENT, "", None, False),
        ):
            put(
                tables.visit_member,
                channel=CHANNEL,
                person=account,
                part=part,
                finished_at=finished,
                no_tablet=none,
            )
        if not any(row["type"] == "report" for row in self.items):
            self.item("report:1", LEADER, **self.report)
        for row in self.items:
            put(tables.item, **row)
        self._derived(put)
        self._papers(put)
        connection.commit()

    def _derived(self, put: Any) -> None:
        """The typed tables, from the documents."""
        for row in self.items:
            body, document = row["body"], row["id"]
            if row["type"] == "interview":
                put(
                    tables.interview,
                    id=document,
                    channel=CHANNEL,
                    handle=body["handle"],
                    category=body["category"],
                    day=body["day"],
                    people=body["people"],
                    child=False,
                )
            elif row["type"] == "medium":
                put(
                    tables.medium,
                    id=document,
                    channel=CHANNEL,
                    kind=body["kind"],
                    **{"class": row["class"]},
                    mime=body.get("mime", "audio/webm"),
                    state="complete",
                    bytes=10,
                    chunks=[],
                    erased=row["erased"],
                    body=body,
                )
            elif row["type"] == "finding":
                put(
                    tables.finding,
                    id=document,
                    channel=CHANNEL,
                    title=body["title"],
                    theme=body["theme"],
                    severity=body["severity"],
                    status=body["status"],
                    sources=body["sources"],
                    norms=body["norms"],
                    combined_into="finding:1" if document == "finding:3" else None,
                    body=body,
                )
            elif row["type"] == "submission":
                put(
                    tables.submission,
                    id=document,
                    channel=CHANNEL,
                    form=body["form"],
                    flags=body["flags"],
                    answered=7,
                    total=9,
                    complete=False,
                )

    def _papers(self, put: Any) -> None:
        """Recommendations of this visit and of an earlier one, and replies."""
        for values in (
            {
                "id": "recommendation:1",
                "channel": CHANNEL,
                "number": 1,
                "text": "Снять щиты",
                "addressee": "penal",
                "deadline": "2027-02-20",
                "priority": "urgent",
                "repeats": "recommendation:old",
                "status": "open",
                "body": {"lang": "ru", "findings": ["finding:3", "finding:2"]},
            },
            {
                "id": "recommendation:2",
                "channel": CHANNEL,
                "number": 2,
                "text": "Ыстық су беру",
                "addressee": None,
                "deadline": None,
                "priority": None,
                "repeats": None,
                "status": "partly",
                "body": {"lang": "kk", "findings": []},
            },
            {
                "id": "recommendation:old",
                "channel": "visit-old",
                "number": 3,
                "text": "Поставить краны",
                "addressee": "penal",
                "deadline": "2025-12-01",
                "priority": "normal",
                "repeats": None,
                "status": "partly",
                "body": {"lang": "ru"},
            },
        ):
            issued = "2025-09-01" if values["channel"] == "visit-old" else "2026-11-21"
            put(
                tables.recommendation,
                **(
                    {
                        "facility": "facility:one",
                        "theme": "food",
                        "addressee_name": "",
                        "issued_on": issued,
                        "status_at": None,
                        "status_from": None,
                        "replied_at": None,
                    }
                    | values
                ),
            )
        for values in (
            {
                "id": "reply:1",
                "recommendation": "recommendation:1",
                "at": "2026-12-15",
                "sender": "Управление",
                "text": "Щиты снимем. Сведения о Б-2 проверены.",
                "claims": "partly",
            },
            {
                "id": "reply:2",
                "recommendation": "recommendation:old",
                "at": "2025-10-15",
                "sender": "Учреждение",
                "text": "Сделано",
                "claims": "implemented",
            },
        ):
            put(tables.reply, **values)
        self.archive.documents["reply:1"] = {"lang": "ru"}


FORM: dict[str, Any] = {
    "title": {"ru": "Общая форма", "kk": "Жалпы нысан"},
    "questions": [
        {
            "path": "/data/capacity",
            "type": "int",
            "label": {"ru": "Лимит", "kk": "Лимит саны"},
            "choices": None,
            "group": None,
        },
        {
            "path": "/data/food",
            "type": "group",
            "label": {"ru": "Питание", "kk": "Тамақ"},
            "choices": None,
            "group": None,
        },
        {
            "path": "/data/water",
            "type": "select_one",
            "label": {"ru": "Есть ли вода?", "kk": "Су бар ма?"},
            "group": "/data/food",
            "choices": [
                {"value": "yes", "label": {"ru": "Да", "kk": "Иә"}},
                {"value": "no", "label": {"ru": "Нет", "kk": "Жоқ"}},
            ],
        },
        {
            "path": "/data/meals",
            "type": "select_multiple",
            "label": {"ru": "Жалобы на еду", "kk": "Тамаққа шағымдар"},
            "group": "/data/food",
            "choices": [
                {"value": "cold", "label": {"ru": "Холодная", "kk": "Суық"}},
                {"value": "late", "label": {"ru": "Поздно", "kk": "Кеш"}},
            ],
        },
        {
            "path": "/data/remark",
            "type": "text",
            "label": {"ru": "Примечание", "kk": "Ескертпе"},
            "choices": None,
            "group": "/data/food",
        },
        {
            "path": "/data/cells",
            "type": "repeat",
            "label": {"ru": "Камера", "kk": "Камера"},
            "choices": None,
            "group": None,
        },
        {
            "path": "/data/cells/beds",
            "type": "int",
            "label": {"ru": "Коек", "kk": "Төсек саны"},
            "choices": None,
            "group": "/data/cells",
        },
        {
            "path": "/data/picture",
            "type": "image",
            "label": {"ru": "Снимок", "kk": "Сурет"},
            "choices": None,
            "group": None,
        },
    ],
}
