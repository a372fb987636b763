"""The statutory floor: plain functions that the host applies after the plugin's answers, which no plugin can remove."""

from __future__ import annotations

from intranet.extension.baseline.joining import joined
from intranet.extension.baseline.limits import SCHOOLS, Limits, limits_of
from intranet.extension.baseline.plans import needs_plan
from intranet.extension.baseline.rules import triggers

__all__ = [
    "KINDS", "RETURNS", "ROLES", "SCHOOLS", "SHARED", "STEADY", "Limits", "joined", "limits_of", "needs_plan", "triggers",
]  # fmt: skip

#: Returns to the authority: due by law, so neither a plugin, a decision nor a house value removes them (C-11).
RETURNS = frozenset({"attendance_return", "sickness_return"})
#: What the floor alone concludes; a failing plugin never hides it. Persistent and severe absence are shared with policies.
KINDS = RETURNS | {"n_code", "sickness_warning", "penalty_threshold", "unexplained_told", "day_six"}
#: What the law and policies both conclude from shares: every mark can change it, whatever a plugin says of it.
SHARED = frozenset({"persistent_absence", "severe_absence"})
#: What a first plain present mark cannot raise, change or clear: it depends on marks of absence alone. That holds for pupils without
#: a plan of their own (whose coming to a session not in it breaks a run) and without a record that expects an absence.
STEADY = KINDS
#: Core roles that the floor tells and asks; every setting has somebody who counts as one of them.
ROLES = ("office", "attendance_lead", "head", "dsl")
