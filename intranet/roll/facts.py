"""What is known of a pupil whose name may leave the roll, read once for a page or a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from intranet.duties.findings import facts_of
from intranet.errors import NotFound
from intranet.extension import baseline
from intranet.extension.baseline.common import due_to
from intranet.extension.caller import Caller
from intranet.extension.values import Facts, PupilFacts
from intranet.law import history
from intranet.law.ages import is_compulsory
from intranet.law.answers import Answer
from intranet.law.codes import national_codes
from intranet.law.rules_absence import Absence, abs20, leave10
from intranet.pupils import contacts as people
from intranet.pupils import service as pupils
from intranet.settings.service import SettingContext

OURS = "us"
BOARDER = "boarder"


@dataclass(frozen=True)
class Known:
    """A pupil as the roll room sees one: the row, the people, the placement and flags, and the marks that rules count."""

    row: Mapping[str, Any]
    people: tuple[Mapping[str, Any], ...]
    pupil: PupilFacts
    facts: Facts

    @property
    def id(self) -> int:
        """Return the pupil's id."""
        return self.pupil.id

    @property
    def boarder(self) -> bool:
        """Return whether the pupil boards here."""
        return bool(self.row["boarder"]) or BOARDER in self.pupil.flags

    @property
    def marks(self) -> Mapping[int, int]:
        """Return session number -> code id."""
        return history.as_map(self.facts.marks)

    def absence(self) -> Absence:
        """Return what the rules about runs look at."""
        return Absence(dict(self.marks), due_to(self.facts), self.facts.codes, self.pupil.born, self.boarder)

    def compulsory(self, day: date) -> bool:
        """Return whether the pupil is of compulsory school age; without a date of birth one is taken to be."""
        return self.pupil.born is None or is_compulsory(self.pupil.born, day)


def known(conn: Connection, ctx: SettingContext, caller: Caller, pupil_id: int, now: datetime) -> Known:
    """Return what is known of a pupil; raise NotFound for one of another setting."""
    found = facts_of(conn, ctx, caller, pupil_id, now)
    if found is None:
        raise NotFound
    row = pupils.row_of(conn, ctx.id, pupil_id)
    listed = people.listed(conn, ctx.id, pupil_id, now.date())
    return Known(row, tuple(listed), found[0], found[1])


def keeps_register(ctx: SettingContext, caller: Caller) -> bool:
    """Return whether the setting is a school, which keeps an admission register (C-37)."""
    return ctx.legal_type in baseline.SCHOOLS and caller.codes is national_codes()


def on_our_roll(ctx: SettingContext, caller: Caller, pupil: PupilFacts) -> bool:
    """Return whether this setting's own roll holds the name; elsewhere only the place here can end."""
    owner = pupil.placement.duties.get("roll", OURS) if pupil.placement else OURS
    return keeps_register(ctx, caller) and owner == OURS


def absence_answer(pupil: Known, caller: Caller, day: date) -> Answer:
    """Return whether the continuous absence opens the assessment (ABS20)."""
    return abs20(pupil.absence(), day, caller.params(day))


def leave_answer(pupil: Known, caller: Caller, ended: date, day: date) -> Answer:
    """Return whether the school days after a leave have passed without attendance (LEAVE10)."""
    return leave10(ended, pupil.absence(), pupil.facts.setting.calendar, day, caller.params(day))
