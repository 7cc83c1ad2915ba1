"""How CouchDB words its answers: `{"error", "reason"}` with its status codes, and JSON as bytes.

Owns the words. Knows no store and no account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from flask import Response, request

from sync.errors import (
    AigaqError,
    BadRequest,
    DeviceRevoked,
    EditConflict,
    NotFound,
    RateLimited,
    Refused,
    SessionExpired,
    TooLarge,
    UnknownDevice,
)
from sync.wire import parse_object

REALM = 'Basic realm="Aigaq", charset="UTF-8"'
NO_DATABASE = "Database does not exist."

_WORDS: dict[type[AigaqError], tuple[int, str, str | None]] = {
    BadRequest: (400, "bad_request", None),
    SessionExpired: (401, "unauthorized", None),
    UnknownDevice: (401, "unauthorized", None),
    DeviceRevoked: (403, "forbidden", None),
    Refused: (403, "forbidden", None),
    NotFound: (404, "not_found", "missing"),
    EditConflict: (409, "conflict", "Document update conflict."),
    TooLarge: (413, "too_large", "the request entity is too large"),
    RateLimited: (429, "too_many_requests", None),
}
_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "bad_content_type",
    429: "too_many_requests",
}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class CouchError(Exception):
    """An answer that is an error, exactly as it is to be worded."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason


def no_database() -> CouchError:
    """The channel is not there, or not for this account: the two look alike on purpose."""
    return CouchError(404, "not_found", NO_DATABASE)


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer. Underscores in header names stand for dashes."""
    return raw(dumps(value), status, **headers)


def raw(body: bytes | Iterable[bytes], status: int = 200, **headers: str) -> Response:
    """JSON that is bytes already; an iterator is sent as it comes."""
    response = Response(body, status, mimetype="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def words_of(error: AigaqError) -> tuple[int, str, str]:
    """Status, code and reason of an error of ours."""
    for kind, (status, code, reason) in _WORDS.items():
        if isinstance(error, kind):
            return status, code, reason or error.message
    if error.status >= 500:
        return 500, "internal_server_error", "the server could not do this now"
    return error.status, "bad_request", error.message


def refusal(status: int, error: str, reason: str) -> Response:
    """An error answer; 401 says how to sign in."""
    response = answer({"error": error, "reason": reason}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = REALM
    if status == 429:
        response.headers["Retry-After"] = "5"
    return response


def of_status(status: int, text: str) -> Response:
    """An error of the web framework's own."""
    return refusal(status, _CODES.get(status, "bad_request"), "missing" if status == 404 else text)


def body(limit: int) -> bytes:
    """The request's body. Raises TooLarge."""
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("the body is too large")
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge("the body is too large")
    return data


def json_body(limit: int) -> dict[str, Any]:
    """The request's JSON object. Raises CouchError (415, 400), TooLarge."""
    check_json()
    try:
        return parse_object(body(limit))
    except BadRequest as error:
        raise CouchError(400, "bad_request", "invalid UTF-8 JSON") from error


def check_json() -> None:
    """Raises CouchError where the request says its body is something else."""
    if request.mimetype not in ("application/json", ""):
        raise CouchError(415, "bad_content_type", "Content-Type must be application/json")


def flag(name: str, default: bool = False) -> bool:
    """A `true`/`false` of the query. Raises CouchError."""
    value = request.args.get(name)
    if value is None:
        return default
    if value not in ("true", "false"):
        raise CouchError(400, "query_parse_error", f"Invalid boolean parameter: {value!r}")
    return value == "true"


def number(name: str, default: int) -> int:
    """A number of the query, 0 or more. Raises CouchError."""
    value = request.args.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 12:
        raise CouchError(400, "query_parse_error", f"Invalid value for integer: {value!r}")
    return int(value)


def json_argument(name: str) -> Any:
    """A JSON value of the query; None where it is not there. Raises CouchError."""
    value = request.args.get(name)
    if value is None:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise CouchError(400, "bad_request", f"invalid JSON in {name}") from error


def well_formed(text: object, most: int = 200) -> bool:
    """Whether this is a non-empty string that can be stored as an id."""
    return (
        isinstance(text, str) and 0 < len(text) <= most and not _SURROGATE.search(text) and "\0" not in text
    )
