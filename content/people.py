"""The synthetic country's people: invented names, stable ids, regional groups with their leaders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from content.sources import Item, read_words
from content.ulids import ulid

# Accounts are older than anything they wrote, whatever day the country is built on.
ACCOUNTS_MADE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """An account and the person behind it."""

    id: str
    login: str
    name: str
    initial: str
    role: str
    group: str | None
    language: str
    password: str  # for demonstrations only
    demo: bool  # shown on the sign-in page of a demonstration


def make_people(seed: int, groups: list[Item], languages: list[str]) -> list[Person]:
    """Demo accounts first, then the office, then every group: a leader and monitors."""
    words = read_words("people")
    people = [_person(entry, demo=True) for entry in words["demo"]]
    people += [_person(entry, demo=False) for entry in words["office"]]
    for group in groups:
        people += _group(Random(f"{seed}/people/{group['id']}"), group["id"], languages, words)
    return people


def _person(entry: dict[str, Any], *, demo: bool) -> Person:
    password = read_words("people")["password"].format(login=entry["login"])
    return Person(id=ulid(ACCOUNTS_MADE, f"account/{entry['login']}"), password=password, demo=demo, **entry)


def _group(random: Random, group: str, languages: list[str], words: dict[str, Any]) -> list[Person]:
    # Handles are "initial-number": two people of one team never share an initial.
    taken = {entry["initial"] for entry in words["demo"] if entry["group"] == group}
    families = random.sample(words["family"], words["per_group"])
    region = group.partition("-")[2]
    people = []
    for number, family in enumerate(families):
        given, name = _name(random, family, taken, words)
        taken.add(given[0])
        login = f"leader-{region}" if number == 0 else f"monitor-{region}-{number}"
        people.append(
            _person(
                {
                    "login": login,
                    "name": name,
                    "initial": given[0],
                    "role": "leader" if number == 0 else "monitor",
                    "group": group,
                    "language": languages[1] if random.random() < 0.3 else languages[0],
                },
                demo=False,
            )
        )
    return people


def _name(random: Random, family: str, taken: set[str], words: dict[str, Any]) -> tuple[str, str]:
    woman = random.random() < 0.5
    given = random.choice([name for name in words["given_f" if woman else "given_m"] if name[0] not in taken])
    if woman and family.endswith(("ов", "ев", "ин")):
        family += "а"
    return given, f"{given} {family}"
