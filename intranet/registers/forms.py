"""The forms of the registers room; the grid's own fields are read by rules.py."""

from __future__ import annotations

from datetime import datetime

from wtforms import HiddenField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import Length, Optional, ValidationError

from intranet.web.kit import Form, WriteForm, required

#: The seven reasons of the late desk by their keys: (key, what it says, the code it stands for after the close).
ARRIVALS = (
    ("1", "Overslept or left late", ""),
    ("2", "Transport", ""),
    ("3", "Medical or dental appointment", "M"),
    ("4", "Family reason", ""),
    ("5", "Ill earlier, better now", "I"),
    ("6", "Other", ""),
)
ADULTS = (("p", "Parent or carer here"), ("o", "Another adult here"), ("n", "No adult here"))


def a_time(field: StringField) -> None:
    """Raise ValidationError with a sentence unless the field is a 24-hour time or empty."""
    text = (field.data or "").strip()
    try:
        if text:
            datetime.strptime(text.replace(".", ":"), "%H:%M")  # noqa: DTZ007 (a time of day has no zone)
    except ValueError:
        raise ValidationError(f"{field.label.text} “{text[:20]}” is not a time. Enter a 24-hour time like 09:05.") from None


class ClockField(StringField):
    """A time of day as people type it."""

    def pre_validate(self, form: object) -> None:
        """Refuse what is not a time."""
        a_time(self)

    def on(self, day: datetime) -> datetime | None:
        """Return the moment on a day; None when nothing was entered."""
        text = (self.data or "").strip().replace(".", ":")
        if not text:
            return None
        at = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
        return datetime.combine(day.date(), at, day.tzinfo)


class RegisterForm(WriteForm):
    """A whole register in one form; ``act`` is which button sent it."""

    open_prefixes = ("mark-", "minutes-", "note-")
    act = HiddenField(default="save")
    rest = HiddenField(default="")
    shown = HiddenField(default="")
    mode = HiddenField(default="")
    reason = StringField("Reason", [Length(max=300)])
    paper_by = StringField("Taken by", [Length(max=80)])
    paper_at = ClockField("Taken at")


class AmendForm(WriteForm):
    """One mark, amended with its reason."""

    mark = SelectField("New mark", [required("New mark: nothing was chosen. Choose the mark that is right.")], validate_choice=True)
    minutes = StringField("Minutes late", [Optional()])
    note = StringField("Note", [Length(max=500, message="Note: 500 characters fit. Shorten it.")])
    reason = StringField("Reason for the change", description="Such as who rang and when. It is printed with the register.")

    def validate_minutes(self, field: StringField) -> None:
        """Refuse what is not a number of minutes."""
        if field.data and not (field.data.strip().isdigit() and len(field.data.strip()) < 4):
            raise ValidationError(f"Minutes late “{field.data[:20]}” is not a number of minutes. Enter a whole number like 8.")


class LateForm(WriteForm):
    """A late arrival at the desk."""

    pupil = StringField("Pupil")
    q = StringField("Name", [Length(max=60)])
    at = ClockField("Arrived at")
    why = RadioField("Reason", choices=[(key, f"{key} {label}") for key, label, _ in ARRIVALS], validate_choice=False)
    adult = RadioField("Adult with the pupil", choices=list(ADULTS), validate_choice=False)
    more = StringField("More about it", [Length(max=200)])


class SignOutForm(WriteForm):
    """A pupil who is collected before the end of the day."""

    pupil = StringField("Pupil")
    q = StringField("Name", [Length(max=60)])
    collector = StringField("Collected by")
    other = StringField("Somebody else's name", [Length(max=120)])
    authorised_by = StringField("Authorised by", [Length(max=120)], description="The senior leader who agreed to it.")
    reason = StringField("Reason", [Length(max=200)], description="Such as dental appointment at 11:00.")
    expected_back = ClockField("Expected back at", description="Leave empty if not today.")


class DeskRowForm(WriteForm):
    """One button beside a row of the desk."""

    movement = StringField("Entry")
    go = SubmitField("Go")


class NudgeForm(WriteForm):
    """A reminder about one register."""

    register = StringField("Register")


class HistoryForm(Form):
    """Which state of a register to read."""

    as_of = StringField("As of")
    view = RadioField("View", choices=[("stands", "As it stands"), ("stood", "As it stood"), ("known", "As it was known")])
