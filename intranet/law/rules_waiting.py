"""Law that is made and waits for its commencement: it holds nothing until an administrator enters the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intranet.law import deadlines
from intranet.law.ages import add_months
from intranet.law.answers import Answer, answer, rule
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

NOT_IN_SCHOOL = "commencement.children_not_in_school"


def _waits(rule_id: str, switch: str, params: ParametersAt) -> Answer | None:
    """The answer that the provision is not in force; None once its day has come."""
    commences = params.get(switch)
    if isinstance(commences, date) and commences <= params.day:
        return None
    when = f"comes into force on {long_date(commences)}" if commences else "is not in force: no day has been set"
    says = f"{rule(rule_id).title}: this {when}."
    return answer(rule_id, False, says, params, would_change=("The day on which it comes into force.",))


@dataclass(frozen=True)
class OrderGround:
    """The ground for a school attendance order as it appeared, and what the authority has served."""

    appeared: date
    served: date | None = None  # the preliminary notice


def attendance_order(facts: OrderGround, params: ParametersAt) -> Answer:
    """What the authority must serve next, and by which day (``on``)."""
    waits = _waits("ORDER26", "commencement.attendance_orders", params)
    if waits:
        return waits
    preliminary = deadlines.within_days(facts.appeared, params["order.preliminary_days"]).last_in_time
    answered = deadlines.within_days(facts.served or preliminary, params["order.response_days"]).last_in_time
    order = deadlines.within_days(answered, params["order.issue_days"]).last_in_time
    figures = {"preliminary_by": preliminary, "answer_not_before": answered, "order_by": order}
    what, on = ("order", order) if facts.served else ("preliminary notice", preliminary)
    says = f"The authority serves the {what} by {long_date(on)}."
    change = ("Evidence of suitable education before then.",)
    return answer("ORDER26", True, says, params, on=on, figures=figures, would_change=change)


def provider_notice(notice: date, params: ParametersAt) -> Answer:
    """What a provider of education out of school must answer to an authority's notice; ``on`` is the earliest day it may be due."""
    waits = _waits("CNIS26", NOT_IN_SCHOOL, params)
    if waits:
        return waits
    due = deadlines.within_days(notice, params["not_in_school.provider_days"]).last_in_time
    free_until = add_months(params[NOT_IN_SCHOOL], params["not_in_school.no_penalty_months"])
    figures = {
        "taught_since": add_months(notice, -params["not_in_school.taught_months"]),
        "penalty": notice >= free_until,
    }
    says = f"Say for each child how long you teach them, no earlier than {long_date(due)} unless you choose to."
    change = ("A later day in the authority's notice.",)
    return answer("CNIS26", True, says, params, on=due, figures=figures, would_change=change)


def parent_tells(changed: date, params: ParametersAt) -> Answer:
    """Until when a parent tells the authority of a child who comes to be, or changes, on its register of children not in school."""
    waits = _waits("CNIS26", NOT_IN_SCHOOL, params)
    if waits:
        return waits
    due = deadlines.within_days(changed, params["not_in_school.parent_days"]).last_in_time
    says = f"The parent tells the authority by {long_date(due)}."
    return answer("CNIS26", True, says, params, on=due, would_change=("A place at a school full time.",))
