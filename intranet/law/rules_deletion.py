"""``DEL``: whether a name may be deleted from the admission register on a ground, and what has still to be shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from intranet.law import measures
from intranet.law.ages import compulsory_from, compulsory_until, is_compulsory
from intranet.law.answers import Answer, answer
from intranet.law.calendar import Calendar
from intranet.law.grounds import Condition, Ground, ground, grounds_on, special_condition
from intranet.law.parameters import ParametersAt
from intranet.law.words import listed, long_date

__all__ = [
    "DeletionFacts",
    "earliest_removal",
    "efforts_open",
    "grounds_on",
    "may_delete",
    "return_lacks",
    "transfer_days",
]

ONE_DAY = timedelta(days=1)
HOLD_KEYS = frozenset({"roll.hold_days", "roll.hold_after_notice"})


@dataclass(frozen=True)
class DeletionFacts:
    """What is known of a pupil whose name somebody wants to delete; ``proofs`` are those shown with evidence."""

    legal_type: str
    born: date
    proofs: frozenset[str] = frozenset()
    boarder: bool = False
    placed_by_authority: bool = False  # at a special school, by an authority's arrangements
    absence: Answer | None = None  # ABS20
    leave: Answer | None = None  # LEAVE10
    notice_received: date | None = None  # the parent's written notice
    last_day_stated: date | None = None  # the last day of attendance in it; None: it names none
    next_session: date | None = None  # when the school next meets
    term_ended: date | None = None
    detention_months: int = 0
    groups: frozenset[str] = frozenset()  # groups of children whose withdrawal may need consent
    efforts: frozenset[str] = frozenset()  # reasonable efforts recorded so far


def may_delete(ground_id: str, facts: DeletionFacts, params: ParametersAt) -> Answer:
    """``DEL``: whether the name may be deleted on this ground on the day, with a sentence for each proof that is missing.

    GroundError for a ground that nobody knows, a bare letter included.
    """
    chosen = ground(ground_id)
    bars = _bars(chosen, facts, params)
    asked = asked_of(chosen, facts, params)
    short = [] if bars else [one for one in asked if not shown(one, facts, params)]
    missing = (*bars, *(_asks(one, facts) for one in short))
    found = answer(
        "DEL",
        not missing,
        _said(chosen, bars, short, params.day),
        params,
        on=earliest_notified(facts) if chosen_needs_notice(chosen) else None,
        missing=missing,
        figures={
            "ground": chosen.id,
            "title": chosen.title,
            "citation": chosen.citation,
            "lacks": tuple(one.short for one in short),
            "asked": tuple(one.key for one in asked),
            "efforts_open": efforts_open(facts.efforts, params) if any(one.efforts for one in asked) else (),
        },
        would_change=_would_change(chosen, facts),
    )
    house = {one.setting_on for one in chosen.conditions if one.setting_on}
    return _reading(found, house, params)


def _reading(found: Answer, house: Collection[str], params: ParametersAt) -> Answer:
    """The answer with what it read of the setting's own policy, which the catalogue of law cannot declare."""
    declared = {one.key for one in found.read}
    return replace(found, read=tuple(one for one in params.trail if one.key in declared or one.key in house))


def _bars(chosen: Ground, facts: DeletionFacts, params: ParametersAt) -> tuple[str, ...]:
    """Why the ground is not one for this day, school or pupil at all."""
    of_age = is_compulsory(facts.born, params.day)
    wrong_age = of_age is not (chosen.pupils == "compulsory")
    sentences = (
        "" if chosen.in_force(params.day) else _not_in_force(chosen, params.day),
        "" if facts.legal_type in chosen.schools else _not_this_school(chosen, facts),
        _wrong_age(chosen, facts, of_age) if wrong_age else "",
        "This ground is for boarders only." if chosen.boarders == "only" and not facts.boarder else "",
        "This ground is not for boarders." if chosen.boarders == "never" and facts.boarder else "",
    )
    return tuple(sentence for sentence in sentences if sentence)


def _not_in_force(chosen: Ground, day: date) -> str:
    if day < chosen.begins:
        older = f" Use {listed(chosen.replaces, 'or')}." if chosen.replaces else ""
        return f"{chosen.id} begins on {long_date(chosen.begins)}.{older}"
    now = f" Use {listed(chosen.became, 'or')}." if chosen.became else " Nothing took its place."
    return f"{chosen.id} ({chosen.title.lower()}) ended on {long_date(chosen.ends or day)}.{now}"


def _not_this_school(chosen: Ground, facts: DeletionFacts) -> str:
    school = any(facts.legal_type in one.schools for one in grounds_on(chosen.begins))
    kind = facts.legal_type.replace("_", "-")
    if not school:
        return f"A setting of type {kind} keeps no admission register: end the placement instead."
    return f"This ground is not open to a school of type {kind}."


def _wrong_age(chosen: Ground, facts: DeletionFacts, of_age: bool) -> str:
    ages = f"from {long_date(compulsory_from(facts.born))} to {long_date(compulsory_until(facts.born))}"
    other = "not of compulsory school age" if chosen.pupils == "not_compulsory" else "of compulsory school age"
    is_now = "is" if of_age else "is not"
    return f"This ground is for pupils {other}; this pupil, who is of that age {ages}, {is_now} of that age now."


def asked_of(chosen: Ground, facts: DeletionFacts, params: ParametersAt) -> tuple[Condition, ...]:
    """The conditions that this ground asks of this pupil at this school on the day."""
    special = facts.placed_by_authority and chosen.pupils == "compulsory" and not chosen.special_school
    conditions = (*chosen.conditions, special_condition()) if special else chosen.conditions
    return tuple(one for one in conditions if _asked(one, facts, params))


def _asked(one: Condition, facts: DeletionFacts, params: ParametersAt) -> bool:
    if one.setting_on and not params.get(one.setting_on, False):
        return False
    if one.test == "consent_group" and not facts.groups & set(params.get("roll.ehe_consent_groups", ())):
        return False
    if one.schools and facts.legal_type not in one.schools:
        return False
    return not one.when or one.when in facts.proofs


def shown(one: Condition, facts: DeletionFacts, params: ParametersAt) -> bool:
    """Whether a condition is met: by a proof, or by the facts where it is worked out from them."""
    test = TESTS.get(one.test)
    return test(facts, params) if test else bool(facts.proofs & set(one.proofs))


def _notice_day_passed(facts: DeletionFacts, params: ParametersAt) -> bool:
    earliest = earliest_notified(facts)
    return earliest is not None and params.day >= earliest


def earliest_notified(facts: DeletionFacts) -> date | None:
    """The first day on which a name may go after a parent's notice: the day after the stated last day, never before receipt."""
    if facts.notice_received is None:
        return None
    stated = facts.last_day_stated + ONE_DAY if facts.last_day_stated else facts.notice_received + ONE_DAY
    return max(facts.notice_received, stated)


def chosen_needs_notice(chosen: Ground) -> bool:
    """Whether the day in a parent's notice decides."""
    return any(one.test == "notice_day_passed" for one in chosen.conditions)


Test = Callable[[DeletionFacts, ParametersAt], bool]
TESTS: Mapping[str, Test] = MappingProxyType(
    {
        "notice_day_passed": _notice_day_passed,
        "absence": lambda facts, params: facts.absence is not None and facts.absence.holds,
        "leave": lambda facts, params: facts.leave is not None and facts.leave.holds,
        "detention": lambda facts, params: facts.detention_months >= params["deletion.detention_months"],
        "over_age": lambda facts, params: (
            facts.next_session is not None and not is_compulsory(facts.born, facts.next_session)
        ),
        "term_over": lambda facts, params: facts.term_ended is not None and facts.term_ended <= params.day,
    }
)


def _asks(one: Condition, facts: DeletionFacts) -> str:
    counted = {"absence": facts.absence, "leave": facts.leave}.get(one.test)
    return f"{one.asks} {counted.says}" if counted else one.asks


def _said(chosen: Ground, bars: tuple[str, ...], short: list[Condition], day: date) -> str:
    if bars:
        return f"The name may not be deleted on {long_date(day)} on this ground. {bars[0]}"
    if short:
        return f"The name stays on the register: {listed(one.short for one in short)} still to be shown ({chosen.citation})."
    return f"The name may be deleted on {long_date(day)}: {chosen.title.lower()} ({chosen.citation})."


def _would_change(chosen: Ground, facts: DeletionFacts) -> tuple[str, ...]:
    found = []
    if any(one.test == "absence" for one in chosen.conditions):
        found.append("A U or any authorised mark breaks the continuous absence.")
    earliest = earliest_notified(facts) if chosen_needs_notice(chosen) else None
    if earliest:
        found.append(f"The earliest day by the parent's notice is {long_date(earliest)}.")
    return tuple(found)


def efforts_open(recorded: Collection[str], params: ParametersAt) -> tuple[str, ...]:
    """The reasonable efforts of guidance that nobody has recorded yet, a sentence each."""
    return tuple(row.says for row in measures.rows("deletion_efforts", params.day) if row.key not in recorded)


def return_lacks(given: Collection[str], params: ParametersAt) -> tuple[str, ...]:
    """What a deletion return still lacks, a sentence each; what only some pupils have is not asked for."""
    rows = measures.rows("deletion_return_contents", params.day)
    return tuple(
        f"Add: {row.says[0].lower()}{row.says[1:]}."
        for row in rows
        if not row.more.get("if_any") and row.key not in given
    )


def transfer_days(started: date, calendar: Calendar) -> tuple[date, date]:
    """The days that may be off-roll days of a transfer: the school day before the confirmed start, and the start.

    The day before the first day of a term is the last school day of the term before (ATT-187, ATT-188).
    CalendarError when the calendar does not reach back.
    """
    return calendar.before(started, 1), started


@dataclass(frozen=True)
class Whereabouts:
    """A child whose whereabouts are not confirmed: the first school day missed, and when the authority was first told."""

    first_absence: date
    notified: date
    confirmed: bool = False  # by the authority


def earliest_removal(facts: Whereabouts, calendar: Calendar, params: ParametersAt) -> Answer:
    """``HOLD``: the first school day after both holds, counted in school days, are over (R-18; ATT-183, ATT-193).

    CalendarError when the calendar ends before it.
    """
    held = calendar.nth(facts.first_absence, params["roll.hold_days"])
    noticed = calendar.after(facts.notified, params["roll.hold_after_notice"])
    earliest = calendar.after(max(held, noticed), 1)
    over = facts.confirmed or params.day >= earliest
    says = (
        "The authority has confirmed where the child is: the hold ends."
        if facts.confirmed
        else f"Not before {long_date(earliest)}, and then only on a ground of deletion with everything it asks."
    )
    found = answer(
        "HOLD",
        over,
        says,
        params,
        on=None if facts.confirmed else earliest,
        figures={"held_through": held, "notice_through": noticed, "earliest": earliest},
        missing=() if over else (f"Keep the name on the register until {long_date(earliest)}.",),
        would_change=() if facts.confirmed else ("The authority confirms where the child is.",),
    )
    return _reading(found, HOLD_KEYS, params)
