"""Plays a scenario through the services that the pages call: settings, pupils, registers and duties."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date

from intranet import store
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.law.sessions import session_no
from intranet.people.actor import Actor, Grant, describe_role
from intranet.registers import service as registers
from intranet.settings.service import SettingContext, context
from tests.duties.playing import at

__all__ = ["at", "caller_of", "ctx_of", "person", "save", "take"]


def ctx_of(setting: int) -> SettingContext:
    """Return the setting's context."""
    with store.scope([setting]):
        return context(setting)


def caller_of(setting: int) -> Caller:
    """Return the setting's caller."""
    return host.for_setting(ctx_of(setting))


def person(setting: int, role: str, account: int = 1, name: str = "Olive Oak", title: str = "") -> Actor:
    """Return somebody with one role at the setting."""
    label, core, also = describe_role(role, ctx_of(setting).setting_type)
    return Actor(account, name, title or label, (Grant(role, setting, None, None, label, core, also),))


def save(setting: int, group: int, when: str, marks: Mapping[int, str], *, now: str, role: str, notes: Mapping[int, str] | None = None):
    """Save a register as this role, such as ``save(1, 2, "2025-09-25 AM", {7: "N"}, now="2025-09-25 09:10", role="teacher")``."""
    day, key = when.split()
    moment = at(now)
    entries = [registers.Entry(pupil, symbol, None, (notes or {}).get(pupil)) for pupil, symbol in marks.items()]
    with store.scope([setting]):
        return registers.save(
            context(setting), caller_of(setting), session_no(date.fromisoformat(day), key), group, entries, 0, str(uuid.uuid4()),
            person(setting, role), moment, reason="the register was late",
        )  # fmt: skip


def take(setting: int, group: int, pupils: Iterable[int], days: Iterable[date], marks: Mapping[str, Mapping[int, str]], *, role: str,
         keys: tuple[str, ...] = ("AM", "PM"), notes: Mapping[int, str] | None = None) -> None:  # fmt: skip
    """Take every register of these days: everybody present but for ``marks``, such as {"2025-09-09 AM": {7: "L"}}."""
    people = list(pupils)
    for day in days:
        for key in keys:
            when = f"{day.isoformat()} {key}"
            here = {pupil: marks.get(when, {}).get(pupil, "\\" if key == "PM" else "/") for pupil in people}
            save(setting, group, when, here, now=f"{day.isoformat()} {'09:15' if key == 'AM' else '13:15'}", role=role, notes=notes)
