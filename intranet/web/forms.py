"""The forms every room builds on: they list their fields, carry a request id, and say what to do next in a sentence."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from wtforms import Field, HiddenField, IntegerField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from intranet.errors import FieldProblem, Refused

CSRF_FIELD = "csrf_token"
AGAIN = "Nothing was stored. Open the page again and send it from there."
NO_REQUEST_ID = "The form's request id was lost on the way. Open the page again and send it from there."

#: WTForms' own words, and ours: the thing, the value, the next step.
SENTENCES: Mapping[str, str] = {
    "This field is required.": "{label}: nothing was entered. Fill it in.",
    "Not a valid choice.": "{label}: “{value}” is not one of the choices. Choose one from the list.",
    "Not a valid choice": "{label}: “{value}” is not one of the choices. Choose one from the list.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "{label}: “{value}” is not one of the choices. Choose from the list.",
    "Invalid Choice: could not coerce.": "{label}: “{value}” is not one of the choices. Choose one from the list.",
    "Not a valid date value.": "{label}: “{value}” is not a date. Enter a date like 14/10/2025.",
    "Not a valid time value.": "{label}: “{value}” is not a time. Enter a 24-hour time like 09:05.",
    "Not a valid integer value.": "{label}: “{value}” is not a whole number. Enter a number like 8.",
    "Not a valid decimal value.": "{label}: “{value}” is not a number. Enter a number like 7.5.",
    "Invalid email address.": "{label}: “{value}” is not an e-mail address. Enter one like name@example.org.",
}

#: How people write days and times by hand, beside what a browser's own picker sends.
TYPED: Mapping[str, tuple[str, ...]] = {"DateField": ("%d/%m/%Y", "%d.%m.%Y"), "TimeField": ("%H.%M", "%H:%M:%S")}
NUL = "\0"  # PostgreSQL stores no text with it, and nobody types it
LONGEST_SHOWN = 60  # characters of a wrong value that an error repeats


class Form(FlaskForm):
    """A form that knows its fields: an unknown or repeated one is a 400, for it is not what was drawn."""

    #: Beginnings of names that a grid makes for itself ("mark-" for mark-17).
    open_prefixes: tuple[str, ...] = ()
    #: What a service said against it, so that the page can answer why.
    refused: Refused | None = None

    def process(self, formdata: Any = None, *args: Any, **values: Any) -> None:
        """Check the names that were sent, then read the values."""
        formdata = self.meta.wrap_formdata(self, formdata)
        if formdata is not None:
            refuse_unknown(formdata, self, self.open_prefixes)
        for field in self:
            if field.type in TYPED:
                field.strptime_format = [*field.strptime_format, *TYPED[field.type]]
        super().process(formdata, *args, **values)

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether every field can be used; the errors are whole sentences."""
        good: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.errors, (list, tuple)):
                field.errors = tuple(in_words(field, str(text)) for text in field.errors)
        return good

    def take(self, refused: Refused) -> None:
        """Put a service's refusal beside the fields it names, so that the form can be shown again."""
        self.refused = refused
        for problem in refused.fields:
            if problem.field in self:
                self[problem.field].errors = (*self[problem.field].errors, problem.text)
        if not any(problem.field in self for problem in refused.fields):
            self.form_errors.append(refused.message)


class WriteForm(Form):
    """A form that changes something: ``rid`` makes sending it twice harmless, ``drawn`` says what it was drawn from."""

    rid = HiddenField(default=lambda: str(uuid.uuid4()))
    drawn = IntegerField(default=0, widget=HiddenInput())

    @property
    def request_id(self) -> str:
        """Return the id that tells a repeated request from a new one."""
        return str(self.rid.data)

    @property
    def drawn_position(self) -> int:
        """Return the position of the last event the form was drawn from."""
        return int(self.drawn.data or 0)

    def refuse_unless_good(self) -> None:
        """Raise Refused with what is wrong: for a form that is only a button, which nobody can fill in again."""
        if not self.validate():
            raise Refused("This button", "", field_errors(self)[0].text, "")

    def validate_rid(self, field: Field) -> None:
        """Refuse a request id that was not sent or is none: a repeated send could not be told from a new one."""
        if not field.raw_data:  # the default stands for a form that is drawn, never for one that comes back
            raise ValidationError(NO_REQUEST_ID)
        try:
            uuid.UUID(str(field.data))
        except ValueError:
            raise ValidationError(NO_REQUEST_ID) from None


def refuse_unknown(sent: Mapping[str, Any], form: FlaskForm, open_prefixes: tuple[str, ...]) -> None:
    """Raise BadRequest naming the field that was sent but is not drawn, was sent twice, or cannot be stored."""
    single = {field.name for field in form if not _takes_many(field)} | {CSRF_FIELD}
    nested = tuple(f"{field.name}-" for field in form if field.type in ("FormField", "FieldList"))
    names = {field.name for field in form} | {CSRF_FIELD}
    known = (*open_prefixes, *nested)
    for name in sent:
        if name not in names and not name.startswith(known):
            raise BadRequest(f"The field “{name}” is not part of this form. {AGAIN}")
        values = _all(sent, name)
        if any(isinstance(value, str) and NUL in value for value in values):
            raise BadRequest(f"The field “{name}” holds a character that no text has (number 0). {AGAIN}")
        if name in single and len(values) > 1:
            raise BadRequest(f"The field “{name}” was sent more than once. {AGAIN}")


def in_words(field: Field, text: str) -> str:
    """Return the error as a sentence of ours; sentences a room wrote itself come back as they are."""
    pattern = SENTENCES.get(text.strip())
    limit = text.startswith(("Field ", "Number "))
    if pattern is None and not limit:
        return text
    raw = getattr(field, "raw_data", None) or [field.data]
    shown = "" if raw[0] is None else str(raw[0])
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
    if pattern is None:
        return f"{field.label.text}: “{shown}” does not fit. It {text.split(' ', 1)[1]}"
    if not shown:
        return f"{field.label.text}: nothing was entered. {pattern.rpartition('. ')[2]}"
    return pattern.format(label=field.label.text, value=shown)


def required(sentence: str) -> InputRequired:
    """Return a validator that asks for a value in the room's own words ("Enter the first day")."""
    return InputRequired(message=sentence)


def choices(pairs: Iterable[tuple[object, str]], blank: str | None = None) -> list[SelectChoice]:
    """Return select choices from (value, label) pairs, with an empty first one when ``blank`` gives its words."""
    first = [] if blank is None else [SelectChoice("", blank)]
    return first + [SelectChoice(str(value), label) for value, label in pairs]


def field_errors(form: FlaskForm) -> list[FieldProblem]:
    """Return every problem for the error summary, in the order of the fields; those of the whole form come first."""
    whole = [FieldProblem("", str(text)) for text in form.form_errors]
    return whole + [FieldProblem(_anchor(field), str(text)) for field in form for text in _texts(field.errors)]


def _anchor(field: Field) -> str:
    return "" if isinstance(field.widget, HiddenInput) else str(field.id)


def _texts(errors: Any) -> Iterable[str]:
    """Return the sentences in a field's errors, however deep a field list nests them."""
    if isinstance(errors, str):
        return [errors]
    items = errors.values() if isinstance(errors, Mapping) else errors
    return [text for item in items for text in _texts(item)]


def _takes_many(field: Field) -> bool:
    return isinstance(field, SelectMultipleField) or field.type in ("MultipleFileField", "FormField", "FieldList")


def _all(sent: Mapping[str, Any], name: str) -> list[Any]:
    return sent.getlist(name) if isinstance(sent, MultiDict) else [sent[name]]


__all__ = [
    "Form", "SelectChoice", "WriteForm", "choices", "field_errors", "in_words", "refuse_unknown", "required",
]  # fmt: skip
