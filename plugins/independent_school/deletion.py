"""What the independent school's policy adds when a name leaves the roll: who is told, and that the authority confirms first."""

from __future__ import annotations

from datetime import date

from intranet.extension.api import Assessment, PupilFacts, Request

HOME = frozenset({"2024:9(1)(f)", "2006:8(1)(d)"})
CEASED = frozenset({"2024:9(1)(h)", "2024:9(1)(i)", "2006:8(1)(f)", "2006:8(1)(h)"})
#: Flags of pupils for whom somebody outside works, and who that is.
WORKERS = {
    "youth_justice": "youth offending team", "social_worker": "social worker", "child_protection": "social worker", "child_in_need": "social worker",
    "looked_after": "virtual school", "ehcp": "authority's SEND team",
}  # fmt: skip


def deletion(request: Request) -> Assessment:
    """Return who is told of the notice and of the deletion (OTE-16, OTE-24, OTE-38, OTE-39) and that the authority placed the child."""
    chosen, placement = str(request.data["ground"]), request.pupil.placement
    figures: dict[str, object] = {"placed_by_authority": placement is not None and placement.model == "la_placed"}
    clauses = ["OTE-16", "OTE-24"]
    received, today = request.data.get("notice_received"), request.data["today"]
    if chosen in HOME and isinstance(received, date):
        figures |= {"tell_now": "Tell the authority of the parent's notice of home education", "tell_by": received}
        clauses += ["OTE-38", "OTE-40", "C-10"]
    if chosen in CEASED:
        opened = request.data.get("opened_on") or today
        figures |= {"tell_now": "Tell the authority that the pupil has ceased to attend and no reason is known", "tell_by": opened}
        clauses += ["OTE-39", "OTE-40", "C-10"]
    return Assessment(figures=figures, clauses=tuple(clauses), tell=_involved(request.pupil, str(request.data.get("professionals") or "")))


def _involved(pupil: PupilFacts, named: str) -> tuple[str, ...]:
    """Return the professionals who work with a pupil: those of the flags, and those named for this removal (OTE-24)."""
    typed = (name.strip() for name in named.replace("\n", ",").split(","))
    return tuple(dict.fromkeys((*(WORKERS[flag] for flag in sorted(pupil.flags) if flag in WORKERS), *(name for name in typed if name))))
