"""Takes the README's pictures of the demo in headless Chromium, each looked at before it is committed."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import waitress

from intranet import store
from intranet.config import PROJECT_FOLDER, Config
from intranet.demo import build as demo
from intranet.errors import ConfigError
from intranet.factory import create_app

IMAGES = PROJECT_FOLDER / "intranet" / "docs" / "images"
DAY = date(2026, 11, 23)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
DESKTOP, PHONE = {"width": 1366, "height": 820}, {"width": 390, "height": 844}
#: file name, setting, role, what to press on the way, screen
PICTURES: tuple[tuple[str, str, str, tuple[str, ...], dict[str, int]], ...] = (
    ("office-home", "Larkspur Academy", "Attendance Officer", (), DESKTOP),
    ("register", "Larkspur Academy", "Attendance Officer", ("Cedar", "Buttons"), DESKTOP),
    ("tutor-phone", "Lantern Tutors", "Tutor", (), PHONE),
    ("policy", "Larkspur Academy", "Principal", ("Policy",), DESKTOP),
)


def main(say: Callable[[str], None] = lambda _line: None) -> None:
    """Write every picture of the README; raise ConfigError where there is no browser."""
    from playwright.sync_api import sync_playwright

    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        raise ConfigError("There is no Chromium on this computer. Install it, or name it in CHROMIUM, then take the pictures again.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = _serve(Path(folder))
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        for name, setting, role, steps, size in PICTURES:
            page = browser.new_page(viewport=size)  # type: ignore[arg-type]
            _go(page, address, setting, role, steps)
            page.screenshot(path=IMAGES / f"{name}.png")
            say(f"{name}.png")
        browser.close()


def _serve(folder: Path) -> str:
    app = create_app(Config(home=folder, keys=folder / "keys", demo=True))
    with app.app_context():
        store.migrate(app)
    demo.build(app, "small", lambda _what, _share: None, DAY)
    demo.set_clock(app)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{server.effective_port}"


def _go(page: Any, address: str, setting: str, role: str, steps: tuple[str, ...]) -> None:
    page.goto(f"{address}/demo/")
    page.locator("section, div", has=page.get_by_role("heading", name=setting, exact=True)).last.get_by_text(f", {role}").first.click()
    page.wait_for_load_state()
    for step in steps:
        page.get_by_role("link", name=step, exact=True).first.click()
        page.wait_for_load_state()
