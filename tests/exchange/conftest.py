"""The school of the pupils' tests, and files as management systems export them."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from intranet.exchange import service
from intranet.exchange.reading import read
from tests.pupils.conftest import as_role, other_school, school

__all__ = ["as_role", "other_school", "school"]

HEADER = ("UPN", "Surname", "Forename", "DOB", "Gender", "NCyear", "Reg group", "Admission date")
AMBER = ("B801200005001", "Ash", "Amber", "04/05/2016", "F", "4", "4B", "03/09/2024")
BEN = ("", "Birch", "Ben", "2016-01-02", "Male", "Year 4", "4B", "2024-09-03")


def csv_file(*rows, header=HEADER, encoding="utf-8-sig", newline="\r\n"):
    """Return a file as a spreadsheet program writes it."""
    text = io.StringIO()
    csv.writer(text, lineterminator=newline).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def xlsx_file(*rows, header=HEADER):
    """Return a workbook."""
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture
def look(school):
    """A function: what importing a file would do."""

    def run(kind, data, name="export.csv", **chosen):
        return service.dry_run(school.ctx, school.caller, kind, read(name, data), chosen or None, school.now.date())

    return run


@pytest.fixture
def commit(school):
    """A function: import a file."""

    def run(kind, data, name="export.csv", **chosen):
        return service.commit(
            school.ctx, school.caller, kind, read(name, data), chosen or None, account_id=None, now=school.now
        )

    return run


def sentences(run):
    """Return every problem of a dry run as people read it."""
    return [verdict.sentence for verdict in run.problems]
