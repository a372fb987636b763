"""Sends what waits to be sent, outside any transaction: each try is recorded, put off for longer each time, and shown when it failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, bindparam, select, update

from intranet import store
from intranet.config import Config
from intranet.extension import host
from intranet.messages import channels
from intranet.messages.channels import Away, Message, NotSent, Send
from intranet.messages.models import ContactNote, NoticeRow
from intranet.people.models import Account
from intranet.people.places import Setting
from intranet.settings.service import context

log = logging.getLogger("daymark.delivery")
RETRY = "notice.retry_minutes"
BATCH = 100
HELD = timedelta(minutes=10)  # longer than a batch takes
N, C = NoticeRow, ContactNote
Open = Callable[[Config], AbstractContextManager[Send]]


@dataclass(frozen=True)
class Due:
    """A message that is due: its row, how often it was tried, and what is sent."""

    setting_id: int
    id: int
    tries: int
    message: Message


def deliver(now: datetime) -> int:
    """Send what is due in every setting and return how many left; what fails is tried again later."""
    config: Config = current_app.config["DAYMARK"]
    with store.all_settings("deliver"), store.connection() as conn:
        ids = list(conn.scalars(select(Setting.id).order_by(Setting.id)))
    mails: list[Due] = []
    texts: list[Due] = []
    for setting_id in ids:  # what no channel is set up for stays on the page, where people read it anyway
        with store.scope([setting_id]):
            mails += _claimed(setting_id, N, _mails(config, setting_id, now), now) if config.demo or config.mail_url else []
            texts += _claimed(setting_id, C, _texts(setting_id, now), now) if config.demo or config.text_url else []
    return _send(N, mails, channels.mail, config, now) + _send(C, texts, channels.texts, config, now)


def _claimed(setting_id: int, table: Any, due: Sequence[Due], now: datetime) -> list[Due]:
    """Return what this tick sends: nobody else's tick takes it meanwhile, and after a crash it is tried again."""
    if not due:
        return []
    mine = (table.setting_id == setting_id, table.id.in_([one.id for one in due]), table.next_try_at <= now)
    with store.writing(now=now, actor_id=None) as w:
        kept = set(w.conn.scalars(update(table).where(*mine).values(next_try_at=now + HELD).returning(table.id)))
    return [one for one in due if one.id in kept]


def _mails(config: Config, setting_id: int, now: datetime) -> list[Due]:
    """Return the notices that are to be e-mailed now, each with words that say nothing."""
    due = (N.setting_id == setting_id, N.next_try_at <= now, N.sent_at.is_(None), N.opened_at.is_(None), N.ended_at.is_(None))
    query = select(N.id, N.tries, Account.email).join(Account, and_(Account.id == N.account_id, Account.disabled_at.is_(None)))
    with store.connection() as conn:
        rows = conn.execute(query.where(*due).order_by(N.urgency, N.id).limit(BATCH)).all()
    links = {row.id: f"{config.base_url}/settings/{setting_id}/notices/{row.id}/" for row in rows}
    return [
        Due(setting_id, row.id, row.tries, Message(f"notice-{setting_id}-{row.id}", row.email, channels.BODY.format(link=links[row.id])))
        for row in rows
    ]


def _texts(setting_id: int, now: datetime) -> list[Due]:
    due = (C.setting_id == setting_id, C.next_try_at <= now, C.sent_at.is_(None))
    with store.connection() as conn:
        rows = conn.execute(select(C.id, C.tries, C.address, C.summary).where(*due).order_by(C.id).limit(BATCH)).all()
    return [Due(setting_id, row.id, row.tries, Message(f"text-{setting_id}-{row.id}", row.address, row.summary)) for row in rows]


def _send(table: Any, due: Sequence[Due], way: Open, config: Config, now: datetime) -> int:
    """Send messages one by one and record each; a server that does not answer is asked once a tick, not once a message."""
    if not due:
        return 0
    failures: list[str | None] = []
    try:
        with way(config) as send:
            for one in due:
                failures.append(_tried(send, one.message))
    except NotSent as failed:
        failures += [str(failed)] * (len(due) - len(failures))
    for setting_id in sorted({one.setting_id for one in due}):
        with store.scope([setting_id]):
            _record(setting_id, table, [(one, why) for one, why in zip(due, failures, strict=True) if one.setting_id == setting_id], now)
    return failures.count(None)


def _tried(send: Send, message: Message) -> str | None:
    """Return why a message was not sent, None when it was; raise Away when the server does not answer."""
    try:
        send(message)
    except Away:
        raise
    except NotSent as failed:
        return str(failed)
    return None


def _record(setting_id: int, table: Any, outcomes: Sequence[tuple[Due, str | None]], now: datetime) -> None:
    waits = host.for_setting(context(setting_id)).params(now.date())[RETRY]
    values = [_outcome(setting_id, row, failure, waits, now) for row, failure in outcomes]
    with store.writing(now=now, actor_id=None) as w:
        w.conn.execute(_statement(table), values)
    failed = sum(failure is not None for _, failure in outcomes)
    if failed:
        log.warning("setting %d: %d of %d messages could not be sent; they are listed on its page of notices", setting_id, failed, len(outcomes))


def _outcome(setting_id: int, row: Due, failure: str | None, waits: Sequence[int], now: datetime) -> dict[str, Any]:
    """Return what a try comes to: sent, to be tried again later, or given up."""
    again = now + timedelta(minutes=waits[row.tries]) if failure and row.tries < len(waits) else None
    return {"here": setting_id, "key": row.id, "sent": None if failure else now, "why": failure or "", "count": row.tries + 1, "again": again}


def _statement(table: Any) -> Any:
    values: dict[str, Any] = {"sent_at": bindparam("sent"), "failure": bindparam("why"), "tries": bindparam("count"), "next_try_at": bindparam("again")}
    return update(table).where(table.setting_id == bindparam("here"), table.id == bindparam("key")).values(**values)
