"""Which function judges which rule of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from intranet.law import (
    rules_absence,
    rules_deletion,
    rules_exclusion,
    rules_figures,
    rules_leave,
    rules_notices,
    rules_penalty,
    rules_penalty_use,
    rules_places,
    rules_register,
    rules_returns,
    rules_waiting,
)
from intranet.law.answers import Judge

JUDGES: Mapping[str, tuple[Judge, ...]] = MappingProxyType(
    {
        "N5": (rules_register.n5,),
        "NOTE": (rules_register.note,),
        "Y4ALL": (rules_register.y4all,),
        "AEA": (rules_register.approved_activity,),
        "AMEND": (rules_register.amend,),
        "BACKUP": (rules_register.backup,),
        "KEEP6": (rules_register.keep6, rules_register.keep_copy),
        "ADD0": (rules_register.add0,),
        "ATT10": (rules_absence.att10,),
        "ABS20": (rules_absence.abs20,),
        "LEAVE10": (rules_absence.leave10,),
        "SICK15": (rules_absence.sick15,),
        "PA": (rules_figures.pa,),
        "SA": (rules_figures.sa,),
        "AGE": (rules_figures.age,),
        "MOBILE": (rules_figures.mobile,),
        "NEW5": (rules_returns.new5,),
        "DELRET": (rules_returns.deletion_return,),
        "CTF15": (rules_returns.ctf15,),
        "LEAVE": (rules_leave.leave,),
        "PARTTIME": (rules_leave.part_time,),
        "STUDY": (rules_leave.study_leave,),
        "DAY6": (rules_exclusion.day6,),
        "SUSP45": (rules_exclusion.suspended_days,),
        "EXNOTE": (rules_exclusion.exclusion_notice,),
        "OPEN30": (rules_places.open_for,),
        "SCHOOL5": (rules_places.must_register,),
        "ORDER26": (rules_waiting.attendance_order,),
        "CNIS26": (rules_waiting.provider_notice, rules_waiting.parent_tells),
        "DEL": (rules_deletion.may_delete,),
        "HOLD": (rules_deletion.earliest_removal,),
        "PN10": (rules_penalty.threshold,),
        "PNUSE": (rules_penalty_use.usable,),
        "PNPUB": (rules_penalty_use.public_place,),
        "PNSUP": (rules_penalty_use.support_first,),
        "PNNTI": (rules_penalty_use.improve_period,),
        "PNEACH": (rules_notices.each,),
        "PNAMT": (rules_notices.amounts,),
        "PN3Y": (rules_notices.limit,),
        "PNSERVE": (rules_notices.received,),
        "PNPAY": (rules_notices.payment,),
    }
)


def judges(rule_id: str) -> tuple[Judge, ...]:
    """The functions that judge by a rule; KeyError for a rule without one."""
    return JUDGES[rule_id]
