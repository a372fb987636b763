"""The forms of the safeguarding room."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from intranet.cases.safeguarding.strands import Draft
from intranet.cases.safeguarding.telling import LONGEST, Told
from intranet.cases.safeguarding.words import pairs
from intranet.clock import LONDON
from intranet.web.kit import WriteForm, choices, required
from intranet.web.rules import LARGEST

DATES = ["%Y-%m-%d", "%d/%m/%Y"]


def _words(label: str, longest: int = 120, hint: str = "", needed: str = "") -> StringField:
    checks: list[Any] = [required(needed)] if needed else [Optional(strip_whitespace=True)]
    return StringField(label, [*checks, Length(max=longest, message=f"{label}: use at most {longest} characters.")], description=hint)


def _lines(label: str, hint: str = "", needed: str = "") -> TextAreaField:
    checks: list[Any] = [required(needed)] if needed else [Optional(strip_whitespace=True)]
    return TextAreaField(label, [*checks, Length(max=LONGEST, message=f"{label}: use at most {LONGEST} characters.")], description=hint)


def _day(label: str, hint: str = "", needed: str = "") -> DateField:
    return DateField(label, [required(needed)] if needed else [Optional(strip_whitespace=True)], format=DATES, description=hint)


class _When(WriteForm):
    """A form about something that happened at a moment."""

    on = _day("Day", needed="Day: nothing was entered. Enter the day on which it happened.")
    at = TimeField("Time", [required("Time: nothing was entered. Enter the time, as near as you know it.")])

    def moment(self) -> datetime:
        """Return when it happened."""
        return datetime.combine(self.on.data or date.min, self.at.data or time(), LONDON)


class TellForm(_When):
    """What somebody tells the safeguarding lead."""

    about = _words("Whom it is about", 200, "The name, or what you know of the child.")
    saw = _lines(
        "What you saw, heard or were told", "Facts in your own words. Do not ask the child further questions.",
        "What you saw, heard or were told: nothing was entered. Write it in your own words.",
    )  # fmt: skip
    words = _lines("The child’s own words", "As they said them, if they said something.")
    disclosed = BooleanField("The child told me this themselves")
    places = SelectMultipleField("Where on the body, if you saw a mark or an injury", description="Leave all empty if you saw none.")
    urgent = BooleanField("Somebody may be in danger now: I have also told the safeguarding lead or the head in person")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.places.choices = choices(pairs("places"))

    def told(self) -> Told:
        """Return what was typed."""
        return Told(
            self.moment(), self.saw.data or "", self.words.data or "", self.about.data or "", tuple(self.places.data or ()), bool(self.disclosed.data),
            bool(self.urgent.data),
        )  # fmt: skip


class EntryForm(_When):
    """Something entered on a strand; ``VALUES`` are the fields that are sealed."""

    VALUES: tuple[str, ...] = ("text",)

    def draft(self, kind: str) -> Draft:
        """Return what was typed."""
        due = self["due"].data if "due" in self else None
        return Draft(kind, self.moment(), {name: self[name].data for name in self.VALUES}, due)


class NoteForm(EntryForm):
    """A note."""

    text = _lines("Note", needed="Note: nothing was entered. Write it.")


class ActionForm(EntryForm):
    """Something to be done by somebody."""

    VALUES = ("text", "who")
    text = _lines("What is to be done", needed="What is to be done: nothing was entered. Write it.")
    who = _words("Who does it", needed="Who does it: nobody was named. Write who.")
    due = _day("By when")


class DecisionForm(EntryForm):
    """What the team decides."""

    VALUES = ("choice", "text")
    choice = RadioField("Decision", validate_choice=False)
    text = _lines("Reasons", needed="Reasons: nothing was entered. Write why you decide so.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choice.choices = choices(pairs("ways_on"))


class ReferralForm(EntryForm):
    """A referral to a body outside."""

    VALUES = ("body", "to", "reference", "criterion", "urgent", "text")
    body = SelectField("To")
    to = _words("Who there took it", needed="Who there took it: nobody was named. Write the name or the desk.")
    reference = _words("Their reference")
    criterion = _words("Threshold criterion relied on", 300, "From the local authority’s threshold document.")
    urgent = BooleanField("Urgent: it was sent at once, whatever is missing")
    text = _lines("What was referred", needed="What was referred: nothing was entered. Write it.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.body.choices = choices(pairs("bodies"))


class TransferForm(EntryForm):
    """The file goes to the next setting."""

    VALUES = ("school", "to", "channel", "text")
    school = _words("Next setting", 200, needed="Next setting: nothing was entered. Write its name.")
    to = _words("Its safeguarding lead", needed="Its safeguarding lead: nobody was named. Write the name.")
    channel = SelectField("How it is sent")
    text = _lines("What is sent")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.channel.choices = choices(pairs("channels"))


class ChildForm(EntryForm):
    """Another child who is part of it."""

    VALUES = ("pupil", "role", "text")
    pupil = SelectField("Child")
    role = SelectField("As what")
    text = _lines("Note")

    def __init__(self, *args: Any, pupils: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.pupil.choices = choices(pupils)
        self.role.choices = choices(pairs("child_roles"))


class AnswerForm(WriteForm):
    """What came of something."""

    text = _lines("What came of it", needed="What came of it: nothing was entered. Write it.")
    reference = _words("Reference, or who confirmed it")


class CloseForm(WriteForm):
    """Why a strand is closed."""

    text = _lines("Outcome", needed="Outcome: nothing was entered. Write what came of it.")


class ForgetForm(WriteForm):
    """Why a strand is forgotten."""

    why = SelectField("Reason")
    sure = BooleanField("I know that nobody can bring the texts back", [required("Confirm that nobody can bring the texts back.")])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.why.choices = choices(pairs("forgetting"))


class PupilForm(WriteForm):
    """Which child a strand is about."""

    pupil = SelectField("Child")

    def __init__(self, *args: Any, pupils: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.pupil.choices = choices(pupils)


class GlassForm(PupilForm):
    """Why the head cannot wait."""

    reason = _lines("Why it cannot wait for the safeguarding lead", needed="Reason: nothing was entered. Write why it cannot wait.")


class ReaderForm(WriteForm):
    """Somebody who may read a strand."""

    account = SelectField("Person")
    purpose = _words("Purpose", 300, needed="Purpose: nothing was entered. Write what this person needs it for.")
    last = _day("Last day", "Leave it empty if it has no end yet.")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.account.choices = choices(people)


class PressForm(WriteForm):
    """A button about a strand; ``item`` is what on it."""

    item = IntegerField(default=0, validators=[NumberRange(0, LARGEST)], widget=HiddenInput())


def press(item: int) -> PressForm:
    """Return a button to draw, with a request id of its own."""
    return PressForm(formdata=None, data={"item": item})


class ReviewForm(WriteForm):
    """What the lead decides on an absence: one choice, a reason, one button."""

    key = HiddenField()
    day = DateField(format="%Y-%m-%d", widget=HiddenInput())
    decision = RadioField("Decision", validate_choice=False)
    text = _words("Reason", 300)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.decision.choices = choices(pairs("decisions"))


class ProfessionalForm(WriteForm):
    """A professional of a child."""

    kind = SelectField("Kind")
    name = _words("Name", needed="Name: nothing was entered. Write who it is.")
    organisation = _words("Body", 160)
    phone = _words("Telephone", 40)
    email = StringField("E-mail", [Optional(strip_whitespace=True), Length(max=254)])
    told = SelectMultipleField("Told of")
    source = _words("How this is known", 200, needed="How this is known: nothing was entered. Write who said so, or which letter.")
    first = _day("From", needed="From: nothing was entered. Enter the first day.")
    last = _day("Until")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind.choices = choices(pairs("professionals"))
        self.told.choices = choices(pairs("told"))


ENTRY_FORMS: dict[str, tuple[str, type[EntryForm]]] = {
    "note": ("Add a note", NoteForm), "action": ("Add an action", ActionForm), "decision": ("Record a decision", DecisionForm),
    "referral": ("Record a referral", ReferralForm), "transfer": ("Send the file to the next setting", TransferForm),
    "child": ("Link another child", ChildForm),
}  # fmt: skip
