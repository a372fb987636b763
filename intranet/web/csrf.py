"""Nobody else's page may send our forms: a token in each of them, and the browser's word on where it came from."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EXPIRED = "This page was opened before you last signed in or out, so it could not be accepted. Nothing was stored yet."
FOREIGN = "This was sent from another site's page, so nothing was stored. Open the page here and send it again."


class ForeignPage(CSRFError):  # noqa: N818
    """A form sent by another site's page."""

    description = FOREIGN


def init_csrf(app: Flask) -> CSRFProtect:
    """Check every unsafe request; return the protection so that a view can be exempted by name."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the sign-in: a register stays open for hours
    app.before_request(refuse_foreign)
    protect = CSRFProtect(app)
    app.extensions["daymark.csrf"] = protect
    return protect


def refuse_foreign() -> None:
    """Raise ForeignPage when the browser says that an unsafe request came from elsewhere."""
    if request.method in SAFE or request.endpoint == "web.csp_report":
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in (None, "same-origin") or (site is None and origin and origin != request.host_url.rstrip("/")):
        raise ForeignPage(FOREIGN)
