"""What goes wrong is said in words, in the reader's language, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.webapp import personas as p

WORDS = {
    404: {
        "ru": "По этому адресу ничего нет",
        "kk": "Бұл мекенжайда ештеңе жоқ",
        "en": "There is nothing at this address",
    },
    500: {
        "ru": "Сервер не смог завершить действие",
        "kk": "Сервер әрекетті аяқтай алмады",
        "en": "The server could not finish this",
    },
    413: {"ru": "Слишком большой объём", "kk": "Көлемі тым үлкен", "en": "This is too large"},
}


@pytest.fixture
def broken(make_app: Callable[..., Flask]) -> Flask:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    app.config["MAX_CONTENT_LENGTH"] = 1000

    def fail() -> str:
        raise RuntimeError("secret detail")

    fail.aigaq_open = True  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", fail)
    return app


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_errors_speak_the_readers_language(broken: Flask, language: str) -> None:
    client = p.stranger(broken)
    headers = {"Accept-Language": language}
    missing = client.get("/nowhere", headers=headers)
    assert missing.status_code == 404
    assert WORDS[404][language] in missing.text
    failed = client.get("/broken", headers=headers)
    assert failed.status_code == 500
    assert WORDS[500][language] in failed.text
    assert "secret detail" not in failed.text
    large = client.post("/sign-in", data={"login": "x" * 5000}, headers=headers)
    assert large.status_code == 413
    assert WORDS[413][language] in large.text


def test_a_form_without_its_token_says_what_to_do(app: Flask) -> None:
    answer = p.stranger(app).post("/sign-in", data={"login": "bob"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "The form was open too long" in answer.text


def test_tablets_get_errors_as_json(app: Flask) -> None:
    answer = p.stranger(app).get("/sync/nowhere")
    assert (answer.status_code, answer.json["error"]) == (404, "not-found")


def test_an_htmx_request_of_an_ended_session_goes_to_the_door(app: Flask) -> None:
    answer = p.stranger(app).get(f"/visits/{p.VISIT}/live", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"
