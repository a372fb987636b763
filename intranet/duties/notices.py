"""Turns what a save did to findings into notices: told when raised, taken back or corrected when cleared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from intranet.duties.findings import AMENDED, FindingChange
from intranet.extension.caller import Caller
from intranet.messages import service as messages
from intranet.messages.values import Notice, about_finding
from intranet.settings.context import SettingContext
from intranet.store import Writing

_quiet: ContextVar[bool] = ContextVar("daymark.quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Let findings come and go inside without anybody being told: a demo's own history."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def on_findings(w: Writing, ctx: SettingContext, caller: Caller, changes: Sequence[FindingChange], now: datetime) -> None:
    """Record the notices of a save; what was computed as history tells nobody and takes back what no longer holds."""
    quiet = _quiet.get()
    messages.tell(w, ctx, [_notice(one) for one in changes if one.tell and one.change != "cleared" and not (quiet or one.quiet)])
    gone = [one for one in changes if one.change == "cleared" and one.pupil_id is not None]
    silent = [one for one in gone if quiet or one.quiet]
    messages.withdraw(w, ctx, [_about(one) for one in silent], AMENDED)
    messages.correct(w, ctx, [_about(one) for one in gone if one not in silent], AMENDED)


def _notice(one: FindingChange) -> Notice:
    return Notice(one.kind, one.pupil_id, one.tell, _about(one), one.title, one.urgency, one.clauses)


def _about(one: FindingChange) -> str:
    return about_finding(one.kind, one.pupil_id, one.anchor)
