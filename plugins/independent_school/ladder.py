"""How the school follows an absence up before it becomes one without permission."""

from __future__ import annotations

from intranet.extension.api import Absence, LadderStep, end_of


def steps(absence: Absence) -> tuple[LadderStep, ...]:
    """Return the calls of the administrator, then the School leader and the DSL, who know of every child not heard of."""
    due = end_of(absence.day, absence.now)
    leaders = ("school_leader", "dsl")
    return (
        LadderStep("call", "Telephone home, then the other contacts", "call", ("administrator",), "all", tries=0, due=due),
        LadderStep("leader", "Tell the School leader and the DSL", "tell", ("administrator",), tell=leaders, ground="nobody could be reached", due=due),
    )
