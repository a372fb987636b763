"""How a view answers: a page or its fragment, and where to go after a form was saved."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for

from intranet.web.htmx import is_htmx, leave_for, wants_fragment


def respond(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Return the fragment file when htmx asks for a part and there is one, else the whole page."""
    name = fragment if fragment and wants_fragment() else template
    return make_response(render_template(name, **context), status)


def see_other(endpoint: str, **values: Any) -> Response:
    """Return the way to another page after a POST (303; htmx is told to go there)."""
    return see_url(url_for(endpoint, **values))


def see_url(url: str) -> Response:
    """Return the way to a local path after a POST."""
    if is_htmx():
        return leave_for(url)
    response: Response = redirect(url, 303, Response)  # type: ignore[assignment]
    return response


def say_next(text: str) -> None:
    """Show one notice on the next page ("Register saved."); no pupil's name in it, it travels in the cookie."""
    flash(text, "done")
