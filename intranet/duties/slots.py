"""Lets the setting's plugin fill the named places of the core's pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g, request

from intranet import clock, store
from intranet.duties.findings import facts_of
from intranet.extension import host
from intranet.extension.values import Facts, Place, PupilFacts
from intranet.settings.service import SettingContext, context
from intranet.web.kit import SlotPart


def plugin_parts(slot_name: str, values: dict[str, Any]) -> Iterator[SlotPart]:
    """Yield what the setting's plugin puts into a slot; nothing on a page without a setting."""
    setting_id = values.get("setting_id") or (request.view_args or {}).get("setting_id")
    if setting_id is None:
        return
    ctx = context(setting_id)
    caller, now = host.for_setting(ctx), clock.now()
    pupil, facts = facts_here(ctx, slot_name, values)
    place = Place(
        slot_name, caller.setting, now, pupil, tuple(values.get("slots") or ()), facts.marks if facts else (), {"part": values.get("part", "")}
    )
    for part in caller.partials(place):
        shown = {"words": caller.words, "setting": caller.setting, **part.context}
        yield SlotPart(part.template, shown, part.order, part.permission)


def facts_here(ctx: SettingContext, slot_name: str, values: dict[str, Any]) -> tuple[PupilFacts | None, Facts | None]:
    """Return the facts about the pupil whose page this is, read once a request; register slots stay without a statement."""
    pupil_id = values.get("pupil_id") or (request.view_args or {}).get("pupil_id")
    if pupil_id is None or not slot_name.startswith("pupil."):
        return None, None
    kept: dict[tuple[int, int], tuple[PupilFacts, Facts] | None] = g.setdefault("daymark_pupil_facts", {})
    if (ctx.id, pupil_id) not in kept:
        with store.connection() as conn:
            kept[ctx.id, pupil_id] = facts_of(conn, ctx, host.for_setting(ctx), pupil_id, clock.now())
    return kept[ctx.id, pupil_id] or (None, None)
