"""A real browser on a real server, for the tests of the shell."""

import os
import shutil
import threading
from contextlib import contextmanager

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from intranet.config import PROJECT_FOLDER

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = PROJECT_FOLDER / "tests/browser/vendor/axe.min.js"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
#: Only what is wrong comes back: everything that is right with thirty rows takes ten times as long to carry over.
RUN = "options => axe.run(document, options).then((found) => found.violations)"


def chromium():
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


#: The browser that is open: Playwright starts only once at a time in a process, so whoever comes second shares it.
_opened = []


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def browser():
    if _opened:
        yield _opened[-1]
        return
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        _opened.append(made)
        try:
            yield made
        finally:
            _opened.clear()
            made.close()


def violations(page):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, WCAG)
    return [(v["id"], n["html"][:200], n["failureSummary"][:300]) for v in found for n in v["nodes"]]
