"""Attendance reports to authorities: each by its own rhythm, due on school days, logged when sent."""

from __future__ import annotations

from datetime import date

import pytest

from intranet.law import term_dates
from intranet.roll.authorities import dues
from tests.fixtures.databases import running
from tests.fixtures.people import an_account, signed_in
from tests.pupils.conftest import Page
from tests.roll.playing import Roll, at

RHYTHM = """
report.authority_rhythm:
  description: How often attendance is reported to a pupil's authority
  unit: "-"
  values: {}
  authorities:
    LA South: {2025-11-17: {value: weekly on Friday, clauses: [OTE-12]}}
    LA North: {2025-11-17: {value: monthly on the last school day, clauses: [OTE-12]}}
"""


def row(page: str, authority: str) -> str:
    """Return an authority's row of the table."""
    return page.split(f'<th scope="row">{authority}</th>')[1].split("</tr>")[0]


@pytest.mark.scenario("P-OTE-17")
@pytest.mark.clause("OTE-12", "OTE-11")
def test_each_authority_has_a_reporting_rhythm_of_its_own(app):
    folder = app.config["DAYMARK"].home / "policy" / "independent_school"
    folder.mkdir(parents=True)
    (folder / "authorities.yaml").write_text(RHYTHM, encoding="utf-8")
    with running(app.config["DAYMARK"]) as again:
        roll = Roll("2025-11-21 09:00", setting_type="independent_school", legal_type="independent", phase="special", calendar="CAL-IND")
        office = an_account("administrator", setting=roll.setting)
        page = Page(signed_in(again.test_client(), office), roll.setting)
        shown = page.get("/roll/reports/")
        assert "Due today" in row(shown, "LA South") and "Fri 21 Nov 2025" in row(shown, "LA South")
        assert "Fri 28 Nov 2025" in row(shown, "LA North") and "Due today" not in row(shown, "LA North")
        assert "not one of the choices" in page.send("/roll/reports/", 422, authority="LA West", report_on="2025-11-21", channel="Post")
        assert "has not come yet" in page.send("/roll/reports/", 422, authority="LA South", report_on="2025-11-22", channel="Post")
        shown = page.send("/roll/reports/", follow=True, authority="LA South", report_on="2025-11-21", channel="Post")
        assert "Fri 28 Nov 2025" in row(shown, "LA South") and "Fri 21 Nov 2025" in row(shown, "LA South").split("<td>")[-1]
        at("2025-12-01 09:00")
        signed_in(page.client, office)
        late = page.get("/roll/reports/")
        assert "Overdue" in row(late, "LA North") and "Fri 28 Nov 2025" in row(late, "LA North") and "Wed 17 Dec 2025" in row(late, "LA North")


@pytest.mark.parametrize(("rhythm", "found"), [
    ("weekly on Friday", ["2025-10-10", "2025-10-17", "2025-11-07"]),
    ("weekly on Wednesday", ["2025-10-08", "2025-10-15", "2025-11-05"]),
    ("weekly", ["2025-10-10", "2025-10-17", "2025-11-07"]),
    ("monthly", ["2025-10-17"]),
    ("termly", []),
    ("now and then", []),
])  # fmt: skip
def test_a_rhythm_falls_on_school_days(rhythm, found):
    calendar = term_dates.calendar("CAL-IND")
    assert dues(rhythm, calendar, date(2025, 10, 6), date(2025, 11, 9)) == [date.fromisoformat(day) for day in found]
