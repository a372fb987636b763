"""A school with a case: marks go in through the store, the case opens by itself, and people work on it through its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from intranet import clock, store
from intranet.cases import filing, service
from intranet.cases.models import CaseFile
from intranet.cases.view import Case, view
from intranet.duties.models import Finding
from intranet.extension import host
from intranet.messages.models import NoticeRow
from intranet.people.actor import load_actor
from intranet.settings.service import context
from tests.duties.playing import at
from tests.fixtures.people import a_setting, an_account, csrf, signed_in
from tests.fixtures.pupils import a_class, a_pupil


@dataclass
class School:
    """A setting with one class and the people who work on cases."""

    setting: int
    group: int
    people: dict[str, int] = field(default_factory=dict)

    def person(self, role: str) -> int:
        """Return the account that holds a role, made on first use."""
        if role not in self.people:
            self.people[role] = an_account(role, setting=self.setting, name=role.replace("_", " ").title(), title=role.replace("_", " ").title())
        return self.people[role]

    def pupil(self, given: str = "Rowan", **more: Any) -> int:
        """Return a pupil of the class."""
        return a_pupil(self.setting, given, group=self.group, **more)

    def by(self, role: str, **more: Any) -> service.By:
        """Return who acts with a role, now."""
        with store.scope([self.setting]), store.connection() as conn:
            name = role.replace("_", " ").title()
            actor = load_actor(conn, self.person(role), name, name, clock.now().date())
            ctx = context(self.setting)
            return service.By(ctx, host.for_setting(ctx), actor, clock.now(), **more)

    def cases(self) -> list[Any]:
        """Return the rows of all cases, oldest first."""
        with store.scope([self.setting]), store.connection() as conn:
            return list(conn.execute(select(CaseFile.__table__).where(CaseFile.setting_id == self.setting).order_by(CaseFile.id)))

    def case(self, case_id: int | None = None) -> Case:
        """Return a case as of now: the only one, or the one of an id."""
        with store.scope([self.setting]), store.connection() as conn:
            ctx = context(self.setting)
            return view(conn, ctx, host.for_setting(ctx), case_id or self.cases()[-1].id, clock.now())

    def differences(self) -> list[Any]:
        """Return where the rows are not what the events make."""
        with store.scope([self.setting]), store.connection() as conn:
            return filing.differences(conn, self.setting)

    def finding(self, kind: str) -> Any:
        """Return the last finding of a kind."""
        with store.scope([self.setting]), store.connection() as conn:
            query = select(Finding.__table__).where(Finding.setting_id == self.setting, Finding.kind == kind).order_by(Finding.id.desc())
            return conn.execute(query).first()

    def told(self, about: str) -> set[tuple[str, str]]:
        """Return which accounts' roles were told of something beginning so, and when."""
        names = {account: role for role, account in self.people.items()}
        n = NoticeRow
        with store.scope([self.setting]), store.connection() as conn:
            rows = conn.execute(select(n.__table__).where(n.setting_id == self.setting)).all()
        return {(names.get(row.account_id, "?"), f"{row.raised_at.astimezone(clock.LONDON):%Y-%m-%dT%H:%M}") for row in rows if row.about.startswith(about)}


def a_school(setting_type: str = "primary_school", legal_type: str = "maintained", calendar: str = "CAL-STD", start: str = "2025-09-01 08:00") -> School:
    """Return a school of a type on a calendar."""
    at(start)
    setting = a_setting("Larkspur Primary", setting_type=setting_type, legal_type=legal_type, calendar=calendar)
    return School(setting, a_class(setting))


def scoped(school: School, call: Any, *args: Any, **more: Any) -> Any:
    """Return what a verb returns with the setting in scope."""
    with store.scope([school.setting]):
        return call(*args, **more)


def post(client: Any, school: School, role: str, path: str, /, drawn: int | None = None, **fields: str) -> Any:
    """Send a page's own form as a person with a role would, with everything else it holds."""
    signed_in(client, school.person(role))
    url = f"/settings/{school.setting}/{path}"
    page = client.get(url)
    text = page.get_data(as_text=True)
    found = re.search(r'name="rid" value="([^"]+)"', text)
    kept = re.search(r'name="drawn" value="([^"]*)"', text)
    sent = {"csrf_token": csrf(client), "rid": found[1] if found else "", "drawn": str(drawn if drawn is not None else (kept[1] if kept else 0))}
    return client.post(url, data={**sent, **fields})


def get(client: Any, school: School, role: str, path: str) -> Any:
    """Open a page as a person with a role."""
    signed_in(client, school.person(role))
    return client.get(f"/settings/{school.setting}/{path}")
