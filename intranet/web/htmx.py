"""What the browser's htmx asked and how to answer it; the only module that imports htmx_flask."""

from __future__ import annotations

from flask import Flask, Response, make_response, request
from htmx_flask import Htmx

ALERT = "#page-alert"


def init_htmx(app: Flask) -> None:
    """Give the app requests that know their htmx headers."""
    Htmx(app)


def wants_fragment() -> bool:
    """Return whether only a part of the page is asked for; a restored or whole page is not."""
    asked = getattr(request, "htmx", None)
    if not asked or asked.history_restore_request:
        return False
    return request.headers.get("HX-Request-Type") != "full"


def is_htmx() -> bool:
    """Return whether htmx sent this request."""
    return bool(getattr(request, "htmx", None))


def leave_for(url: str) -> Response:
    """Return the answer that makes htmx go to another page (a 303 would be swapped into the fragment's place)."""
    response = make_response("", 200)
    response.headers["HX-Redirect"] = url
    return response


def into_alert(response: Response) -> Response:
    """Send a fragment to the page's alert region instead of the place that asked."""
    response.headers["HX-Retarget"] = ALERT
    response.headers["HX-Reswap"] = "innerHTML"
    return response
