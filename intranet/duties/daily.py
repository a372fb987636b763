"""What is done once a day, by the first tick of the day: the chains are sealed and old sign-in attempts forgotten."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from intranet import store
from intranet.config import Config
from intranet.people import signin


def run(now: datetime) -> bool:
    """Do the day's work unless it has been done today; return whether it was done now."""
    config: Config = current_app.config["DAYMARK"]
    last = store.chain.sealed_on(config.seal_folder)
    if last is not None and last >= now.date():
        return False
    signin.forget_attempts(now)
    store.chain.seal(config.seal_folder, now)
    return True
