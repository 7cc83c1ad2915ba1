"""Lists the interface's strings that no native reader has checked yet: docs/strings-to-check.tsv.

    python docs/list_strings.py          writes the list anew
    python docs/list_strings.py --check  fails when the list is not current

A reader who has checked a string moves its line to docs/strings-checked.tsv; a later change of its text
brings it back. Sources: the tablet's strings (static/app/strings), the office's and the reports' catalogues
(gettext), and the lists that ship (content/catalogues).
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LIST = ROOT / "docs/strings-to-check.tsv"
CHECKED = ROOT / "docs/strings-checked.tsv"
LANGUAGES = ("kk", "ru")
HEADER = ("place", "key", "language", "text", "in English")
READ_STRINGS = (
    "import('./static/app/strings/index.js').then((m) => process.stdout.write(JSON.stringify(m.strings)))"
)

Row = tuple[str, str, str, str, str]


def one_line(text: object) -> str:
    """A string, or its plural forms, on one line."""
    if isinstance(text, dict):
        return " | ".join(one_line(form) for form in text.values())
    if isinstance(text, list | tuple):
        return " | ".join(one_line(form) for form in text)
    return " ".join(str(text).split())


def tablet_strings() -> Iterator[Row]:
    output = subprocess.run(
        ["node", "--input-type=module", "-e", READ_STRINGS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for key, entry in json.loads(output).items():
        for language in LANGUAGES:
            if language in entry:
                yield ("tablet", key, language, one_line(entry[language]), one_line(entry.get("en", "")))


def office_strings() -> Iterator[Row]:
    for path in sorted(ROOT.glob("webapp/**/translations/*/LC_MESSAGES/*.po")):
        language = path.parent.parent.name
        place = path.relative_to(ROOT).parts[1]
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string and language in LANGUAGES:
                    name = "office" if place == "translations" else place
                    yield (
                        name,
                        one_line(message.id),
                        language,
                        one_line(message.string),
                        one_line(message.id),
                    )


def catalogue_labels() -> Iterator[Row]:
    for path in sorted((ROOT / "content/catalogues").glob("*.tsv")):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                for language in LANGUAGES:
                    text = row.get(f"label.{language}")
                    if text:
                        english = row.get("label.en") or ""
                        yield (f"catalogue {path.stem}", row.get("id", ""), language, one_line(text), english)


def unchecked() -> list[Row]:
    checked = set()
    if CHECKED.exists():
        with CHECKED.open(newline="", encoding="utf-8") as file:
            checked = {tuple(row[:4]) for row in csv.reader(file, delimiter="\t")}
    rows = [*tablet_strings(), *office_strings(), *catalogue_labels()]
    return [row for row in rows if row[:4] not in checked]


def as_text(rows: list[Row]) -> str:
    return "".join("\t".join(row) + "\n" for row in [HEADER, *rows])


def main() -> int:
    text = as_text(unchecked())
    if "--check" in sys.argv:
        current = LIST.exists() and LIST.read_text(encoding="utf-8") == text
        if not current:
            print(
                "docs/strings-to-check.tsv is not current: run python docs/list_strings.py", file=sys.stderr
            )
        return 0 if current else 1
    LIST.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10)) - 1} strings to check")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
