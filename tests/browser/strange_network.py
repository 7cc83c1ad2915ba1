"""A network that answers in the server's place: captive portals and a server in trouble, on its own port."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

PAGE = "<!doctype html><title>Wi-Fi</title><p>Примите условия</p>".encode()
# mode → status, content type, further headers, body
ANSWERS = {
    "portal-page": (200, "text/html; charset=utf-8", {}, PAGE),
    "portal-redirect": (302, "text/html", {"Location": "/welcome"}, b""),
    "portal-json": (200, "application/json", {}, b'{"login": "required"}'),
    "error": (500, "text/html", {}, b"<h1>Internal Server Error</h1>"),
    "gateway-error": (502, "text/html", {}, b"<h1>Bad Gateway</h1>"),
}


class StrangeNetwork:
    """While it stands, every request to the port gets one and the same answer."""

    def __init__(self, port: int, mode: str) -> None:
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(mode, self.asked))
        self._server.daemon_threads = True

    def __enter__(self) -> StrangeNetwork:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(mode: str, asked: list[str]) -> type[BaseHTTPRequestHandler]:
    status, kind, headers, body = ANSWERS[mode]

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            return

        def _answer(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that the server looks for

    return Handler
