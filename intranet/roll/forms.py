"""The forms of the roll room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from intranet.pupils.forms import day, lines, words
from intranet.roll.gate import DAYS, ENTERED, Proof
from intranet.roll.removal import Entered
from intranet.roll.returns import CHANNELS, Sending
from intranet.web.kit import Form, WriteForm, choices, required

MONTHS = "Months: use a number from 0 to 999."
#: Fields of the details form that only some grounds ask for.
SOME = tuple(dict.fromkeys(name for names in ENTERED.values() for name in names))


class GroundForm(WriteForm):
    """The ground on which a name is to go."""

    ground = RadioField("Ground", validators=[required("Choose the ground. If none fits, the name stays on the roll.")])

    def offer(self, grounds: Iterable[tuple[str, str]]) -> None:
        """Offer the grounds of the day."""
        self.ground.choices = choices(grounds)


class DetailsForm(WriteForm):
    """The last day, and the days and words that the chosen ground asks for."""

    version = IntegerField(default=1, widget=HiddenInput())
    last_day = day("Last day on the roll", "Never earlier than the ground is met")
    notice_received = day("Parent's written notice came on")
    last_day_stated = day("Last day of attendance it states", "Leave empty where it names none")
    other_school = words("Other school", 200)
    started = day("Started there on")
    start_confirmed = day("Start confirmed on", "When the new school said that the pupil truly started")
    destination = words("New or forwarding address", 300)
    moving_date = day("Moving date")
    destination_school = words("School at the destination", 200)
    emigrating = BooleanField("The family is leaving the country")
    leave_ended = day("Leave ended on")
    la_notified = day("Authority first told on")
    detention_months = IntegerField("Length of the order in months", [Optional(strip_whitespace=True), NumberRange(0, 999, MONTHS)])
    efforts = SelectMultipleField("Reasonable efforts made so far", choices=[])
    professionals = words("Other professionals involved", 300, "Their role, with commas between, for example therapist")

    def cut_to(self, names: Iterable[str], efforts: Iterable[tuple[str, str]]) -> None:
        """Leave out what the ground does not ask for, and offer the efforts of guidance."""
        self.efforts.choices = choices(efforts)
        wanted = set(names)
        for name in [name for name in SOME if name not in wanted]:
            del self[name]

    def fill(self, last_day: date | None, facts: Mapping[str, Any], version: int) -> None:
        """Show what was entered before."""
        self.version.data, self.last_day.data = version, last_day
        for field in self:
            if field.name in facts:
                value = facts[field.name]
                field.data = _shown(field.name, value)

    def entered(self, ground: str) -> Entered:
        """Return what was typed."""
        names = [name for name in (*SOME, "professionals") if name in self]
        given = {name: self[name].data for name in names}
        return Entered(ground, self.last_day.data, {name: " ".join(value) if name == "efforts" else value for name, value in given.items()})


def _shown(name: str, value: Any) -> Any:
    """Return what was stored as its field holds it."""
    if name == "efforts":
        return str(value).split()
    return date.fromisoformat(value) if name in DAYS else value


class ProofForm(WriteForm):
    """One condition ticked: what shows it, who gave it and when."""

    version = IntegerField(default=1, widget=HiddenInput())
    proof = RadioField("What is shown", validators=[required("Choose what is shown.")])
    evidence = lines("Evidence", 2000, "What shows it and where it is kept")
    who = words("Given or checked by", 200)
    on = day("Shown on", validators=[required("Enter the day on which it was shown.")])

    def given(self) -> Proof:
        """Return what was typed."""
        return Proof(self.proof.data, self.evidence.data or "", self.who.data or "", self.on.data or date.min)


class VersionForm(WriteForm):
    """A button about the removal as it was drawn."""

    version = IntegerField(default=1, widget=HiddenInput())


class ApproveForm(VersionForm):
    """The approval of somebody who decides."""

    outside_policy = BooleanField("The reason is outside the reasons of the policy's own text, and I confirm it")
    note = lines("Note", 1000)


class WhyForm(VersionForm):
    """Something taken back, with why."""

    why = lines("Why", 1000)


class SentForm(WriteForm):
    """A return that went out."""

    sent_on = day("Sent on", validators=[required("Enter the day on which it went out.")])
    sent_to = words("Sent to", 160)
    channel = SelectField("By", choices=choices((one, one) for one in CHANNELS))
    gaps = lines("Why something is missing", 500)

    def sending(self) -> Sending:
        """Return what was typed."""
        return Sending(self.sent_on.data or date.min, self.sent_to.data or "", self.channel.data, self.gaps.data or "")


class ReceiptForm(WriteForm):
    """The authority's receipt."""

    received_on = day("Receipt came on", validators=[required("Enter the day of the receipt.")])
    reference = words("Its reference or who gave it", 160)


class EndForm(WriteForm):
    """The last day of a place, and why."""

    last = day("Last day", validators=[required("Enter the last day.")])
    reason = lines("Why the place ends")


class SuspensionForm(WriteForm):
    """A suspension or permanent exclusion."""

    first = day("First school day", validators=[required("Enter the first school day of it.")])
    days = IntegerField("School days", [Optional(strip_whitespace=True), NumberRange(1, 200, "School days: use a number from 1 to 200.")])
    permanent = BooleanField("Permanent exclusion")
    reason = lines("Reason", 2000)
    examinations_over = BooleanField("No public examination is left to sit")
    plan_limits_hours = BooleanField("A plan limits the hours of education")


class ProvisionForm(WriteForm):
    """The education from the sixth day."""

    suspension = IntegerField(default=0, widget=HiddenInput())
    provided_from = day("Education from", validators=[required("Enter the day on which it begins.")])
    provider = words("Provided by", 160)
    place = words("Place", 200)
    full_time = BooleanField("Suitable and full-time")


class DayForm(Form):
    """The day as at which the register is shown."""

    class Meta:
        csrf = False

    on = day("On")


class ReportForm(WriteForm):
    """A report that went out to an authority."""

    authority = SelectField("Authority", validators=[required("Choose the authority.")])
    report_on = day("Sent on", validators=[required("Enter the day on which it went out.")])
    channel = SelectField("By", choices=choices((one, one) for one in CHANNELS))

    def offer(self, authorities: Iterable[str]) -> None:
        """Offer the authorities that have a rhythm."""
        self.authority.choices = choices((one, one) for one in authorities)
