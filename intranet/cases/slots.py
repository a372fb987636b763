"""What cases put into other pages: a child's cases on the child's page, and a decision that waits for somebody outside the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from intranet import clock, store
from intranet.cases import page
from intranet.cases.access import decides_now, may_know
from intranet.cases.models import CaseFile
from intranet.cases.view import view
from intranet.extension import host
from intranet.people import current_actor
from intranet.settings.service import context
from intranet.web.kit import SlotPart


def on_pupil(slot_name: str, values: dict[str, Any]) -> Iterator[SlotPart]:
    """Yield a child's cases, and the way to say that one may be missing education."""
    setting_id, pupil_id = values.get("setting_id"), values.get("pupil_id")
    if setting_id is None or pupil_id is None:
        return
    caller, actor = host.for_setting(context(setting_id)), current_actor()
    kinds = {kind.key: kind for kind in caller.catalogue.case_types}
    known = {key for key, kind in kinds.items() if may_know(actor, setting_id, kind)}
    with store.connection() as conn:
        rows = [row for row in page.of_pupil(conn, setting_id, pupil_id) if row.type in known] if known else []
    by_hand = [kind for kind in kinds.values() if actor.roles(setting_id) & {*kind.by_hand}]
    if rows or by_hand:
        yield SlotPart("cases/_pupil.html", {"rows": rows, "kinds": kinds, "by_hand": by_hand, "setting_id": setting_id, "pupil_id": pupil_id}, 60)


def decisions(slot_name: str, values: dict[str, Any]) -> Iterator[SlotPart]:
    """Yield the decisions that wait for a person who may not read the cases themselves, such as a governor (C-51)."""
    setting_id = values.get("setting_id")
    actor = current_actor()
    if setting_id is None or actor.may("case:read", setting_id) or not actor.may("case:step", setting_id):
        return
    ctx = context(setting_id)
    caller = host.for_setting(ctx)
    with store.connection() as conn:
        ids = conn.scalars(select(CaseFile.id).where(CaseFile.setting_id == setting_id, CaseFile.closed_at.is_(None))).all()
        cases = [view(conn, ctx, caller, case_id, clock.now()) for case_id in ids]
    waiting = [(case, seen) for case in cases for seen in case.steps if seen.step.decision and seen.step.decision.summary and decides_now(actor, case, seen)]
    yield SlotPart("cases/_decisions.html", {"waiting": waiting, "setting_id": setting_id})


__all__ = ["decisions", "on_pupil"]
