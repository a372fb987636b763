"""A large import while it is being stored: it runs beside the pages, and a small file without names says how far it is."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from flask import Flask, current_app

from intranet import clock, store
from intranet.config import Config
from intranet.errors import Refused, place_of

log = logging.getLogger("daymark.import")
State = Literal["running", "stored", "refused", "stopped"]
Progress = Callable[[str], None]
#: A file of more rows than this is stored beside the pages.
LARGE = 2_000
#: Said to be running for longer than this without a word, it was cut off.
SILENT = timedelta(minutes=15)


@dataclass(frozen=True)
class Standing:
    """How far an import is; ``at`` is when it last said so."""

    account_id: int
    state: State
    said: str
    at: str
    process: int
    made: int = 0
    changed: int = 0


def begin(setting_id: int, upload_id: int, account_id: int, work: Callable[[Progress], tuple[int, int]]) -> None:
    """Start the work beside the pages, unless it is running already."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    here = standing(setting_id, upload_id, clock.now())
    if here is not None and here.state == "running":
        return
    _say(setting_id, upload_id, Standing(account_id, "running", "Reading the file", clock.now().isoformat(), os.getpid()))
    thread = threading.Thread(target=_run, args=(app, setting_id, upload_id, account_id, work), name=_name(setting_id, upload_id), daemon=True)
    thread.start()


def standing(setting_id: int, upload_id: int, now: datetime) -> Standing | None:
    """Return how far an import is; None when none was begun. One that was cut off is said to have stopped: it stored nothing."""
    try:
        found = Standing(**json.loads(_file(setting_id, upload_id).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if found.state != "running":
        return found
    mine = found.process == os.getpid()
    alive = any(thread.name == _name(setting_id, upload_id) for thread in threading.enumerate())
    cut = not alive if mine else now - datetime.fromisoformat(found.at) > SILENT
    return Standing(found.account_id, "stopped", "", found.at, found.process) if cut else found


def _run(app: Flask, setting_id: int, upload_id: int, account_id: int, work: Callable[[Progress], tuple[int, int]]) -> None:
    def say(said: str, state: State = "running", made: int = 0, changed: int = 0) -> None:
        _say(setting_id, upload_id, Standing(account_id, state, said, clock.now().isoformat(), os.getpid(), made, changed))

    with app.app_context(), store.scope([setting_id]):
        try:
            made, changed = work(say)
            say("", "stored", made, changed)
        except Refused:  # its sentence may name a child: the page that looks at the file says it
            say("", "refused")
        except Exception as error:  # noqa: BLE001 (nothing waits for this thread; the text may name a child, so its kind is kept)
            log.error("an import stopped; nothing of it was stored: %s at %s", type(error).__name__, place_of(error))
            say("", "stopped")


def _name(setting_id: int, upload_id: int) -> str:
    return f"import-{setting_id}-{upload_id}"


def _file(setting_id: int, upload_id: int) -> Path:
    config: Config = current_app.config["DAYMARK"]
    return config.home / "imports" / f"{setting_id}-{upload_id}{config.mark}.json"


def _say(setting_id: int, upload_id: int, what: Standing) -> None:
    """Put the file in place whole: a page never reads half of it."""
    path = _file(setting_id, upload_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(what)), encoding="utf-8")
    part.replace(path)
