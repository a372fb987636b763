"""The forms of the desks and of paper registers."""

from __future__ import annotations

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from intranet.registers.desk_children import Child
from intranet.web.kit import Form, WriteForm, choices

NOBODY, OTHER = "none", "other"
WHOLE = (("week", "The week"), ("half_term", "The half-term"))
KINDS = (("filled", "Filled in"), ("blank", "Blank"))


class FindForm(Form):
    """The first letters of a name; ``pupil`` is the one chosen from a list."""

    q = StringField("First letters of the name", validators=[Length(max=80)])
    pupil = IntegerField("Pupil", validators=[Optional()])


class ArrivalForm(WriteForm):
    """A pupil at the hatch: ``keys`` is the reason's number with an adult's letter, ``choice`` a reason's own button."""

    pupil = IntegerField("Pupil", widget=HiddenInput())
    keys = StringField("Reason number, then the adult’s letter if one came", validators=[Length(max=20)])
    choice = StringField("Reason", validators=[Length(max=20)])
    adult = RadioField("Adult who came with the pupil", default=NOBODY)
    adult_name = StringField("Somebody else’s name", validators=[Length(max=120)])
    at = TimeField("Arrived at", validators=[Optional()])
    note = StringField("Note", validators=[Length(max=200)])

    def adult_choice(self) -> str:
        """Return which adult was ticked."""
        return str(self.adult.data or NOBODY)


class DepartureForm(WriteForm):
    """A pupil who is collected."""

    pupil = IntegerField("Pupil", widget=HiddenInput())
    adult = RadioField("Collected by", default="")
    adult_name = StringField("Name, if it is somebody else", validators=[Length(max=120)])
    leader = SelectField("Authorised by")
    reason = SelectField("Reason")
    at = TimeField("Leaves at", validators=[Optional()])
    expected_back = TimeField("Expected back at", description="Leave it empty if not today.", validators=[Optional()])
    note = StringField("Note", validators=[Length(max=200)])


class UndoForm(WriteForm):
    """One button."""


class PrintForm(Form):
    """What to print of a class."""

    whole = SelectField("Print", choices=choices(WHOLE), default="week")
    day = DateField("Of the day")
    kind = SelectField("As", choices=choices(KINDS), default="filled")


class PaperForm(WriteForm):
    """A register that was taken on paper; the marks are the grid's own fields."""

    open_prefixes = ("mark-", "minutes-", "note-")
    shown = HiddenField(default="")
    paper_by = StringField("Taken by", description="The name on the sheet.", validators=[Length(max=80)])
    paper_at = TimeField("Taken at", description="The time on the sheet, such as 09:05.")
    reason = StringField("Reason, if a saved mark changes", validators=[Length(max=300)])


def drawn_for(form: WriteForm, child: Child) -> None:
    """Put what the page knows of a pupil into a form."""
    form["pupil"].data = child.id
    form.drawn.data = child.drawn
