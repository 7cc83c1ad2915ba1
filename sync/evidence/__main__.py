"""`python -m sync.evidence PACKAGE.zip`: verify an evidence package without any server.

Exit code 0: nothing was changed. 1: something was. 2: it is no package.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from sync.errors import NotEvidence, TimestampRefused
from sync.evidence import timestamps
from sync.evidence.openings import read_openings
from sync.evidence.package_file import PackageFile
from sync.evidence.report import Report
from sync.evidence.verification import fingerprint, verify


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sync.evidence", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--root", help="fingerprint of the organisation's root key, as you know it")
    parser.add_argument("--authority", type=Path, help="PEM file with certificates of timestamp authorities")
    parser.add_argument("--opening", type=Path, action="append", default=[], help="file of a key holder")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    given = parser.parse_args(words)
    try:
        report = verify(
            PackageFile(given.package),
            root=given.root,
            authorities=timestamps.certificates(given.authority.read_bytes()) if given.authority else (),
            openings=read_openings(path.read_bytes() for path in given.opening),
        )
    except (NotEvidence, TimestampRefused, OSError) as error:
        print(f"NO PACKAGE: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report.wire(), ensure_ascii=False, indent=1) if given.json else words_of(report))
    return 0 if report.verdict == "unchanged" else 1


def words_of(report: Report) -> str:
    """The report as plain text."""
    lines = [f"{report.verdict.upper()}: made {report.made_at}, {len(report.items)} documents"]
    lines.append(f"root key  {fingerprint(report.root)}")
    lines.append("          compare it with what the organisation has published")
    for (code, held), count in sorted(
        Counter((each.code, each.held) for each in report.findings).items(), key=str
    ):
        mark = {True: "ok     ", False: "CHANGED", None: "?      "}[held]
        lines.append(f"{mark} {code} × {count}")
    lines += [
        f"CHANGED {each.code}: {each.subject} {each.detail}".rstrip()
        for each in report.findings
        if each.held is False
    ]
    for number, stamp in sorted(report.stamps.items()):
        trust = {
            True: "trusted",
            False: "NOT by a given authority",
            None: "authority not checked (--authority)",
        }
        lines.append(
            f"day {number}: timestamp {stamp['at']} by {stamp['authority']}, {trust[stamp['trusted']]}"
        )
    lines += [
        f"{item.received_at}  {item.document}  {item.kind or item.type}  {item.person}, tablet {item.device}"
        for item in report.items
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
