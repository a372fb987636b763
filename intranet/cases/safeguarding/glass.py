"""Breaking the glass: the head reads a child's strands without the team, for a reason, for a short time, and the lead is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, update

from intranet import store
from intranet.cases.safeguarding import events, vault
from intranet.cases.safeguarding.models import Glass
from intranet.errors import NotFound, Refused
from intranet.messages import service as messages
from intranet.messages.values import Notice
from intranet.people import Actor
from intranet.settings.context import SettingContext

#: A safeguard of the house, not of law or policy: long enough to read a file in an emergency.
LASTS = timedelta(minutes=60)
TITLE = "The head opened the safeguarding room without its team"


def break_glass(ctx: SettingContext, actor: Actor, pupil_id: int, reason: str, now: datetime, request_id: str) -> datetime:
    """Return until when the child's strands may be read; raise Refused without a reason."""
    if not reason.strip():
        raise Refused("Reason", None, "nothing was entered", "Write why this cannot wait for the safeguarding lead", fields=["reason"])
    uid = vault.new_uid()
    wrapped = vault.new_key(uid)
    until = now + LASTS
    row = {"pupil_id": pupil_id, "account_id": actor.account_id, "uid": uid, "wrapped": wrapped, "broken_at": now, "until_at": until}
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            store.events.refuse_seen(w.conn, ctx.id, request_id)
        except store.RequestSeen:
            return until
        sealed = vault.seal(wrapped, uid, {"reason": reason.strip()})
        made = w.conn.execute(insert(Glass).values(setting_id=ctx.id, sealed=sealed, **row).returning(Glass.id)).scalar_one()
        events.append(w, ctx.id, None, "safeguarding.glass", {"glass": int(made), "until": until.isoformat()}, request_id)
        messages.tell(w, ctx, [Notice("safeguarding", None, ("dsl", "deputy_dsl"), f"glass/{made}", TITLE, 0, (), restricted=True)])
    return until


def acknowledge(ctx: SettingContext, actor: Actor, glass_id: int, now: datetime) -> None:
    """Record that the lead has looked into it; raise NotFound for one that is not there or is their own."""
    here = (Glass.setting_id == ctx.id, Glass.id == glass_id)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        done = w.conn.execute(update(Glass).where(*here, Glass.seen_at.is_(None), Glass.account_id != actor.account_id).values(seen_at=now))
        if done.rowcount == 0:
            raise NotFound
        events.append(w, ctx.id, None, "safeguarding.glass", {"glass": glass_id, "seen": True})
