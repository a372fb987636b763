"""Our side of the comparison: a school of 35 classes with a year behind it, its office staff signed in, and what they ask for."""

from __future__ import annotations

import http.client
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from intranet import store
from intranet.clock import LONDON
from intranet.commands import serving
from intranet.config import Config
from intranet.demo import build as demo
from intranet.factory import create_app
from intranet.law.sessions import session_no
from intranet.law.term_dates import calendar
from intranet.people import sessions
from intranet.people.models import Account
from intranet.pupils.models import TeachingGroup
from tests.bench import load

LAST_DAY = date(2026, 10, 23)
NOW = datetime(2026, 12, 18, 16, 0, tzinfo=LONDON)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def config(home: Path) -> Config:
    """Return the configuration of the bench's install."""
    return Config(home=home, keys=home / "keys", demo=True)


def app_at(home: Path) -> Flask:
    """Return the app over the bench's install, with its clock set."""
    app = create_app(config(home))
    app.extensions["daymark.clock"].set(NOW, running=True)
    return app


@dataclass
class Plan:
    """The bench's people and the registers they have not taken yet."""

    setting_id: int
    groups: Sequence[int]
    pupils: dict[int, list[int]]
    tokens: Sequence[str]
    days: Sequence[date]
    cookie: str = "sid-dev"
    turn: int = 0
    csrf: dict[int, str] = field(default_factory=dict)
    cookies: dict[int, str] = field(default_factory=dict)  # Flask's own, which holds what the token is checked against

    def sign_in(self, port: int) -> None:
        """Open one register as each person, to learn their forms' token."""
        for n in range(len(self.tokens)):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", self.path(n, 0), headers=self.headers(n))
            answer = connection.getresponse()
            page, kept = answer.read().decode(), answer.headers.get("Set-Cookie", "")
            connection.close()
            found = _TOKEN.search(page)
            if found is None:
                raise SystemExit(f"The register of person {n} has no form: {page[:400]}")
            self.csrf[n], self.cookies[n] = unescape(found[1]), kept.split(";")[0]

    def headers(self, n: int) -> dict[str, str]:
        """Return a signed-in person's headers."""
        cookies = "; ".join(filter(None, (f"{self.cookie}={self.tokens[n]}", self.cookies.get(n))))
        return {"Cookie": cookies, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}

    def path(self, group: int, k: int) -> str:
        """Return the address of a class's k-th session after the history."""
        day, key = self.days[k // 2], ("AM", "PM")[k % 2]
        return f"/settings/{self.setting_id}/registers/{session_no(day, key)}/{self.groups[group]}/"

    def clients(self, clients: int, each: int, what: str) -> list[load.Client]:
        """Return people who open, save, or open and save registers not taken before, each of them only once."""
        return [load.Client(self.headers(n), tuple(r for _ in range(each) for r in self.asked(n, what))) for n in range(clients)]

    def asked(self, n: int, what: str) -> list[load.Request]:
        """Return one person's requests for the next register that is not taken (an opening leaves it so)."""
        k, group = divmod(self.turn, len(self.groups))
        self.turn += 1
        path = self.path(group, k % (2 * len(self.days)))
        opening: load.Request = ("GET", path, None)
        if what == "open":
            return [opening]
        if k >= 2 * len(self.days):
            raise SystemExit("The bench has run out of registers that are not taken yet; ask for fewer rounds.")
        saving: load.Request = ("POST", path, self.body(group, k, n))
        return [saving] if what == "save" else [opening, saving]

    def body(self, group: int, k: int, n: int | None = None) -> str:
        """Return the form of a register as the page sends it, with two children of thirty absent, others each time."""
        pupils = self.pupils[self.groups[group]]
        present = "/" if k % 2 == 0 else "\\"
        marks = {f"mark-{pupil}": "N" if (i + 4 * k) % 15 == 7 else present for i, pupil in enumerate(pupils)}
        request_id = f"{group:08x}-0000-4000-8000-{k:012x}"
        token = self.csrf[group if n is None else n]
        return urlencode({"csrf_token": token, "rid": request_id, "drawn": "0", "shown": "", "mode": "office", "act": "save", **marks})


def build(home: Path) -> Plan:
    """Store a 1,000-pupil school with a history, sign its office in and return what there is."""
    home.mkdir(parents=True)
    app = create_app(config(home))
    with app.app_context():
        store.migrate(app)
    demo.build(app, "school", lambda _what, _share: None, LAST_DAY, in_progress=False)
    app.extensions["daymark.clock"].set(NOW)
    with app.app_context(), store.all_settings("bench"):
        return _plan(calendar("CAL-STD").school_days(LAST_DAY + timedelta(days=1), NOW.date()))


def _plan(days: Sequence[date]) -> Plan:
    from intranet.pupils import service as pupils

    with store.connection() as conn:
        setting_id, groups = 1, list(conn.scalars(store.db.select(TeachingGroup.id).where(TeachingGroup.setting_id == 1).order_by(TeachingGroup.id)))
        roll = pupils.roll(conn, setting_id, days[0])
        office = conn.scalar(store.db.select(Account.id).where(Account.position_title == "Attendance officer"))
    members: dict[int, list[int]] = {}
    for entry in roll:
        if entry.group_id is not None:
            members.setdefault(entry.group_id, []).append(entry.pupil_id)
    assert office is not None
    with store.writing(now=NOW, actor_id=None) as w:
        tokens = [sessions.begin(w, office, NOW, at_once=100) for _ in groups]
    return Plan(setting_id, groups, members, tokens, days)


def main() -> None:
    """Serve our side: ``python -m tests.bench.product HOME PORT``."""
    from waitress import serve

    sys.setswitchinterval(serving.SWITCH_SECONDS)  # as the served app does
    serve(app_at(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), threads=serving.THREADS, _quiet=True)


if __name__ == "__main__":
    main()
