"""What views and setting plugins import: rules, answers, forms, slots and navigation, and nothing else."""

from intranet.clock import now, today
from intranet.errors import (
    Conflict,
    DaymarkError,
    FieldProblem,
    NotAllowed,
    NotFound,
    NotSaved,
    Refused,
)
from intranet.web.answers import respond, say_next, see_other, see_url
from intranet.web.filters import clock_time, day, percent, plural, when
from intranet.web.forms import Form, SelectChoice, WriteForm, choices, field_errors, required
from intranet.web.htmx import is_htmx, wants_fragment
from intranet.web.navigation import Navigation, NavItem, NavLink
from intranet.web.rules import allow, public
from intranet.web.shell import Notice, Shell, ShellActor, ShellSetting
from intranet.web.slots import SlotPart, Slots, render_slot

__all__ = [
    "Conflict", "DaymarkError", "FieldProblem", "Form", "NavItem", "NavLink", "Navigation", "NotAllowed",
    "NotFound", "NotSaved", "Notice", "Refused", "SelectChoice", "Shell", "ShellActor", "ShellSetting", "SlotPart",
    "Slots", "WriteForm", "allow", "choices", "clock_time", "day", "field_errors", "is_htmx", "now", "percent",
    "plural", "public", "render_slot", "required", "respond", "say_next", "see_other", "see_url", "today",
    "wants_fragment", "when",
]  # fmt: skip
