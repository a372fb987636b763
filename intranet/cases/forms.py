"""The forms of a case; a step's form is made from what its type says."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from intranet.cases.steps import StepSeen
from intranet.extension.case_types import StepField
from intranet.web.kit import WriteForm, choices, required


class NoteForm(WriteForm):
    """Something to add to the chronology."""

    note = TextAreaField("What happened or was said")


class PersonForm(WriteForm):
    """A person who has to do with the case."""

    name = StringField("Name")
    role = StringField("Who they are", description="For example: social worker, or the authority's officer.")
    contact = StringField("How to reach them")


class DocumentForm(WriteForm):
    """A document and where it is kept."""

    title = StringField("Title")
    dated = DateField("Dated (where it has a day)", validators=[Optional()])
    where = StringField("Where it is kept")


class LinkForm(WriteForm):
    """Another child and what it is to the case."""

    pupil = SelectField("Child", choices=[])
    role = SelectField("What the child is to this case", choices=[])


class HandOverForm(WriteForm):
    """Who works on the case from now on."""

    to = SelectField("To", choices=[])
    note = TextAreaField("What they must know")


class CloseForm(WriteForm):
    """How a case ends."""

    outcome = RadioField("How it ends", choices=[], validate_choice=False)
    note = TextAreaField("Reason")


class ReopenForm(WriteForm):
    """Why a case is opened again."""

    note = TextAreaField("Reason")


class SuspectForm(WriteForm):
    """Why somebody thinks so."""

    note = TextAreaField("What makes you think so", [required("Reason: nothing was entered. Write in a sentence what makes you think so.")])


class SinceForm(SuspectForm):
    """The same with the day from which it counts."""

    since = DateField("Since", validators=[Optional()])


class WaiveForm(WriteForm):
    """Why a step is not needed."""

    why = TextAreaField("Why it is not needed here")


class StartForm(WriteForm):
    """A button: somebody is at it."""


def decision_form(seen: StepSeen) -> type[WriteForm]:
    """Return the form of a decision: what, why, and whom one consulted where the policy asks."""
    fields: dict[str, Any] = {
        "outcome": RadioField(seen.step.title, choices=choices((one.key, one.label) for one in seen.outcomes), validate_choice=False),
        "reason": TextAreaField("Reasons"),
    }
    if seen.step.decision and seen.step.decision.consult:
        fields["consulted"] = TextAreaField("Whom you consulted, and what they said")
    return type("DecisionForm", (WriteForm,), fields)


def step_form(seen: StepSeen) -> type[WriteForm]:
    """Return the form of a step, with the answers that may be given today."""
    fields: dict[str, Any] = {}
    if seen.step.outcomes:
        fields["outcome"] = RadioField("What came of it", choices=choices((one.key, one.label) for one in seen.outcomes), validate_choice=False)
    for field in seen.step.fields:
        fields[f"f-{field.key}"] = _field(field)
    return type("StepForm", (WriteForm,), {**fields, "note": TextAreaField("Anything else (optional)")})


def _field(field: StepField) -> Any:
    label = field.label if field.needed else f"{field.label} (where it applies)"
    made: dict[str, Any] = {"line": StringField, "text": TextAreaField, "date": DateField, "time": TimeField, "yes": BooleanField}
    if field.kind == "choice":
        return SelectField(label, choices=choices(((one.key, one.label) for one in field.choices), blank="Choose"), validate_choice=False)
    return made[field.kind](label, validators=[Optional()], description=field.hint)


def said_fields(form: WriteForm, seen: StepSeen) -> dict[str, str]:
    """Return what was entered, as text: days and times as ISO, yes as "yes"."""
    return {field.key: _text(form[f"f-{field.key}"].data) for field in seen.step.fields}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if value is None:
        return ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value).strip()


__all__ = [
    "CloseForm", "DocumentForm", "HandOverForm", "LinkForm", "NoteForm", "PersonForm", "ReopenForm", "SinceForm", "StartForm", "SuspectForm", "WaiveForm",
    "decision_form", "said_fields", "step_form",
]  # fmt: skip
