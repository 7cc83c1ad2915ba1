"""What a verification found, for people and for programs.

Owns the shape and the codes; the words for them are the page's and the command's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

# True: it holds. False: something was changed. None: it cannot be said from what is there.
Held = bool | None
Verdict = Literal["unchanged", "changed"]


@dataclass(frozen=True)
class Finding:
    """One check: its code, what it was about (a path, an envelope, a document), and how it went."""

    code: str
    subject: str
    held: Held
    detail: str = ""


@dataclass
class Item:
    """One document that the package proves, with who signed it and when it arrived."""

    document: str
    type: str
    kind: str
    person: str
    device: str
    captured_at: str  # by the tablet's clock
    received_at: str  # by the server's
    day: int | None
    shown: str | None  # path of the picture that anybody can look at
    opened: bool  # whether its content could be read here


@dataclass
class Report:
    """Everything that was looked at. `root`: the fingerprint (hex) that must be the organisation's."""

    root: str = ""
    made_at: str = ""
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    stamps: dict[int, dict[str, Any]] = field(default_factory=dict)  # day → at, authority, trusted

    def note(self, code: str, subject: str, held: Held, detail: str = "") -> bool:
        """Write a finding down; whether it holds."""
        self.findings.append(Finding(code, subject, held, detail))
        return held is True

    @property
    def verdict(self) -> Verdict:
        """`changed` where any check failed. What cannot be said is listed and changes no verdict."""
        return "changed" if any(finding.held is False for finding in self.findings) else "unchanged"

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {"verdict": self.verdict, **asdict(self)}
