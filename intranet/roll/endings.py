"""Ending a place at a setting that keeps no admission register of its own: nothing is deleted; who commissioned it is told (C-37)."""

from __future__ import annotations

from datetime import date, datetime

from intranet import store
from intranet.errors import FieldProblem, Refused
from intranet.extension.caller import Caller
from intranet.extension.values import PupilFacts
from intranet.law.words import long_date
from intranet.people import Actor
from intranet.pupils import service as pupils
from intranet.roll import returns
from intranet.roll.facts import known, on_our_roll
from intranet.settings.service import SettingContext

LONGEST = 500
#: What an agreement calls the other side of a placement.
SIDES = ("home_school", "commissioner")


def owners(ctx: SettingContext, caller: Caller, pupil: PupilFacts) -> tuple[str, ...]:
    """Return who is told that a place ends: the home school and commissioner of the agreement, else whoever commissions here."""
    agreed = pupil.placement.agreement if pupil.placement else {}
    named = tuple(str(agreed[side]) for side in SIDES if agreed.get(side))
    return named or (ctx.authority or caller.words["commissioner"].capitalize(),)


def end(
    ctx: SettingContext, caller: Caller, pupil_id: int, last: date, reason: str, *, actor: Actor, now: datetime, request_id: str | None = None
) -> None:
    """End the place after its last day, with why; whoever holds the roll is owed a notice that day. Refused where the roll is ours."""
    try:
        with store.writing(now=now, actor_id=actor.account_id) as w:
            pupil = known(w.conn, ctx, caller, pupil_id, now).pupil
            if on_our_roll(ctx, caller, pupil):
                raise Refused("End of the place", None, "the name is on this school's own admission register", "Take it off the roll on a lawful ground",
                              clauses=("SI 2024/208 reg 9",))  # fmt: skip
            _problems(last, reason, now.date())
            data = {"last": last.isoformat(), "reason": reason}
            w.append(setting_id=ctx.id, stream=f"pupil:{pupil_id}", kind="placement.ending", data=data, occurred_on=now.date(), request_id=request_id)
            pupils.depart(w, ctx.id, pupil_id, last, reason, now=now)
            said = (("last_day", long_date(last)), ("reason", reason))
            for owner in owners(ctx, caller, pupil):
                title = f"Tell {owner} that the place ended: last day {long_date(last)}"
                returns.owe(w, ctx, pupil_id, returns.Owed(returns.ENDED, title, owner, last, now.date(), ("SEN-012", "C-37"), said), now)
    except store.RequestSeen:
        return


def _problems(last: date, reason: str, today: date) -> None:
    found = []
    if last < today:
        found.append(FieldProblem("last", f"{long_date(last)} has passed, and its sessions were planned. Choose {long_date(today)} or later."))
    if not reason.strip() or len(reason) > LONGEST:
        found.append(FieldProblem("reason", f"Write why the place ends, in up to {LONGEST} characters."))
    if found:
        raise Refused("End of the place", None, found[0].text, "Nothing was stored", fields=found)
