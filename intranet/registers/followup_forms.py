"""The forms of following absences up."""

from __future__ import annotations

from datetime import date, time

from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Length

from intranet.errors import Refused
from intranet.registers import followup_rules as rules
from intranet.registers.followup_links import FIRST_NAME, INITIALS, NOTHING
from intranet.web.kit import WriteForm, choices, required

PARENTS = choices(rules.parents_reasons(), blank="Choose a reason")
SHOWN = choices([(INITIALS, "Initials"), (FIRST_NAME, "First name"), (NOTHING, "Nothing")])
SHORT = Length(max=500, message="500 characters fit. Shorten it.")
REASONS = choices([(one.key, one.label) for one in rules.reasons()], blank="Choose a reason")


class LogForm(WriteForm):
    """A try: which button was pressed says what came of it."""

    day = HiddenField()
    contact = HiddenField()
    outcome = HiddenField()
    reason = HiddenField()
    note = StringField("What was said", [SHORT])
    concern = BooleanField("Unusual or a concern")


class DecideForm(WriteForm):
    """A decision on a reason that was given."""

    day = HiddenField()
    symbol = HiddenField()
    note = StringField("Why", [SHORT])
    decided_by = StringField("Decided by", [SHORT])


class SettleForm(WriteForm):
    """One row of the chase; ``place`` is where it stands in the list."""

    place = HiddenField(default="0")

    reason = SelectField("Reason", choices=REASONS)
    note = StringField("Who said what", [SHORT])


class ReportForm(WriteForm):
    """A reported absence."""

    first = DateField("First day of absence", [required("First day: nothing was entered. Enter a date like 14/10/2025.")])
    last = DateField("Last day expected", [required("Last day: nothing was entered. Enter the same day if it is one day.")])
    reason = SelectField("Reason", [required("Reason: nothing was chosen. Choose one from the list.")], choices=REASONS)
    informant = StringField("Who told us", [Length(max=80)], description="Their name and who they are to the child.")
    channel = SelectField("How", choices=choices([(one, one) for one in rules.data()["channels"]]))
    text = TextAreaField("What they said", [SHORT])
    evidence = SelectField("Evidence seen", choices=choices([(one, one) for one in rules.data()["evidence"]]))
    set_apart = StringField("Days that the religious body sets apart", [SHORT],
                            description="For a religious observance only: dates like 20/03/2026, with a comma between them.")  # fmt: skip


class PupilForm(WriteForm):
    """Whose absence was reported."""

    pupil = SelectField("Name", [required("Name: nobody was chosen. Choose from the list.")])


class LinkForm(WriteForm):
    """A link for a parent."""

    pupil = SelectField("Whose parent is it for?", [required("Nobody was chosen. Choose from the list.")])
    shows = RadioField("What its page shows of the child", choices=SHOWN, default=INITIALS)
    last = DateField("Last day it works", [required("Last day: nothing was entered. Enter a date like 14/10/2025.")])


class VisitForm(WriteForm):
    """A visit to a home, with when to expect whoever goes back."""

    who = StringField("Who goes", [Length(max=200)], description="Everybody's name, with a comma between them.")
    leaves = TimeField("Leaves at", [required("Leaves at: nothing was entered. Enter a time like 10:30.")])
    back = TimeField("Expected back at", [required("Expected back: nothing was entered. Enter a time like 11:15.")])


class NoteForm(WriteForm):
    """A button with a line of text."""

    note = StringField("Outcome", [SHORT])


class DelegateForm(WriteForm):
    """Who decides on absence for the head."""

    account = SelectField("Member of staff", [required("Nobody was chosen. Choose from the list.")])


class ParentForm(WriteForm):
    """What a parent writes by a link."""

    first = DateField("First day away", [required("First day: nothing was entered. Enter a date like 14/10/2025.")])
    last = DateField("Last day away, as far as you know", [required("Last day: nothing was entered. Enter the same day if it is one day.")])
    reason = SelectField("Reason", [required("Reason: nothing was chosen. Choose one from the list.")], choices=PARENTS)
    text = TextAreaField("Anything else we should know", [SHORT])
    informant = StringField("Your name", [Length(max=80), required("Your name: nothing was entered. Write who you are.")])


def sent_days(field: StringField) -> tuple[date, ...]:
    """Return the dates of a line; raise Refused for one that is none."""
    found = []
    for text in (part.strip() for part in (field.data or "").split(",") if part.strip()):
        try:
            found.append(date.fromisoformat("-".join(reversed(text.split("/")))))
        except ValueError:
            raise Refused(field.label.text, text[:20], "it is not a date", "Enter dates like 20/03/2026", fields=(field.name,)) from None
    return tuple(found)


def sent_time(field: TimeField) -> time:
    """Return the time of a field that its form asks for; raise Refused when none was sent."""
    if field.data is None:
        raise Refused(field.label.text, None, "Nothing was entered", "Enter a time like 10:30", fields=(field.name,))
    return field.data
