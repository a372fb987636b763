"""The pages that belong to no room: help, accessibility, and where browsers report what the policy stopped."""

from __future__ import annotations

import json
import logging
from collections import Counter, deque
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from intranet import clock
from intranet.web.answers import respond
from intranet.web.rules import public
from intranet.web.static import static

log = logging.getLogger("daymark.csp")
blueprint = Blueprint("web", __name__)
blueprint.add_url_rule("/static/<string:version>/<path:name>", "static", static)

REPORTS_A_MINUTE = 20
LONGEST_REPORT = 10_000  # bytes


class CspReports:
    """The latest reports and how many each address sent this minute; lives with the app."""

    def __init__(self) -> None:
        self.latest: deque[str] = deque(maxlen=50)
        self._minute, self._sent = "", Counter[str]()

    def admit(self, minute: str, address: str) -> bool:
        """Return whether this address may still report in this minute."""
        if minute != self._minute:
            self._minute, self._sent = minute, Counter()
        self._sent[address] += 1
        return self._sent[address] <= REPORTS_A_MINUTE


@blueprint.post("/csp-report")
@public("browsers report without signing in; only the directive and the path are kept")
def csp_report() -> Response:
    """Note which directive stopped what, without queries or content."""
    reports: CspReports = current_app.extensions["daymark.csp_reports"]
    minute = clock.now().strftime("%H:%M")
    if (request.content_length or 0) <= LONGEST_REPORT and reports.admit(minute, request.remote_addr or ""):
        line = _in_short(request.get_data())
        reports.latest.append(line)
        log.warning("csp: %s", line)
    return Response(status=204)


@blueprint.get("/help/")
@public("how to use the pages, nothing about anybody")
def help_page() -> Response:
    """Show what each screen is for and the keys."""
    return respond("web/help.html")


@blueprint.get("/accessibility/")
@public("the accessibility statement is for everybody")
def accessibility() -> Response:
    """Show the accessibility statement."""
    return respond("web/accessibility.html")


def _in_short(body: bytes) -> str:
    try:
        report = json.loads(body)["csp-report"]
        directive = report.get("effective-directive") or report["violated-directive"]
        return f"{_clean(directive)} {_place(report.get('blocked-uri', ''))}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "a report that could not be read"


def _place(uri: object) -> str:
    parts = urlsplit(str(uri))
    return _clean(f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path)


def _clean(text: object) -> str:
    return "".join(c for c in str(text)[:200] if c.isprintable())
