"""The forms of the pupils room: what is typed, read into the values that the services take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from intranet.errors import Refused
from intranet.pupils import flags, upn
from intranet.pupils.admission import Draft
from intranet.pupils.classes import KINDS, STAFF_ROLES
from intranet.pupils.particulars import SEXES, ContactDraft, Particulars
from intranet.pupils.rules import year_label
from intranet.web.kit import Form, WriteForm, choices, required
from intranet.web.rules import LARGEST

DATES = ["%Y-%m-%d", "%d/%m/%Y"]
YEARS = [(year, year_label(year)) for year in range(-2, 15)]
OPTIONAL = [Optional(strip_whitespace=True)]


def _number(text: str | None) -> int | None:
    return _id(text) if text not in (None, "", "None") else None


def _id(text: str | None) -> int:
    """Return the number of a choice; raise ValueError for what no id can be."""
    number = int(text or "")
    if not 0 - LARGEST <= number <= LARGEST:
        raise ValueError("longer than any id")
    return number


def words(label: str, longest: int = 80, hint: str = "", **more: Any) -> StringField:
    """Return a one-line field that is never longer than its column."""
    return StringField(
        label,
        [Length(max=longest, message=f"{label}: use at most {longest} characters.")],
        description=hint,
        filters=[_tidy],
        **more,
    )


def lines(label: str, longest: int = 500, hint: str = "") -> TextAreaField:
    """Return a field of several lines."""
    return TextAreaField(
        label,
        [Length(max=longest, message=f"{label}: use at most {longest} characters.")],
        description=hint,
        filters=[_tidy],
    )


def day(label: str, hint: str = "", validators: Sequence[Any] = ()) -> DateField:
    """Return a date field that takes 2025-09-03 and 03/09/2025."""
    return DateField(label, [*(validators or OPTIONAL)], format=DATES, description=hint)


def _tidy(text: str | None) -> str:
    return (text or "").strip()


class PupilForm(WriteForm):
    """The particulars of the admission register."""

    legal_given = words("Forename (legal)")
    legal_middle = words("Middle names")
    legal_family = words("Surname (legal)")
    preferred_given = words("Preferred forename", hint="The name used at school, where it is another")
    preferred_family = words("Preferred surname")
    born = day("Date of birth")
    sex = SelectField("Sex", choices=choices(SEXES.items(), blank="Not known yet"), default="")
    upn = words("UPN", 20, "13 characters; leave empty where there is none")
    former_upn = words("Former UPN", 20)
    year_group = SelectField(
        "Year group", choices=choices(YEARS, blank="None"), coerce=_number, default=""
    )
    address = lines("Home address")
    postcode = words("Postcode", 10)
    address_protected = BooleanField("Protect the address: only the head and the safeguarding leads see it")
    future_address = lines("Future address", hint="When a parent has told the school")
    future_address_from = day("Lives there from")
    last_school = words("Last school", 200, "Its name, or “none”")
    last_school_address = lines("Last school's address")
    other_school = words("Other school attended", 200)
    other_school_from = day("Attends it from")
    language = words("First language", 40)
    boarder = BooleanField("Boards at the school")
    offer_here = IntegerField(
        "Sessions a week offered here", [*OPTIONAL, NumberRange(0, 14, "Sessions a week: use a number from 0 to 14.")]
    )
    offer_elsewhere = IntegerField(
        "Sessions a week elsewhere", [*OPTIONAL, NumberRange(0, 14, "Sessions a week: use a number from 0 to 14.")]
    )
    version = IntegerField(default=1, widget=HiddenInput())

    def particulars(self, kept: Mapping[str, Any] | None = None) -> Particulars:
        """Return what was typed, with the values ``kept`` for fields that were not drawn."""
        plain = ("legal_given", "legal_middle", "legal_family", "preferred_given", "preferred_family", "born", "sex", "year_group", "address",
                 "postcode", "address_protected", "future_address", "future_address_from", "last_school", "last_school_address",
                 "other_school", "other_school_from", "language", "boarder")  # fmt: skip
        values = {key: self[key].data for key in plain if key in self} | dict(kept or {})
        offer = {
            key: value
            for key, value in (("here", self.offer_here.data), ("elsewhere", self.offer_elsewhere.data))
            if value is not None
        }
        return Particulars(
            **values,
            upn=upn.tidy(self.upn.data or "") or None,
            former_upn=upn.tidy(self.former_upn.data or "") or None,
            offer=offer,
        )

    def fill(self, row: Mapping[str, Any]) -> None:
        """Show a pupil's particulars as they are."""
        for field in self:
            if field.name in row and field.name not in ("rid", "drawn"):
                field.data = row[field.name]
        offer = row["offer"] or {}
        self.offer_here.data, self.offer_elsewhere.data = offer.get("here"), offer.get("elsewhere")


class PupilFormWithoutAddress(PupilForm):
    """The particulars for someone who may not see a protected address: its fields are not there to be sent."""

    address = None  # type: ignore[assignment]
    postcode = None  # type: ignore[assignment]
    address_protected = None  # type: ignore[assignment]
    future_address = None  # type: ignore[assignment]
    future_address_from = None  # type: ignore[assignment]


class ContactFields(PlainForm):
    """An adult, inside another form or as one."""

    title = words("Title", 20)
    given = words("Forename")
    family = words("Surname")
    relationship = words("Who this is to the child", 40, "For example mother, stepfather, foster carer, neighbour")
    phones = words("Telephone numbers", 200, "In the order to try, with commas between")
    email = words("E-mail", 200)
    address = lines("Address", hint="Leave empty where it is the child's")
    is_parent = BooleanField("Parent: natural parent, parental responsibility, or has care of the child")
    parental_responsibility = BooleanField("Has parental responsibility")
    lives_with = BooleanField("The child normally lives with this adult")
    do_not_contact = BooleanField("Do not contact")

    def contact(self) -> ContactDraft:
        """Return the adult as typed."""
        plain = {field.name.rsplit("-", 1)[-1]: field.data for field in self}
        numbers = tuple(number.strip() for number in re.split(r"[,;\n]", plain.pop("phones") or "") if number.strip())
        return ContactDraft(
            phones=numbers, **{key: value for key, value in plain.items() if key in ContactDraft.__dataclass_fields__}
        )

    def is_empty(self) -> bool:
        """Return whether nothing was typed."""
        return not any(field.data for field in self)


class ContactForm(WriteForm, ContactFields):
    """One adult on a page of their own."""


class AdmitForm(PupilForm):
    """An admission: the particulars, the agreed day, the placement, the class and the first three adults."""

    starting_day = day(
        "Starting day", "The day agreed with whoever controls attendance; the name is entered before the first session"
    )
    model = SelectField("Placement model", validate_choice=False)
    home_school = words("Home school", 200, "Who placed the pupil, where another school keeps the roll")
    commissioner = words("Commissioner", 200, "The authority or school that pays, where there is one")
    pattern = words("Commissioned sessions", 200, "For example Mon to Wed mornings; Thu 10:00 to 11:30")
    group_id = SelectField("Class", coerce=_number, validate_choice=False)
    flags = SelectMultipleField("Flags", choices=choices((kind.key, kind.label) for kind in flags.KINDS))
    contacts = FieldList(FormField(ContactFields), min_entries=3, max_entries=8)

    def offer_choices(self, models: Sequence[tuple[str, str]], groups: Sequence[tuple[int, str]]) -> None:
        """Show the setting's own placement models and classes."""
        self.model.choices = (
            choices(models, blank="Choose the placement model")
            if len(models) > 1
            else choices(models or [("own_roll", "On our roll")])
        )
        self.group_id.choices = choices(groups, blank="No class yet")

    def draft(self) -> Draft:
        """Return the admission as typed; empty contact blocks are left out."""
        agreement = {key: self[key].data for key in ("home_school", "commissioner", "pattern") if self[key].data}
        if self.offer_here.data is not None:
            agreement["sessions_per_week"] = self.offer_here.data
        people = tuple(entry.form.contact() for entry in self.contacts if not entry.form.is_empty())
        return Draft(
            self.particulars(),
            self.starting_day.data,
            self.model.data or None,
            agreement,
            {},
            people,
            tuple(self.flags.data or ()),
            self.group_id.data,
        )

    def take(self, refused: Refused) -> None:
        """Put a refusal beside the fields it names, the contacts' own fields included."""
        super().take(refused)
        filled = [entry for entry in self.contacts if not entry.form.is_empty()]
        for problem in refused.fields:
            found = re.fullmatch(r"contact-(\d+)-(\w+)", problem.field)
            if found and int(found[1]) <= len(filled) and found[2] in filled[int(found[1]) - 1].form:
                field = filled[int(found[1]) - 1].form[found[2]]
                field.errors = (*field.errors, problem.text)


class FlagForm(WriteForm):
    """A dated flag."""

    kind = SelectField("Flag", choices=choices(((kind.key, kind.label) for kind in flags.KINDS), blank="Choose a flag"))
    first = day("From", validators=[required("Enter the first day of the flag.")])
    last = day("Until")
    source = words("Source", 200, "Who said so: the parent, the authority, the last school")
    note = lines("Note")


class PlacementForm(WriteForm):
    """Another placement from a day on."""

    model = SelectField("Placement model", validate_choice=False)
    first = day("From", validators=[required("Enter the first day of the placement.")])
    last = day("Until")
    home_school = words("Home school", 200)
    commissioner = words("Commissioner", 200)
    reason = words("Primary reason", 200)
    sessions_per_week = IntegerField(
        "Sessions a week", [*OPTIONAL, NumberRange(0, 14, "Sessions a week: use a number from 0 to 14.")]
    )
    pattern = words("Attendance pattern", 200, "For example Tuesday and Thursday mornings")

    def agreement(self) -> dict[str, Any]:
        """Return what was agreed."""
        keys = ("home_school", "commissioner", "reason", "sessions_per_week", "pattern")
        return {key: self[key].data for key in keys if self[key].data not in (None, "")}


class EndForm(WriteForm):
    """The last day of something, and why."""

    last = day("Last day", validators=[required("Enter the last day.")])
    reason = lines("Reason")


class ClassForm(WriteForm):
    """A new class."""

    name = words("Name", 60)
    kind = SelectField("Kind", choices=choices(KINDS.items()))
    year_group = SelectField(
        "Year group", choices=choices(YEARS, blank="Mixed"), coerce=_number, default=""
    )
    first = day("From", validators=[required("Enter the first day of the class.")])


class MoveForm(WriteForm):
    """Pupils who move to another class from a day on."""

    pupil = SelectMultipleField("Pupils", coerce=_id, validate_choice=False)
    group_id = SelectField("Move to", coerce=_number, validate_choice=False)
    first = day("From", validators=[required("Enter the first day in the new class.")])


class StaffForm(WriteForm):
    """Who takes a class's registers."""

    account_id = SelectField("Who", coerce=_number, validate_choice=False)
    role = SelectField("As", choices=choices(STAFF_ROLES.items()))
    first = day("From", validators=[required("Enter the first day.")])
    last = day("Until", "For cover: the last day, which may be the first")


class MergeForm(WriteForm):
    """The duplicate to merge into this pupil, and why."""

    duplicate_id = SelectField("Duplicate", coerce=_number, validate_choice=False)
    reason = lines("How you know they are the same child")
    do = StringField(default="look")  # the button pressed: look, or merge


class SearchForm(Form):
    """A name to look for."""

    q = words("Name", 80)


class RolloverForm(WriteForm):
    """Leavers and class names for the coming year."""

    open_prefixes = ("class-",)
    leaver = SelectMultipleField("Leavers", coerce=_id, validate_choice=False)

    def names(self, sent: Mapping[str, str]) -> dict[int, str]:
        """Return the name typed for each class, by its id."""
        return {
            int(key.removeprefix("class-")): sent[key].strip() for key in sent if re.fullmatch(r"class-\d{1,9}", key)
        }


class PressForm(Form):
    """A button that changes one thing by its address; anything sent with it is not ours."""


class UndoForm(WriteForm):
    """Undo the rollover."""


def sent_day(field: DateField) -> date:
    """Return the day of a field that its form asks for; raise Refused when none was sent."""
    if field.data is None:
        raise Refused(field.label.text, None, "Nothing was entered", "Enter a day", fields=(field.name,))
    return field.data
