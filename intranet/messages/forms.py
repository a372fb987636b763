"""The forms of the messages room."""

from __future__ import annotations

from datetime import date, datetime, time

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField, TimeField

from intranet.clock import LONDON
from intranet.messages import talks
from intranet.messages.service import Handing
from intranet.messages.values import CHANNELS
from intranet.web.kit import Form, WriteForm, choices, required

YES_NO = (("yes", "Yes"), ("no", "No"))


def moment(day: date | None, at: time | None, now: datetime) -> datetime:
    """Return a day and time of London; what is not given is now."""
    return datetime.combine(day or now.date(), at or now.time().replace(second=0, microsecond=0), LONDON)


class OpenForm(Form):
    """A button that says: I have opened it."""


class HandedForm(WriteForm):
    """How a body outside was told."""

    channel = SelectField("How were they told?", choices=choices(CHANNELS.items()))
    to = StringField("Who was told", description="The person or the desk there", validators=[required("Who was told: enter the person or the desk.")])
    day = DateField("Day", validators=[required("Day: enter the day on which they were told.")])
    time = TimeField("Time", validators=[required("Time: enter when they were told.")])
    note = TextAreaField("Note (optional)")

    def handing(self, now: datetime) -> Handing:
        """Return what was entered."""
        at = moment(self.day.data, self.time.data, now)
        return Handing(self.channel.data, at, (self.to.data or "").strip(), (self.note.data or "").strip())


class TalkForm(WriteForm):
    """A conversation, a letter or a call, written down."""

    channel = SelectField("How", choices=choices((key, label) for key, label in talks.CHANNELS.items() if key != "text"))
    with_whom = StringField("With whom")
    day = DateField("Day", validators=[required("Day: enter the day on which it was.")])
    time = TimeField("Time", validators=[required("Time: enter when it was.")])
    summary = TextAreaField("What was said")
    consent = RadioField("Online meeting only: did the parent give spoken consent at the start?", choices=choices(YES_NO), validate_choice=False)
    agenda = RadioField("Online meeting only: did the parent confirm that the written agenda came?", choices=choices(YES_NO), validate_choice=False)
    sensitive = BooleanField("Only for those who may see sensitive information")

    def draft(self, now: datetime) -> talks.Draft:
        """Return what was entered; consent and agenda count for an online meeting only."""
        online = self.channel.data == talks.ONLINE
        answers = {"yes": True, "no": False}
        return talks.Draft(
            moment(self.day.data, self.time.data, now), self.channel.data, self.with_whom.data or "", self.summary.data or "", None,
            bool(self.sensitive.data), answers.get(self.consent.data) if online else None, answers.get(self.agenda.data) if online else None,
        )  # fmt: skip


class TextForm(WriteForm):
    """Whom to text."""

    contact = SelectField("To", coerce=int)


class EndForm(Form):
    """Why a meeting was ended."""

    why = StringField("Why it was ended", validators=[required("Why it was ended: say what the parent said.")])
