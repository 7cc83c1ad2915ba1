"""What every response and every form carries: policy headers, CSRF tokens, rate limits.

Owns these three and nothing of what pages show. The content policy is the one measured to work in
Chromium, Firefox and WebKit: own files only, WebAssembly allowed, no inline code, no eval.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A plan's or a visit's address must not travel to anyone.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), payment=(), usb=(), camera=(self), microphone=(self)",
}

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")


def protect(response: Response) -> Response:
    """Add the policy headers; what says nothing of caching is never written to a disk."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    elif request.endpoint == "static":
        response.headers["Cache-Control"] = "no-cache"
    return response


def strict_transport(response: Response) -> Response:
    """Behind TLS: tell the browser never to come without it."""
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def register(app: Flask, *, https: bool, rate_limits: bool) -> None:
    """Headers, CSRF and limits for `app`; blueprints exempt themselves from CSRF where they sign requests."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_NAME="aigaq",
        RATELIMIT_ENABLED=rate_limits,
        # A form left open over lunch must not lose what was typed into it.
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(protect)
    if https:
        app.after_request(strict_transport)
