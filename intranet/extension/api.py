"""All that a setting plugin imports from the core besides the law: the values, the hook marker and a few helpers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from intranet.extension.case_files import case_types
from intranet.extension.hookspecs import hookimpl
from intranet.extension.values import (
    Absence,
    Assessment,
    Attempt,
    CaseFacts,
    CaseType,
    Catalogue,
    Code,
    CodeTable,
    ContactFacts,
    Facts,
    Known,
    LadderStep,
    Mark,
    MarkChange,
    Objection,
    Partial,
    Place,
    Placement,
    PlacementModel,
    Profile,
    Proposal,
    PupilFacts,
    Record,
    RecordKind,
    Request,
    Role,
    Setting,
    Slot,
    Step,
    Trigger,
)
from intranet.law.parameters import ParametersAt

if TYPE_CHECKING:
    from intranet.settings.service import SettingContext

__all__ = [
    "Absence", "Assessment", "Attempt", "CaseFacts", "CaseType", "Catalogue", "Code", "CodeTable", "ContactFacts", "Facts",
    "Known", "LadderStep", "Mark", "MarkChange", "Objection", "ParametersAt", "Partial", "Place", "Placement", "PlacementModel",
    "Profile", "Proposal", "PupilFacts", "Record", "RecordKind", "Request", "Role", "Setting", "Slot", "Step", "Trigger",
    "case_types", "end_of", "hookimpl", "setting_of", "start_of", "with_meaning",
]  # fmt: skip

END_OF_DAY = time(23, 59)


def setting_of(ctx: SettingContext) -> Setting:
    """Return a setting as hooks see it."""
    return Setting(ctx.id, ctx.name, ctx.setting_type, ctx.legal_type, ctx.phase, ctx.authority or "", ctx.calendar)


def start_of(day: date, like: datetime) -> datetime:
    """Return the first moment of a day, in the zone of another moment."""
    return datetime.combine(day, time(), like.tzinfo)


def end_of(day: date, like: datetime) -> datetime:
    """Return the last minute of a day, in the zone of another moment."""
    return datetime.combine(day, END_OF_DAY, like.tzinfo)


def with_meaning(facts: Facts, meanings: Iterable[str]) -> list[Mark]:
    """Return the marks whose code means one of these, oldest first."""
    wanted = frozenset(meanings)
    ids = {code.id for code in facts.codes if code.meaning in wanted}
    return [mark for mark in facts.marks if mark.code_id in ids]
