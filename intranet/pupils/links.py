"""Same-child links: made only by a placement agreement or an authorised match, on both sides at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import Actor
from intranet.pupils import models as m
from intranet.pupils.events import append

AGREEMENT = "placement_agreement"
MATCH = "authorised_match"
BASES = {AGREEMENT: "Placement agreement", MATCH: "Authorised match"}


@dataclass(frozen=True)
class Side:
    """A pupil as one setting knows them."""

    setting_id: int
    pupil_id: int


def link_same_child(here: Side, there: Side, basis: str, *, reference: str = "", actor: Actor, now: datetime) -> None:
    """Join two rows of one child; raise Refused unless an agreement names the other setting or the actor may match in both."""
    if basis not in BASES:
        raise Refused(
            "Basis",
            basis,
            "Two rows are joined only by a placement agreement or an authorised match",
            "Choose one of the two",
            fields=("basis",),
        )
    if here.setting_id == there.setting_id:
        raise Refused("Link", None, "Both are pupils of this setting", "Merge the two if they are the same child")
    with store.scope([here.setting_id, there.setting_id]), store.writing(now=now, actor_id=actor.account_id) as w:
        _both_exist(w.conn, here, there)
        if basis == AGREEMENT:
            _agreed(w.conn, here, there)
        elif not (actor.may("roll:match", here.setting_id) and actor.may("roll:match", there.setting_id)):
            raise NotFound
        for one, other in ((here, there), (there, here)):
            _join(w, one, other, basis, reference, actor, now)


def _both_exist(conn: Connection, *sides: Side) -> None:
    for side in sides:
        query = select(m.Pupil.id).where(
            m.Pupil.setting_id == side.setting_id, m.Pupil.id == side.pupil_id, m.Pupil.merged_into.is_(None)
        )
        if conn.execute(query).first() is None:
            raise NotFound


def _agreed(conn: Connection, here: Side, there: Side) -> None:
    """Raise Refused unless a placement on either side names the other setting in its agreement."""
    for one, other in ((here, there), (there, here)):
        place = m.Placement
        query = select(place.agreement).where(place.setting_id == one.setting_id, place.pupil_id == one.pupil_id)
        if any((row.agreement or {}).get("home_setting_id") == other.setting_id for row in conn.execute(query)):
            return
    raise Refused(
        "Link",
        None,
        "No placement agreement of this pupil names the other setting",
        "Record the agreement first, or ask for an authorised match",
    )


def _join(w: store.Writing, one: Side, other: Side, basis: str, reference: str, actor: Actor, now: datetime) -> None:
    s = m.SameChild
    there = {"other_setting_id": other.setting_id, "other_pupil_id": other.pupil_id}
    same = select(s.id).where(
        s.setting_id == one.setting_id, s.pupil_id == one.pupil_id,
        s.other_setting_id == other.setting_id, s.other_pupil_id == other.pupil_id,
    )  # fmt: skip
    if w.conn.execute(same).first() is not None:
        return
    values = {"basis": basis, "reference": reference, "made_at": now, "made_by": actor.account_id}
    w.conn.execute(insert(s).values(setting_id=one.setting_id, pupil_id=one.pupil_id, **there, **values))
    append(
        w,
        one.setting_id,
        f"pupil:{one.pupil_id}",
        "pupil.linked",
        {**there, "basis": basis, "reference": reference},
        now=now,
    )


def linked(conn: Connection, setting_id: int, pupil_id: int) -> list[tuple[int, int, str]]:
    """Return the other settings' rows of this child: setting id, pupil id, basis."""
    s = m.SameChild
    query = select(s.other_setting_id, s.other_pupil_id, s.basis).where(
        s.setting_id == setting_id, s.pupil_id == pupil_id
    )
    return [(row.other_setting_id, row.other_pupil_id, row.basis) for row in conn.execute(query)]
