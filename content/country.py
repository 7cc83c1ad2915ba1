"""The synthetic country: everything a fresh Aigaq needs to be tried, made from a seed and a day.

`build` is deterministic: the same seed and day give the same documents, ids included. People and
facilities are invented; regions, languages, kinds of visit and words come from data files, so that
nothing here knows a country. It writes nothing: `flask seed` submits what it returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from content.briefs import brief
from content.facilities import Fields, make_facilities
from content.material import Visit
from content.papers import Document, Papers
from content.people import Person, make_people
from content.recommendations import FollowUp
from content.schedule import Schedule, make_schedule
from content.sources import Item, read_catalogues, read_libraries
from content.visit_channel import Scene, Script

# The demo facility's past, oldest first: the last visit leaves four open recommendations, two of them late.
DEMO_HISTORY = (
    Script(
        ("food", "bedding", "registers", "calls"),
        ("implemented", "partly", "partly", "implemented"),
        (3, 3, 1, 3),
    ),
    Script(
        ("shower", "doctor", "staff_number", "activities"),
        ("implemented", "partly", "implemented", "partly"),
        (3, 6, 6, 6),
    ),
    Script(
        ("light", "complaints", "space", "doctor", "solitary", "toilet", "exercise"),
        ("open", "open", "open", "open", "implemented", "implemented", "implemented"),
        (3, 3, 12, 12, 1, 3, 3),
    ),
)


@dataclass(frozen=True)
class Country:
    """A country ready to be submitted: `documents` in an order in which they can be."""

    languages: list[str]
    accounts: list[Person]
    documents: list[tuple[str, str, Document]]  # channel, author's account id, document

    @property
    def channels(self) -> dict[str, list[Document]]:
        """The documents by channel, order kept."""
        found: dict[str, list[Document]] = {}
        for channel, _, document in self.documents:
            found.setdefault(channel, []).append(document)
        return found


def build(seed: int = 1, today: date | None = None) -> Country:
    """The country as it stands on the morning of `today` (default: this machine's date)."""
    day = today or datetime.now().astimezone().date()
    catalogues = read_catalogues()
    home = catalogues["country"][0]
    zone = ZoneInfo(home["time_zone"])
    people = make_people(seed, catalogues["groups"], home["languages"])
    papers = Papers(seed)
    office = next(person for person in people if person.role == "analyst")
    facilities = make_facilities(seed, catalogues, day)
    _write_reference(papers, office, catalogues, facilities, people, zone)

    random = Random(f"{seed}/visits")
    schedule = make_schedule(random, facilities, _teams(catalogues["groups"], people), day)
    analysts = [person for person in people if person.role == "analyst"]
    follow_up = FollowUp(papers, random, analysts, zone, day)
    scene = Scene(papers, follow_up, random, catalogues, zone, day)
    _write_plan(papers, office, schedule, day, zone)
    _write_visits(scene, schedule, facilities[0])
    return Country(languages=home["languages"], accounts=people, documents=papers.documents)


def _teams(groups: list[Item], people: list[Person]) -> dict[str, tuple[Person, ...]]:
    """Each region's group, its leader first; people of the demonstration before others."""
    teams = {}
    for group in groups:
        members = [person for person in people if person.group == group["id"]]
        teams[group["region"]] = tuple(
            sorted(members, key=lambda person: (not person.demo, person.role != "leader"))
        )
    return teams


def _write_reference(
    papers: Papers,
    office: Person,
    catalogues: dict[str, list[Item]],
    facilities: list[Fields],
    people: list[Person],
    zone: ZoneInfo,
) -> None:
    # Older than any visit, and the same on every day the country is built.
    at = datetime.combine(date(2020, 1, 6), time(9, 0), zone)

    def write(kind: str, ident: str, fields: dict[str, Any]) -> None:
        papers.write("reference", office.id, at, {**fields, "type": kind, "_id": f"{kind}:{ident}"})

    for name, items in catalogues.items():
        write("catalogue", name, {"items": items})
    for person in people:
        fields = {"name": person.name, "initial": person.initial, "role": person.role, "group": person.group}
        write("person", person.id, {**fields, "active": True})
    for facility in facilities:
        write("facility", facility["_id"].partition(":")[2], facility)
    for slug, library in read_libraries():
        write("library", slug, library)


def _write_plan(papers: Papers, office: Person, schedule: Schedule, today: date, zone: ZoneInfo) -> None:
    at = datetime.combine(date(today.year - 1, 12, 15), time(11, 0), zone)
    papers.write("office", office.id, at, {"type": "plan", "year": today.year, "items": schedule.plan})


def _write_visits(scene: Scene, schedule: Schedule, demo: Fields) -> None:
    scripts = iter(DEMO_HISTORY)
    earlier: list[Visit] = []
    for assignment in schedule.assignments:
        scene.follow_up.advance(assignment.first)
        script = next(scripts, None) if assignment.facility is demo else None
        visit = Visit(scene, assignment, script)
        visit.write_visit()
        if assignment.state == "done":
            visit.write_material()
        else:
            fields = brief(
                visit, [each for each in earlier if each.assignment.facility is assignment.facility]
            )
            scene.papers.write(visit.channel, visit.leader.id, visit.made_at + timedelta(minutes=1), fields)
        earlier.append(visit)
    scene.follow_up.advance(scene.today)
