"""A primary academy on a Tuesday morning, with the people who work there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pytest

from intranet import clock, store
from intranet.extension import host
from intranet.people import Actor, Grant
from intranet.settings.service import context
from tests.fixtures.people import a_setting, an_account, csrf, signed_in

TUESDAY = datetime(2025, 10, 7, 9, 5)


@dataclass
class Here:
    """One setting in scope: its id, context and rules."""

    id: int

    @property
    def ctx(self):
        return context(self.id)

    @property
    def caller(self):
        return host.for_setting(self.ctx)

    @property
    def now(self):
        return clock.now()

    def actor(self, role="office", *also):
        """Return somebody with these roles here (and at the settings given)."""
        return Actor(1, "Sam Sparrow", "Office manager", tuple(Grant(role, one) for one in (self.id, *also)))


@pytest.fixture
def school(app):
    """An academy, in scope, on 7 October 2025 at 09:05."""
    clock.current_clock().set(TUESDAY)
    made = a_setting("Larkspur Academy")
    with store.scope([made]):
        yield Here(made)


@pytest.fixture
def other_school(school):
    """A second academy of the same trust, out of scope."""
    return a_setting("Bramble Academy")


class Page:
    """A browser without JavaScript at one setting: asks for pages and sends forms as they were drawn."""

    def __init__(self, client, setting_id):
        self.client, self.setting_id = client, setting_id

    def get(self, path, status=200):
        response = self.client.get(f"/settings/{self.setting_id}{path}")
        assert response.status_code == status, response.get_data(as_text=True)[-3000:]
        return response.get_data(as_text=True)

    def post(self, path, status=303, follow=False, headers=None, **fields):
        token = {"csrf_token": csrf(self.client)}
        response = self.client.post(f"/settings/{self.setting_id}{path}", data={**token, **fields}, headers=headers)
        body = response.get_data(as_text=True)
        assert response.status_code == status, (response.status_code, _errors(body))
        return self.client.get(response.location).get_data(as_text=True) if follow else body

    def send(self, path, status=303, follow=False, **fields):
        """Send a form that was drawn: with the request id it carries."""
        drawn = self.get(path)
        rid = re.search(r'name="rid" value="([^"]+)"', drawn)[1]
        extra = {"rid": rid, "drawn": "0"}
        if version := re.search(r'name="version" value="(\d+)"', drawn):
            extra["version"] = version[1]
        return self.post(path, status, follow, **{**extra, **fields})

    def send_to(self, drawn, path, status=303, **fields):
        """Send a form that was drawn on one page to another address."""
        rid = re.search(r'name="rid" value="([^"]+)"', self.get(drawn))[1]
        return self.post(path, status, rid=rid, drawn="0", **fields)


def _errors(body):
    return re.findall(r"error[^<]*>([^<]+)<", body)[:12] or body[-2000:]


@pytest.fixture
def as_role(app, school):
    """A function: the pages of the school as somebody with a role sees them."""

    def sign_in(role, setting=None, name="Sam Sparrow"):
        at = setting or school.id
        account = an_account(role, setting=at, name=name)
        page = Page(signed_in(app.test_client(), account), at)
        page.account = account
        return page

    return sign_in
