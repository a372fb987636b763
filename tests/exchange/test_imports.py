"""Imports look first and then store all or nothing; marks keep the symbol of their day."""

from __future__ import annotations

from datetime import date

import pytest

from intranet import store
from intranet.errors import Refused
from intranet.exchange import marks, service
from intranet.exchange.reading import read
from intranet.law.calendar import Calendar, TermPeriod
from intranet.law.sessions import session_no
from intranet.pupils import service as pupils
from tests.exchange.conftest import AMBER, BEN, HEADER, csv_file, sentences
from tests.fixtures.people import a_setting, an_account
from tests.fixtures.pupils import a_class, a_contact, a_pupil
from tests.pupils.conftest import Here

TUESDAY = date(2025, 10, 7)


def there(school, on=TUESDAY):
    with store.connection() as conn:
        return {pupil.shown_name: pupil for pupil in pupils.known(conn, school.id, on)}


# ---------------------------------------------------------------- pupils


def test_a_dry_run_says_what_would_happen_and_stores_nothing(school, look):
    run = look("pupils", csv_file(AMBER, BEN))
    assert (run.good, run.rows, run.made, run.changed, run.same) == (True, 2, 2, 0, 0)
    assert run.notes == ("1 class will be opened: 4B.",)
    assert there(school) == {}


def test_pupils_come_with_their_class_placement_and_an_event_each(school, commit):
    assert commit("pupils", csv_file(AMBER, BEN)).made == 2
    found = there(school)
    assert {name: (pupil.group_name, pupil.year_group, pupil.admitted_on) for name, pupil in found.items()} == {
        "Amber Ash": ("4B", 4, date(2024, 9, 3)),
        "Ben Birch": ("4B", 4, date(2024, 9, 3)),
    }
    with store.connection() as conn:
        entries = pupils.roll(conn, school.id, TUESDAY)
        events = store.events.read(conn, school.id, stream=f"pupil:{entries[0].pupil_id}")
    assert [entry.placement.model for entry in entries] == ["own_roll", "own_roll"]
    assert [event.kind for event in events] == ["pupil.admitted"]
    assert not store.chain.verify(school.id).problems


def test_the_same_file_twice_is_recognised(commit, look):
    data = csv_file(AMBER)
    commit("pupils", data)
    run = look("pupils", data)
    assert (run.made, run.changed, run.same) == (0, 0, 1)
    with pytest.raises(Refused, match="This very file was imported on 7 October 2025"):
        commit("pupils", data)


def test_a_fresh_export_changes_only_what_changed(school, commit, look):
    commit("pupils", csv_file(AMBER, BEN))
    fresh = csv_file((*AMBER[:6], "4C", AMBER[7]), (*BEN[:2], "Benjamin", *BEN[3:]), header=HEADER)
    run = look("pupils", fresh)
    assert (run.made, run.changed, run.same) == (1, 0, 0)  # Ben without a UPN and with another name is somebody new
    commit("pupils", fresh)
    assert there(school)["Amber Ash"].group_name == "4C"


def test_a_changed_name_with_the_same_upn_is_kept_with_a_warning(school, commit, look):
    commit("pupils", csv_file(AMBER))
    renamed = csv_file((AMBER[0], "Alder", *AMBER[2:]))
    run = look("pupils", renamed)
    assert run.changed == 1 and "This UPN is Amber Ash's here" in run.warnings[0].text
    commit("pupils", renamed)
    assert set(there(school)) == {"Amber Alder"}


def row(**changes):
    """Return a good row with some cells changed."""
    values = dict(zip(HEADER, AMBER, strict=True)) | {key.replace("_", " "): value for key, value in changes.items()}
    return tuple(values[title] for title in HEADER)


BAD_ROWS = {
    "a wrong check letter": (
        [row(UPN="A801200005001")],
        "Row 2, UPN: `A801200005001` begins with A, but these digits need the check letter B (census rule 1510). Check each digit against the transfer file.",
    ),
    "the same UPN twice": ([AMBER, row(Surname="Birch")], "Row 3, UPN: Row 2 has the same UPN (census rule 1520). Remove one of the two."),
    "the same child twice": (
        [row(UPN=""), row(UPN="")], "Row 3, Surname: Row 2 has the same name and birth date (census rule 1520). Remove one of the two.",
    ),
    "no surname": ([row(Surname="")], "Row 2, Surname: It is empty, and a row needs its surname. Fill it in or remove the row."),
    "a date that is none": ([row(DOB="31/02/2016")], "Row 2, DOB: “31/02/2016” is not a date. Use 2018-09-03 or 03/09/2018."),
    "two digits of a year": ([row(DOB="04/05/16")], "Row 2, DOB: “04/05/16” has a year of two digits. Export it with four, as 03/09/2018."),
    "born tomorrow": ([row(DOB="2025-10-08", Admission_date="2025-10-09")], "Row 2, DOB: 8 October 2025 is in the future. Check the year."),
    "admitted before birth": (
        [row(Admission_date="2016-05-04")], "Row 2, Admission date: The admission date 4 May 2016 is not after the birth date. Check both.",
    ),
    "a formula": (
        [row(Forename='=HYPERLINK("x")')],
        "Row 2, Forename: “=HYPERLINK(\"x\")” is a formula. Paste the column as values, so that the file holds what you see.",
    ),
    "a year group": ([row(NCyear="Third")], "Row 2, NCyear: “Third” is not a year group."),
    "a sex": ([row(Gender="X")], "Row 2, Gender: “X” is not a sex the register holds. Use F or M, or leave it empty."),
    "too long": ([row(Surname="A" * 81)], "Row 2, Surname: It has 81 characters and 80 fit. Shorten it."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_names_row_column_value_rule_and_next_step_and_nothing_is_stored(school, look, commit, name):
    rows, words = BAD_ROWS[name]
    data = csv_file(*rows)
    said = sentences(look("pupils", data))
    assert len(said) == 1 and said[0].replace("`Third`", "“Third”").startswith(words.removesuffix("”"))
    with pytest.raises(Refused, match="Nothing was stored"):
        commit("pupils", data)
    assert there(school) == {}


def many(count, bad=None):
    rows = [("", f"Family{number}", f"Given{number}", "2016-01-02", "F", "4", f"4{'ABC'[number % 3]}", "2024-09-03") for number in range(count)]
    if bad is not None:
        rows[bad] = (*rows[bad][:3], "not a day", *rows[bad][4:])
    return rows


def test_one_bad_row_of_five_hundred_stores_nothing(school, look, commit):
    data = csv_file(*many(500, bad=312))
    assert sentences(look("pupils", data)) == ["Row 314, DOB: “not a day” is not a date. Use 2018-09-03 or 03/09/2018."]
    with pytest.raises(Refused):
        commit("pupils", data)
    assert there(school) == {}
    assert commit("pupils", csv_file(*many(500))).made == 500
    assert len(there(school)) == 500


def test_a_file_without_a_needed_column_says_which_and_what_it_has(look):
    run = look("pupils", csv_file(("Ash", "1"), header=("Surname", "Shoe size")))
    assert not run.good
    assert "No column was found for: Forename, Date of birth, Admission date. The file has: Surname, Shoe size." in sentences(run)[0]


def test_columns_that_nobody_knows_are_left_out_and_named(look):
    run = look("pupils", csv_file((*AMBER, "36"), header=(*HEADER, "Shoe size")))
    assert run.good and run.unknown == ("Shoe size",)


def test_columns_chosen_once_are_remembered_for_this_setting_and_kind(commit, look):
    header = tuple("Joined us" if title == "Admission date" else title for title in HEADER)
    assert not look("pupils", csv_file(AMBER, header=header)).good
    commit("pupils", csv_file(AMBER, header=header), **{"Joined us": "admitted_on"})
    assert look("pupils", csv_file(BEN, header=header)).good


def test_another_setting_s_pupils_are_not_seen_by_an_import(school, other_school, commit, look):
    with store.scope([other_school]):
        a_pupil(other_school, "Amber", "Ash", upn=AMBER[0], born="2016-05-04")
    assert look("pupils", csv_file(AMBER)).made == 1
    commit("pupils", csv_file(AMBER))
    assert len(there(school)) == 1


def test_a_protected_address_is_neither_changed_nor_shown_by_an_import(school, commit, look):
    pupil = a_pupil(school.id, upn=AMBER[0], born="2016-05-04", address="9 Secret Way", address_protected=True)
    data = csv_file((*AMBER, "1 Other Row"), header=(*HEADER, "Address"))
    assert "The address of this pupil is protected. An import leaves it as it is." in [verdict.text for verdict in look("pupils", data).warnings]
    commit("pupils", data)
    with store.connection() as conn:
        assert pupils.row_of(conn, school.id, pupil)["address"] == "9 Secret Way"
        events = store.events.read(conn, school.id, stream=f"pupil:{pupil}")
    assert all("Secret Way" not in str(event.data) and "Other Row" not in str(event.data) for event in events)


# ---------------------------------------------------------------- contacts and classes

CONTACTS = ("UPN", "Contact surname", "Contact forename", "Relationship", "Parental responsibility", "Mobile", "Home phone", "Priority")


def test_contacts_come_in_order_and_an_adult_of_two_children_once(school, commit):
    one, two = a_pupil(school.id, upn=AMBER[0]), a_pupil(school.id, "Ben", "Ash", born="2018-01-02", upn="P207000016049")
    commit(
        "contacts",
        csv_file(
            (AMBER[0], "Ash", "Robin", "Mother", "Y", "01632 960001", "01632 960002", "1"),
            ("P207000016049", "Ash", "Robin", "Mother", "Y", "01632 960001", "01632 960002", "1"),
            (AMBER[0], "Briar", "Jo", "Neighbour", "N", "01632 960003", "", "2"),
            header=CONTACTS,
        ),
    )
    with store.connection() as conn:
        facts = pupils.facts(conn, school.id, [one, two], contacts=True, on=TUESDAY)
    assert [(c.relationship, c.parental_responsibility, c.priority) for c in facts[one].contacts] == [("Mother", True, 1), ("Neighbour", False, 2)]
    assert facts[one].contacts[0].person_key == facts[two].contacts[0].person_key


def test_a_contact_of_nobody_is_refused_and_one_without_a_number_is_warned(school, look):
    a_pupil(school.id, upn=AMBER[0])
    run = look(
        "contacts",
        csv_file(
            ("P207000016049", "Ash", "Robin", "Mother", "Y", "01632 960001", "", ""),
            (AMBER[0], "Ash", "Robin", "Mother", "Y", "", "", ""),
            (AMBER[0], "Briar", "Jo", "Aunt", "perhaps", "ring me", "", ""),
            header=CONTACTS,
        ),
    )
    assert sentences(run) == [
        "Row 2, UPN: No pupil here is UPN P207000016049. Import the pupils first, or correct the row.",
        "Row 4, Parental responsibility: “perhaps” is neither yes nor no. Use Y or N.",
    ]
    assert [verdict.text for verdict in run.warnings] == ["Robin Ash has no telephone number (ATT-012)."]


def test_a_changed_number_replaces_the_old_one(school, commit):
    pupil = a_pupil(school.id, upn=AMBER[0])
    a_contact(school.id, pupil, "Ash", given="Robin", relationship="Mother", phones=("01632 960001",))
    done = commit("contacts", csv_file((AMBER[0], "Ash", "Robin", "Mother", "N", "01632 960009", "", "1"), header=CONTACTS))
    assert (done.made, done.changed) == (0, 1)
    from intranet.pupils import contacts

    with store.connection() as conn:
        assert [phone["number"] for phone in contacts.listed(conn, school.id, pupil, TUESDAY)[0]["phones"]] == ["01632 960009"]


def test_classes_come_with_their_teacher_and_an_unknown_one_is_refused(school, commit, look):
    teacher = an_account("teacher", setting=school.id, email="tess@example.org")
    header = ("Reg group", "Year", "Teacher email", "From")
    run = look("classes", csv_file(("4B", "4", "nobody@example.org", ""), ("4B", "4", "", ""), header=header))
    assert sentences(run) == [
        "Row 2, Teacher email: Nobody with the e-mail address nobody@example.org works here today. Add the account first, or leave it empty.",
        "Row 3, Reg group: Row 2 has the same class. Remove one of the two.",
    ]
    commit("classes", csv_file(("4B", "4", "Tess@Example.org", "2025-09-03"), ("Oak", "", "", ""), header=header))
    with store.connection() as conn:
        there_now = {g.name: (g.year_group, g.staff) for g in pupils.groups(conn, school.id, TUESDAY)}
    assert there_now == {"4B": (4, (teacher,)), "Oak": (None, ())}


# ---------------------------------------------------------------- past marks

LONG = ("UPN", "Date", "Session", "Mark", "Minutes late", "Comment")


@pytest.fixture
def amber(school):
    """A pupil in a class since 2023."""
    return a_pupil(school.id, "Amber", "Ash", joined="2024-06-03", upn=AMBER[0], group=a_class(school.id, first="2023-09-01"))


def stored(school, pupil, day, key="AM"):
    with store.connection() as conn:
        found = store.marks.for_session(conn, school.id, [session_no(date.fromisoformat(day), key)], [pupil])
    return (school.caller.codes.symbol(found[0].code_id), found[0].minutes, found[0].note) if found else None


def test_marks_a_row_a_session_keep_minutes_and_comment(school, amber, commit):
    done = commit(
        "marks",
        csv_file(
            (AMBER[0], "06/10/2025", "AM", "L", "12", "bus"), (AMBER[0], "06/10/2025", "PM", "\\", "", ""), (AMBER[0], "03/10/2025", "AM", "-", "", ""),
            header=LONG,
        ),
    )  # fmt: skip
    assert done.made == 2
    assert stored(school, amber, "2025-10-06") == ("L", 12, "bus")
    assert stored(school, amber, "2025-10-06", "PM") == ("\\", None, None)
    assert stored(school, amber, "2025-10-03") is None


def test_a_sheet_of_dates_is_read_by_its_headers(school, amber, commit):
    header = ("UPN", "Mon 06/10/2025 AM", "Mon 06/10/2025 PM", "2025-10-03 AM", "Total")
    assert commit("marks", csv_file((AMBER[0], "/", "\\", "I", "3"), header=header)).made == 3
    assert stored(school, amber, "2025-10-03")[0] == "I"


def test_a_string_of_marks_walks_weekdays_or_every_day_as_its_weekends_show():
    friday = date(2025, 10, 3)
    assert marks.walks_every_day(friday, "/\\####/\\") is True
    assert marks.walks_every_day(friday, "/\\/\\/\\") is False
    assert list(marks.spread(friday, "/\\/", every_day=False)) == [
        (friday, "AM", "/"), (friday, "PM", "\\"), (date(2025, 10, 6), "AM", "/"),
    ]  # fmt: skip


def test_a_string_of_marks_is_stored_from_its_start_date(school, amber, look, commit):
    data = csv_file((AMBER[0], "2025-10-03", "/\\####II"), header=("UPN", "AttendanceStartDate", "AttendanceMarks"))
    assert "The strings of marks were read as every day of the week, two marks a day." in look("marks", data).notes
    assert commit("marks", data).made == 4
    assert [stored(school, amber, day)[0] for day in ("2025-10-03", "2025-10-06")] == ["/", "I"]


def test_marks_are_judged_by_the_law_of_their_own_day_and_never_recoded(school, amber, look, commit):
    new = csv_file(
        (AMBER[0], "2025-10-06", "AM", "Y", "", ""), (AMBER[0], "2025-10-06", "PM", "H", "", ""), (AMBER[0], "2025-10-03", "AM", "Y1", "", ""), header=LONG
    )
    said = sentences(look("marks", new))
    assert len(said) == 2
    assert said[0].startswith("Row 2, Mark: Y is not in force on 6 October 2025: it ended on 18 August 2024. ")
    assert said[1].startswith("Row 3, Mark: H is not in force on 6 October 2025")
    with pytest.raises(Refused):
        commit("marks", new)
    assert stored(school, amber, "2025-10-03") is None


def test_codes_of_the_older_law_are_kept_for_the_older_days(school):
    summer = Calendar((TermPeriod("2023-24", "Summer 2", date(2024, 6, 3), date(2024, 7, 19)),))
    old = Here(a_setting("Sorrel School", calendar=summer))
    with store.scope([old.id]):
        pupil = a_pupil(old.id, upn=AMBER[0], joined="2024-06-03", group=a_class(old.id, first="2023-09-01"))
        data = csv_file((AMBER[0], "2024-07-01", "HY"), header=("UPN", "Marks start", "Marks"))
        service.commit(old.ctx, old.caller, "marks", read("old.csv", data), None, account_id=None, now=old.now)
        assert [stored(old, pupil, "2024-07-01", key)[0] for key in ("AM", "PM")] == ["H", "Y"]
        said = service.dry_run(old.ctx, old.caller, "marks", read("new.csv", data.replace(b"HY", b"Y1")), None, old.now.date())
        assert not said.good


BAD_MARKS = {
    "tomorrow": (("2025-10-08", "AM", "/"), "8 October 2025 is not past. Take that register instead of importing it."),
    "today": (("2025-10-07", "AM", "/"), "7 October 2025 is not past."),
    "a Sunday": (("2025-10-05", "AM", "/"), "5 October 2025 is not a school day here."),
    "before admission": (("2024-05-01", "AM", "/"), "The pupil was not on the register on 1 May 2024."),
    "an unknown symbol": (("2025-10-06", "AM", "?"), "?"),
    "an afternoon mark in the morning": (("2025-10-06", "AM", "\\"), "The mark \\ cannot stand for AM of 6 October 2025."),
    "an unknown session": (("2025-10-06", "noon", "/"), "“noon” is not a session. Use AM, PM or a start time such as 09:30."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_MARKS)
def test_a_mark_that_cannot_stand_is_refused_with_its_reason(amber, look, name):
    cells, words = BAD_MARKS[name]
    said = sentences(look("marks", csv_file((AMBER[0], *cells, "", ""), header=LONG)))
    assert len(said) == 1 and words in said[0]


def test_z_before_the_admission_and_closed_days_are_left_out_and_counted(school, look):
    a_pupil(school.id, upn=AMBER[0], joined="2025-09-10", group=a_class(school.id))
    run = look("marks", csv_file((AMBER[0], "2025-09-05", "ZZ####ZZZZ/\\"), header=("UPN", "Marks start", "Marks")))
    assert (run.good, run.made) == (True, 2)
    assert "6 marks Z or # lie before the admission or after the leaving date and were left out." in run.notes


def test_a_mark_that_is_there_is_not_overwritten(school, amber, commit, look):
    commit("marks", csv_file((AMBER[0], "2025-10-06", "AM", "I", "", ""), header=LONG))
    again = csv_file((AMBER[0], "2025-10-06", "AM", "/", "", ""), (AMBER[0], "2025-10-06", "AM", "I", "", "x"), header=LONG)
    assert sentences(look("marks", again)) == [
        "Row 2, Mark: 6 October 2025 AM has the mark I already. Correct it in the register if the file is right."
    ]


def test_the_same_session_twice_in_a_file_is_refused(amber, look):
    data = csv_file((AMBER[0], "2025-10-06", "AM", "I", "", ""), (AMBER[0], "2025-10-06", "AM", "I", "", ""), header=LONG)
    assert sentences(look("marks", data)) == ["Row 3, Mark: Row 2 has a mark for the same session. Remove one of the two."]


def test_columns_in_none_of_the_three_shapes_are_explained(amber, look):
    said = sentences(look("marks", csv_file((AMBER[0], "/"), header=("UPN", "Mark"))))
    assert "in none of three ways" in said[0]


def test_imported_marks_verify_and_rebuild_to_the_same(school, amber, commit):
    commit("marks", csv_file((AMBER[0], "2025-09-29", "/\\" * 5), header=("UPN", "Marks start", "Marks")))
    assert not store.chain.verify(school.id).problems
    assert not list(store.projections.differences(school.id))


def test_every_import_leaves_its_digest_and_counts_in_the_history(school, commit):
    done = commit("pupils", csv_file(AMBER))
    with store.connection() as conn:
        event = store.events.read(conn, school.id, stream=f"import:{done.run_id}")[0]
    assert event.data["digest"] and store.events.kind_of(event.kind).describe(event.data) == "Imported pupils from a file of 1 rows: 1 new, 0 changed"
    assert service.described({}) == "Imported something from a file of ? rows: ? new, ? changed"


def test_what_somebody_stores_while_a_file_is_judged_is_judged_again(school):
    amber = read("one.csv", csv_file(AMBER))
    twin = read("two.csv", csv_file((AMBER[0], "Other", *AMBER[2:])))
    interrupted = []

    def other_import(_text):
        if not interrupted:
            interrupted.append(True)
            service.commit(school.ctx, school.caller, "pupils", amber, None, account_id=None, now=school.now)

    done = service.commit(school.ctx, school.caller, "pupils", twin, None, account_id=None, now=school.now, progress=other_import)
    assert (done.made, done.changed) == (0, 1)
    assert set(there(school)) == {"Amber Other"}
