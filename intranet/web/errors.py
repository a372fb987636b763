"""What people see when something goes wrong: a page, or for htmx a line at the top, with what was typed kept."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from intranet import store
from intranet.errors import ELSEWHERE, Conflict, DaymarkError, NotRead, NotSaved, Refused
from intranet.web.csrf import EXPIRED, ForeignPage
from intranet.web.htmx import into_alert, is_htmx

log = logging.getLogger("daymark.errors")

WORDS: dict[int, tuple[str, str]] = {
    400: ("That could not be read", "What was sent does not fit this page. Nothing was stored."),
    401: ("Sign in first", "This page is for people who have signed in."),
    403: ("Your role does not allow this", "Ask the person who looks after accounts which role it needs."),
    404: ("There is nothing here", ELSEWHERE),
    405: ("That address does not take this kind of request", "Go back to the page before and use its buttons."),
    413: ("That was too big", "Send a smaller file, or fewer rows at a time. Nothing was stored."),
    429: ("Too many at once", "Wait a minute, then try again. Nothing was stored."),
}
PAGES = {403: "errors/403.html", 404: "errors/404.html", 409: "errors/409.html", 422: "errors/422.html"}
SECRET = ("password", "secret", "token", "code-from-app", "csrf")


def init_errors(app: Flask) -> None:
    """Give the app its error pages."""
    app.register_error_handler(DaymarkError, on_purpose)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(SQLAlchemyError, on_database)
    app.register_error_handler(Exception, on_surprise)


def on_purpose(error: DaymarkError) -> Response:
    """Show an error of our own family in its own words."""
    template = PAGES.get(error.status, "errors/show.html")
    keep = isinstance(error, NotSaved | NotRead | Conflict | Refused)
    if error.status >= 500:
        log.error("%s: %s", type(error).__name__, error.message)
    return _shown(template, error.status, error.heading, error.message, error=error, entries=typed() if keep else ())


def on_csrf(error: CSRFError) -> Response:
    """Say why a form was not taken; our own form comes back with what was typed and can be sent again."""
    if isinstance(error, ForeignPage):
        return _shown("errors/show.html", 400, "That was not sent from here", str(error.description))
    return _shown("errors/show.html", 400, "Send this again", EXPIRED, entries=typed())


def on_http(error: HTTPException) -> Response:
    """Show what Flask itself or a view's abort() says, in our words."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    heading, text = WORDS.get(status, ("Something went wrong", "Nothing was stored. Go back and try again."))
    described = str(error.description or "")
    own_words = bool(described) and type(error).description != error.description
    template = "errors/404.html" if status == 404 else "errors/show.html"
    response = _shown(template, status, heading, described if own_words else text)
    if status == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return response


def on_database(error: SQLAlchemyError) -> Response:
    """Say that the database could not be read; anything else it complains of is a fault of ours."""
    said = store.not_read(error)
    return on_surprise(error) if said is None else on_purpose(said)


def on_surprise(error: Exception) -> Response:
    """Show a reference that the log also has; the log has no form values, they may hold personal data."""
    reference = secrets.token_hex(4)
    log.error("reference %s: %s %s failed", reference, request.method, request.endpoint, exc_info=error)
    text = f"The fault is ours. Tell the person who looks after Daymark the reference {reference}."
    return _shown("errors/show.html", 500, "Something went wrong", text, entries=typed())


def typed() -> tuple[tuple[str, str], ...]:
    """Return what was typed and sent, without secrets, so that the page can show it and send it again."""
    if request.method != "POST" or request.files:
        return ()
    return tuple((name, value) for name, value in request.form.items(multi=True) if not _secret(name))


def _secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)


def _shown(template: str, status: int, heading: str, text: str, **context: Any) -> Response:
    values = {"status": status, "heading": heading, "text": text, "entries": (), "error": None, **context}
    if is_htmx():
        return into_alert(make_response(render_template("errors/_message.html", **values), status))
    return make_response(render_template(template, **values), status)
