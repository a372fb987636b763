"""The off-roll gate: what a ground asks of this pupil on the day, what is shown for it, what is missing, and the earliest lawful day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.values import Assessment, Request
from intranet.law.answers import Answer
from intranet.law.calendar import CalendarError
from intranet.law.conflicts import Conflict, conflicts
from intranet.law.grounds import Condition, Ground, ground
from intranet.law.rules_deletion import DeletionFacts, asked_of, may_delete, shown, transfer_days
from intranet.law.words import long_date
from intranet.roll.facts import Known, absence_answer, leave_answer
from intranet.settings.service import SettingContext

#: Days and words that a condition of the grounds asks to be entered beside its proof.
ENTERED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "written_notice": ("notice_received", "last_day_stated"), "other_school": ("other_school", "started", "start_confirmed"),
    "dual_registered": ("other_school", "started"), "too_far": ("destination", "moving_date", "destination_school", "emigrating"),
    "leave_days": ("leave_ended", "la_notified"), "absence_days": ("la_notified",), "detention_long_enough": ("detention_months",),
    "school_enquiries": ("efforts",),
})  # fmt: skip
DAYS = ("notice_received", "last_day_stated", "started", "start_confirmed", "moving_date", "leave_ended", "la_notified", "opened_on")
#: Flags that put a child into a group whose withdrawal may need consent.
GROUPS: Mapping[str, str] = MappingProxyType({"child_protection": "child_protection"})
SPECIAL_PLACE = "authority_special_school"
BACKDATED = "backdating_confirmed"
BACKDATED_ASKS = "The authority has confirmed the earlier day in writing"
DIED, ONE_DAY = "died", timedelta(days=1)


@dataclass(frozen=True)
class Proof:
    """What was shown for a condition: the evidence, who gave it and on which day."""

    key: str
    evidence: str
    who: str
    on: date


@dataclass(frozen=True)
class Case:
    """A removal as it stands: the ground, the day wanted, the days entered and the proofs shown."""

    ground: str
    last_day: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    approved: bool = False
    outside_policy: bool = False

    def day(self, key: str) -> date | None:
        """Return a day that was entered."""
        value = self.facts.get(key)
        return date.fromisoformat(value) if value else None


@dataclass(frozen=True)
class Ask:
    """One thing to show, as the page lists it: a tick of its own, with its evidence or the rule that works it out."""

    key: str
    short: str
    asks: str
    evidence: str
    met: bool
    proofs: tuple[str, ...]  # any of these is enough; empty where the facts decide
    given: tuple[Proof, ...] = ()
    answer: Answer | None = None
    own: bool = False  # asked by the setting's own policy
    enters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """The answer: whether the name may go on the day, and everything that stands against it."""

    ground: Ground
    answer: Answer
    asks: tuple[Ask, ...]
    own: Assessment
    bars: tuple[str, ...] = ()  # why the day wanted is not one
    earliest: date | None = None
    disagreements: tuple[Conflict, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return what is missing, in the words of a list."""
        return tuple(dict.fromkeys((*(ask.short for ask in self.asks if not ask.met), *self.own.missing)))

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what is missing, a sentence each."""
        barred = self.answer.missing[: len(self.answer.missing) - len(self._short)]
        asked = tuple(ask.asks for ask in self.asks if not ask.met)
        return tuple(dict.fromkeys((*barred, *self.bars, *asked, *(_sentence(one) for one in self.own.missing))))

    @property
    def _short(self) -> tuple[str, ...]:
        found = self.answer.figures["lacks"]
        return found if isinstance(found, tuple) else ()

    @property
    def open(self) -> bool:
        """Return whether the name may go; who approves it is another question."""
        return self.answer.holds and self.own.allowed and not self.missing


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"The policy asks for: {text}."


def judge(ctx: SettingContext, caller: Caller, case: Case, pupil: Known, today: date) -> Gate:
    """Return what the law and the setting's own policy say of this removal; GroundError for a ground nobody knows."""
    chosen = ground(case.ground)
    day = min(case.last_day or today, today)
    own = assess(ctx, caller, case, pupil, today)
    counted = {
        "absence": absence_answer(pupil, caller, day) if _asks(chosen, "absence") else None,
        "leave": leave_answer(pupil, caller, left, day) if _asks(chosen, "leave") and (left := case.day("leave_ended")) else None,
    }
    facts, params = _facts(ctx, case, pupil, own, counted, day), caller.params(day)
    answer = may_delete(chosen.id, facts, params)
    asks = [_ask(one, shown(one, facts, params), case, counted) for one in asked_of(chosen, facts, params)]
    asks += [_own_ask(key, short, sentence, case) for key, (short, sentence) in _own_asks(own).items()]
    earliest = _earliest(ctx, case, answer, own, counted)
    return Gate(chosen, answer, tuple(asks), own, tuple(day_bars(ctx, chosen, case, pupil, earliest, today)), earliest, _disagreements(answer, own))


def assess(ctx: SettingContext, caller: Caller, case: Case, pupil: Known, today: date) -> Assessment:
    """Return what the setting's own policy says: more to show, a later day, whom to tell."""
    run = absence_answer(pupil, caller, min(case.last_day or today, today))
    data = {
        **{key: case.day(key) if key in DAYS else value for key, value in case.facts.items()}, "ground": case.ground, "proofs": tuple(case.proofs),
        "last_day": case.last_day, "first_absence": run.figures.get("first"), "outside_policy": case.outside_policy, "today": today,
    }  # fmt: skip
    return caller.assess(Request("deletion", setting_of(ctx), pupil.pupil, today, data))


def _asks(chosen: Ground, test: str) -> bool:
    return any(one.test == test for one in chosen.conditions)


def _facts(
    ctx: SettingContext, case: Case, pupil: Known, own: Assessment, counted: Mapping[str, Answer | None], day: date
) -> DeletionFacts:
    placed = bool(own.figures.get("placed_by_authority")) or case.facts.get("placed_by_authority") == "yes"
    groups = {GROUPS[flag] for flag in pupil.pupil.flags if flag in GROUPS} | ({SPECIAL_PLACE} if placed else set())
    return DeletionFacts(
        legal_type=ctx.legal_type, born=pupil.pupil.born or day, proofs=frozenset(case.proofs), boarder=pupil.boarder, placed_by_authority=placed,
        absence=counted["absence"], leave=counted["leave"], notice_received=case.day("notice_received"), last_day_stated=case.day("last_day_stated"),
        next_session=_next_session(ctx, case.last_day or day), term_ended=_term_ended(ctx, day),
        detention_months=int(case.facts.get("detention_months") or 0), groups=frozenset(groups),
        efforts=frozenset(str(case.facts.get("efforts") or "").split()),
    )  # fmt: skip


def _next_session(ctx: SettingContext, day: date) -> date | None:
    try:
        return ctx.calendar.after(day, 1)
    except CalendarError:
        return day + ONE_DAY


def _term_ended(ctx: SettingContext, day: date) -> date | None:
    """Return the last day of the term that was the last to end by a day."""
    ends: dict[tuple[str, str], date] = {}
    for period in ctx.calendar.periods:
        key = (period.year, period.term)
        ends[key] = max(ends.get(key, period.last), period.last)
    return max((last for last in ends.values() if last <= day), default=None)


def _ask(one: Condition, met: bool, case: Case, counted: Mapping[str, Answer | None]) -> Ask:
    given = tuple(case.proofs[key] for key in one.proofs if key in case.proofs)
    proofs = () if one.test and one.test != "consent_group" else one.proofs
    return Ask(one.key, one.short, one.asks, one.evidence, met, proofs, given, counted.get(one.test), enters=ENTERED.get(one.key, ()))


def _own_asks(own: Assessment) -> Mapping[str, tuple[str, str]]:
    found = own.figures.get("asks")
    return found if isinstance(found, Mapping) else {}


def _own_ask(key: str, short: str, sentence: str, case: Case) -> Ask:
    given = (case.proofs[key],) if key in case.proofs else ()
    return Ask(key, short, sentence, "who said so, when and how", bool(given), (key,), given, own=True)


# -------------------------------------------------------------------- the day


def _earliest(
    ctx: SettingContext, case: Case, answer: Answer, own: Assessment, counted: Mapping[str, Answer | None]
) -> date | None:
    """Return the first day on which nothing in the calendar stands against it; None while no day can be named."""
    days = [day for day in (answer.on, own.earliest, _ahead(ctx, counted["absence"]), _tenth(counted["leave"])) if day]
    started = case.day("started")
    if started and not days:
        days = [_transfer(ctx, started)[0]]
    return max(days, default=None)


def _ahead(ctx: SettingContext, absence: Answer | None) -> date | None:
    """Return the day on which the run comes, or came, to the days the rule needs, if it goes on."""
    if absence is None:
        return None
    first, needed = absence.figures.get("first"), absence.figures["needed"]
    if absence.on is not None or not isinstance(first, date) or not isinstance(needed, int):
        return absence.on
    try:
        return ctx.calendar.nth(first, needed)
    except CalendarError:
        return None


def _tenth(leave: Answer | None) -> date | None:
    found = leave.figures.get("tenth") if leave else None
    return found if isinstance(found, date) else None


def _transfer(ctx: SettingContext, started: date) -> tuple[date, date]:
    try:
        return transfer_days(started, ctx.calendar)
    except CalendarError:
        return started, started


def day_bars(ctx: SettingContext, chosen: Ground, case: Case, pupil: Known, earliest: date | None, today: date) -> list[str]:
    """Return why the day wanted cannot be the last on the roll; a name is never deleted for an earlier day (ATT-178, ATT-182)."""
    day, started = case.last_day, case.day("started")
    if day is None:
        return ["Choose the last day on the roll."]
    joined = pupil.row["admitted_on"]
    if joined and day < joined:
        return [f"{long_date(day)} is before the starting day, {long_date(joined)}. Choose a later day."]
    if earliest and day < earliest:
        return [f"{long_date(day)} is too early: the earliest day is {long_date(earliest)}."]
    if day > today:
        return [f"{long_date(day)} has not come yet: the name goes on that day, when everything holds."]
    if day < today and not (started or BACKDATED in case.proofs or DIED in case.proofs):
        return [f"A name is never deleted for an earlier day: {long_date(day)} has passed. Choose {long_date(today)} or later."]
    return []


def refuse_day(ctx: SettingContext, case: Case, pupil: Known, earliest: date | None, today: date) -> str:
    """Return why a day may not even be entered: one to come may, one that is too early or has passed may not."""
    bars = day_bars(ctx, ground(case.ground), case, pupil, earliest, max(today, case.last_day)) if case.last_day else []
    return bars[0] if bars else ""


def _disagreements(answer: Answer, own: Assessment) -> tuple[Conflict, ...]:
    ids = [one.conflict for one in answer.read if one.conflict] + [one for one in own.clauses if one in conflicts()]
    return tuple(conflicts()[one] for one in dict.fromkeys(ids) if one in conflicts())
