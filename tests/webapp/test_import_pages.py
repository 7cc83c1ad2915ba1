"""The imports through the office's pages and commands: nothing before "write", files do not linger."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from content.forms.general_checklist import form as general_checklist
from content.forms.workbook import workbook
from sync.projections import tables
from tests.webapp import personas
from tests.webapp.conftest import populate
from webapp.models import db

REGISTER = (
    "код;название;вид;регион\nАК-301/1;Колония «Новая»;colony;north\nАК-302/1;Неведомая;colony;Атлантида\n"
)
LAW = "Закон о посещениях\n\nСтатья 1. Цель\nПосещать регулярно.\n\nСтатья 2. Беседы\nГоворить наедине.\n"


@pytest.fixture
def office(make_app: Callable[..., Flask]) -> Flask:
    made = make_app()
    populate(made)
    return made


@pytest.fixture
def ann(office: Flask) -> FlaskClient:
    return personas.persona(office, "ann")


def send(client: FlaskClient, kind: str, data: bytes, name: str) -> TestResponse:
    csrf = personas.token(client.get("/imports/"))
    return client.post(
        f"/imports/{kind}",
        data={"csrf_token": csrf, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def fields(page: TestResponse) -> dict[str, str]:
    """What the page's form would send, its buttons apart."""
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen.group(1) if chosen else ""
    found.pop("create-all", None)
    return found


def facilities(office: Flask) -> int:
    with office.app_context():
        return db.session.scalar(select(func.count()).select_from(tables.facility)) or 0


def kept(office: Flask) -> list[Path]:
    folder = Path(office.config["AIGAQ"].instance) / "imports"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_register_is_shown_with_its_errors_and_written_only_on_demand(
    office: Flask, ann: FlaskClient
) -> None:
    before = facilities(office)
    answer = send(ann, "register", REGISTER.encode("cp1251"), "учреждения.csv")
    assert answer.status_code == 303
    page = ann.get(answer.location)
    assert page.status_code == 200
    assert "Атлантида" in page.text
    assert "is not in the catalogue" in page.text
    assert facilities(office) == before
    done = ann.post(answer.location, data={**fields(page), "action": "apply"})
    assert done.status_code == 303
    assert facilities(office) == before + 1
    assert kept(office) == []
    assert "New facilities: 1, changed: 0, left out because of errors: 1" in ann.get(done.location).text


def test_a_value_chosen_in_the_page_is_used_and_remembered(office: Flask, ann: FlaskClient) -> None:
    where = send(ann, "register", REGISTER.encode(), "register.csv").location
    given = fields(ann.get(where))
    (choice,) = [name for name in given if name.startswith("value-region-")]
    page = ann.post(where, data={**given, choice: "north", "action": "preview"})
    assert "is not in the catalogue" not in page.text
    ann.post(where, data={**fields(page), "action": "apply"})
    assert facilities(office) == 3
    again = ann.get(send(ann, "register", REGISTER.encode(), "register.csv").location)
    assert '>2</span><span class="meta">unchanged' in again.text
    assert 'value="apply"' not in again.text, "there is nothing to write"


def test_a_law_is_split_and_written(office: Flask, ann: FlaskClient) -> None:
    where = send(ann, "library", LAW.encode("cp1251"), "law.txt").location
    page = ann.get(where)
    assert "1. Цель" in page.text
    assert "2. Беседы" in page.text
    done = ann.post(where, data={**fields(page), "slug": "visits-law", "short": "Закон", "action": "apply"})
    assert done.status_code == 303
    assert kept(office) == []
    assert "Говорить наедине." in ann.get("/library/library:visits-law").text
    found = ann.get("/library?q=наедине")
    assert "visits-law" in found.text


def test_a_form_is_read_and_written(office: Flask, ann: FlaskClient) -> None:
    where = send(ann, "form", workbook(general_checklist()), "general checklist.xlsx").location
    page = ann.get(where).text
    assert "whole number" in page
    assert "several of a list" in page
    assert "select_multiple" not in page, "a person reads words, not the workbook's types"
    page = ann.get(where)
    assert page.status_code == 200
    done = ann.post(where, data={**fields(page), "action": "apply"})
    assert done.status_code == 303
    assert kept(office) == []
    assert ann.get("/forms/form:general_checklist").status_code == 200


@pytest.mark.parametrize(
    ("kind", "data", "name", "words"),
    [
        ("register", b"", "empty.csv", "The file is empty"),
        ("register", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "old.xls", "old Excel format"),
        ("library", b"%PDF-1.7", "law.pdf", "This is not a text"),
        ("library", b"no articles at all", "law.txt", "No articles were found"),
        ("form", b"not a workbook", "form.xlsx", "not an .xlsx"),
    ],
)
def test_a_wrong_file_gets_a_reason_and_does_not_stay(
    office: Flask, ann: FlaskClient, kind: str, data: bytes, name: str, words: str
) -> None:
    page = ann.get(send(ann, kind, data, name).location)
    assert page.status_code == 422
    assert words in page.text
    assert kept(office) == []


def test_no_file_and_a_file_too_large_are_told(ann: FlaskClient) -> None:
    csrf = personas.token(ann.get("/imports/"))
    assert "No file was chosen" in ann.post("/imports/register", data={"csrf_token": csrf}).text
    big = send(ann, "register", b"a;b\n" * 2_200_000, "big.csv")
    assert big.status_code == 422
    assert "too large" in big.text


def test_an_import_given_up_leaves_no_file(office: Flask, ann: FlaskClient) -> None:
    where = send(ann, "register", REGISTER.encode(), "register.csv").location
    token = where.rsplit("/", 1)[1]
    assert len(kept(office)) == 2
    csrf = personas.token(ann.get(where))
    assert ann.post(f"/imports/{token}/remove", data={"csrf_token": csrf}).status_code == 303
    assert kept(office) == []
    assert ann.get(where).status_code == 404


def test_a_kept_file_is_its_owners_alone(office: Flask, ann: FlaskClient) -> None:
    where = send(ann, "register", REGISTER.encode(), "register.csv").location
    with office.app_context():
        from webapp.imports.problems import ImportRefused
        from webapp.imports.uploads import Uploads

        uploads = Uploads(Path(office.config["AIGAQ"].instance) / "imports")
        token = where.rsplit("/", 1)[1]
        assert uploads.get(token, personas.account_id("ann")).name == "register.csv"
        for account, name in (
            (personas.account_id("kate"), token),
            (personas.account_id("ann"), "../../secret_key"),
        ):
            with pytest.raises(ImportRefused):
                uploads.get(name, account)
    modes = {path.stat().st_mode & 0o077 for path in [kept(office)[0].parent]}
    assert modes == {0}


def test_hostile_cells_are_text(ann: FlaskClient) -> None:
    data = "название;вид;регион\n<script>alert(1)</script>;colony;<img src=x>\n".encode()
    page = ann.get(send(ann, "register", data, "<b>.csv").location)
    assert "<script>alert" not in page.text
    assert "<img src=x>" not in page.text


def test_the_commands_show_first_and_write_when_told(office: Flask, tmp_path: Path) -> None:
    runner = office.test_cli_runner()
    register, law, form = tmp_path / "register.csv", tmp_path / "law.txt", tmp_path / "checklist.xlsx"
    register.write_text(REGISTER, encoding="utf-8")
    law.write_text(LAW, encoding="utf-8")
    form.write_bytes(workbook(general_checklist()))
    shown = runner.invoke(args=["import-register", str(register), "--language", "en"])
    assert "With errors: 1" in shown.output
    assert facilities(office) == 1
    written = runner.invoke(
        args=["import-register", str(register), "--create", "--apply", "--language", "en"]
    )
    assert "New facilities: 2" in written.output
    assert facilities(office) == 3
    assert (
        "Articles: 2"
        in runner.invoke(args=["import-library", str(law), "--apply", "--language", "en"]).output
    )
    assert runner.invoke(args=["import-form", str(form), "--apply"]).exit_code == 0
    register.write_bytes(b"")
    refused = runner.invoke(args=["import-register", str(register)])
    assert refused.exit_code == 1
    assert "Файл пуст" in refused.output


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_import_page_is_in_every_language(ann: FlaskClient, language: str) -> None:
    csrf = personas.token(ann.get("/imports/"))
    ann.post("/language", data={"csrf_token": csrf, "language": language})
    titles = {"ru": "Импорт", "kk": "Импорт", "en": "Import"}
    assert f"<h1>{titles[language]}</h1>" in ann.get("/imports/").text
    page = ann.get(send(ann, "register", REGISTER.encode(), "register.csv").location)
    words = {"ru": "Записать", "kk": "Жазу", "en": "Write"}
    assert words[language] in page.text
