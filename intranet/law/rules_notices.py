"""``PN3Y``, ``PNAMT``, ``PNPAY`` and what else the law says of one penalty notice: amount, limit, receipt, payment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from intranet.law import measures
from intranet.law.ages import add_years
from intranet.law.answers import Answer, answer, not_in_force
from intranet.law.holidays import is_working_day
from intranet.law.parameters import ParametersAt
from intranet.law.words import long_date

ONE_DAY = timedelta(days=1)
ABSENCE = "absence"
PUBLIC_PLACE = "public_place"


@dataclass(frozen=True)
class Notice:
    """A penalty notice that was issued to one parent for one pupil."""

    parent: int
    pupil: int
    issued: date
    offence_from: date  # first day of the offence period
    kind: str = ABSENCE
    outcome: str = ""  # paid, unpaid, guilty, not_guilty, withdrawn


@dataclass(frozen=True)
class Proposal:
    """A notice that somebody thinks of issuing, and the earlier ones to anybody."""

    parent: int
    pupil: int
    issue: date
    offence_from: date
    earlier: tuple[Notice, ...] = ()


def counted(proposal: Proposal, params: ParametersAt) -> tuple[Notice, ...]:
    """The earlier notices that count, oldest first; the third anniversary of an issue is past its years (R-10)."""
    years, since = params["penalty.limit_years"], params["penalty.limit_counts_from"]
    taken_out = params["penalty.not_counted_outcomes"]
    same = [
        notice
        for notice in proposal.earlier
        if (notice.parent, notice.pupil, notice.kind) == (proposal.parent, proposal.pupil, ABSENCE)
        and notice.offence_from >= since
        and notice.outcome not in taken_out
        and notice.issued <= proposal.issue < add_years(notice.issued, years)
    ]
    return tuple(sorted(same, key=lambda notice: notice.issued))


def limit(proposal: Proposal, params: ParametersAt) -> Answer:
    """``PN3Y``: whether one more notice may be issued to this parent for this child, and as which of them."""
    law = params.on(proposal.offence_from)
    before = not_in_force("PN3Y", law)
    if before:
        says = (
            f"The offence began on {long_date(proposal.offence_from)}, before there was a limit: a notice is possible."
        )
        return answer("PN3Y", True, says, law, figures={"count": 0, "ordinal": 1})
    law = params.on(proposal.issue)
    most, years = law["penalty.limit"], law["penalty.limit_years"]
    earlier = counted(proposal, law)
    barred = len(earlier) >= most
    frees = add_years(earlier[len(earlier) - most].issued, years) if barred else None
    return answer(
        "PN3Y",
        not barred,
        _limit_said(earlier, most, years),
        law,
        on=frees,
        figures={
            "count": len(earlier),
            "ordinal": None if barred else len(earlier) + 1,
            "earlier": tuple(notice.issued for notice in earlier),
            "alternatives": alternatives(law) if barred else (),
        },
        missing=(f"No further notice before {long_date(frees)}: consider another legal measure.",) if frees else (),
        would_change=_limit_changes(earlier, years),
    )


def _limit_said(earlier: tuple[Notice, ...], most: int, years: int) -> str:
    if len(earlier) >= most:
        return (
            f"{len(earlier)} notices to this parent for this child in {years} years: no further notice may be issued."
        )
    ordinal = "first" if not earlier else "second" if len(earlier) == 1 else f"{len(earlier) + 1}th"
    return f"This would be the {ordinal} notice to this parent for this child in {years} years."


def _limit_changes(earlier: tuple[Notice, ...], years: int) -> tuple[str, ...]:
    return tuple(
        f"The notice of {long_date(notice.issued)} stops counting on {long_date(add_years(notice.issued, years))}, "
        "or if it is withdrawn or the parent is found not guilty."
        for notice in earlier
    )


def alternatives(params: ParametersAt) -> tuple[str, ...]:
    """What can be done when no notice can be issued, a sentence each."""
    return tuple(row.says for row in measures.rows("other_measures", params.day))


def amounts(proposal: Proposal, params: ParametersAt) -> Answer:
    """``PNAMT``: early and full amount in pounds; a flat notice has no early amount (by the start of the offence)."""
    law = params.on(proposal.offence_from)
    table = tuple(tuple(pair) for pair in law["penalty.absence.amounts"].values())
    possible = limit(proposal, params)
    if not possible.holds:
        return answer(
            "PNAMT",
            False,
            possible.says,
            law,
            on=possible.on,
            figures={"early": None, "full": None},
            missing=possible.missing,
        )
    ordinal = possible.figures["ordinal"]
    row = table[min(ordinal if isinstance(ordinal, int) else 1, len(table)) - 1]
    early, full = (row[0] if len(row) > 1 else None), row[-1]
    return answer(
        "PNAMT",
        True,
        _amount_said(early, full),
        law,
        figures={"early": early, "full": full, "ordinal": ordinal},
        would_change=(f"The amounts go by the first day of the offence, {long_date(proposal.offence_from)}.",),
    )


def _amount_said(early: int | None, full: int) -> str:
    return f"£{full}, with no lower amount." if early is None else f"£{early} if paid early, otherwise £{full}."


def each(parents: Iterable[int], pupils: Iterable[int], day: date, params: ParametersAt) -> Answer:
    """``PNEACH``: the notices there can be, one for each parent for each pupil, and the least they can cost together."""
    pairs = tuple((parent, pupil) for pupil in pupils for parent in parents)
    law = params.on(day)
    first = min(next(iter(law["penalty.absence.amounts"].values())))
    says = (
        f"Up to {len(pairs)} notices: one for each parent for each pupil. Staff confirm which parents are responsible."
    )
    return answer(
        "PNEACH", bool(pairs), says, law, figures={"pairs": pairs, "notices": len(pairs), "least": len(pairs) * first}
    )


@dataclass(frozen=True)
class Service:
    """How and when a notice was sent; ``proved`` is the day of receipt where somebody knows it."""

    method: str
    sent: date
    proved: date | None = None
    consent: bool = False  # in writing, to this e-mail address


def received(service: Service, params: ParametersAt) -> Answer:
    """``PNSERVE``: the day on which the notice is received; no day while that has still to be recorded."""
    row = measures.row("service_methods", service.method, params.day)
    if row is None:
        raise KeyError(f"{service.method} is not a way to serve a notice.")
    if row.more.get("consent") and not service.consent:
        return answer(
            "PNSERVE",
            False,
            "A notice by e-mail needs the parent's agreement in writing.",
            params,
            missing=("Record the parent's written agreement to this address, or serve the notice another way.",),
        )
    day = service.proved or _deemed(service, row, params)
    if day is None:
        return answer(
            "PNSERVE",
            False,
            "The law gives no day of receipt for this way of sending.",
            params,
            missing=("Record the day on which the parent received it.",),
        )
    return answer(
        "PNSERVE",
        True,
        f"Received on {long_date(day)}: {row.says.lower()}.",
        params,
        on=day,
        would_change=() if service.proved else ("Proof that it came on another day.",),
    )


def _deemed(service: Service, row: measures.Row, params: ParametersAt) -> date | None:
    if row.more["receipt"] == "same_day":
        return service.sent
    if row.more["receipt"] != "working_days":
        return None
    return working_day_after(service.sent, params["penalty.service_days"])


def working_day_after(day: date, n: int) -> date:
    """The nth working day after a day; weekends and bank holidays are not working days (SI 2007/1867 reg 22(2))."""
    while n > 0:
        day += ONE_DAY
        n -= is_working_day(day)
    return day


@dataclass(frozen=True)
class Payment:
    """What is known of paying one notice; amounts are pounds, ``early`` None for a flat one."""

    received: date
    early: int | None
    full: int


def payment(facts: Payment, params: ParametersAt) -> Answer:
    """``PNPAY``: whether proceedings may start on the day, what is due that day, and the days that parents are told."""
    law = params.on(facts.received)
    days = {
        name: _last_of(facts.received, law[f"penalty.{name}_days"]) for name in ("early", "full", "accepted", "barred")
    }
    opens = days["accepted"] + ONE_DAY
    early_here = facts.early is not None and params.day <= days["early"]
    due = facts.early if early_here else facts.full if params.day <= days["accepted"] else None
    figures: dict[str, object] = {
        "due": due,
        "early": facts.early,
        "early_until": days["early"] if facts.early is not None else None,
        "full": facts.full,
        "full_until": days["full"],
        "in_time_until": days["accepted"],
        "barred_until": days["barred"],
        "proceedings_from": opens,
    }
    return answer(
        "PNPAY",
        params.day >= opens,
        _payment_said(facts, days, due),
        law,
        on=opens,
        figures=figures,
        missing=() if params.day >= opens else (f"Proceedings wait until {long_date(opens)}.",),
    )


def _last_of(receipt: date, days: int) -> date:
    """The last of so many days that begin with the day of receipt."""
    return receipt + timedelta(days=days - 1)


def _payment_said(facts: Payment, days: dict[str, date], due: int | None) -> str:
    lower = f"£{facts.early} until {long_date(days['early'])}, then " if facts.early is not None else ""
    told = f"{lower}£{facts.full} until {long_date(days['full'])}, paid to the local authority."
    return told if due else f"{told} The time for paying has passed."
