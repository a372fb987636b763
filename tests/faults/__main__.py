"""The long proofs: `python -m tests.faults interleavings 1000` (or failures, repeats, races); prints its figure, ends with 1 when broken."""

from __future__ import annotations

import logging
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from intranet.config import Config
from intranet.store import migrations
from tests.faults import failures, interleaving, racing
from tests.fixtures.databases import (
    postgres_clone,
    postgres_server,
    postgres_template,
    running,
    sqlite_copy,
    sqlite_template,
)
from tests.fixtures.served import living, school_template
from tests.web.browser import browser


@contextmanager
def folders() -> Iterator[tuple[pathlib.Path, pathlib.Path]]:
    """Yield a folder with a migrated file in it and the folder of its keys."""
    with tempfile.TemporaryDirectory(prefix="daymark-faults-") as name:
        home = pathlib.Path(name)
        (home / "migrated").mkdir()
        (home / "copy").mkdir()
        sqlite_template(home / "migrated", home / "keys", migrations.upgrade)
        yield home, home / "keys"


@contextmanager
def small_app() -> Iterator[Flask]:
    """Yield the whole app on an empty embedded database."""
    with folders() as (home, keys), running(sqlite_copy(home / "migrated/daymark.db", home / "copy", keys).config) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@contextmanager
def server_app() -> Iterator[Flask]:
    """Yield the whole app on an empty PostgreSQL database."""
    from sqlalchemy import make_url

    with folders() as (home, keys), postgres_server() as url:
        server = make_url(url)
        template = postgres_template(server, "faults_template", migrations.upgrade)
        with postgres_clone(server, template, home / "copy", keys) as made, running(made.config) as app:
            app.config["WTF_CSRF_ENABLED"] = False
            yield app


def interleavings(times: int) -> str:
    """Return the figures of so many interleavings of two staff."""
    with small_app() as app:
        tally = interleaving.play(interleaving.ground(app), times)
    return (
        f"{tally['interleavings']} interleavings of two staff: {tally['saves']} saves and {tally['amended']} amendments wrote {tally['marks']} marks, "
        f"{tally['conflicts']} conflicts shown, {tally['repeats']} repeats: 0 silent overwrites, 0 lost marks"
    )


def on_both(play: Callable[[interleaving.Ground, int], object], times: int) -> str:
    """Return the figures of a race on each kind of database."""
    found = []
    for name, start in (("SQLite", small_app), ("PostgreSQL", server_app)):
        with start() as app:
            found.append(f"{name} {dict(play(interleaving.ground(app), times))}")
    return "; ".join(found)


def repeats(times: int) -> str:
    """Return the figures of one request sent by four connections at once."""
    return f"the same request at once: {on_both(lambda place, n: racing.same_request_twice(place, n, 4), times)}"


def races(times: int) -> str:
    """Return the figures of two people who save at once."""
    return f"two people at once, one saved and one told each time: {on_both(racing.two_at_once, times)}"


def forced(times: int) -> str:
    """Return the figures of so many failures forced in a browser."""
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # it tells of every fault that is meant
    with folders() as (home, keys), browser() as made:
        file, school = school_template(home / "migrated/daymark.db", home / "copy", keys)
        with living(Config(home=file.parent, keys=keys, testing=True), school, made) as live:
            days = failures.school_days(live)
            for n in range(times):
                failures.play(live, failures.FAILURES[n % len(failures.FAILURES)], next(days), seed=n)
    return f"{times} forced failures of {len(failures.FAILURES)} kinds in a browser: 0 lost marks, 0 stored twice, nothing left on the device"


PROOFS = {"interleavings": interleavings, "failures": forced, "repeats": repeats, "races": races}


def main(name: str, times: str) -> int:
    """Run one proof and print its figure."""
    try:
        print(PROOFS[name](int(times)), flush=True)
    except AssertionError as broken:
        print(f"broken: {broken}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
