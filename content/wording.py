"""Fills the finding and recommendation templates, so that no two reports read alike by accident.

A template's text is a list of sentences, each with alternatives; slots are filled from `vary`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from content.sources import read_words

Template = dict[str, Any]


@dataclass(frozen=True)
class Wording:
    """The words of one language, dealt out at random."""

    random: Random
    language: str

    def say(self, *path: str, **slots: Any) -> str:
        """A random sentence from `words.json` at `path`."""
        found = read_words("words")[self.language]
        for step in path:
            found = found[step]
        sentence: str = self.random.choice(found) if isinstance(found, list) else found
        return sentence.format(**slots)

    def place(self, setting: str) -> str:
        return self.say("places", setting)

    def part(self, number: int) -> str:
        parts = read_words("words")[self.language]["parts"]
        return str(parts[number % len(parts)])

    def templates(self, setting: str, count: int) -> list[Template]:
        """`count` different templates that suit the setting, each with a theme of its own."""
        suiting = [each for each in read_words(f"findings_{self.language}") if setting in each["where"]]
        self.random.shuffle(suiting)
        chosen: dict[str, Template] = {}
        for template in suiting:
            chosen.setdefault(template["theme"], template)
        return list(chosen.values())[:count]

    def named_templates(self, keys: tuple[str, ...]) -> list[Template]:
        """The templates with these keys, in this order."""
        known = {each["key"]: each for each in read_words(f"findings_{self.language}")}
        return [known[key] for key in keys]

    def tell(self, template: Template) -> str:
        """The description of a finding: one alternative of each sentence, slots filled."""
        slots = {name: self.random.choice(values) for name, values in template["vary"].items()}
        sentences = [self.random.choice(alternatives).format(**slots) for alternatives in template["text"]]
        if len(sentences) > 2 and self.random.random() < 0.3:
            del sentences[self.random.randrange(1, len(sentences))]
        return " ".join(sentences)
