"""The frame of every page: where one is, who one is, the day and what the calendar says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, current_app, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from intranet import store
from intranet.errors import DaymarkError
from intranet.law.calendar import Calendar
from intranet.people.actor import Actor
from intranet.people.places import SettingRow
from intranet.people.sessions import SignedIn, signed_in
from intranet.settings.context import SettingContext, context
from intranet.web.kit import Shell, ShellActor, ShellSetting, day, now

ClockLine = Callable[[SettingContext, Actor, datetime], str]


def init_shell(app: Flask) -> None:
    """Put the shell of the signed-in person around every page."""
    app.context_processor(shell_of_request)


def shell_of_request() -> dict[str, Any]:
    """Return the page's shell; signed out, or when the database cannot say, a plain one."""
    try:
        here = signed_in()
        made = _once(here) if here else Shell(demo=_demo())
    except (SQLAlchemyError, DaymarkError):
        current_app.logger.warning("the frame of the page could not be read")  # the page itself says what is wrong
        made = Shell(demo=_demo())
    return {"shell": made}


def _once(here: SignedIn) -> Shell:
    """Return the shell of this sign-in, made once a request: every part of a page asks for it."""
    kept: tuple[SignedIn, Shell] | None = request.environ.get("daymark.shell")
    if kept is None or kept[0] is not here:
        kept = request.environ["daymark.shell"] = (here, _shell(here))
    return kept[1]


def _shell(here: SignedIn) -> Shell:
    actor, at = here.actor, now()
    row = _setting_here(actor)
    ctx = _context(row) if row else None
    words = _words(ctx)
    return Shell(
        setting=ShellSetting(row.id, row.name) if row else None,
        settings=tuple(ShellSetting(one.id, one.name) for one in actor.settings),
        actor=ShellActor(actor.name, actor.role_label(row.id if row else None) or None),
        nav=current_app.extensions["daymark.navigation"].links(lambda p: actor.may(p, row.id), row.id, words=words) if row else (),
        context_line=_context_line(ctx, at.date()),
        clock_line=_clock_line(ctx, actor, at),
        demo=_demo(),
        sign_out_url=url_for("people.sign_out"),
        account_url=url_for("own.account"),
        jump_url=_jump_url(actor, row),
        session_ends=here.ends_at,
        session_renew_url=url_for("people.renew"),
        words=words,
    )


def _jump_url(actor: Actor, row: SettingRow | None) -> str:
    """Return where the jump box asks; nowhere for somebody who may open no pupils."""
    if row is None or "pupils.jump" not in current_app.view_functions or not actor.may("pupil:read", row.id):
        return ""
    return url_for("pupils.jump", setting_id=row.id)


def _context_line(ctx: SettingContext | None, today: date) -> str:
    """Return the day's line of a setting, worked out once a day and calendar."""
    if ctx is None:
        return context_line(None, today)
    kept: dict[int, tuple[SettingContext, date, str]] = current_app.extensions.setdefault("daymark.context_lines", {})
    found = kept.get(ctx.id)
    if found is None or found[0] is not ctx or found[1] != today:
        found = kept[ctx.id] = (ctx, today, context_line(ctx.calendar, today))
    return found[2]


def context_line(calendar: Calendar | None, today: date) -> str:
    """Return the day, the week of the half-term and what is out of the ordinary today or tomorrow."""
    if calendar is None:
        return day(today)
    return ", ".join(part for part in (day(today), _week(calendar, today), _note(calendar, today)) if part)


def _week(calendar: Calendar, today: date) -> str:
    period = calendar.half_term(today)
    if period is None:
        return "school holiday"
    return f"{period.name}, week {max(1, len(calendar.school_weeks(period.first, today)))}"


def _note(calendar: Calendar, today: date) -> str:
    for when, word in ((today, "today"), (today + timedelta(days=1), "tomorrow")):
        closed = calendar.why_closed(when)
        if closed and when.weekday() < 5 and calendar.half_term(when):
            return f"{closed.label} {word}"
    return ""


def _setting_here(actor: Actor) -> SettingRow | None:
    wanted = (request.view_args or {}).get("setting_id")
    if wanted is not None:
        return actor.setting(wanted)
    return actor.settings[0] if len(actor.settings) == 1 else None


def _context(row: SettingRow) -> SettingContext:
    with store.scope([row.id]):
        return context(row.id)


def _words(ctx: SettingContext | None) -> Mapping[str, str]:
    """Return what the setting's type calls things, as the extension room knows it."""
    known: Callable[[SettingContext], Mapping[str, str]] | None = current_app.extensions.get("daymark.words")
    return known(ctx) if known and ctx else {}


def _clock_line(ctx: SettingContext | None, actor: Actor, at: datetime) -> str:
    line: ClockLine | None = current_app.extensions.get("daymark.clock_line")
    if line is None or ctx is None:
        return ""
    with store.scope([ctx.id]):
        return line(ctx, actor, at)


def _demo() -> bool:
    return bool(current_app.config["DAYMARK"].demo)
