"""The gateway's addresses, `/sync/…` (docs/protocol.md): requests into calls, results into answers.

Owns headers, size limits, status codes and streaming; no rule of its own. Carries no cookie of a tablet:
delivering is signed with a nonce that answers bring along, reading has a bearer token. `office_account` gives the person signed in on an office
page, for the two addresses such pages use.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from sync.authorization import Account, Device, may_open_custody, may_read_visit
from sync.clock import timestamp
from sync.engine import SyncEngine
from sync.errors import (
    AigaqError,
    BadRequest,
    BadSignature,
    NonceNeeded,
    NotFound,
    RateLimited,
    Refused,
    SessionExpired,
    TooLarge,
)
from sync.gateway.enrolment import account_json, enrol
from sync.gateway.holding import parse_challenge, stated
from sync.gateway.media import CHUNK_BYTES
from sync.gateway.outbox import MOST_BYTES
from sync.gateway.signatures import RequestHeaders, digest_header
from sync.gateway.standing import parse_report
from sync.wire import is_sha256, parse_object, unb64

SMALL_BODY = 1 << 20
MOST_HASHES = 1000

_log = logging.getLogger(__name__)


def create_blueprint(
    engine: SyncEngine, office_account: Callable[[], Account | None] = lambda: None
) -> Blueprint:
    """`/sync/…` over an engine."""
    gateway = Gateway(engine, office_account)
    blueprint = Blueprint("sync", __name__, url_prefix="/sync")
    rules: list[tuple[str, str, Callable[..., ResponseReturnValue]]] = [
        ("GET", "/hello", gateway.hello),
        ("POST", "/enrol", gateway.enrol),
        ("POST", "/devices/provisional", gateway.announce),
        ("POST", "/session/challenge", gateway.challenge),
        ("POST", "/session", gateway.session),
        ("POST", "/report", gateway.report),
        ("POST", "/outbox", gateway.outbox),
        ("POST", "/changes", gateway.changes),
        ("GET", "/packs/<sha256>", gateway.pack),
        ("POST", "/media/missing", gateway.missing),
        ("PUT", "/media/chunks/<sha256>", gateway.put_chunk),
        ("GET", "/media/chunks/<sha256>", gateway.get_chunk),
        ("GET", "/keys/<document_id>", gateway.key),
    ]
    for method, rule, view in rules:
        blueprint.add_url_rule(rule, f"{view.__name__}", view, methods=[method])
    blueprint.after_request(_no_store)
    blueprint.after_request(_bring_nonce)
    blueprint.register_error_handler(AigaqError, _refusal)
    blueprint.register_error_handler(Exception, _failure)
    return blueprint


class Gateway:
    """One method per address."""

    def __init__(self, engine: SyncEngine, office_account: Callable[[], Account | None]) -> None:
        self._engine = engine
        self._office_account = office_account

    def hello(self) -> ResponseReturnValue:
        device = request.headers.get("Aigaq-Device", "")
        if device:
            g.aigaq_nonce = self._engine.sessions.nonce(device)
        return jsonify(aigaq=1, server_time=self._now())

    def enrol(self) -> ResponseReturnValue:
        account, device = enrol(
            self._engine.authorizer, self._engine.keys.root_fingerprint(), parse_object(_body(SMALL_BODY))
        )
        self._engine.confirm_device(device.id)
        answer = {"account": account_json(account), "device": {"id": device.id, "name": device.name}}
        return jsonify(**answer, keyset=self._engine.keys.keyset, server_time=self._now()), 201

    def announce(self) -> ResponseReturnValue:
        body = _body(SMALL_BODY)
        device = self._engine.provisional.announce(self._delivering(body), parse_object(body))
        return jsonify(device=device, server_time=self._now()), 201

    def challenge(self) -> ResponseReturnValue:
        device = _text(parse_object(_body(SMALL_BODY)), "device")
        self._engine.provisional.require_confirmed(device)
        nonce = self._engine.sessions.challenge(device)
        return jsonify(nonce=nonce, server_time=self._now())

    def session(self) -> ResponseReturnValue:
        body = parse_object(_body(SMALL_BODY))
        try:
            signature = unb64(body.get("signature"))
        except BadRequest as error:
            raise BadSignature("not base64url") from error
        opened = self._engine.sessions.open(
            _text(body, "device"), _text(body, "nonce"), signature, body.get("report", {})
        )
        self._engine.authorizer.reported(opened.device.id, opened.report)
        return jsonify(
            token=opened.token,
            expires_at=timestamp(opened.ends),
            account=account_json(opened.device.account),
            keyset=self._engine.keys.keyset,
            server_time=self._now(),
        )

    def report(self) -> ResponseReturnValue:
        """How the tablet stands, also while it is locked; it learns of a newer key set here."""
        body = _body(SMALL_BODY)
        device = self._delivering(body)
        report = parse_report(parse_object(body))
        self._engine.authorizer.reported(device.id, report)
        keyset = self._engine.keys.keyset
        newer = report.keyset is None or report.keyset < keyset["set"]["number"]
        return jsonify(keyset=keyset if newer else None, server_time=self._now())

    def outbox(self) -> ResponseReturnValue:
        body = _body(MOST_BYTES)
        carrier = self._delivering(body, stores=True)
        receipts = self._engine.deliver(parse_object(body), carrier=carrier.id)
        return jsonify(receipts=receipts, server_time=self._now())

    def changes(self) -> ResponseReturnValue:
        device = self._reading()
        lines = self._engine.changes.lines(device.account, parse_object(_body(SMALL_BODY)), device=device.id)
        text = (line + b"\n" for line in lines)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(
            stream_with_context(_gzip(text) if packed else _gathered(text)), mimetype="application/x-ndjson"
        )
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def pack(self, sha256: str) -> ResponseReturnValue:
        device = self._reading()
        channel = self._engine.packs.channel_of(sha256) if is_sha256(sha256) else None
        if channel is None or not self._engine.changes.may_read(device.account, channel):
            raise NotFound("no such pack")
        return _ranged(self._engine.packs.read(sha256))

    def missing(self) -> ResponseReturnValue:
        body = _body(SMALL_BODY)
        self._delivering(body)
        asked = parse_object(body)
        hashes, challenge = asked.get("hashes"), parse_challenge(asked.get("challenge"))
        if not isinstance(hashes, list) or len(hashes) > MOST_HASHES or not all(map(is_sha256, hashes)):
            raise BadRequest("hashes must be up to 1000 SHA-256")
        here = self._engine.media.held(hashes) | self._engine.content_keys.refused_chunks(hashes)
        missing = [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in here]
        keys = self._engine.keys
        word = challenge and stated(keys, hashes, missing, challenge=challenge, now=self._now())
        return jsonify(missing=missing, **(word or {}))

    def put_chunk(self, sha256: str) -> ResponseReturnValue:
        body = _body(CHUNK_BYTES)
        device = self._delivering(body, stores=True)
        kept = False
        try:
            if self._engine.content_keys.refuses_chunk(sha256):
                return jsonify(stored=False)  # Erased: the tablet may consider it delivered, and forget it.
            # The body was hashed once, for the signature: what the header names it has.
            hashed = request.headers["Content-Digest"] == (digest_header(sha256) if is_sha256(sha256) else "")
            new = kept = self._engine.media.put(sha256, body, hashed=hashed)
            if new and self._engine.content_keys.refuses_chunk(sha256):
                kept = False  # An erasure passed between the question and the write.
                self._engine.media.delete(sha256)
            return jsonify(stored=new), 201 if new else 200
        finally:
            if not kept:
                self._engine.traffic.not_stored(device.id, len(body))

    def get_chunk(self, sha256: str) -> ResponseReturnValue:
        channel = request.args.get("channel", "")
        account = self._office_account()
        owners = self._engine.content_keys.chunk_in(channel, sha256)
        if account is not None:
            self._check_office_reader(account, channel)
        else:
            device = self._reading()
            today = self._engine.clock.now().date()
            if channel not in self._engine.channels.for_tablet(device.account, today):
                raise NotFound("no such chunk")
        return _ranged(self._engine.media.get(sha256) if owners and is_sha256(sha256) else None)

    def key(self, document_id: str) -> ResponseReturnValue:
        account = self._office_account()
        if account is None:
            raise SessionExpired("sign in to the office")
        channel = request.args.get("channel", "")
        found = self._engine.content_keys.get(channel, document_id)
        if found is not None and found.document_class == "custody":
            # No opening without its reason in the log: the item's own page asks for one, and posts it.
            raise Refused("a sealed item is opened on its page, with a reason")
        key = self._engine.content_key(channel, document_id, account)
        if key is None:
            raise NotFound("no such key")
        return jsonify(key.wire())

    def _check_office_reader(self, account: Account, channel: str) -> None:
        card = self._engine.channels.card(channel)
        if card is None or not (may_open_custody(account) or may_read_visit(account, card)):
            raise NotFound("no such chunk")

    def _delivering(self, body: bytes, *, stores: bool = False) -> Device:
        headers = request.headers
        signed = RequestHeaders(
            headers.get("Aigaq-Device", ""),
            headers.get("Content-Digest", ""),
            headers.get("Signature-Input", ""),
            headers.get("Signature", ""),
            request.method,
            request.path,
            body,
        )
        if request.query_string:
            raise BadSignature("nothing that is not signed may belong to a delivering request")
        try:
            admitted = self._engine.sessions.delivering(signed, stores=stores)
        except NonceNeeded:
            g.aigaq_nonce = self._engine.sessions.nonce(signed.device)
            raise
        g.aigaq_nonce = admitted.next_nonce
        return admitted.device

    def _reading(self) -> Device:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise SessionExpired("no token")
        return self._engine.sessions.reading(token.strip())

    def _now(self) -> str:
        return timestamp(self._engine.clock.now())


def _body(limit: int) -> bytes:
    """The request's body. Raises TooLarge, also where it does not say how long it is; BadRequest where it was cut."""
    length = request.content_length
    if length is not None:
        if length > limit:
            raise TooLarge("the body is too large")
        try:
            # From the server as it is: the framework's stream would copy every chunk twice more.
            whole: bytes = request.environ["wsgi.input"].read(length)
        except OSError as error:
            raise BadRequest("the body did not arrive") from error
        if len(whole) < length:
            raise BadRequest("the body was cut short")
        return whole
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge("the body is too large")
    return data


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{name} is missing")
    return value


def _ranged(data: bytes | None) -> ResponseReturnValue:
    """Bytes, or the part of them that was asked for. Raises NotFound where there are none."""
    if data is None:
        raise NotFound("no such bytes")
    response = Response(data, mimetype="application/octet-stream")
    response.accept_ranges = "bytes"
    return response.make_conditional(request, accept_ranges=True, complete_length=len(data))


def _gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines in pieces worth a write each."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) > 1 << 16:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _gzip(lines: Iterable[bytes]) -> Iterator[bytes]:
    # Flushed by piece, so that a cut stream still gives whole lines up to the cut. Level 1: text shrinks
    # fivefold at a fraction of the time, and it is the server's processor that many tablets share.
    packer = zlib.compressobj(level=1, wbits=31)
    for piece in _gathered(lines):
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _bring_nonce(response: Response) -> Response:
    nonce = g.get("aigaq_nonce")
    if nonce:
        response.headers["Aigaq-Nonce"] = nonce
    return response


def _refusal(error: AigaqError) -> ResponseReturnValue:
    if error.status >= 500:
        _log.error("%s: %s", error.code, error.message)
        return jsonify(error="server-error", message="the server could not do this now"), error.status
    answer = jsonify(error=error.code, message=error.message)
    if isinstance(error, RateLimited):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer, error.status


def _failure(error: Exception) -> ResponseReturnValue:
    status = getattr(error, "code", None)  # werkzeug's own: 404, 405, 413, 429
    if isinstance(status, int):
        codes = {413: "too-large", 429: "rate-limited", 404: "not-found"}
        return jsonify(error=codes.get(status, "bad-request"), message=str(error)), status
    _log.exception("unexpected")
    return jsonify(error="server-error", message="the server could not do this now"), 500
