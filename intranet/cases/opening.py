"""What findings do to cases, in the transaction of the save that raised or cleared them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from intranet.cases import filing, service, tasks
from intranet.cases.view import of_state
from intranet.duties import FindingChange
from intranet.extension.caller import Caller
from intranet.settings.service import SettingContext
from intranet.store import Writing


def on_findings(w: Writing, ctx: SettingContext, caller: Caller, changes: Sequence[FindingChange], now: datetime) -> None:
    """Open the cases that these findings call for and note grounds that are gone; history opens nothing (bulk is quiet)."""
    openers = {kind: case.key for case in caller.catalogue.case_types for kind in case.opens}
    for change in changes:
        if change.kind not in openers or change.pupil_id is None:
            continue
        if change.change == "cleared":
            _gone(w, ctx, caller, change.pupil_id, change)
        elif change.change == "raised" and not change.quiet:
            ground = service.Ground(change.kind, change.anchor, change.title)
            service.open_case(w, ctx, caller, openers[change.kind], change.pupil_id, ground, None)


def _gone(w: Writing, ctx: SettingContext, caller: Caller, pupil_id: int, change: FindingChange) -> None:
    for row in filing.of_pupils(w.conn, ctx.id, [pupil_id]):
        state = filing.load(w.conn, ctx.id, row.id)
        if any((one.kind, one.anchor, one.gone) == (change.kind, change.anchor, None) for one in state.grounds):
            state = service.ground_gone(w, ctx, state, change.kind, change.anchor)
            tasks.bring_in_line(w, of_state(w.conn, ctx, caller, state, w.now), w.now)


__all__ = ["on_findings"]
