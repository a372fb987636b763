"""Reminds whoever takes a class of a register that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert

from intranet import store
from intranet.errors import Refused
from intranet.extension.caller import Caller
from intranet.law.sessions import day_of
from intranet.people import Actor
from intranet.registers.models import Nudge
from intranet.registers.reading import read_sheet, require_session
from intranet.settings.context import SettingContext
from intranet.store.events import register_kind


def _said(_data: Mapping[str, Any]) -> str:
    return "reminded staff of a register that is not taken"


register_kind("register.nudged", _said)


def nudge(ctx: SettingContext, caller: Caller, session_no: int, group_id: int, request_id: str, actor: Actor, now: datetime) -> None:
    """Remind the class's staff on their first page; raise NotFound for another setting's class, Refused when all are marked."""
    with store.connection() as conn:
        sheet = read_sheet(conn, ctx, caller, session_no, group_id)
    require_session(sheet)
    if all(one.pupil_id in sheet.marks for one in sheet.due):
        raise Refused("Register", sheet.group.name, "it has been taken since", "Open the board again")
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            _store(w, ctx.id, session_no, group_id, request_id, actor, now)
    except store.RequestSeen:
        return


def _store(w: store.Writing, setting_id: int, session_no: int, group_id: int, request_id: str, actor: Actor, now: datetime) -> None:
    stored = w.append(
        setting_id=setting_id, stream=f"nudge:{session_no}:{group_id}", kind="register.nudged", data={"session": session_no, "group": group_id},
        occurred_on=day_of(session_no), request_id=request_id,
    )  # fmt: skip
    here = (Nudge.setting_id == setting_id, Nudge.session_no == session_no, Nudge.group_id == group_id)
    w.conn.execute(delete(Nudge).where(*here))
    values = {"setting_id": setting_id, "session_no": session_no, "group_id": group_id, "at": now, "by": actor.account_id}
    w.conn.execute(insert(Nudge).values(**values, position=stored.position))
