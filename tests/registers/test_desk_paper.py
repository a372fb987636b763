"""The register on paper: blank or filled with every change, and sheets that come back from paper."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest

from intranet import store
from intranet.law.sessions import session_no
from intranet.registers import paper, service
from intranet.store import events, statements
from intranet.store.tables import register_state
from tests.fixtures.people import an_account
from tests.fixtures.pupils import a_class, a_pupil
from tests.registers.desk_kit import Desk, a_school

MONDAY, SUNDAY = date(2025, 10, 6), date(2025, 10, 12)
RID = "5f0f61de-3f52-4f0b-8a50-0f3df7f6d0"


@pytest.fixture
def school(app):
    made = a_school()
    with store.scope([made.id]):
        yield made


@pytest.fixture
def desk(app, school):
    return Desk(app.test_client(), school, school.office)


def sheets(school, first=MONDAY, last=SUNDAY, *, filled=True):
    from intranet.pupils import service as pupils

    with store.connection() as conn:
        group = next(one for one in pupils.groups(conn, school.id, school.now.date()) if one.id == school.group)
        return paper.sheets(conn, school.ctx, school.caller, group, first, last, filled=filled)


def amend(school, pupil, symbol, reason):
    with store.connection() as conn:
        drawn = store.marks.for_session(conn, school.id, [school.number()], [pupil])[0].position
    return service.amend(school.ctx, school.caller, school.number(), pupil, symbol, None, None, reason, drawn, str(uuid.uuid4()), school.actor(), school.now)


def test_a_week_is_one_sheet_with_ten_sessions_and_the_marks_where_they_belong(school):
    school.pupil("Amber")
    school.pupil("Bo")
    school.at(8, 55)
    school.take(Amber="/", Bo="N")
    sheet = sheets(school)[0]
    assert [(column.day.day, column.label) for column in sheet.columns][:3] == [(6, "AM"), (6, "PM"), (7, "AM")]
    assert len(sheet.columns) == 10 and [line.name for line in sheet.lines] == ["Ash, Amber", "Ash, Bo"]
    assert [line.cells[4].text for line in sheet.lines] == ["/", "N"]


@pytest.mark.clause("ATT-041")
def test_a_change_is_printed_with_original_new_reason_date_name_and_position(school):
    amber = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="N")
    school.at(10, 5)
    amend(school, amber, "I", "Mother rang")
    sheet = sheets(school)[0]
    number, name, change = sheet.changes[0]
    assert (number, name, change.original, change.amended, change.reason) == (1, "Ash, Amber", "N", "I", "Mother rang")
    assert (change.who, change.position_title, f"{change.at:%H:%M}") == ("Olive Oriole", "Office", "10:05")
    assert sheet.lines[0].cells[4].text == "I" and sheet.lines[0].cells[4].changes == (1,)


@pytest.mark.clause("ATT-041")
def test_every_change_of_a_mark_is_printed_not_only_the_last(school, desk):
    amber = school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="N")
    school.at(9, 40)
    desk.sign_in("am", "1")
    school.at(10, 5)
    amend(school, amber, "I", "Mother rang")
    listed = [(one.original, one.amended) for _, _, one in sheets(school)[0].changes]
    assert listed == [("N", "U"), ("U", "I")]


def test_a_blank_sheet_has_no_marks_and_a_line_for_who_took_it(school, desk):
    school.pupil("Amber")
    school.at(8, 55)
    school.take(Amber="/")
    assert all(cell.text == "" for cell in sheets(school, filled=False)[0].lines[0].cells)
    page = desk.get(f"/registers/print/{school.group}/?whole=week&day=2025-10-08&kind=blank")
    assert "Taken by, and at" in page and "Ash, Amber" in page


def test_a_half_term_is_one_sheet_a_week_each_with_its_header(school, desk):
    school.pupil("Amber")
    page = desk.get(f"/registers/print/{school.group}/?whole=half_term&day=2025-10-08&kind=filled")
    assert page.count("Larkspur Academy: attendance register of 3B, week of") == 8
    assert "Sheet 1 of 8" in page and "Sheet 8 of 8" in page and page.count("app-print-break") == 7
    assert "Contains personal data" in page and "Printed for Olive Oriole" in page


def test_days_without_sessions_say_why_and_joiners_and_leavers_are_listed_only_for_their_days(school):
    school.pupil("Amber", left="2025-10-07")
    school.pupil("Bo", joined="2025-10-09")
    school.pupil("Cleo")
    sheet = sheets(school)[0]
    due = {line.name: [cell.due for cell in line.cells] for line in sheet.lines}
    assert due["Ash, Amber"] == [True] * 4 + [False] * 6
    assert due["Ash, Bo"] == [False] * 6 + [True] * 4


def test_the_key_is_that_of_the_week(school):
    school.pupil("Amber", joined="2024-01-08")
    old = sheets(school, date(2024, 9, 2), date(2024, 9, 8))
    assert {code.symbol for code in old[0].codes} >= {"/", "\\", "L", "C1"} if old else True
    assert {code.symbol for code in sheets(school)[0].codes} >= {"/", "\\", "L", "N", "U", "Y1", "C2"}


def test_a_sheet_asks_a_fixed_number_of_questions_however_many_pupils_and_weeks(school):
    def ask(last=SUNDAY):
        with statements() as counted:
            sheets(school, MONDAY, last)
        return len(counted)

    school.pupil("Amber")
    ask()
    few = ask()
    for n in range(25):
        school.pupil(f"Pupil{n}")
    assert ask() == few <= 7
    assert ask(date(2025, 10, 24)) == few


def test_a_day_outside_every_term_is_said_and_a_bad_date_too(school, desk):
    page = desk.get(f"/registers/print/{school.group}/?whole=half_term&day=2025-08-05&kind=filled", 422)
    assert "it is in no half-term" in page
    page = desk.get(f"/registers/print/{school.group}/?whole=week&day=yesterday&kind=filled", 422)
    assert "is not a date" in page


def test_a_class_of_somebody_else_or_of_another_setting_is_not_found(app, school, desk):
    other = a_class(school.id, "1A")
    tutor = Desk(app.test_client(), school, an_account("cover", setting=school.id, name="Cora Coot"))
    tutor.get(f"/registers/print/{other}/", 404)
    elsewhere = a_school()
    desk.get(f"/registers/print/{elsewhere.group}/", 404)
    desk.get(f"/registers/{school.number()}/{elsewhere.group}/paper/", 404)


# ------------------------------------------------------------------ back from paper


def from_paper(school, desk, status=303, number=None, **fields):
    path = f"/registers/{number or school.number()}/{school.group}/paper/"
    drawn = {name: re.search(rf'name="{name}" value="([^"]*)"', desk.get(path))[1] for name in ("rid", "drawn", "shown")}
    return desk.post(path, status, **{"reason": "", "paper_by": "Tess Teal", "paper_at": "08:57", **drawn, **fields})


def test_a_paper_register_says_who_took_it_and_when(school, desk):
    amber, bo = school.pupil("Amber"), school.pupil("Bo")
    school.at(11, 0)
    from_paper(school, desk, **{f"mark-{amber}": "/", f"mark-{bo}": "L", f"minutes-{bo}": "7"})
    assert (school.mark(amber), school.mark(bo)) == (("/", None), ("L", 7))
    with store.connection() as conn:
        stored = events.read(conn, school.id, stream=f"register:{school.number()}:{school.group}")[-1]
        row = conn.execute(register_state.select().where(register_state.c.setting_id == school.id)).one()
    assert stored.data["paper"][0] == "Tess Teal" and stored.data["paper"][1].startswith("2025-10-08T08:57")
    assert row.from_paper


def test_a_paper_register_of_an_earlier_day_is_entered_for_that_day(school, desk):
    amber = school.pupil("Amber")
    school.at(11, 0)
    monday = session_no(MONDAY, "AM")
    from_paper(school, desk, number=monday, **{f"mark-{amber}": "/"})
    assert school.mark(amber, day=MONDAY) == ("/", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"paper_by": " "}, "who took it"),
        ({"paper_at": ""}, "who took it and when are needed"),
        ({"paper_at": "late"}, "is not a time"),
        ({"paper_at": "12:30"}, "Enter the time on the sheet"),
        ({"mark-{}": "QQ"}, "QQ"),
        ({"mark-{}": "/", "minutes-{}": "soon"}, "not a number of minutes"),
        ({"mark-{}": ""}, "no mark was entered"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_said_and_what_was_typed_stays(school, desk, fields, said):
    amber = school.pupil("Amber")
    school.at(11, 0)
    sent = {f"mark-{amber}": "/", f"note-{amber}": "came by bus", **{key.format(amber): value for key, value in fields.items()}}
    if not sent[f"mark-{amber}"]:
        sent.pop(f"note-{amber}")
    page = from_paper(school, desk, 422, **sent)
    assert said in page and school.mark(amber) is None
    assert f"note-{amber}" not in sent or "came by bus" in page


def test_a_mark_that_somebody_changed_since_is_not_overwritten_from_paper(school, desk):
    amber = school.pupil("Amber")
    school.at(9, 0)
    path = f"/registers/{school.number()}/{school.group}/paper/"
    drawn = {name: re.search(rf'name="{name}" value="([^"]*)"', desk.get(path))[1] for name in ("rid", "drawn", "shown")}
    school.take(Amber="N")
    page = desk.post(path, 409, reason="", paper_by="Tess Teal", paper_at="08:57", **drawn, **{f"mark-{amber}": "/"})
    assert "the sheet says /, the register says N" in page and school.mark(amber)[0] == "N"


def test_a_child_of_another_class_on_the_sheet_is_refused(school, desk):
    school.pupil("Amber")
    stranger = a_pupil(school.id, "Fern", group=a_class(school.id, "1A"))
    school.at(11, 0)
    from_paper(school, desk, 404, **{f"mark-{stranger}": "/"})
    assert school.mark(stranger) is None


def test_a_teacher_does_not_enter_paper_registers(app, school):
    school.pupil("Amber")
    page = Desk(app.test_client(), school, an_account("teacher", setting=school.id, name="Tess Teal"))
    page.get(f"/registers/{school.number()}/{school.group}/paper/", 403)
