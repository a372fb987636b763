"""Importing in the browser and from the command line."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest

from intranet import store
from intranet.exchange import command
from intranet.pupils import service as pupils
from tests.exchange.conftest import AMBER, BEN, HEADER, csv_file, xlsx_file
from tests.exchange.test_imports import many
from tests.fixtures.people import a_setting, an_account, signed_in
from tests.fixtures.pupils import a_pupil

TUESDAY = date(2025, 10, 7)


def count(school):
    with store.connection() as conn:
        return len(pupils.known(conn, school.id, TUESDAY))


def upload(page, data, name="export.csv", kind="pupils", status=303):
    """Send a file and return the path of the page that looks at it."""
    rid = re.search(r'name="rid" value="([^"]+)"', page.get("/import/"))[1]
    body = page.post("/import/", status, rid=rid, drawn="0", kind=kind, file=(io.BytesIO(data), name))
    found = re.search(r"/settings/\d+(/import/\d+/)", body)
    return found[1] if status == 303 and found else body


@pytest.mark.parametrize(("data", "name"), [(csv_file(*many(500)), "school.csv"), (xlsx_file(*many(500)), "school.xlsx")])
def test_five_hundred_pupils_are_looked_at_and_then_imported(school, as_role, data, name):
    office = as_role("office")
    path = upload(office, data, name)
    page = office.get(path)
    assert "500 rows: 500 new, 0 changed, 0 as they are." in page and "3 classes will be opened" in page
    assert count(school) == 0
    page = office.send_to(path, path + "store/")
    assert count(school) == 500
    page = office.get("/import/")
    assert "Imported: 500 new, 0 changed." in page and name in page
    office.get(path, status=404)


def test_a_bad_file_comes_back_with_the_sentence_beside_the_field(as_role):
    office = as_role("office")
    assert "is empty. Export it again" in upload(office, b"", status=422)
    assert "is in the old Excel format" in upload(office, b"\xd0\xcf\x11\xe0", "old.xls", status=422)


def test_a_bad_row_is_shown_with_its_reason_and_cannot_be_stored(school, as_role):
    office = as_role("office")
    path = upload(office, csv_file(*many(20, bad=7)))
    page = office.get(path)
    assert "1 problem: nothing can be stored yet." in page and "“not a day” is not a date" in page and "Import all" not in page
    assert "Nothing was stored" in office.send_to(path, path + "store/", 422)
    assert count(school) == 0


def test_columns_are_chosen_on_the_page_and_remembered(school, as_role):
    office = as_role("office")
    header = tuple("Joined us" if title == "Admission date" else title for title in HEADER)
    path = upload(office, csv_file(AMBER, header=header))
    page = office.get(path)
    assert "No column was found for: Admission date" in page and "<script>" not in page
    columns = dict(re.findall(r'<label for="column-(\d+)">([^<]+)<', page))
    chosen = {f"column-{index}": key for index, key in enumerate(("upn", "legal_family", "legal_given", "born", "sex", "year_group", "group", "admitted_on"))}
    assert columns["7"] == "Joined us"
    assert "1 row: 1 new" in office.send_to(path, path, 200, **chosen)
    assert "1 row: 1 new" in office.get(upload(office, csv_file(BEN, header=header)))


def test_the_same_file_twice_is_recognised_on_the_page(as_role):
    office = as_role("office")
    path = upload(office, csv_file(AMBER))
    office.send_to(path, path + "store/")
    page = office.get(upload(office, csv_file(AMBER)))
    assert "This very file was imported on Tue 7 Oct 2025, 09:05" in page and "Import all" not in page


def test_only_those_who_may_import_do_and_nobody_opens_another_s_file(as_role):
    office = as_role("office")
    path = upload(office, csv_file(AMBER))
    as_role("teacher", name="Tim Tern").get("/import/", status=403)
    as_role("attendance_lead", name="Lee Linnet").get(path, status=404)
    office.get(path)


def test_cells_of_a_file_are_text_on_the_page(as_role):
    office = as_role("office")
    page = office.get(upload(office, csv_file(("", "<script>x</script>", *BEN[2:]))))
    assert "&lt;script&gt;x&lt;/script&gt;" in page and "<script>x" not in page


# ---------------------------------------------------------------- the command


@pytest.fixture
def run(app, school, tmp_path, capsys):
    """A function: run the command on a file and return its code, output and errors."""

    def call(data, *argv, name="export.csv", kind="pupils", setting="Larkspur Academy"):
        path = tmp_path / name
        path.write_bytes(data)
        code = command.main(app, [str(path), "--setting", setting, "--kind", kind, *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_command_looks_and_stores_only_with_commit(school, run):
    code, out, _ = run(csv_file(AMBER, BEN))
    assert (code, count(school)) == (0, 0)
    assert "2 rows: 2 new, 0 changed, 0 as they are." in out and "Nothing was stored. Add --commit to store it." in out
    code, out, _ = run(csv_file(AMBER, BEN), "--commit")
    assert (code, count(school)) == (0, 2)
    assert "Imported: 2 new, 0 changed." in out


def test_the_command_fails_with_every_problem_and_stores_nothing(school, run):
    code, out, err = run(csv_file(*many(20, bad=3)), "--commit")
    assert (code, count(school)) == (1, 0)
    assert "Row 5, DOB: “not a day” is not a date." in out and "1 problem. Nothing was stored." in err


def test_the_command_takes_columns_and_the_setting_s_number(school, run):
    header = tuple("Joined us" if title == "Admission date" else title for title in HEADER)
    code, _, _ = run(csv_file(AMBER, header=header), "--map", "Joined us=admitted_on", "--commit", setting=str(school.id))
    assert (code, count(school)) == (0, 1)


@pytest.mark.parametrize(
    ("data", "more", "code", "words"),
    [
        (b"", {}, 1, "is empty"),
        (csv_file(AMBER), {"setting": "Nowhere"}, 2, "There is no setting “Nowhere”. Give its number or its whole name."),
        (csv_file(AMBER), {"kind": "marks"}, 1, "1 problem. Nothing was stored."),
    ],
)
def test_a_wrong_call_says_what_is_wrong(run, data, more, code, words):
    done, _, err = run(data, **more)
    assert done == code and words in err


def test_a_mapping_to_an_unknown_field_lists_the_fields(run):
    code, _, err = run(csv_file(AMBER), "--map", "DOB=birthday")
    assert code == 2 and "--map DOB=birthday is not HEADER=FIELD with one of the fields address, admitted_on, born" in err


def test_the_command_does_not_touch_another_setting(school, other_school, run):
    run(csv_file(AMBER), "--commit", setting="Bramble Academy")
    assert count(school) == 0
    with store.scope([other_school]), store.connection() as conn:
        assert len(pupils.known(conn, other_school, TUESDAY)) == 1
    a_pupil(school.id, upn=AMBER[0])
    assert count(school) == 1


def test_what_a_file_holds_is_said_in_the_settings_words(app, client):
    tutoring = a_setting("Teasel Tutors", setting_type="tutoring", legal_type="company", phase="all_through", layout="T")
    signed_in(client, an_account("tutoring_office", setting=tutoring))
    page = client.get(f"/settings/{tutoring}/import/").get_data(as_text=True)
    assert '<option value="pupils">Learners</option>' in page and '<option value="classes">Tutor groups</option>' in page
    assert ">Pupils</option>" not in page


def test_the_same_warning_of_many_rows_is_said_once_and_what_stops_the_import_comes_first(school, as_role):
    rows = [(*row[:7], "2025-08-30") for row in many(40)]
    rows[7] = (*rows[7][:3], "soon", *rows[7][4:])
    office = as_role("office")
    page = office.get(upload(office, csv_file(*rows)))
    assert page.count("<strong>Think over:</strong> 30 August 2025 is not a school day here.") == 1
    assert "2 to 8, 10 to 41" in page and "(39 rows)" in page
    assert page.index("“soon” is not a date") < page.index("Think over:")
