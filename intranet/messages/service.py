"""The verbs of the messages room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.messages import reading
from intranet.messages.models import NoticeRow
from intranet.messages.reading import NoticeSeen
from intranet.messages.telling import correct, tell, withdraw
from intranet.messages.values import CHANNELS
from intranet.people import Actor
from intranet.settings.context import SettingContext
from intranet.store import events
from intranet.web.filters import plural

LONGEST_NAME, LONGEST_NOTE = 120, 1000

events.register_kind("notice.opened", lambda data: f"opened {plural(len(data['notices']), 'notice')}" if data else "opened notices")
events.register_kind(
    "notice.handed", lambda data: f"told {data['body']} by {data['channel']}" if data else "told a body outside", ("to", "note", "pupil")
)


@dataclass(frozen=True)
class Handing:
    """How a body outside was told: by what channel, when, and who there."""

    channel: str
    at: datetime
    to: str
    note: str = ""


def access_notice(actor: Actor, ctx: SettingContext, notice_id: int, now: datetime) -> NoticeSeen:
    """Return a notice to the person, or one they may see in the list; raise NotFound for any other."""
    with store.connection() as conn:
        found = reading.one(conn, ctx.id, notice_id)
    if found is None or not (found.account_id == actor.account_id or _may_see(actor, ctx.id, found)):
        raise NotFound("There is no such notice for you. It may have been taken back since.")
    return found


def _may_see(actor: Actor, setting_id: int, found: NoticeSeen) -> bool:
    if found.restricted:
        return False
    return actor.may("notice:list", setting_id) or (bool(found.body) and actor.may("notice:hand", setting_id))


def opened(ctx: SettingContext, actor: Actor, notice_ids: Sequence[int] | None, now: datetime) -> int:
    """Record that the person has opened notices of their own (None: all that wait) and return how many were new; nobody else's are touched."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        waiting = reading.unopened(w.conn, ctx.id, actor.account_id)
        mine = [found for found in waiting if notice_ids is None or found in notice_ids]
        if not mine:
            return 0
        w.append(setting_id=ctx.id, stream=f"notices:{actor.account_id}", kind="notice.opened", data={"notices": mine}, occurred_on=now.date())
        here = (NoticeRow.setting_id == ctx.id, NoticeRow.id.in_(mine))
        w.conn.execute(update(NoticeRow).where(*here).values(opened_at=now, next_try_at=None))
    return len(mine)


def handed(ctx: SettingContext, actor: Actor, found: NoticeSeen, how: Handing, now: datetime, request_id: str | None = None) -> None:
    """Record that a body outside was told; raise Refused for a notice of another kind, a later time, or one told before."""
    _refuse(found, how, now)
    by = {"name": actor.name, "position": actor.role_label(ctx.id) or actor.position_title}
    data = {"notice": found.id, "body": found.body, "channel": how.channel, "at": how.at.isoformat(), "to": how.to, "note": how.note,
            "pupil": found.pupil_id, "by": by}  # fmt: skip
    with store.writing(now=now, actor_id=actor.account_id) as w:
        try:
            w.append(setting_id=ctx.id, stream=f"notice:{found.id}", kind="notice.handed", data=data, occurred_on=how.at.date(), request_id=request_id)
        except store.RequestSeen:
            return
        here = (NoticeRow.setting_id == ctx.id, NoticeRow.id == found.id, NoticeRow.handed_at.is_(None))
        values = {"handed_at": how.at, "handed_by": actor.account_id, "channel": how.channel, "handed_to": how.to, "note": how.note}
        if w.conn.execute(update(NoticeRow).where(*here).values(**values)).rowcount == 0:
            raise Refused("Notice", found.title, "somebody else recorded first that it was sent", "Open the list again; nothing of yours was stored")


def _refuse(found: NoticeSeen, how: Handing, now: datetime) -> None:
    """Raise Refused for what cannot be recorded as told."""
    if not found.body:
        raise Refused("Notice", found.title, "it went to people who sign in here", "Wait until they open it, or speak to them")
    if found.state == "withdrawn":
        raise Refused("Notice", found.title, "its grounds are gone, so nobody is to be told", "Nothing is to be done")
    if how.channel not in CHANNELS:
        raise Refused("Channel", how.channel, "it is not one of the channels", "Choose one from the list", fields=["channel"])
    if how.at > now:
        raise Refused("Told at", f"{how.at:%d/%m/%Y %H:%M}", f"it is {now:%H:%M} on {now:%d/%m/%Y} now", "Enter when they were told", fields=["time"])
    if not how.to.strip() or len(how.to) > LONGEST_NAME:
        raise Refused("Who was told", "", f"say who there, in up to {LONGEST_NAME} characters", "Enter the person or the desk", fields=["to"])
    if len(how.note) > LONGEST_NOTE:
        raise Refused("Note", "", f"it has more than {LONGEST_NOTE} characters", "Shorten it", fields=["note"])


__all__ = ["Handing", "access_notice", "correct", "handed", "opened", "tell", "withdraw"]
