"""The columns each kind of import understands and how a header finds its field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """A field of an import: what people read, the headers that mean it and whether a row needs it."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    needed: bool = False


#: A pupil is found by UPN, else by names and birth date.
_WHO = (
    Field("upn", "UPN", ("upn", "unique pupil number", "pupil upn")),
    Field("legal_family", "Surname", ("surname", "legal surname", "family name", "last name", "pupil surname")),
    Field("legal_given", "Forename", ("forename", "legal forename", "first name", "given name", "pupil forename")),
    Field("born", "Date of birth", ("dob", "date of birth", "birth date", "pupil dob")),
)

PUPILS = (
    _WHO[0],
    Field("former_upn", "Former UPN", ("former upn", "previous upn")),
    Field(_WHO[1].key, _WHO[1].label, _WHO[1].aliases, needed=True),
    Field(_WHO[2].key, _WHO[2].label, _WHO[2].aliases, needed=True),
    Field("legal_middle", "Middle names", ("middle name", "middle names", "middlename")),
    Field("preferred_family", "Preferred surname", ("preferred surname", "chosen surname", "known as surname")),
    Field(
        "preferred_given",
        "Preferred forename",
        ("preferred forename", "chosen forename", "preferred name", "chosen name", "known as"),
    ),
    Field(_WHO[3].key, _WHO[3].label, _WHO[3].aliases, needed=True),
    Field("sex", "Sex", ("sex", "gender", "legal sex")),
    Field(
        "year_group",
        "Year group",
        ("nc year", "ncyear", "ncyearactual", "year", "year group", "national curriculum year"),
    ),
    Field(
        "group",
        "Class",
        ("class", "reg group", "registration group", "reg", "tutor group", "form", "registration form"),
    ),
    Field(
        "admitted_on",
        "Admission date",
        ("admission date", "date of admission", "doa", "entry date", "start date", "starting day"),
        needed=True,
    ),
    Field("left_on", "Leaving date", ("leaving date", "date of leaving", "leave date", "dol")),
    Field("address", "Address", ("address", "home address", "address block", "full address")),
    Field("postcode", "Postcode", ("postcode", "post code", "home postcode")),
    Field("language", "First language", ("first language", "language", "home language")),
    Field("last_school", "Last school", ("last school", "previous school", "former school")),
    Field("home_school", "Home school", ("home school", "main school")),
    Field("commissioner", "Commissioner", ("commissioner", "commissioning authority", "placing authority")),
    Field("pattern", "Commissioned sessions", ("commissioned sessions", "attendance pattern", "pattern")),
    Field("sessions_per_week", "Sessions a week", ("sessions per week", "sessions a week")),
    Field("model", "Placement model", ("placement model", "model", "enrolment status", "enrol status")),
)

CONTACTS = (
    *_WHO,
    Field("priority", "Priority", ("priority", "order", "contact priority", "contact order")),
    Field("title", "Contact title", ("contact title", "title")),
    Field(
        "family",
        "Contact surname",
        ("contact surname", "contact family name", "contact last name", "parent surname", "contact 1 surname"),
        needed=True,
    ),
    Field(
        "given", "Contact forename", ("contact forename", "contact first name", "parent forename", "contact 1 forename")
    ),
    Field(
        "relationship",
        "Relationship",
        ("relationship", "relation", "contact relationship", "relationship to pupil"),
        needed=True,
    ),
    Field(
        "parental_responsibility",
        "Parental responsibility",
        ("parental responsibility", "responsibility", "pr", "has parental responsibility"),
    ),
    Field("lives_with", "Lives with", ("lives with", "lives with pupil", "same address", "address as pupil")),
    Field(
        "phone",
        "Telephone",
        ("telephone", "phone", "mobile", "mobile phone", "contact telephone", "main telephone", "telephone number"),
    ),
    Field(
        "phone_2", "Second telephone", ("telephone 2", "phone 2", "second telephone", "home phone", "home telephone")
    ),
    Field("phone_3", "Third telephone", ("telephone 3", "phone 3", "work phone", "work telephone", "third telephone")),
    Field("email", "E-mail", ("email", "e mail", "email address", "contact email")),
    Field("address", "Contact address", ("contact address", "address")),
)

CLASSES = (
    Field(
        "name",
        "Class",
        ("class", "class name", "reg group", "registration group", "name", "group", "form"),
        needed=True,
    ),
    Field("year_group", "Year group", ("nc year", "ncyear", "year", "year group")),
    Field(
        "staff", "Teacher's e-mail", ("teacher email", "teacher", "email", "staff email", "tutor email", "reg tutor")
    ),
    Field("first", "From", ("from", "start date", "first day", "valid from")),
)

MARKS = (
    *_WHO,
    Field("day", "Date", ("date", "mark date", "session date", "attendance date", "day")),
    Field("session", "Session", ("session", "am pm", "am/pm", "period", "time")),
    Field("mark", "Mark", ("mark", "code", "attendance code", "attendance mark", "mark code")),
    Field("minutes", "Minutes late", ("minutes late", "mins late", "minutes", "late minutes")),
    Field("note", "Comment", ("comment", "note", "reason", "comments")),
    Field(
        "starts",
        "Marks start",
        ("attendance start date", "marks start", "start date", "attendancestartdate", "string start"),
    ),
    Field("marks", "Marks string", ("attendance marks", "marks", "attendancemarks", "mark string", "marks string")),
)

KINDS: dict[str, tuple[Field, ...]] = {"pupils": PUPILS, "contacts": CONTACTS, "classes": CLASSES, "marks": MARKS}
LABELS = {"pupils": "Pupils", "contacts": "Contacts", "classes": "Classes", "marks": "Past marks"}


@dataclass(frozen=True)
class Mapped:
    """Which column holds each field, which columns nobody claimed and which needed fields have no column."""

    columns: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = field(default=())


def plain(title: str) -> str:
    """Return a header without case, spaces or signs, so that `Reg. Group` meets `reg group`."""
    return re.sub(r"[^a-z0-9]", "", title.casefold())


def match(
    header: Sequence[str],
    fields: Sequence[Field],
    chosen: Mapping[str, str] | None = None,
    skip: frozenset[int] = frozenset(),
) -> Mapped:
    """Return the column of each field: what was chosen (header to field key) first, then the common names."""
    said = {plain(title): key for title, key in (chosen or {}).items()}
    known = {item.key for item in fields}
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        key = said.get(plain(title))
        if key in known and index not in skip:
            columns.setdefault(str(key), index)
    for item in fields:
        _find(item, header, said, columns, skip)
    taken = set(columns.values()) | skip
    unknown = tuple(
        title for index, title in enumerate(header) if title and index not in taken and said.get(plain(title)) != ""
    )
    return Mapped(columns, unknown, tuple(item.label for item in fields if item.needed and item.key not in columns))


def _find(
    item: Field, header: Sequence[str], said: Mapping[str, str], columns: dict[str, int], skip: frozenset[int]
) -> None:
    if item.key in columns:
        return
    names = {plain(item.label), *(plain(alias) for alias in item.aliases)}
    for index, title in enumerate(header):
        free = index not in columns.values() and index not in skip and plain(title) not in said
        if free and plain(title) in names:
            columns[item.key] = index
            return
