"""The forms of the registers room; the grid's own fields are read by rules.py."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from intranet.web.kit import WriteForm, required


class RegisterForm(WriteForm):
    """A whole register in one form; ``act`` is which button sent it."""

    open_prefixes = ("mark-", "minutes-", "note-")
    act = HiddenField(default="save")
    rest = HiddenField(default="")
    shown = HiddenField(default="")
    mode = HiddenField(default="")
    reason = StringField("Reason", [Length(max=300)])


class AmendForm(WriteForm):
    """One mark, amended with its reason."""

    mark = SelectField("New mark", [required("New mark: nothing was chosen. Choose the mark that is right.")], validate_choice=True)
    minutes = StringField("Minutes late", [Optional()])
    note = StringField("Note", [Length(max=500, message="Note: 500 characters fit. Shorten it.")])
    reason = StringField("Reason for the change", description="Such as who rang and when. It is printed with the register.")

    def validate_minutes(self, field: StringField) -> None:
        """Refuse what is not a number of minutes."""
        text = (field.data or "").strip()
        if text and not (text.isdecimal() and len(text) < 4):
            raise ValidationError(f"Minutes late “{text[:20]}” is not a number of minutes. Enter a whole number like 8.")


class NudgeForm(WriteForm):
    """A reminder about one register."""

    register = StringField("Register")

