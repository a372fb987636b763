"""Pages of the roll room as people of one setting ask for them, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from intranet import store
from tests.fixtures.people import an_account, signed_in
from tests.pupils.conftest import Page
from tests.roll.playing import Roll


@pytest.fixture
def pages(app) -> Callable[[Roll, str], Page]:
    """Return somebody's browser by setting and role."""

    def asked(roll: Roll, role: str) -> Page:
        with store.scope([roll.setting]):
            account = an_account(role, setting=roll.setting, name=f"{role} person", title=role.replace("_", " "))
        return Page(signed_in(app.test_client(), account), roll.setting)

    return asked
