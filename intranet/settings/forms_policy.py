"""The forms of the policy administration."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MonthField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from intranet.law.editions import works
from intranet.settings import policy_admin as admin
from intranet.web.kit import WriteForm, choices

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)  # a year outside is a slip of the hand
OTHER = "other"
MONTHS = ["%Y-%m", "%m/%Y", "%B %Y", "%b %Y", "%d/%m/%Y", "%Y-%m-%d"]


class Words:
    """Asks for words, not only blanks, and not too many."""

    field_flags = {"required": True}  # noqa: RUF012 (WTForms reads it so)

    def __init__(self, thing: str, ask: str, longest: int) -> None:
        self.thing, self.ask, self.longest = thing, ask, longest

    def __call__(self, form: Any, field: Any) -> None:
        """Raise ValidationError when there is nothing, or too much."""
        text = (field.data or "").strip()
        if not text:
            raise ValidationError(f"{self.thing}: nothing was entered. {self.ask}")
        if len(text) > self.longest:
            raise ValidationError(f"{self.thing}: it is too long. Use at most {self.longest:,} characters.")


def at_most(thing: str, longest: int) -> Length:
    """Return a validator for the length of a text."""
    return Length(max=longest, message=f"{thing}: it is too long. Use at most {longest:,} characters.")


def sensible(form: Any, field: Any) -> None:
    """Refuse a year that nobody means."""
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(f"{field.label.text}: “{field.data:%d/%m/%Y}” is not in a year that can be meant. Check the year.")


def needed(thing: str, ask: str) -> InputRequired:
    """Return a validator that asks for a value."""
    return InputRequired(message=f"{thing}: nothing was entered. {ask}")


class Month(MonthField):
    """A month; its value is the first day of it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the month however it was written."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"{self.label.text}: “{valuelist[0][:30]}” is not a month. Enter one like 09/2026.") from None
        self.data = self.data.replace(day=1) if self.data else None


class DocumentForm(WriteForm):
    """A version of the document."""

    title = StringField("Title", [Words("Title", "Enter what the policy is called.", 120)])
    version = StringField("Version number", [Words("Version number", "Enter one like 2 or 2.1.", 20)])
    dated = DateField("Version date", [needed("Version date", "Enter a date like 02/02/2025."), sensible])
    owner = SelectField("Owner", [needed("Owner", "Choose the role that keeps the policy.")])


class ReviewForm(WriteForm):
    """A review that was done."""

    reviewed = Month("Reviewed in", [needed("Reviewed in", "Enter the month, like 09/2026."), sensible], format=MONTHS)
    weighed = SelectMultipleField("Weighed in the review", choices=choices((key, word.capitalize()) for key, word in admin.WEIGHED.items()))
    note = TextAreaField("Note", [Words("Note", "Enter what was weighed and what was changed.", 2000)],
                         description="How equality, diversity, safeguarding and wellbeing were weighed, and what was changed")  # fmt: skip
    due = Month("Next review, if not after the usual months", [Optional(), sensible], format=MONTHS)


class ForwardForm(WriteForm):
    """A review that is brought forward."""

    due = Month("New due month", [needed("New due month", "Enter the month, like 01/2027."), sensible], format=MONTHS)
    trigger = RadioField("What calls for it", [needed("What calls for it", "Choose what changed.")])
    note = TextAreaField("What changed", [Words("What changed", "Enter what prompted the review.", 2000)])


class SourceForm(WriteForm):
    """An edition that the policy cites, from the list or another, or a policy it goes with."""

    work = SelectField("Document", [needed("Document", "Choose one, or “Another document”.")])
    title = StringField("Title, for another document or a linked policy", [at_most("Title", 160)])  # blank is for a document on the list only
    kind = RadioField("What it is", choices=choices(admin.KINDS.items()), default="guidance", description="For another document")
    edition = StringField("Edition, for another document or a linked policy", [Optional(), at_most("Edition", 60)],
                          description="Like September 2025, or the year")  # fmt: skip
    dated = DateField("Date of the edition", [Optional(), sensible])

    def validate_title(self, field: StringField) -> None:
        """Ask for the title of a document that is not on the list."""
        if self.work.data == OTHER and not (field.data or "").strip():
            raise ValidationError("Title: nothing was entered. Enter what the document is called.")


class DropForm(WriteForm):
    """A source that is taken off the list."""

    source = SelectField("Source", [needed("Source", "Choose the one to take off.")])
    why = TextAreaField("Reason", [Words("Reason", "Enter why the policy no longer rests on it.", 2000)])


class KnowForm(WriteForm):
    """That one knows the version shown."""

    version = HiddenField(validators=[needed("Version", "Open the policy page again.")])


class TrainingForm(WriteForm):
    """A training with everybody who took part."""

    topic = RadioField("Topic", [needed("Topic", "Choose what it was about.")])
    who = SelectMultipleField("Who took part")
    held = DateField("Held on", [needed("Held on", "Enter a date like 02/09/2026."), sensible])
    led_by = StringField("Led by", [Words("Led by", "Enter the name of the person who led it.", 120)])
    note = TextAreaField("Note", [Optional(), at_most("Note", 2000)])

    def validate_who(self, field: SelectMultipleField) -> None:
        """Ask for somebody."""
        if not field.data:
            raise ValidationError("Who took part: nobody was chosen. Tick everybody who took part.")


class CommentForm(WriteForm):
    """A comment on the policy."""

    text = TextAreaField("Your comment", [Words("Your comment", "Enter what you want to say.", 4000)],
                         description="About the policy, not about a child: do not name any pupil")  # fmt: skip


class AnswerForm(WriteForm):
    """An answer to a comment."""

    text = TextAreaField("Answer", [Words("Answer", "Enter what you answer.", 4000)])
    closes = BooleanField("Close the comment with this answer")


class ConfirmForm(WriteForm):
    """That an assumption is the setting's own decision."""

    reason = TextAreaField("Reason", [Words("Reason", "Enter why the setting confirms it, and who decided.", 2000)])
    first = DateField("From", [needed("From", "Enter the first day it counts, like 14/10/2025."), sensible])


class CommenceForm(WriteForm):
    """The day on which law commences, with the instrument that says so."""

    law = RadioField("Provision", [needed("Provision", "Choose the law that commences.")])
    first = DateField("First day in force", [needed("First day in force", "Enter the day, like 01/09/2027."), sensible])
    citation = StringField("Citation", [Words("Citation", "Enter the order that appoints the day, like SI 2027/123 art 2.", 300)])


def known_works(on: date) -> list[tuple[str, str]]:
    """Return every edition on file that counts by a day as (key|day, words), newest first within its document."""
    found = [(f"{w.key}|{e.since}", f"{w.title}: {e.edition}") for w in works().values() for e in reversed(w.editions) if e.since <= on]
    return [*sorted(found, key=lambda pair: pair[1].partition(":")[0]), (OTHER, "Another document, or a policy of the house")]
