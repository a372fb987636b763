"""Asking the whole app, and seeing behind its back whether anything was stored."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect, text

from intranet.store import engine as engines
from tests.fixtures.people import csrf, signed_in
from tests.fixtures.whole import HOUSE_VALUE, MONDAY, WEEK, Site, Whole

HTMX = {"HX-Request": "true"}
PLANTED = re.compile(r"Vx(\d+)x([a-z])x(\d+)", re.IGNORECASE)
#: Differ from page to page without saying anything: form tokens, request ids, style and script addresses.
CHANCE = re.compile(r'"X-CSRFToken":"[^"]*"|name="csrf_token"[^>]*>|value="[0-9a-f-]{36}"|/settings/\d+/[^"\'<> ]*')
#: Noted when somebody signs in or looks in; says nothing about a child.
QUIET = frozenset({"user_session", "login_attempt"})
#: Every reading in the safeguarding room is kept, whoever reads.
LOOKED = "safeguarding.opened"


@dataclass
class Asker:
    """A person's browser without JavaScript."""

    client: FlaskClient
    token: str

    def get(self, path: str, **headers: str) -> Any:
        """Return the answer to a GET."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: Any = None, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Return the answer to a POST that carries the form token in its header."""
        return self.client.post(path, data=data if data is not None else {}, headers={"X-CSRFToken": self.token, **(headers or {})}, **more)


@dataclass
class Askers:
    """One browser an account, opened when first needed; 0 is nobody signed in."""

    whole: Whole
    open: dict[int, Asker] = field(default_factory=dict)

    def of(self, account: int) -> Asker:
        """Return the person's browser."""
        if account not in self.open:
            client = self.whole.app.test_client()
            if account:
                signed_in(client, account)
            self.open[account] = Asker(client, csrf(client))
        return self.open[account]


class Watch:
    """A second connection to the database file that sees every commit of the app."""

    def __init__(self, whole: Whole) -> None:
        config = whole.app.config["DAYMARK"]
        self._engine = create_engine(config.url, **engines.options(config))
        self._conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.tables = [name for name in inspect(self._conn).get_table_names() if name != "alembic_version"]
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._conn.execute(text("PRAGMA data_version")).scalar_one())

    def moved(self) -> bool:
        """Return whether anything at all was committed since the last time this was asked."""
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table that holds more than sign-ins."""
        return {name: self._rows(name) for name in self.tables if name not in QUIET}

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        but = f" WHERE kind != '{LOOKED}'" if name == "event" else ""
        return sorted((tuple(row) for row in self._conn.execute(text(f'SELECT * FROM "{name}"{but}'))), key=repr)

    def changes(self, before: dict[str, list[tuple[Any, ...]]]) -> list[str]:
        """Return the tables that differ from a dump."""
        after = self.dump()
        return [name for name in before if after[name] != before[name]]

    def close(self) -> None:
        """Let go of the file."""
        self._conn.close()
        self._engine.dispose()


@contextmanager
def watching(whole: Whole):
    """Yield a watch that is closed afterwards."""
    watch = Watch(whole)
    try:
        yield watch
    finally:
        watch.close()


def rules(app):
    """Return every route but the files of style and script."""
    return sorted((rule for rule in app.url_map.iter_rules() if rule.endpoint != "web.static"), key=lambda rule: (rule.rule, rule.endpoint))


def methods(rule) -> list[str]:
    """Return the methods that say something of their own."""
    return sorted(rule.methods & {"GET", "POST"})


def permission(app, rule) -> str | None:
    """Return the permission a route asks for; None for a public one."""
    kind, key = app.view_functions[rule.endpoint].__daymark_rule__
    return key if kind == "allow" else None


def plain(answer) -> str:
    """Return a page without what differs by chance."""
    return CHANCE.sub("", answer.get_data(as_text=True))


def planted_in(answer) -> set[tuple[int, str, int]]:
    """Return the planted words on a page as (setting's number, tier, number)."""
    return {(int(site), tier.lower(), int(n)) for site, tier, n in PLANTED.findall(answer.get_data(as_text=True))}


#: What stands in a route for something that is not a thing of one setting.
WORDS: dict[str, Any] = {"kind": "unexplained", "case_kind": "cme", "act": "note", "year": "2026-27", "key": HOUSE_VALUE,
                         "token": "no-such-token", "session_id": 999_999, "tab": "all"}
OBJECTS = frozenset({"case_id", "strand_id", "entry_id",
                     "pupil_id", "group_id", "contact_id", "flag_id", "placement_id", "closure_id", "duty_id", "account_id", "grant_id",
                     "upload_id", "rollover_id", "presence_id", "value_id", "comment_id", "notice_id", "talk_id", "link_id", "message_id",
                     "visit_id", "record_id"})  # fmt: skip
MISSING = 999_999


def values(rule, site: Site, ids: dict[str, int], *, missing: bool = False) -> dict[str, Any]:
    """Return what a route's parameters are for these ids; a parameter nobody knows fails the test."""
    found: dict[str, Any] = {}
    for name in rule.arguments:
        if name == "setting_id":
            found[name] = site.id
        elif name == "session_no":
            found[name] = site.session(WEEK[0] if "pupil_id" in rule.arguments else MONDAY)  # a pupil's mark is there to be amended
        elif name in WORDS:
            found[name] = WORDS[name]
        else:
            found[name] = MISSING if missing else ids.get(name, site.own.get(name))
            assert found[name] is not None, f"the world does not know what <{name}> in {rule.rule} is: teach tests/fixtures/whole.py"
    return found


def path(app, rule, **given: Any) -> str:
    """Return the address of a route."""
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, given)
