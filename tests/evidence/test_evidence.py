"""Packages made by one server and read by a stranger: what holds, and what every change is called."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import NotEvidence, TimestampRefused
from sync.evidence import merkle, timestamps
from sync.evidence.__main__ import main
from sync.evidence.package import Order
from sync.evidence.package_file import PackageFile
from sync.evidence.report import Report
from sync.evidence.verification import verify
from sync.wire import b64, canonical, sha256_hex, unb64
from tests.evidence.conftest import Authority, Case, zipped
from tests.personas import ALICE, BOB


def look(package: bytes, **known: object) -> Report:
    return verify(PackageFile(io.BytesIO(package)), **known)  # type: ignore[arg-type]


def broken(report: Report) -> set[str]:
    return {finding.code for finding in report.findings if finding.held is False}


def unknown(report: Report) -> set[str]:
    return {finding.code for finding in report.findings if finding.held is None}


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=70), st.data())
def test_a_proof_leads_to_the_root_and_no_other_leaf_does(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(content) for content in contents]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.proof(leaves, index)
    root = merkle.root(leaves)
    assert merkle.root_of_proof(leaves[index], index, len(leaves), path) == root
    other = data.draw(st.binary(max_size=21))
    if other != contents[index]:
        assert merkle.root_of_proof(merkle.leaf_hash(other), index, len(leaves), path) != root
    assert merkle.root_of_proof(leaves[index], index, len(leaves), [*path, root]) != root
    if path:
        assert merkle.root_of_proof(leaves[index], index, len(leaves), path[:-1]) != root


def test_roots_as_rfc_9162_splits_the_tree() -> None:
    def by_the_book(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return merkle._node(by_the_book(leaves[:split]), by_the_book(leaves[split:]))

    for size in range(1, 40):
        leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
        assert merkle.root(leaves) == by_the_book(leaves)


def test_a_package_proves_who_captured_what_and_when_it_arrived(case: Case, authority: Authority) -> None:
    trusted = timestamps.certificates(authority.certificate)
    root = case.world.engine.keys.root_fingerprint().hex()
    report = look(case.package, root=root, authorities=trusted, openings={case.audio["_id"]: case.audio_key})
    assert report.verdict == "unchanged"
    assert unknown(report) == {"in-day"}, "only what came today is in no closed day yet"
    note = next(item for item in report.items if item.document == case.note["_id"])
    assert (note.person, note.received_at) == (ALICE.name, "2026-05-12T09:00:00.000Z")
    assert {stamp["trusted"] for stamp in report.stamps.values()} == {True}
    opened = [finding for finding in report.findings if finding.code == "medium-opens"]
    assert {finding.subject: finding.held for finding in opened} == {
        case.photo["_id"]: True,
        case.audio["_id"]: True,
    }
    assert case.files()["files/001.jpg"] == case.photo_bytes


def test_what_is_sealed_stays_sealed_without_the_key_holder(case: Case) -> None:
    report = look(case.package)
    assert report.verdict == "unchanged"
    assert {"medium-opens", "timestamp"} <= unknown(report)
    sealed = next(f for f in report.findings if f.code == "medium-opens" and f.subject == case.audio["_id"])
    assert (sealed.held, sealed.detail) == (None, "sealed")
    assert b"soundsound" not in case.package


def _entry(files: dict[str, bytes], document: str) -> str:
    """The path of the first envelope of a document's kind: the one whose receipt names it by its opened content."""
    report = look(zipped(files))
    name = next(finding.subject for finding in report.findings if finding.code == "content" and finding.held)
    del document
    return f"envelopes/{name}.json"


def _edit(files: dict[str, bytes], path: str, change: Callable[[dict], None]) -> dict[str, bytes]:
    value = json.loads(files[path])
    change(value)
    return {**files, path: canonical(value)}


def _relist(files: dict[str, bytes], case: Case) -> dict[str, bytes]:
    """As somebody would who holds the office's server: the manifest is signed anew over the changed files."""
    whole = json.loads(files["manifest.json"])
    manifest = whole["manifest"]
    manifest["files"] = {
        path: {"sha256": sha256_hex(data), "size": len(data)}
        for path, data in files.items()
        if path != "manifest.json"
    }
    signature = case.world.engine.keys.sign_manifest(canonical(manifest), manifest["key"])
    return {**files, "manifest.json": canonical({"manifest": manifest, "signature": signature})}


def _flip(data: bytes) -> bytes:
    return data[:40] + bytes([data[40] ^ 1]) + data[41:]


def tamperings(case: Case) -> dict[str, tuple[dict[str, bytes], set[str]]]:
    """Name → the changed files and the findings they must give. `server`: with a manifest signed anew."""
    files = case.files()
    path = _entry(files, "note")
    chunk = next(name for name in files if name.startswith("media/"))
    other = b64(b"\1" * 32)
    made = {
        "a part's byte": ({**files, chunk: _flip(files[chunk])}, {"file", "part"}),
        "a picture's byte": ({**files, "files/001.jpg": _flip(files["files/001.jpg"])}, {"file", "picture"}),
        "a file taken out": ({name: data for name, data in files.items() if name != chunk}, {"missing"}),
        "a file put in": ({**files, "files/002.jpg": b"new"}, {"unlisted"}),
        "an author exchanged": (
            _edit(files, path, lambda entry: entry["envelope"].update(signature=b64(b"\0" * 64))),
            {"file", "author"},
        ),
        "another time of receipt": (
            _edit(files, path, lambda entry: entry["receipt"].update(received_at="2026-01-01T00:00:00.000Z")),
            {"file", "receipt"},
        ),
        "another place in the day": (
            _edit(files, path, lambda entry: entry["place"].update(index=entry["place"]["index"] + 1)),
            {"file", "in-day"},
        ),
        "another opening": (
            _edit(files, path, lambda entry: entry["opening"].update(key=other)),
            {"file", "opens"},
        ),
        "sealed bytes": (
            _edit(
                files,
                path,
                lambda entry: entry["envelope"].update(sealed=b64(_flip(unb64(entry["envelope"]["sealed"])))),
            ),
            {"file", "sealed"},
        ),
        "a day's root": (
            _edit(files, "days/1.json", lambda day: day["day"].update(root="00" * 32)),
            {"file", "day", "in-day"},
        ),
        "a day left out": (
            {name: data for name, data in files.items() if name != "days/1.json"},
            {"missing", "in-day"},
        ),
        "a stamp of another day": ({**files, "days/1.tsr": files["days/2.tsr"]}, {"file", "timestamp"}),
        "no stamp at all": ({**files, "days/1.tsr": b"\x30\x03\x02\x01\x00"}, {"file", "timestamp"}),
        "another root": (
            _edit(files, "keyset.json", lambda signed: signed.update(root=b64(b"\4" + b"\1" * 64))),
            {"keyset", "manifest", "file", "day", "receipt"},
        ),
        "a manifest's reason": (
            _edit(files, "manifest.json", lambda whole: whole["manifest"].update(reason="другое")),
            {"manifest"},
        ),
    }
    server = {
        f"{name}, by who holds the server": (_relist(changed, case), codes - {"file", "missing", "unlisted"})
        for name, (changed, codes) in made.items()
        if name
        in {
            "a part's byte",
            "a picture's byte",
            "an author exchanged",
            "another opening",
            "sealed bytes",
            "a day left out",
        }
    }
    return made | server


def test_every_change_is_found_and_named(case: Case) -> None:
    for name, (files, codes) in tamperings(case).items():
        report = look(zipped(files))
        assert report.verdict == "changed", name
        assert broken(report) == codes, name


def test_a_fingerprint_that_is_not_the_organisations_is_said(case: Case) -> None:
    assert broken(look(case.package, root="ab" * 32)) == {"root"}


def test_an_authority_nobody_named_is_not_believed(case: Case, tmp_path: Path) -> None:
    from tests.evidence.conftest import make_authority

    make_authority(tmp_path)
    strangers = timestamps.certificates((tmp_path / "root.pem").read_bytes())
    assert broken(look(case.package, authorities=strangers)) == {"timestamp"}


def test_what_was_withdrawn_leaves_its_hash_and_signature_and_no_content(case: Case, alice) -> None:  # type: ignore[no-untyped-def]
    withdrawal = alice.document(
        "withdrawal",
        interview=None,
        use="interview",
        erases=[case.photo["_id"]],
        reason="",
        at="2026-05-14T09:00:00.000Z",
    )
    case.world.bring(alice, case.channel, withdrawal)
    package = b"".join(case.world.engine.packages.write(Order(case.channel, BOB.id, "Дело № 17")))
    report = look(package)
    assert report.verdict == "unchanged"
    assert "erased" in unknown(report)
    assert case.photo["_id"] not in {item.document for item in report.items}


def test_only_what_is_asked_for_is_in_it(case: Case) -> None:
    order = Order(case.channel, BOB.id, "одна запись", frozenset({case.note["_id"]}))
    package = b"".join(case.world.engine.packages.write(order))
    report = look(package)
    assert report.verdict == "unchanged"
    assert {item.document for item in report.items} == {case.note["_id"]}
    assert "Воды нет".encode() not in package


def test_days_are_closed_once_and_chained(case: Case) -> None:
    days = case.world.engine.days
    assert days.close() is None
    first, second = days.all()
    assert (first.number, second.number, first.body["prev"]) == (1, 2, "")
    assert second.body["prev"] == sha256_hex(canonical(first.body))
    assert days.waiting() == 1, "the recording came today"


@pytest.mark.parametrize(
    "data", [b"", b"PK", zipped({"a.txt": b"x"}), zipped({"manifest.json": b"{}", "../x": b""})]
)
def test_what_is_no_package_is_told_apart_from_a_changed_one(data: bytes) -> None:
    with pytest.raises(NotEvidence):
        PackageFile(io.BytesIO(data))


def test_an_authority_that_answers_something_else_is_refused(authority: Authority) -> None:
    token = timestamps.ask(authority.url, b"one")
    assert timestamps.read(token, b"one", ()).trusted is None
    with pytest.raises(TimestampRefused):
        timestamps.read(token, b"two", ())
    with pytest.raises(TimestampRefused):
        timestamps.ask("http://127.0.0.1:9/", b"one")


def test_the_command_says_it_in_words_and_by_its_exit_code(
    case: Case, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package, key = tmp_path / "package.zip", tmp_path / "key.json"
    package.write_bytes(case.package)
    key.write_text(json.dumps({"medium": case.audio["_id"], "key": b64(case.audio_key)}))
    (tmp_path / "root.pem").write_bytes(authority.certificate)
    words = [str(package), "--authority", str(tmp_path / "root.pem"), "--opening", str(key)]
    assert main(words) == 0
    assert "UNCHANGED" in capsys.readouterr().out
    package.write_bytes(zipped({**case.files(), "files/001.jpg": b"other"}))
    assert main([str(package)]) == 1
    assert "CHANGED file: files/001.jpg" in capsys.readouterr().out
    package.write_bytes(b"nothing")
    assert main([str(package)]) == 2


def test_the_browsers_verification_finds_the_same(case: Case, authority: Authority, tmp_path: Path) -> None:
    pem = tmp_path / "root.pem"
    pem.write_bytes(authority.certificate)
    root = case.world.engine.keys.root_fingerprint().hex()
    key = {case.audio["_id"]: case.audio_key}
    jobs: list[dict[str, object]] = []
    expected: list[Report] = []

    def add(package: bytes, **known: object) -> None:
        path = tmp_path / f"{len(jobs)}.zip"
        path.write_bytes(package)
        jobs.append({"package": str(path), **known})

    add(
        case.package,
        root=root,
        authority=str(pem),
        openings={medium: b64(raw) for medium, raw in key.items()},
    )
    trusted = timestamps.certificates(authority.certificate)
    expected.append(look(case.package, root=root, authorities=trusted, openings=key))
    for package in (case.package, *(zipped(files) for files, _ in tamperings(case).values())):
        add(package)
        expected.append(look(package))
    add(case.package, root="ab" * 32)
    expected.append(look(case.package, root="ab" * 32))
    (tmp_path / "job.json").write_text(json.dumps(jobs))
    script = Path(__file__).with_name("verify.mjs")
    done = subprocess.run(["node", str(script), str(tmp_path / "job.json")], capture_output=True, check=True)
    for found, report in zip(json.loads(done.stdout), expected, strict=True):
        assert found["verdict"] == report.verdict
        findings = {(each["code"], each["subject"], each["held"]) for each in found["findings"]}
        assert findings == {(each.code, each.subject, each.held) for each in report.findings}
        assert [item["document"] for item in found["items"]] == [item.document for item in report.items]
        assert {number: stamp["trusted"] for number, stamp in found["stamps"].items()} == {
            str(number): stamp["trusted"] for number, stamp in report.stamps.items()
        }
        assert found["root"] == report.root
