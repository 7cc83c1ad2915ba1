"""One CouchDB server over HTTP, as one account: requests, time limits, and what failures mean.

Owns the only use of `ibmcloudant` (ADR 3): its session, its cookie authentication and its errors, which
end here as StoreFailed. Answers stay bytes until somebody wants them as JSON. Must not know channels,
documents or revisions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests
from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import NoAuthAuthenticator
from ibmcloudant import CouchDbSessionAuthenticator
from ibmcloudant.cloudant_v1 import CloudantV1
from requests.adapters import HTTPAdapter

from sync.errors import StoreFailed

# Seconds. A batch of 500 documents takes well under one; a first `_changes` of a cold database a few.
CONNECT_SECONDS, READ_SECONDS = 5, 60
# As many requests at once as a worker has threads, and some to spare.
_CONNECTIONS = 64
_PREFIX = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Place:
    """Where the store is: `couchdb+http(s)://user:password@host:port/prefix`, taken apart."""

    url: str
    prefix: str
    user: str | None = None
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> Place:
        """Raises ValueError for an address that is none. Without a prefix it is `aigaq-`."""
        parts = urlsplit(url)
        scheme = parts.scheme.removeprefix("couchdb+")
        if scheme not in ("http", "https") or scheme == parts.scheme or not parts.hostname:
            raise ValueError("a CouchDB address is couchdb+http(s)://user:password@host:port/prefix")
        path, _, prefix = parts.path.rpartition("/")
        prefix = prefix or "aigaq-"
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"databases cannot be called {prefix}…: small letters, digits, - and _ only")
        host = parts.netloc.rpartition("@")[2]
        user = unquote(parts.username) if parts.username else None
        return cls(f"{scheme}://{host}{path}", prefix, user, unquote(parts.password or ""))

    def as_account(self, account: str) -> Place:
        """The same place for another `user:password`, neither of them percent-encoded."""
        user, _, password = account.partition(":")
        return replace(self, user=user, password=password)


@dataclass(frozen=True)
class Answer:
    """A status that the asker said it can use, and the body."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises StoreFailed where it is none: a proxy's page, a cut answer."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise StoreFailed("the document store's answer is not JSON") from error


class CouchServer:
    """See module. Safe for several threads; connections are kept and used again."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._is_couchdb: bool | None = None
        authenticator = (
            CouchDbSessionAuthenticator(place.user, place.password) if place.user else NoAuthAuthenticator()
        )
        self._service = CloudantV1(authenticator=authenticator)
        client = self._service.get_http_client()
        for scheme in ("http://", "https://"):
            client.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS))
        # Nothing of the machine's (a proxy, a .netrc) comes between the application and its store.
        client.trust_env = False
        self._service.set_http_client(client)
        self._service.set_http_config({"timeout": (CONNECT_SECONDS, READ_SECONDS)})
        self._service.set_service_url(place.url)
        # On by default; see `_request`.
        self._service.set_enable_gzip_compression(False)

    def close(self) -> None:
        """Give the connections back."""
        self._service.get_http_client().close()

    def get(self, *path: str, expect: tuple[int, ...] = (200,), **params: str | int) -> Answer:
        """See `ask`."""
        return self.ask("GET", path, None, expect, params)

    def post(self, *path: str, body: Any, expect: tuple[int, ...] = (200,), **params: str | int) -> Answer:
        """See `ask`. `body`: bytes of JSON, or what becomes JSON."""
        return self.ask("POST", path, body, expect, params)

    def put(
        self, *path: str, body: Any = None, expect: tuple[int, ...] = (201,), **params: str | int
    ) -> Answer:
        """See `ask`."""
        return self.ask("PUT", path, body, expect, params)

    def delete(self, *path: str, expect: tuple[int, ...] = (200,)) -> Answer:
        """See `ask`."""
        return self.ask("DELETE", path, None, expect, {})

    def ask(
        self,
        method: str,
        path: tuple[str, ...],
        body: Any,
        expect: tuple[int, ...],
        params: dict[str, str | int],
    ) -> Answer:
        """One request; segments of `path` are quoted here. Raises StoreFailed for a status not in `expect`.

        Repeated once where the connection broke: all that this store asks for may be asked twice.
        """
        request = self._request(method, path, body, params)
        try:
            return self._send(request, expect)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as first:
            if isinstance(first, requests.Timeout):
                raise StoreFailed(f"the document store cannot be reached: {_about(first)}") from first
            try:
                return self._send(request, expect)
            except requests.RequestException as second:
                raise StoreFailed(f"the document store cannot be reached: {_about(second)}") from second
        except requests.RequestException as error:
            raise StoreFailed(f"the document store did not answer: {_about(error)}") from error

    def is_couchdb(self) -> bool:
        """Whether this is CouchDB itself. Others speak its protocol with gaps, which are filled where they are."""
        if self._is_couchdb is None:
            self._is_couchdb = "couchdb" in self.get().json()
        return self._is_couchdb

    def stream(
        self, *path: str, body: Any, expect: tuple[int, ...] = (200,), **params: str | int
    ) -> tuple[int, Iterator[bytes]]:
        """A POST whose answer comes in pieces. Raises StoreFailed before the first piece, or where it is cut."""
        request = self._request("POST", path, body, params)
        try:
            response = self._service.send(request, stream=True).result
        except ApiException as error:
            status = int(error.status_code or 0)
            if status in expect:
                return status, iter(())
            raise StoreFailed(f"the document store answered {status}") from error
        except requests.RequestException as error:
            raise StoreFailed(f"the document store did not answer: {_about(error)}") from error
        return response.status_code, _pieces(response)

    def _request(self, method: str, path: tuple[str, ...], body: Any, params: dict[str, str | int]) -> Any:
        # Not packed, and so neither packed there nor unpacked here: between two processes of one site it costs
        # more time than the bytes it saves.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
            if not isinstance(body, bytes):
                body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            return self._service.prepare_request(
                method, "/" + "/".join(quote(part, safe="") for part in path), headers=headers,
                params=params, data=body,
            )  # fmt: skip
        except (requests.RequestException, ApiException, StopIteration) as error:
            # Signing in happens here; the client stumbles over a login that brings no cookie.
            raise StoreFailed(f"the document store refuses the account: {_about(error)}") from error

    def _send(self, request: Any, expect: tuple[int, ...]) -> Answer:
        try:
            response = self._service.send(request, stream=True).result
            answer = Answer(200, b"") if response is None else Answer(response.status_code, response.content)
        except ApiException as error:
            body = error.http_response.content if error.http_response is not None else b""
            answer = Answer(int(error.status_code or 0), body)
        if answer.status not in expect:
            verb = f"{request['method']} {urlsplit(request['url']).path}"
            raise StoreFailed(f"the document store answered {answer.status} to {verb}: {_reason(answer)}")
        return answer


def _pieces(response: requests.Response) -> Iterator[bytes]:
    with response:
        try:
            yield from response.iter_content(65536)
        except requests.RequestException as error:
            raise StoreFailed(f"the document store's answer was cut: {_about(error)}") from error


def _reason(answer: Answer) -> str:
    """What CouchDB says of a failure. Its reasons name fields and ids, never contents."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return "no reason given"
    if not isinstance(told, dict):
        return "no reason given"
    return f"{told.get('error', '')}: {told.get('reason', '')}"[:300]


def _about(error: Exception) -> str:
    # Messages of the client hold addresses with everything in them: the kind is enough.
    if isinstance(error, ApiException):
        return f"status {error.status_code}"
    return type(error).__name__
