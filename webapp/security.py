"""What every response and every form carries: policy headers, CSRF tokens, rate limits.

Owns these three and nothing of what pages show. The content policy is the one measured to work in
Chromium, Firefox and WebKit: own files only, WebAssembly allowed, no inline code, no eval.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from webapp.models import db
from webapp.rate_counts import SqlCounts

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
    # A plan's or a visit's address must not travel to anyone. Within the office it does: behind TLS, forms are
    # checked by it too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# What pages may ask of a device: only the tablet's app anything at all. Names that Chromium knows: it complains
# of others on every page.
_TABLET_ONLY = (
    "camera",
    "microphone",
    "screen-wake-lock",
    "publickey-credentials-get",
    "publickey-credentials-create",
)
_NOBODY = (
    "accelerometer",
    "bluetooth",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "midi",
    "payment",
    "serial",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)
PERMISSIONS = ", ".join(f"{name}=()" for name in sorted((*_TABLET_ONLY, *_NOBODY)))
TABLET_PERMISSIONS = ", ".join(
    f"{name}=({'self' if name in _TABLET_ONLY else ''})" for name in sorted((*_TABLET_ONLY, *_NOBODY))
)

csrf = CSRFProtect()


def protect(response: Response) -> Response:
    """Add the policy headers; only the shell and design files may lie in a cache."""
    tablet = request.blueprint == "shell"
    response.headers["Permissions-Policy"] = TABLET_PERMISSIONS if tablet else PERMISSIONS
    if request.path.startswith(("/app", "/sync/")):
        response.headers["Referrer-Policy"] = "no-referrer"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "no-cache"
    elif request.blueprint != "shell" or "Cache-Control" not in response.headers:
        # Whatever a view says: data is never written to a disk (invariant 4).
        response.headers["Cache-Control"] = "no-store"
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
    app.after_request(protect)
    if https:
        app.after_request(strict_transport)


def limit_guessing(app: Flask) -> None:
    """Slow down guessing of passwords and of enrolment codes. Call when all routes are there."""
    with app.app_context():
        options: dict[str, Any] = {"engine": db.engine}
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=f"{SqlCounts.STORAGE_SCHEME[0]}://",
        storage_options=options,
        strategy="fixed-window",
    )
    # Its decorators refer to it weakly: without a hold of our own it goes with the next garbage collection.
    app.extensions["aigaq-limiter"] = limiter

    def wrap(endpoint: str, rule: str, **options: Any) -> None:
        limited = limiter.limit(rule, **options)(app.view_functions[endpoint])
        app.view_functions[endpoint] = cast(Any, limited)

    # Whoever signs in rightly is not counted: a whole office may stand behind one address.
    wrap("accounts.sign_in", "8 per minute", key_func=_login, methods=["POST"], deduct_when=_failed)
    wrap("accounts.sign_in", "60 per minute", methods=["POST"], deduct_when=_failed)
    wrap("sync.enrol", "10 per minute", deduct_when=_failed)
    replicating = limiter.shared_limit("30 per minute", scope="replication", deduct_when=_stranger)
    for endpoint in [name for name in app.view_functions if name.startswith("replication.")]:
        app.view_functions[endpoint] = cast(Any, replicating(app.view_functions[endpoint]))


def _login() -> str:
    return f"{get_remote_address()}/{request.form.get('login', '').strip().lower()}"


def _stranger(response: Response) -> bool:
    return response.status_code == 401


def _failed(response: Response) -> bool:
    return response.status_code >= 400
