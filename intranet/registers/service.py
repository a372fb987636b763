"""The verbs of the registers room, one import for every other room."""

from intranet.registers.amending import amend, read_mark
from intranet.registers.page import page
from intranet.registers.saving import save
from intranet.registers.values import Entry, MarkConflict, MarksRefused, Outcome, Paper, RegisterPage

__all__ = ["Entry", "MarkConflict", "MarksRefused", "Outcome", "Paper", "RegisterPage", "amend", "page", "read_mark", "save"]
