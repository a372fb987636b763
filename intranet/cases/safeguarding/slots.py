"""What the room puts on other rooms' pages: a card for its team, the signal, and ways in; never a word of what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from intranet import store
from intranet.cases.safeguarding import professionals, reading
from intranet.cases.safeguarding.access import TEAM
from intranet.cases.safeguarding.models import Strand
from intranet.people import current_actor
from intranet.web.kit import SlotPart, today


def card(_slot: str, context: dict[str, Any]) -> Iterable[SlotPart]:
    """Return the card of the team: how many strands hold something nobody of it has opened."""
    setting_id = context["setting_id"]
    if not current_actor().may(TEAM, setting_id):
        return
    with store.connection() as conn:
        count = reading.fresh(conn, setting_id)
    yield SlotPart("safeguarding/_card.html", {"count": count, "setting_id": setting_id}, order=1)


def badge(_slot: str, context: dict[str, Any]) -> Iterable[SlotPart]:
    """Return "speak to the safeguarding lead" for those who may see it, while the team shows it for the child."""
    setting_id = context["setting_id"]
    if not current_actor().may("pupil:signal", setting_id):
        return
    shown = (Strand.setting_id == setting_id, Strand.pupil_id == context["pupil_id"], Strand.signal.is_(True), Strand.closed_at.is_(None))
    with store.connection() as conn:
        found = conn.execute(select(Strand.id).where(*shown).limit(1)).first()
    if found:
        yield SlotPart("safeguarding/_signal.html")


def panels(_slot: str, context: dict[str, Any]) -> Iterable[SlotPart]:
    """Return the way to tell the lead about this child, and its professionals for those who may know of them."""
    if context.get("part", "summary") != "summary":
        return
    setting_id, pupil_id, actor = context["setting_id"], context["pupil_id"], current_actor()
    values = {"setting_id": setting_id, "pupil_id": pupil_id}
    if actor.may("safeguarding:tell", setting_id):
        yield SlotPart("safeguarding/_tell.html", values, order=90)
    if actor.may("pupil:sensitive", setting_id):
        with store.connection() as conn:
            working = [one for one in professionals.of_pupil(conn, setting_id, pupil_id) if one.on(today())]
        yield SlotPart("safeguarding/_professionals.html", {**values, "working": working, "told_in_words": professionals.told_in_words}, order=60)
