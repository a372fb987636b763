"""Reads an uploaded CSV or XLSX file into rows of text, or refuses it with a sentence; nothing in it is trusted."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePosixPath
from time import monotonic
from xml.parsers import expat

import openpyxl

LARGEST_FILE = 25 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 2_000
MOST_TIMES_LARGER = 100
SMALL_PART = 1024 * 1024  # a small part of a few repeated words packs better than 100 to 1 without harm
MOST_ROWS = 50_000
MOST_COLUMNS = 1_000
LONGEST_CELL = 20_000
MOST_SECONDS = 30.0  # of reading: the person waits for it
Reader = Callable[[str, bytes], tuple[Iterable[tuple[int, tuple[str, ...]]], str]]
_NESTED = (".zip", ".gz", ".7z", ".rar", ".xlsx", ".docx", ".jar")


class UnreadableError(ValueError):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """The table in a file: its header, its rows (numbered as a spreadsheet shows them) and the digest of the file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    digest: str
    encoding: str


def read(name: str, data: bytes) -> Sheet:
    """Return the table in an uploaded file; raise UnreadableError with the reason and the next step."""
    shown = PurePosixPath(name.replace("\\", "/")).name
    if not data:
        raise UnreadableError(f"`{shown}` is empty. Export it again from your management system.")
    if len(data) > LARGEST_FILE:
        raise UnreadableError(
            f"`{shown}` is {len(data) // 1024 // 1024} MB; the most is {LARGEST_FILE // 1024 // 1024} MB. Export one year or one group at a time."
        )
    reader = _reader(shown, data)
    table, encoding = reader(shown, data)
    return _sheet(shown, table, hashlib.sha256(data).hexdigest(), encoding)


def _reader(name: str, data: bytes) -> Reader:
    kind = PurePosixPath(name).suffix.lower()
    packed = data.startswith(b"PK\x03\x04")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError(
            f"`{name}` is in the old Excel format (or has a password). Save it as .xlsx or .csv and try again."
        )
    if kind == ".xlsx" and packed:
        return _xlsx
    if kind in (".csv", ".txt") and not packed and not data.startswith((b"%PDF", b"<", b"{\\rtf")):
        return _csv
    raise UnreadableError(
        f"`{name}` is not a CSV or XLSX file by its name and its first bytes. Export the list as .csv or .xlsx and try again."
    )


def _sheet(name: str, table: Iterable[tuple[int, tuple[str, ...]]], digest: str, encoding: str) -> Sheet:
    filled = [(number, row) for number, row in _limited(name, table) if any(cell.strip() for cell in row)]
    if not filled:
        raise UnreadableError(f"`{name}` has no rows. Export it again with the columns' names in the first row.")
    header = tuple(cell.strip() for cell in filled[0][1])
    while header and not header[-1]:
        header = header[:-1]
    _no_doubles(name, header)
    if len(filled) == 1:
        raise UnreadableError(
            f"`{name}` has a first row of column names and nothing below it. Export it again with its rows."
        )
    return Sheet(name, header, tuple((number, _fit(row, len(header))) for number, row in filled[1:]), digest, encoding)


def _fit(row: tuple[str, ...], width: int) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row[:width]) + ("",) * (width - len(row))


def _no_doubles(name: str, header: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for title in header:
        key = title.casefold()
        if key and key in seen:
            raise UnreadableError(f"`{name}` has two columns called `{title}`. Rename or remove one and try again.")
        seen.add(key)


def _limited(name: str, table: Iterable[tuple[int, tuple[str, ...]]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    until = monotonic() + MOST_SECONDS
    for number, row in table:
        if monotonic() > until:
            raise UnreadableError(f"`{name}` took more than {MOST_SECONDS:.0f} seconds to read, up to row {number:,}. Split it and import the parts.")
        if number > MOST_ROWS:
            raise UnreadableError(f"`{name}` has more than {MOST_ROWS:,} rows. Split it and import the parts.")
        if len(row) > MOST_COLUMNS:
            raise UnreadableError(
                f"`{name}` has more than {MOST_COLUMNS:,} columns in row {number}. Export fewer columns or one term at a time."
            )
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise UnreadableError(
                f"`{name}` has a cell of more than {LONGEST_CELL:,} characters in row {number}. Shorten it and try again."
            )
        yield number, row


def _csv(name: str, data: bytes) -> tuple[Iterable[tuple[int, tuple[str, ...]]], str]:
    text, encoding = _decode(name, data)
    if "\0" in text:
        raise UnreadableError(f"`{name}` holds bytes that are not text. Export it again as CSV.")
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as reason:
        raise UnreadableError(
            f"`{name}` could not be read as CSV ({reason}). Look for a quotation mark that is opened and not closed."
        ) from reason
    return [(number, tuple(row)) for number, row in enumerate(rows, start=1)], encoding


def _decode(name: str, data: bytes) -> tuple[str, str]:
    """Return the text and its encoding: the byte order mark decides, then UTF-8, then Windows Western."""
    tried = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in tried:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableError(f"`{name}` is neither UTF-8 nor Windows text. Save it as CSV UTF-8 and try again.")


def _xlsx(name: str, data: bytes) -> tuple[Iterable[tuple[int, tuple[str, ...]]], str]:
    _check_package(name, data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = list(_limited(name, _cells(sheet)))
    except UnreadableError:
        raise
    except (KeyError, ValueError, IndexError, TypeError, zipfile.BadZipFile, SyntaxError) as reason:
        raise UnreadableError(
            f"`{name}` could not be opened as a workbook. Open it in your spreadsheet program, save it as .xlsx and try again."
        ) from reason
    return rows, "xlsx"


def _cells(sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, row in enumerate(
        sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True), start=1
    ):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield number, tuple(cells)


def _text(value: object) -> str:
    """Return a cell as its CSV would hold it; a formula keeps its equals sign and is refused where it is used."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _check_package(name: str, data: bytes) -> None:
    """Raise UnreadableError for an archive that unpacks too large, points outside itself, nests another or declares a document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _check_parts(name, parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _no_document_type(name, package, part)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as reason:
        raise UnreadableError(
            f"`{name}` is damaged or has a password. Save it again as .xlsx without a password."
        ) from reason


def _check_parts(name: str, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise UnreadableError(
            f"`{name}` has {len(parts):,} parts inside; a workbook has fewer than {MOST_PARTS:,}. Save it again and try that."
        )
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise UnreadableError(
            f"`{name}` unpacks to more than {LARGEST_UNPACKED // 1024 // 1024} MB. Export one year or one group at a time."
        )
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if (
            path.is_absolute()
            or ".." in path.parts
            or stat.S_ISLNK(part.external_attr >> 16)
            or path.suffix.lower() in _NESTED
        ):
            raise UnreadableError(f"`{name}` holds a part that no workbook has (`{part.filename}`). It was not opened.")
        if part.file_size > SMALL_PART and part.file_size > MOST_TIMES_LARGER * max(part.compress_size, 1):
            raise UnreadableError(
                f"`{name}` unpacks to more than {MOST_TIMES_LARGER} times its size. It was not opened; export it again."
            )


class _RootReachedError(Exception):
    """The first element was reached: a document type can no longer follow."""


def _no_document_type(name: str, package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    def refuse(*_: object) -> None:
        raise UnreadableError(
            f"`{name}` declares a document type inside, which no spreadsheet program writes. It was not opened."
        )

    def stop(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with package.open(part) as stream:
            parser.ParseFile(stream)
    except _RootReachedError:
        return
    except expat.ExpatError as reason:
        raise UnreadableError(
            f"`{name}` is damaged inside (`{part.filename}`). Save it again as .xlsx and try that."
        ) from reason
