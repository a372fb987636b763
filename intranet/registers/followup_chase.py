"""The weekly chase: every mark that is still without a reason, the oldest first, with the day by which it must be settled (R-16)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.extension.caller import Caller
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.codes import national_codes
from intranet.law.rules_register import n5
from intranet.law.sessions import day_of, day_range
from intranet.people import Actor
from intranet.pupils import service as pupils
from intranet.registers import followup_reading as reading
from intranet.registers import followup_rules as rules
from intranet.registers.amending import amend
from intranet.registers.followup import waits_for
from intranet.registers.followup_logging import claim
from intranet.registers.followup_models import ContactAttempt
from intranet.registers.followup_reading import DELEGATE, REPORT
from intranet.registers.rules import session_word
from intranet.settings.context import SettingContext
from intranet.store import events, records
from intranet.store.marks import StoredMark
from intranet.store.tables import record
from intranet.web.why import Why, of_answer

YEAR = timedelta(days=365)  # how far back without term dates
CHASED = ("ATT-148", "ATT-175")


@dataclass(frozen=True)
class Open:
    """A mark without a reason."""

    session_no: int
    pupil_id: int
    name: str
    group: str
    session: str
    day: date
    age: int  # school days since
    due: date | None
    overdue: bool
    position: int
    tries: int
    waits_for: str  # who decides on the reason that was given
    why: Why

    @property
    def key(self) -> str:
        """Return the row's id on the page."""
        return f"{self.session_no}-{self.pupil_id}"


def open_marks(conn: Connection, ctx: SettingContext, caller: Caller, now: datetime) -> list[Open]:
    """Return every mark of the school year without a reason, oldest first; the statements do not grow with the marks."""
    first, today = _since(ctx, now.date()), now.date()
    marks = reading.unexplained(conn, ctx.id, caller, *day_range(first, today))
    ids = {one.pupil_id for one in marks}
    known = {one.id: one for one in pupils.known(conn, ctx.id, today, ids)}
    tries, waiting = _tries(conn, ctx.id, first), _reported(conn, ctx.id, first)
    return [_open(ctx, caller, one, known[one.pupil_id].shown_name, known[one.pupil_id].group_name, tries, waiting, today)
            for one in marks if one.pupil_id in known]  # fmt: skip


def _since(ctx: SettingContext, today: date) -> date:
    try:
        return ctx.calendar.year_range(ctx.calendar.school_year(today))[0]
    except CalendarError:
        return today - YEAR


def _tries(conn: Connection, setting_id: int, first: date) -> Counter[tuple[int, date]]:
    table = ContactAttempt.__table__
    query = select(table.c.pupil_id, table.c.day, func.count()).where(table.c.setting_id == setting_id, table.c.day >= first)
    return Counter({(pupil, day): count for pupil, day, count in conn.execute(query.group_by(table.c.pupil_id, table.c.day))})


def _reported(conn: Connection, setting_id: int, first: date) -> list[tuple[int, date, date | None]]:
    c = record.c
    query = select(c.pupil_id, c.first, c.last).where(c.setting_id == setting_id, c.kind == REPORT, or_(c.last.is_(None), c.last >= first))
    return [(row.pupil_id, row.first, row.last) for row in conn.execute(query)]


def _open(
    ctx: SettingContext, caller: Caller, one: StoredMark, name: str, group: str, tries: Counter[tuple[int, date]],
    reported: list[tuple[int, date, date | None]], today: date,
) -> Open:  # fmt: skip
    day, answer = day_of(one.session_no), deadline(ctx, caller, one)
    given = any(pupil == one.pupil_id and first <= day and (last is None or day <= last) for pupil, first, last in reported)
    due = answer.on if answer else None
    counted, of = {one.session_no: one.code_id}, f"{name}, {day:%d/%m}"
    why = of_answer(answer, marks=counted, codes=caller.codes, parameters=caller.parameters, of=of) if answer else Why()
    return Open(
        one.session_no, one.pupil_id, name, group, session_word(one.session_no), day, ctx.calendar.count(day, today) - 1, due,
        due is not None and today > due, one.position, tries[one.pupil_id, day], "a decision" if given else "", why,
    )  # fmt: skip


def deadline(ctx: SettingContext, caller: Caller, one: StoredMark) -> Answer | None:
    """Return what the law says of settling a mark; None where the national codes are not used."""
    if caller.codes is not national_codes():
        return None
    return n5(one.session_no, ctx.calendar, caller.params(day_of(one.session_no)))


def settle(
    ctx: SettingContext, caller: Caller, actor: Actor, session_no: int, pupil_id: int, reason_key: str, text: str, drawn: int, request_id: str,
    now: datetime,
) -> str:  # fmt: skip
    """Amend a mark to its reason, or keep the reason for whoever decides on it, whom it returns; raise NotFound, Refused."""
    day = day_of(session_no)
    with store.connection() as conn:
        if events.seen(conn, ctx.id, request_id):
            return ""
        marks = reading.unexplained(conn, ctx.id, caller, session_no, session_no, pupil_id)
        tries = _tries(conn, ctx.id, day)
        delegates = {one.data["account"] for one in records.live(conn, ctx.id, DELEGATE, now.date())}
        facts = pupils.facts(conn, ctx.id, [pupil_id], on=day).get(pupil_id)
    if not marks or facts is None:
        raise NotFound("This mark has a reason already, or is not here. Open the list again.")
    reason = rules.reason_for(reason_key)
    symbol = _symbol(reason, caller, day, text, any(pupil == pupil_id for pupil, _ in tries))
    found = reading.decision(ctx, caller, facts, day, reason.key)
    if found.body or not found.open_to(actor.roles(ctx.id), actor.account_id in delegates):
        _keep(ctx, caller, actor, pupil_id, day, reason, text, request_id, now)
        return waits_for(caller, found)
    why = f"{reason.label}: {text.strip()}"
    outcome = amend(ctx, caller, session_no, pupil_id, symbol, None, reason.label, why, drawn, request_id, actor, now)
    if outcome.conflicts:
        raise Refused("Mark", symbol, f"somebody else set {outcome.conflicts[0].theirs} first", "Open the list again; nothing was overwritten")
    return ""


def _symbol(reason: rules.Reason, caller: Caller, day: date, text: str, tried: bool) -> str:
    """Return the code of a reason; raise Refused without a reason in words, or for O before anybody tried to learn why."""
    if not text.strip():
        raise Refused("Reason", "", "an amended mark keeps why it was changed", "Write who said what", clauses=("ATT-041",), fields=["note"])
    symbol = rules.symbol_for(reason, caller.codes.on(day))
    if not symbol:
        raise Refused("Reason", reason.label, "it comes to no code yet", "Choose the reason that is right, or log what was said on the day's list",
                      clauses=CHASED, fields=["reason"])  # fmt: skip
    if symbol == rules.UNREASONED and not tried:
        rule = "nobody has logged a try to learn the reason since that day"
        raise Refused("Mark", symbol, rule, "Ring first and log it, then set O", clauses=("ATT-099", *CHASED), fields=["reason"])
    return symbol


def _keep(ctx: SettingContext, caller: Caller, actor: Actor, pupil_id: int, day: date, reason: rules.Reason, text: str, request_id: str, now: datetime) -> None:
    data = claim(reason, caller, day, informant="", channel="Telephone", text=text.strip(), now=now)
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            records.create(w, setting_id=ctx.id, kind=REPORT, pupil_id=pupil_id, first=day, last=day, data=data, request_id=request_id)
    except store.RequestSeen:
        return
