"""The forms of this room."""

from __future__ import annotations

from typing import TypeVar

from wtforms import DateField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from intranet.web.kit import Form, WriteForm, required

T = TypeVar("T")


def given(value: T | None) -> T:
    """Return a value that the form has already required."""
    if value is None:
        raise ValueError("A field was read that its form did not require.")
    return value


EMAIL = Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message="Invalid email address.")


def at_most(thing: str, longest: int) -> Length:
    """Return a validator for the length of a text."""
    return Length(max=longest, message=f"{thing}: it is too long. Use at most {longest} characters.")


class SignInForm(Form):
    """E-mail and password."""

    email = StringField("E-mail", [required("E-mail: nothing was entered. Enter the e-mail address of your account."), at_most("E-mail", 254)],
                        render_kw={"autocomplete": "username"})  # fmt: skip
    password = PasswordField("Password", [required("Password: nothing was entered. Enter your password.")])


class AgainForm(SignInForm):
    """Signing in again where one was, with what had been typed."""

    open_prefixes = ("entry-",)
    back = HiddenField()


class PasswordForm(Form):
    """A new password, proved by the present one."""

    old = PasswordField("Present password", [required("Present password: nothing was entered. Enter the password you sign in with.")])
    new = PasswordField("New password", [required("New password: nothing was entered. Enter at least 12 characters.")],
                        render_kw={"autocomplete": "new-password"})  # fmt: skip


class LinkPasswordForm(Form):
    """A first or replaced password."""

    new = PasswordField("New password", [required("New password: nothing was entered. Enter at least 12 characters.")],
                        render_kw={"autocomplete": "new-password"})  # fmt: skip


class GrantForm(WriteForm):
    """A role from day to day; ``ending`` are the roles that must have a last day."""

    ending: frozenset[str] = frozenset()
    role = SelectField("Role")
    first = DateField("First day", [required("First day: nothing was entered. Enter the first day of access, like 14/10/2025.")])
    last = DateField("Last day", [Optional()], description="Leave empty if no end is known. For cover staff it is the day they are here.")

    def validate_last(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(
                f"Last day: “{field.data:%d/%m/%Y}” is before the first day, {self.first.data:%d/%m/%Y}. Enter a later day."
            )

    def validate_role(self, field: SelectField) -> None:
        """Refuse no role, and cover without an end (access that nobody remembers to end)."""
        if not field.data:
            raise ValidationError("Role: nothing was chosen. Choose one from the list.")
        if field.data in self.ending and not self.last.data and not self.last.errors:
            raise ValidationError("Last day: nothing was entered, and cover staff have an end. Enter the last day they are here.")


class AccountForm(GrantForm):
    """A new account with its first role."""

    name = StringField("Name", [required("Name: nothing was entered. Enter the person's name."), at_most("Name", 120)])
    email = StringField("E-mail", [required("E-mail: nothing was entered. Enter the person's work e-mail."), EMAIL, at_most("E-mail", 254)])
    position_title = StringField("Position", [at_most("Position", 120)],
                                 description="As registers and letters show it, for example Class teacher")  # fmt: skip


class EndGrantForm(WriteForm):
    """The last day of a role."""

    last = DateField("Last day", [required("Last day: nothing was entered. Enter the last day of access, like 14/10/2025.")])


class ButtonForm(WriteForm):
    """A button that changes something."""
