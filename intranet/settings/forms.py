"""The forms of this room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from intranet.people.forms import given
from intranet.settings.service import NewClosure
from intranet.settings.terms import NAMES, YearDates
from intranet.web.kit import WriteForm, choices, required

KINDS = {
    "snow": "Unplanned: snow, flood, no heating",
    "closure": "Planned: polling day, strike known beforehand",
    "inset": "INSET day",
}
CODES = {"snow": "Y4", "closure": "#", "inset": "#"}
WHOLE = {"": "The whole day", "AM": "The morning only", "PM": "The afternoon only"}
LONGEST_CLOSURE = timedelta(days=366)


class CloseForm(WriteForm):
    """Days, or a part of them, without school."""

    kind = RadioField("What happens", choices=choices(KINDS.items()),
                      validators=[required("What happens: nothing was chosen. Choose unplanned, planned or INSET.")])  # fmt: skip
    first = DateField("First day", [required("First day: nothing was entered. Enter the first day the setting is closed, like 14/10/2025.")])
    last = DateField("Last day", [Optional()], description="Leave empty for one day")
    part = SelectField("Part of the day", choices=choices(WHOLE.items()), default="")
    group = SelectField("For whom", default="")
    label = StringField("What people will read", [
        required("What people will read: nothing was entered. Enter a few words, like Snow."),
        Length(max=120, message="What people will read: it is too long. Use at most 120 characters."),
    ])  # fmt: skip
    version = IntegerField(default=0, widget=HiddenInput())
    confirm = HiddenField(default="")

    def name_codes(self, has: Callable[[str], bool]) -> None:
        """Say with each kind which code it leads to, where the setting has that code."""
        said = {"Y4": " (proposes Y4)", "#": " (#)"}
        self.kind.choices = choices((key, label + (said[CODES[key]] if has(CODES[key]) else "")) for key, label in KINDS.items())

    def validate_last(self, field: DateField) -> None:
        """Refuse a last day before the first, or a year of closure (a slip in the year)."""
        if not (self.first.data and field.data):
            return
        said = f"Last day: “{field.data:%d/%m/%Y}”"
        if field.data < self.first.data:
            raise ValidationError(f"{said} is before the first day, {self.first.data:%d/%m/%Y}. Enter a later day.")
        if field.data - self.first.data > LONGEST_CLOSURE:
            raise ValidationError(f"{said} is more than a year after the first day. Check the year.")

    def closure(self) -> NewClosure:
        """Return what was entered."""
        first = given(self.first.data)
        planned = self.kind.data != "snow"
        group = int(self.group.data) if self.group.data else None
        return NewClosure(first, self.last.data or first, self.kind.data, given(self.label.data).strip(), planned, self.part.data or None, group)


class WithdrawForm(WriteForm):
    """Taking a closure back."""

    reason = TextAreaField("Reason", [
        required("Reason: nothing was entered. Enter why the closure is withdrawn."),
        Length(max=2000, message="Reason: it is too long. Use at most 2,000 characters."),
    ])  # fmt: skip


class HouseValueForm(WriteForm):
    """The setting's own value for a parameter."""

    value = StringField("Value", [required("Value: nothing was entered. Enter the value the setting has decided.")])
    reason = TextAreaField("Reason", [
        required("Reason: nothing was entered. Enter why the setting decided so, and who decided."),
        Length(max=2000, message="Reason: it is too long. Use at most 2,000 characters."),
    ])  # fmt: skip
    first = DateField("From", [required("From: nothing was entered. Enter the first day it counts, like 14/10/2025.")])
    last = DateField("Until", [Optional()], description="Leave empty if no end is known")

    def validate_last(self, field: DateField) -> None:
        """Refuse an end before the beginning."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(f"Until: “{field.data:%d/%m/%Y}” is before the first day, {self.first.data:%d/%m/%Y}. Enter a later day.")


class OpenForm(WriteForm):
    """A new setting of a type chosen before."""

    name = StringField("Name", [
        required("Name: nothing was entered. Enter what the setting is called."),
        Length(max=120, message="Name: it is too long. Use at most 120 characters."),
    ])  # fmt: skip
    organisation = SelectField("Belongs to")
    legal_type = SelectField("What it is in law")
    phase = SelectField("Phase")
    authority = StringField("Local authority", [Length(max=120, message="Local authority: it is too long. Use at most 120 characters.")],
                            description="Whose area it is in")  # fmt: skip
    terms = SelectField("Term dates", description="Half-terms are copied; INSET days and closures are not")

    def validate_name(self, field: StringField) -> None:
        """Refuse a name of spaces."""
        if not (field.data or "").strip():
            raise ValidationError("Name: nothing was entered. Enter what the setting is called.")


class EndValueForm(WriteForm):
    """The last day of a house value."""

    last = DateField("Last day", [required("Last day: nothing was entered. Enter the last day it counts, like 14/10/2025.")])
    reason = TextAreaField("Reason", [
        required("Reason: nothing was entered. Enter why the setting ends it, and who decided."),
        Length(max=2000, message="Reason: it is too long. Use at most 2,000 characters."),
    ])  # fmt: skip


class TermsForm(WriteForm):
    """A school year: a first and a last day for each half-term (``first_1`` ... ``last_6``), and the INSET days."""

    inset = TextAreaField("INSET days", [Length(max=2000, message="INSET days: it is too long. Enter one date on each line.")],
                          description="One date on each line, like 01/09/2026")  # fmt: skip
    version = IntegerField(default=0, widget=HiddenInput())
    confirm = HiddenField(default="")

    @classmethod
    def showing(cls, dates: YearDates) -> TermsForm:
        """Return the form filled with dates."""
        given_days = {f"{which}_{n}": getattr(p, which) for n, p in enumerate(dates.periods[: len(NAMES)], start=1) for which in ("first", "last")}
        return cls(formdata=None, data={"inset": "\n".join(f"{d:%d/%m/%Y}" for d in dates.inset), **given_days})

    def pairs(self) -> list[tuple[date | None, date | None]]:
        """Return the first and last day of each half-term as entered."""
        return [(self[f"first_{n}"].data, self[f"last_{n}"].data) for n in range(1, len(NAMES) + 1)]


for _n, _name in enumerate(NAMES, start=1):
    setattr(TermsForm, f"first_{_n}", DateField(f"{_name}: first day", [Optional()]))
    setattr(TermsForm, f"last_{_n}", DateField(f"{_name}: last day", [Optional()]))
