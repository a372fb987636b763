"""``PNUSE``, ``PNPUB``, ``PNSUP``, ``PNNTI``: whether a penalty notice can be used at all, and what comes before one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from intranet.law import measures
from intranet.law.ages import compulsory_from, compulsory_until, is_compulsory
from intranet.law.answers import Answer, answer
from intranet.law.calendar import Calendar
from intranet.law.parameters import ParametersAt
from intranet.law.words import listed, long_date

OWN_STAFF = frozenset({"head", "deputy_head", "assistant_head"})
BY_HEAD = OWN_STAFF - {"head"}


@dataclass(frozen=True)
class UseFacts:
    """What decides whether a notice for absence is possible; ``days`` are those of the unauthorised sessions."""

    legal_type: str  # of the school on whose register the pupil is
    born: date | None
    days: tuple[date, ...] = ()
    place: str = "school"  # where the sessions were: a key of the list of places
    written_notice: date | None = None  # to the parent, about a place outside the school
    issuer: str = ""  # head, deputy_head, assistant_head, authority_officer, constable, provider; empty: not asked
    authorised_by_head: bool = False
    own_pupil: bool = True
    proceedings_contemplated: bool = False


def usable(facts: UseFacts, params: ParametersAt) -> Answer:
    """``PNUSE``: whether a notice for absence can be issued here, with a sentence for each thing that bars it."""
    liable = _liable(facts)
    missing = tuple(
        one
        for one in (
            _school(facts, params),
            _age(facts, liable),
            _place(facts, params),
            _issuer(facts, params),
            "Court proceedings are already contemplated: a notice is not for such a case."
            if facts.proceedings_contemplated
            else "",
        )
        if one
    )
    says = "A penalty notice for absence is possible." if not missing else "No penalty notice is possible here."
    return answer(
        "PNUSE",
        not missing,
        says,
        params,
        missing=missing,
        figures={
            "days": liable,
            "compulsory_from": compulsory_from(facts.born) if facts.born else None,
            "alternatives": tuple(row.says for row in measures.rows("other_measures", params.day)),
        },
    )


def _liable(facts: UseFacts) -> tuple[date, ...]:
    """The days of compulsory school age and, outside the school, after the written notice (EA 1996 s444ZA(4))."""
    if facts.born is None:
        return ()
    born, place = facts.born, facts.place != "school"
    told = facts.written_notice or date.max
    return tuple(day for day in facts.days if is_compulsory(born, day) and (not place or day > told))


def _school(facts: UseFacts, params: ParametersAt) -> str:
    if facts.legal_type in params["penalty.relevant_schools"] or facts.place == "authority_place":
        return ""
    kind = facts.legal_type.replace("_", "-")
    return f"No legal power is recorded: penalty notices are not for pupils of a setting of type {kind}."


def _age(facts: UseFacts, liable: tuple[date, ...]) -> str:
    if facts.born is None:
        return "Enter the date of birth: only a child of compulsory school age can be absent in law."
    if liable or not facts.days:
        return "" if liable else "There is no unauthorised session to answer for."
    if any(is_compulsory(facts.born, day) for day in facts.days):
        return ""  # the place says why
    begins, ends = compulsory_from(facts.born), compulsory_until(facts.born)
    when = f"begins on {long_date(begins)}" if facts.days[-1] < begins else f"ended on {long_date(ends)}"
    return f"Not of compulsory school age on these days: it {when}."


def _place(facts: UseFacts, params: ParametersAt) -> str:
    place = measures.row("places", facts.place, params.day)
    if place is None:
        return f"Penalty notices are not for absence from {facts.place.replace('_', ' ')}."
    if not place.more.get("notice"):
        return ""
    if facts.written_notice is None:
        return "Record the written notice to the parent about this place: only absence after it counts."
    if facts.days and not any(day > facts.written_notice for day in facts.days):
        return f"No absence is later than the written notice of {long_date(facts.written_notice)}."
    return ""


def _issuer(facts: UseFacts, params: ParametersAt) -> str:
    if not facts.issuer:
        return ""
    if facts.issuer not in params["penalty.issuers"]:
        return "Only the head, a deputy or assistant authorised by the head, an authority's officer or a constable may issue."
    if facts.issuer in BY_HEAD and not facts.authorised_by_head:
        return "A deputy or assistant head issues only with the head's authority: record it."
    if facts.issuer in OWN_STAFF and not facts.own_pupil:
        return "School staff issue only for pupils of their own school."
    return ""


@dataclass(frozen=True)
class Sighting:
    """An excluded pupil seen in a public place; ``excluded_until`` is None for a permanent exclusion."""

    legal_type: str
    born: date
    excluded_from: date
    excluded_until: date | None
    seen: date
    calendar: Calendar
    in_school_hours: bool = True
    told_parent: bool = False  # in writing and beforehand, naming the days
    justified: bool = False


def public_place(facts: Sighting, params: ParametersAt) -> Answer:
    """``PNPUB``: whether a sighting can lead to the separate notice for an excluded pupil, and what that costs."""
    law = params.on(facts.seen)
    early, full = law["penalty.public_place.amounts"]
    nth = facts.calendar.count(facts.excluded_from, facts.seen)
    missing = tuple(sentence for bars, sentence in _sighting_bars(facts, nth, law) if bars)
    says = (
        f"A separate notice is possible: £{early} if paid early, otherwise £{full}. It never counts towards the limit."
        if not missing
        else "This sighting does not qualify for a notice."
    )
    return answer(
        "PNPUB",
        not missing,
        says,
        law,
        on=facts.seen,
        missing=missing,
        figures={"early": early, "full": full, "school_day": nth, "counts_towards_limit": False},
    )


def _sighting_bars(facts: Sighting, nth: int, law: ParametersAt) -> list[tuple[bool, str]]:
    days = law["penalty.public_place.days"]
    until = facts.excluded_until or date.max
    inside = facts.excluded_from <= facts.seen <= until and facts.calendar.is_school_day(facts.seen)
    return [
        (
            facts.legal_type not in law["penalty.relevant_schools"],
            f"Penalty notices are not for pupils of a setting of type {facts.legal_type.replace('_', '-')}.",
        ),
        (not is_compulsory(facts.born, facts.seen), f"Not of compulsory school age on {long_date(facts.seen)}."),
        (not inside, f"{long_date(facts.seen)} is not a school day of the exclusion."),
        (
            inside and nth > days,
            f"{long_date(facts.seen)} is school day {nth} of the exclusion: only the first {days} count.",
        ),
        (not facts.in_school_hours, "The pupil was not seen in school hours."),
        (not facts.told_parent, "Record the written notice that told the parent these days beforehand."),
        (facts.justified, "There was a reasonable justification."),
    ]


@dataclass(frozen=True)
class SupportFacts:
    """What was weighed before a notice; ``weighed`` are keys of the list of support factors."""

    weighed: frozenset[str] = frozenset()
    support_suitable: bool | None = None  # None: nobody has said yet; False for a holiday in term time
    support_worked: bool | None = None
    improve_given: date | None = None  # an earlier Notice to Improve for the like
    improve_would_help: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict, hash=False)


def support_first(facts: SupportFacts, params: ParametersAt) -> Answer:
    """``PNSUP``: whether everything guidance names has been weighed, and whether a Notice to Improve comes first."""
    rows = measures.rows("support_factors", params.day)
    asked = [row for row in rows if row.more.get("when") != "support_suitable" or facts.support_suitable]
    missing = tuple(
        f"Weigh and record: {row.says[0].lower()}{row.says[1:]}." for row in asked if row.key not in facts.weighed
    )
    step = _next_step(facts)
    return answer(
        "PNSUP",
        not missing and step == "notice",
        SUPPORT_SAYS[step],
        params,
        missing=missing,
        figures={"next": step, "asked": tuple(row.key for row in asked)},
        would_change=("The decision not to issue is recorded with its reasons too.",),
    )


SUPPORT_SAYS: Mapping[str, str] = {
    "decide_support": "Say first whether support suits the reason for the absence.",
    "support": "Support suits this absence and is not known to have failed: go on with it.",
    "notice_to_improve": "Support has not worked: a Notice to Improve comes first.",
    "notice": "A notice may be considered without a further Notice to Improve.",
}


def _next_step(facts: SupportFacts) -> str:
    if facts.support_suitable is None:
        return "decide_support"
    if not facts.support_suitable:
        return "notice"
    if facts.support_worked is not False:
        return "support"
    given = facts.improve_given is not None or not facts.improve_would_help
    return "notice" if given else "notice_to_improve"


def improve_period(start: date, weeks: int, params: ParametersAt) -> Answer:
    """``PNNTI``: the last day of a Notice to Improve of so many weeks, or why that is no fit period."""
    fewest, most = params["penalty.improve_min_weeks"], params["penalty.improve_max_weeks"]
    if not fewest <= weeks <= most:
        return answer(
            "PNNTI",
            False,
            f"{weeks} weeks is outside the {fewest} to {most} weeks of guidance.",
            params,
            missing=(f"Choose {fewest} to {most} weeks, or give the authority's own period with its source.",),
        )
    last = start + timedelta(weeks=weeks)
    return answer(
        "PNNTI",
        True,
        f"Improvement is looked for until {long_date(last)}.",
        params,
        on=last,
        would_change=("One of the notice's own grounds for ending early, after telling the parent.",),
    )


def lacking(name: str, given: Collection[str], params: ParametersAt) -> tuple[str, ...]:
    """What a document still lacks, a sentence each: ``notice_contents`` or ``improve_contents``."""
    return tuple(
        f"Add: {row.says[0].lower()}{row.says[1:]}." for row in measures.rows(name, params.day) if row.key not in given
    )


def contents_said(name: str, params: ParametersAt) -> str:
    """Everything a document must hold, as one sentence."""
    return listed(row.says[0].lower() + row.says[1:] for row in measures.rows(name, params.day))
