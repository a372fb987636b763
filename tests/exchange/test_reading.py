"""A file is read as spreadsheet programs write it, and refused with a sentence when it is something else."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from intranet.exchange import reading
from intranet.exchange.columns import KINDS, match
from intranet.exchange.reading import UnreadableError, read
from tests.exchange.conftest import AMBER, BEN, HEADER, csv_file, xlsx_file


@pytest.mark.parametrize(
    "data",
    [
        csv_file(AMBER, BEN),
        csv_file(AMBER, BEN, encoding="utf-8", newline="\n"),
        csv_file(AMBER, BEN, encoding="cp1252"),
        csv_file(AMBER, BEN, encoding="utf-16"),
        csv_file(AMBER, BEN).replace(b",", b";"),
        csv_file((), AMBER, (), BEN, ("", "", "")),
    ],
    ids=["utf-8 with bom", "utf-8 with lf", "windows", "utf-16", "semicolons", "blank rows"],
)
def test_a_csv_file_is_read_however_it_was_written(data):
    sheet = read("export.csv", data)
    assert sheet.header == HEADER
    assert [cells for _, cells in sheet.rows] == [AMBER, BEN]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows():
    assert [number for number, _ in read("export.csv", csv_file((), AMBER, (), BEN)).rows] == [3, 5]


def test_windows_letters_come_through():
    zoe = ("", "O’Brien", "Zoë", *BEN[3:])
    assert read("export.csv", csv_file(zoe, encoding="cp1252")).rows[0][1][:3] == ("", "O’Brien", "Zoë")


def test_a_workbook_reads_as_its_csv_would_with_dates_and_numbers():
    from datetime import date

    sheet = read("export.xlsx", xlsx_file((AMBER[0], "Ash", "Amber", date(2016, 5, 4), "F", 4, "4B", date(2024, 9, 3))))
    assert sheet.rows[0][1] == ("B801200005001", "Ash", "Amber", "2016-05-04", "F", "4", "4B", "2024-09-03")


def packed(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def with_part(name, content):
    stream = io.BytesIO(xlsx_file(AMBER))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
WIDE_DOCTYPE = DOCTYPE.decode().replace("?>", ' encoding="utf-16"?>').encode("utf-16")
BAD_FILES = {
    "empty": ("export.csv", b"", "is empty. Export it again"),
    "only a header": ("export.csv", csv_file(), "nothing below it"),
    "only blank rows": ("export.csv", b"\r\n , \r\n", "has no rows"),
    "a picture called csv": ("export.csv", b"%PDF-1.7 ...", "not a CSV or XLSX file by its name and its first bytes"),
    "a workbook called csv": ("export.csv", xlsx_file(AMBER), "not a CSV or XLSX file"),
    "a csv called xlsx": ("export.xlsx", csv_file(AMBER), "not a CSV or XLSX file"),
    "an old workbook": ("export.xls", b"\xd0\xcf\x11\xe0rest", "old Excel format"),
    "another type": ("export.ods", b"PK\x03\x04", "not a CSV or XLSX file"),
    "bytes": ("export.csv", b"a,b\r\n1,\0\r\n", "not text"),
    "no encoding": ("export.csv", b"a,b\r\n\x81\x8d,\x90\r\n", "neither UTF-8 nor Windows text"),
    "an open quotation": ("export.csv", b'a,b\r\n"1,2\r\n', "quotation mark"),
    "the same column twice": ("export.csv", csv_file(("1", "2"), header=("UPN", "upn")), "two columns called `upn`"),
    "a cut workbook": ("export.xlsx", xlsx_file(AMBER)[:200], "damaged"),
    "a zip that is no workbook": ("export.xlsx", packed(a="b"), "could not be opened as a workbook"),
    "a bomb": ("export.xlsx", with_part("xl/media/big.bin", b"\0" * 9_000_000), "unpacks to more than 100 times its size"),
    "a path outside": ("export.xlsx", with_part("../../evil.xml", b"<a/>"), "a part that no workbook has"),
    "an archive inside": ("export.xlsx", with_part("xl/more.zip", b"PK"), "a part that no workbook has"),
    "a document type": ("export.xlsx", with_part("xl/evil.xml", DOCTYPE), "declares a document type"),
    "a document type in utf-16": ("export.xlsx", with_part("xl/evil.xml", WIDE_DOCTYPE), "declares a document type"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_cannot_be_read_is_refused_with_a_sentence(name):
    file, data, words = BAD_FILES[name]
    with pytest.raises(UnreadableError) as refused:
        read(file, data)
    assert words in str(refused.value) and file in str(refused.value)


def test_a_file_that_is_too_large_or_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", 100)
    with pytest.raises(UnreadableError, match="Export one year or one group at a time"):
        read("export.csv", csv_file(AMBER, BEN))
    monkeypatch.setattr(reading, "LARGEST_FILE", 10_000)
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(UnreadableError, match="more than 3 rows. Split it"):
        read("export.csv", csv_file(AMBER, BEN, BEN))


def test_a_sheet_that_claims_to_be_empty_is_read_all_the_same():
    book = openpyxl.Workbook()
    book.active.append(list(HEADER))
    book.active.append(list(AMBER))
    stream = io.BytesIO()
    book.save(stream)
    data = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(data, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part, content.replace(b'<dimension ref="A1:H2"', b'<dimension ref="A1"'))
    assert read("export.xlsx", data.getvalue()).rows[0][1] == AMBER


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (HEADER, {"upn": 0, "legal_family": 1, "legal_given": 2, "born": 3, "sex": 4, "year_group": 5, "group": 6, "admitted_on": 7}),
        (("ADMISSION DATE", "Legal Surname", "Legal Forename", "Date of Birth"), {"admitted_on": 0, "legal_family": 1, "legal_given": 2, "born": 3}),
        (("Reg. Group", "upn", "Preferred  Forename"), {"group": 0, "upn": 1, "preferred_given": 2}),
    ],
)
def test_headers_find_their_field_by_common_names_in_any_case(header, found):
    assert match(header, KINDS["pupils"]).columns == found


def test_a_column_may_be_chosen_and_another_left_out():
    mapped = match(("Nombre", "Surname", "Notes"), KINDS["pupils"], {"Nombre": "legal_given", "Surname": ""})
    assert mapped.columns == {"legal_given": 0}
    assert mapped.unknown == ("Notes",)
    assert mapped.missing == ("Surname", "Date of birth", "Admission date")
