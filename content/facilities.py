"""The synthetic country's facilities: invented names in every language, codes, aliases, some closed.

Names, patterns and shares come from `synthetic/facilities.json` and `places.json`; this module only
deals them out. Ids are `facility:<slug>` and do not depend on the day.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from content.sources import Item, read_words

Fields = dict[str, Any]


def make_facilities(seed: int, catalogues: dict[str, list[Item]], today: date) -> list[Fields]:
    """Fields of every facility document, the demo facility first."""
    words, places = read_words("facilities"), read_words("places")
    random = Random(f"{seed}/facilities")
    languages = catalogues["country"][0]["languages"]
    types = {item["id"]: item for item in catalogues["facility_types"]}
    demo = _demo(words["demo"], types, languages, words)
    deal = _Deal(random, words, places, languages, today)
    facilities = [demo]
    for kind in words["types"]:
        for _ in range(words["types"][kind]["n"]):
            facilities.append(deal.facility(types[kind]))
    return facilities


def setting_of(facility: Fields) -> str:
    """The kind of place (prison, hospital, …) that decides which findings are likely."""
    return str(read_words("facilities")["types"][facility["facility_type"]]["setting"])


def _demo(entry: dict[str, Any], types: dict[str, Item], languages: list[str], words: Any) -> Fields:
    pattern = words["types"][entry["type"]]["name"]
    place = dict(
        zip(("ru", "kk", "en"), (entry["place"][0], entry["place"][0], entry["place"][2]), strict=True)
    )
    return {
        "_id": f"facility:{entry['slug']}",
        "name": {
            language: pattern[language].format(number=entry["number"], place=place[language])
            for language in languages
        },
        "aliases": entry["aliases"],
        "codes": [entry["code"], f"№ {entry['number']}"],
        "facility_type": entry["type"],
        "region": entry["region"],
        "authority": types[entry["type"]]["authority"],
        "address": entry["address"],
        "capacity": entry["capacity"],
        "opened": entry["opened"],
        "closed": None,
        "holds": types[entry["type"]]["holds"],
        "recording": None,
        "source": None,
    }


class _Deal:
    """Deals towns, numbers and codes so that no two facilities share a name."""

    def __init__(self, random: Random, words: Any, places: Any, languages: list[str], today: date) -> None:
        self.random, self.today = random, today
        self.words, self.places, self.languages = words, places, languages
        self.towns = self._towns()
        self.numbers = dict.fromkeys(words["types"], 0)
        self.taken: set[str] = {words["demo"]["slug"]}
        self.coded: dict[str, int] = {}

    def _towns(self) -> dict[str, list[tuple[str, str, str]]]:
        """Each region's invented towns: (local spelling, Russian transliteration, Latin)."""
        every = [
            tuple(f"{a}-{b}" for a, b in zip(first, second, strict=True))
            for first in self.places["first"]
            for second in self.places["second"]
        ]
        every = [town for town in every if town[0] != self.words["demo"]["place"][0]]
        self.random.shuffle(every)
        towns: dict[str, list[tuple[str, str, str]]] = {}
        for region, weight in self.words["weights"].items():
            count = max(2, weight // 3)
            towns[region] = [(a, b, c) for a, b, c in (every.pop() for _ in range(count))]
        return towns

    def facility(self, kind: Item) -> Fields:
        """One facility of this type with a name nobody has yet."""
        spec = self.words["types"][kind["id"]]
        while True:
            region = self.random.choices(list(self.words["weights"]), list(self.words["weights"].values()))[0]
            town = self.random.choice(self.towns[region])
            poetic = self.random.choice(self.places["poetic"])
            slug = "-".join(
                [spec["prefix"], town[2].lower()]
                + ([poetic[2].lower()] if "{poetic}" in spec["name"]["ru"] else [])
            )
            if spec["numbered"]:
                slug = f"{spec['prefix']}-{self._number(kind['id']) + 1}-{town[2].lower()}"
            if slug not in self.taken:
                break
        self.taken.add(slug)
        return self._fields(kind, spec, region, town, poetic, slug)

    def _number(self, kind: str) -> int:
        # Institutions of the penal system are numbered together; the demo's number stays free.
        return self.numbers["colony" if self.words["types"][kind]["code"] else kind]

    def _next_number(self, kind: str) -> int:
        counter = "colony" if self.words["types"][kind]["code"] else kind
        self.numbers[counter] += 1
        if self.numbers[counter] == self.words["demo"]["number"]:
            self.numbers[counter] += 1
        return self.numbers[counter]

    def _fields(
        self, kind: Item, spec: Any, region: str, town: tuple[str, str, str], poetic: list[str], slug: str
    ) -> Fields:
        random = self.random
        words = {
            "number": self._next_number(kind["id"]) if spec["numbered"] else 0,
            "unit": f"{random.randint(10, 99)}-{random.choice('АБВГД')}",
            "nick": random.choice(self.places["nicknames"]),
            "ru_place": town[1],
            "ru_poetic": poetic[1],
        }
        local = {"place": town[0], "poetic": poetic[0]}
        latin = {
            "place": town[2],
            "poetic": poetic[2],
            "unit": words["unit"].translate(str.maketrans("АБВГД", "ABVGD")),
        }
        name = {
            language: spec["name"][language].format(**{**words, **(latin if language == "en" else local)})
            for language in self.languages
        }
        opened, closed = self._dates()
        low, high = spec["capacity"]
        return {
            "_id": f"facility:{slug}",
            "name": name,
            "aliases": [pattern.format(**{**words, **local}) for pattern in spec["aliases"]] + [town[1]],
            "codes": self._codes(spec, region, words["number"]),
            "facility_type": kind["id"],
            "region": region,
            "authority": kind["authority"],
            "address": self._address(town),
            "capacity": random.randrange(low, high + 1, 2 if high < 100 else 10),
            "opened": opened,
            "closed": closed,
            "holds": kind["holds"],
            "recording": None,
            "source": None,
        }

    def _codes(self, spec: Any, region: str, number: int) -> list[str]:
        if not spec["code"]:
            return []
        self.coded[region] = self.coded.get(region, 0) + 1
        last = self.coded[region]
        if region == self.words["demo"]["region"] and last >= int(
            self.words["demo"]["code"].rpartition("/")[2]
        ):
            last += 1
        return [f"{self.words['codes'][region]}/{last}", f"№ {number}"]

    def _address(self, town: tuple[str, str, str]) -> dict[str, str]:
        street = self.random.choice(self.places["streets"])
        house = self.random.randint(1, 90)
        return {
            "ru": f"{street[0]}, {house}, г. {town[0]}",
            "kk": f"{town[0]} қ., {street[1]}, {house}",
            "en": f"{house} {street[2]}, {town[2]}",
        }

    def _dates(self) -> tuple[str | None, str | None]:
        random = self.random
        opened = date(random.randint(1955, self.today.year - 6), random.randint(1, 12), 1)
        closed = None
        if random.random() < self.words["closed_share"]:
            closed = date(self.today.year - random.randint(1, 3), random.randint(1, 12), 1)
        return (opened.isoformat() if random.random() < 0.8 else None, closed.isoformat() if closed else None)
