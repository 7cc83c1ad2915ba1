"""Any byte of a package: whoever changes one, neither verification calls the package unchanged; nor do they disagree."""

from __future__ import annotations

import io
import json
import random
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.errors import NotEvidence
from sync.evidence.container import Entry, is_as_written
from sync.evidence.package_file import PackageFile
from sync.evidence.verification import verify
from sync.wire import canonical, sha256_hex
from tests.evidence.conftest import Case, zipped

SEED = 20261122
CONTENT = 4  # flips in each file of the short sample
FRAME = 24  # flips around the files
MANY = 25  # in each file of the long sample


def small(case: Case) -> bytes:
    """The case's package with its media cut down: every kind of file, listed and signed anew."""
    files = case.files()
    whole = json.loads(files["manifest.json"])
    kept = {
        path: data
        for path, data in files.items()
        if not path.startswith(("media/", "files/")) and path != "manifest.json"
    }
    kept["files/001.jpg"], kept["media/" + sha256_hex(b"part" * 99)] = b"\xff\xd8\xff" * 99, b"part" * 99
    manifest = {
        **whole["manifest"],
        "shown": {},
        "files": {path: {"sha256": sha256_hex(data), "size": len(data)} for path, data in kept.items()},
    }
    signature = case.world.engine.keys.sign_manifest(canonical(manifest), manifest["key"])
    return zipped({**kept, "manifest.json": canonical({"manifest": manifest, "signature": signature})})


def spans(package: bytes) -> Iterator[tuple[str, range]]:
    """Where each file's bytes lie; and, under no name, all bytes around them."""
    around, at = [], 0
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for entry in archive.infolist():
            start = entry.header_offset + 30 + len(entry.filename)
            around += range(at, start)
            at = start + entry.file_size
            yield entry.filename, range(start, at)
    yield "", [*around, *range(at, len(package))]  # type: ignore[misc]


def flipped(package: bytes, at: int, bit: int) -> bytes:
    return package[:at] + bytes([package[at] ^ 1 << bit]) + package[at + 1 :]


def verdict(package: bytes) -> str:
    """Any exception but NotEvidence fails the test: a reader must not be left with a crash."""
    try:
        return verify(PackageFile(io.BytesIO(package))).verdict
    except NotEvidence:
        return "none"


def in_browser(packages: list[bytes], folder: Path) -> list[dict[str, object]]:
    jobs = []
    for number, package in enumerate(packages):
        path = folder / f"{number}.zip"
        path.write_bytes(package)
        jobs.append({"package": str(path)})
    (folder / "job.json").write_text(json.dumps(jobs))
    script = Path(__file__).with_name("verify.mjs")
    done = subprocess.run(["node", str(script), str(folder / "job.json")], capture_output=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def agree(packages: list[bytes], folder: Path) -> None:
    """Neither says "unchanged" of any; where only files were changed, both find the same."""
    for package, theirs in zip(packages, in_browser(packages, folder), strict=True):
        try:
            ours = verify(PackageFile(io.BytesIO(package)))
        except NotEvidence:
            assert theirs["verdict"] != "unchanged"
            continue
        assert ours.verdict == "changed"
        assert theirs["verdict"] != "unchanged"
        findings: list[dict[str, object]] = theirs.get("findings", [])  # type: ignore[assignment]
        found = {(each["code"], each["subject"], each["held"]) for each in findings}
        # Around the files, each reads by another of ZIP's two lists.
        if ("container", "", True) in found:
            assert found == {(each.code, each.subject, each.held) for each in ours.findings}


def test_a_flipped_bit_anywhere_is_found_by_both(case: Case, tmp_path: Path) -> None:
    package, chance = small(case), random.Random(SEED)
    assert verdict(package) == "unchanged"
    assert in_browser([package], tmp_path)[0]["verdict"] == "unchanged"
    changed = []
    for name, places in spans(package):
        for at in chance.sample(places, min(len(places), CONTENT if name else FRAME)):
            changed.append(flipped(package, at, chance.randrange(8)))
    agree(changed, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_byte_around_the_files_and_many_in_each(case: Case, tmp_path: Path) -> None:
    package, chance = small(case), random.Random(SEED)
    for name, places in spans(package):
        sample = chance.sample(places, min(len(places), MANY))
        agree([flipped(package, at, chance.randrange(8)) for at in sample], tmp_path)
        for at in places if not name else ():
            try:
                assert not PackageFile(io.BytesIO(flipped(package, at, chance.randrange(8)))).is_as_written()
            except NotEvidence:
                continue


def test_what_lies_beside_the_files_is_found(case: Case, tmp_path: Path) -> None:
    """Another tool might show it to somebody who unpacks the package by hand."""
    package = small(case)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    other = zipped({"files/001.jpg": b"another picture"})
    hidden = other[: other.index(b"PK\1\2")]
    commented, packed, dated = io.BytesIO(package), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"another picture"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(dated, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    changed = [
        hidden + package,
        package + b"another picture",
        package + package,
        commented.getvalue(),
        packed.getvalue(),
        dated.getvalue(),
        zipped({**files, "files/": b""}),
        # Names that every object of a browser has.
        *(zipped({**files, name: b"put in"}) for name in ("constructor", "toString", "valueOf")),
    ]
    agree(changed, tmp_path)


def test_numbers_that_one_reader_could_not_hold_are_a_change(case: Case, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(small(case))) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    packages = []
    for number in ("1e400", "-1e999", "123456789012345678901234567890", "1.5", "-0"):
        keyset = files["keyset.json"].replace(b'"number":1', f'"number":{number}'.encode())
        assert keyset != files["keyset.json"]
        packages.append(zipped({**files, "keyset.json": keyset}))
    agree(packages, tmp_path)


@pytest.mark.long
def test_a_long_packages_list_is_written_in_the_long_form() -> None:
    """As Python's own writer writes it, with more files than ZIP's old list can count."""
    names = [f"media/{number}" for number in range(66_000)]
    package = zipped(dict.fromkeys(names, b""))
    assert is_as_written(io.BytesIO(package), [Entry(name, 0, 0) for name in names])
    assert not is_as_written(io.BytesIO(package + b"\0"), [Entry(name, 0, 0) for name in names])


def test_the_signed_list_itself_has_one_spelling(case: Case, tmp_path: Path) -> None:
    """Nothing signs the bytes of `manifest.json`: what means the same to a reader would go unnoticed."""
    with zipfile.ZipFile(io.BytesIO(small(case))) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    manifest = files["manifest.json"]
    assert manifest.endswith(b'"}'), "the signature stands last"
    last = len(manifest) - 3
    spellings = [flipped(manifest, last, bit) for bit in range(7)]
    spellings += [
        manifest + b"\n",
        manifest.replace(b'{"manifest":', b'{ "manifest":'),
        manifest.replace(b'{"manifest":', b'{"by":"another","manifest":'),
        manifest.replace(b'{"manifest":', b'{"manifest":{"files":{}},"manifest":'),
        manifest[:-2] + b'=="}',
        manifest[:-2] + b'\\u0000"}',
    ]
    assert len(set(spellings)) == len(spellings)
    agree([zipped({**files, "manifest.json": spelling}) for spelling in spellings], tmp_path)
