"""Languages of the interface, and values shown in the reader's language.

Owns the choice of a request's language and the template filters for `multi` values, dates and
sizes. Knows nothing of any country: which languages there are is the list of translations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_interval
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale, get_timezone, gettext

from webapp.access import signed_in

LANGUAGES = ("ru", "kk", "en")
SHORT_NAMES = {"ru": "Рус", "kk": "Қаз", "en": "Eng"}


def choose_language() -> str:
    """The language of this request: the account's, the session's, the browser's, Russian."""
    if not has_request_context():
        return "en"  # commands speak to whoever runs the server
    account = signed_in()
    for wish in (account.language if account else None, session.get("language")):
        if wish in LANGUAGES:
            return str(wish)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def language() -> str:
    """The language now in force, `ru` outside a request."""
    locale = get_locale()
    return locale.language if locale is not None else LANGUAGES[0]


def language_name(code: str) -> str:
    """A language's own name, with a capital."""
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


def today() -> date:
    """The date now, where the country is."""
    return datetime.now(get_timezone() or UTC).date()


def multi(value: Mapping[str, str] | str | None, wanted: str | None = None) -> str:
    """A `multi` value in the reader's language; falls back to `ru`, then to the first present."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    for code in (wanted or language(), "ru", *value):
        text = value.get(code)
        if text:
            return str(text)
    return ""


def parsed(value: str) -> datetime | date | None:
    """An ISO date or timestamp; None where it is neither."""
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def day(value: str | date | None) -> str:
    """An ISO date, or a timestamp's day where the country is, in words; an unreadable one as it is."""
    if not value:
        return "—"
    at = parsed(value) if isinstance(value, str) else value
    return str(value) if at is None else str(format_date(at, "medium"))


def moment(value: str | datetime | None) -> str:
    """A timestamp as date and time."""
    at = parsed(value) if isinstance(value, str) else value
    if not isinstance(at, datetime):
        return day(value)
    return f"{format_date(at, 'medium')}, {format_datetime(at, 'HH:mm')}"


def clock(value: str | datetime | None) -> str:
    """A timestamp's hours and minutes."""
    at = parsed(value) if isinstance(value, str) else value
    return str(format_datetime(at, "HH:mm")) if isinstance(at, datetime) else day(value)


def period(first: str, last: str) -> str:
    """A visit's days: one date, or an interval as the language writes it."""
    if first == last:
        return day(first)
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return f"{first} – {last}"
    return format_interval(*days, skeleton="yMMMd", locale=get_locale() or LANGUAGES[0])


def size(count: int) -> str:
    """Bytes in words: 512 B, 1.4 MB."""
    units = (gettext("B"), gettext("KB"), gettext("MB"), gettext("GB"))
    step, value = 0, float(count)
    while value >= 1000 and step < len(units) - 1:
        step, value = step + 1, value / 1000
    return f"{format_decimal(round(value, 1 if step and value < 100 else 0))} {units[step]}"


def duration(milliseconds: int | None) -> str:
    """A length of time as m:ss, or h:mm:ss."""
    if milliseconds is None:
        return ""
    seconds = round(milliseconds / 1000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def register(app: Flask, time_zone: Callable[[], str]) -> None:
    """Translations, and the filters templates use; times are shown in `time_zone()`."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LANGUAGES[0])
    # Rooms with many words of their own keep them beside their code.
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations;reports/translations")
    Babel(app, locale_selector=choose_language, timezone_selector=time_zone)
    filters: dict[str, Any] = {
        "multi": multi,
        "day": day,
        "moment": moment,
        "clock": clock,
        "filesize": size,
        "duration": duration,
        "language_name": language_name,
        "number": format_decimal,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        period=period, languages=LANGUAGES, short_names=SHORT_NAMES, current_language=language
    )
