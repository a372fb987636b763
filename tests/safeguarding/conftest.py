"""An academy on a Tuesday morning with Amber Ash of 3B, and everybody's pages."""

from __future__ import annotations

from datetime import datetime

import pytest

from intranet import clock, store
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_class, a_pupil
from tests.pupils.conftest import Here, Page

TUESDAY = datetime(2025, 10, 7, 9, 5)
SECRET = "Vx9xt9 told me about home"


class Room(Here):
    """A setting in scope with one class, its teacher and one pupil."""

    def at(self, text: str, day=None):
        """Set the clock and return the moment."""
        hour, minute = map(int, text.split(":"))
        clock.current_clock().set(datetime.combine(day or clock.today(), TUESDAY.replace(hour=hour, minute=minute).time()))
        return clock.now()


def opened(app, setting_type="academy"):
    """Yield the room of a new setting with a class, a teacher and a pupil."""
    clock.current_clock().set(TUESDAY)
    kinds = {"tutoring": ("company", "T"), "alternative_provision": ("non_school", "H"), "independent_school": ("independent", "H")}
    legal, layout = kinds.get(setting_type, ("academy", "H"))
    calendar = "CAL-IND" if setting_type == "independent_school" else "CAL-STD"
    made = Room(a_setting("Larkspur Academy", setting_type=setting_type, legal_type=legal, layout=layout, calendar=calendar))
    with store.scope([made.id]):
        made.teacher = an_account("tutor" if setting_type == "tutoring" else "teacher", setting=made.id, name="Tess Tern")
        made.group = a_class(made.id, staff=(made.teacher,), role="tutor" if setting_type == "tutoring" else "teacher")
        model = {"tutoring": "commissioned", "alternative_provision": "model_a"}.get(setting_type, "own_roll")
        made.pupil = a_pupil(made.id, group=made.group, model=model)
        yield made


@pytest.fixture
def school(app):
    """The academy."""
    yield from opened(app)


@pytest.fixture
def as_role(app, school):
    """A function: the pages of the school as somebody with a role sees them."""

    def sign_in(role, setting=None, name=None, account=None):
        at = setting or school.id
        account = account or an_account(role, setting=at, name=name or f"Person {role}".replace("_", " "))
        page = Page(signed_in(app.test_client(), account), at)
        page.account = account
        return page

    return sign_in


def told(page, pupil=None, status=303, **fields):
    """Tell the lead, and return the page (or its status's body) that follows."""
    path = f"/pupils/{pupil}/tell/" if pupil else "/tell/"
    values = {"saw": SECRET, "on": "2025-10-07", "at": "09:00", **fields}
    return page.send(path, status, follow=status == 303, **values)
