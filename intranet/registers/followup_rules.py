"""How a contact ladder stands, which absence is followed up first and who may decide on a reason; no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from intranet.errors import Refused
from intranet.extension.values import Assessment, Attempt, ContactFacts, LadderStep
from intranet.law.calendar import Calendar, CalendarError
from intranet.law.codes import CodesOn
from intranet.law.words import read_yaml

DATA = Path(__file__).parent / "followup.yaml"
SPOKE, CALLS = "spoke", ("no_answer", "message_left", "wrong_number", "do_not_call")
NOT_AGAIN = frozenset({"wrong_number", "do_not_call"})  # that number is not offered again that day
UNREASONED = "O"  # without a reason it is as unexplained as an N
Stands = Literal["done", "open", "waiting", "stopped", "none"]
LONGEST_RUN = 60  # school days a page looks back over an absence: longer ones are cases by then


@dataclass(frozen=True)
class Reason:
    """What a family may say; ``symbol`` is the code it comes to, where it comes to one."""

    key: str
    label: str
    symbol: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepState:
    """A step of the ladder and how it stands."""

    step: LadderStep
    state: Stands
    tries: int = 0

    @property
    def words(self) -> str:
        """Return what a page says of it."""
        tried = f", {self.tries} tried" if self.tries else ""
        said = {"done": "done", "open": "now", "waiting": "not yet", "stopped": "not needed", "none": "nobody to try"}
        return said[self.state] + (tried if self.state == "open" else "")


@dataclass(frozen=True)
class Decision:
    """Who decides on a reason: role keys, perhaps with delegates, or a body outside; with neither, whoever may amend."""

    who: tuple[str, ...] = ()
    delegate: bool = False
    body: str = ""
    none: bool = False
    warnings: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()

    def open_to(self, roles: Collection[str], is_delegate: bool) -> bool:
        """Return whether somebody with these roles may decide."""
        return not self.who or bool(set(self.who) & set(roles)) or (self.delegate and is_delegate)


@cache
def data() -> Mapping[str, Any]:
    """Return the lists that pages offer."""
    found: Mapping[str, Any] = read_yaml(DATA)
    return found


def reasons() -> tuple[Reason, ...]:
    """Return what a family may say, in the order of the page."""
    return tuple(Reason(row["key"], row["label"], row.get("symbol", ""), tuple(row.get("clauses", ()))) for row in data()["reasons"])


def parents_reasons() -> list[tuple[str, str]]:
    """Return what a parent may choose, as a parent would say it: nothing that only the school can decide."""
    said = [(row["key"], row.get("parents", row["label"])) for row in data()["reasons"]]
    return [(key, label) for key, label in said if label]


def reason_for(key: str) -> Reason:
    """Return a reason by its key; raise Refused naming the reasons there are."""
    found = next((one for one in reasons() if one.key == key), None)
    if found is None:
        listed = ", ".join(one.label for one in reasons())
        rule = "it is not one of the reasons" if key else "nothing was chosen"
        raise Refused("Reason", key[:20], rule, f"Choose one of {listed}", fields=["reason"])
    return found


def outcome_label(key: str) -> str:
    """Return what a page says of an outcome."""
    return next((row["label"] for row in data()["outcomes"] if row["key"] == key), key.replace("_", " ").capitalize())


def is_unexplained(codes: CodesOn, code_id: int, note: str | None) -> bool:
    """Return whether a mark is one to follow up: N, or O with no reason given (R-04)."""
    code = codes.by_id(code_id)
    return code is not None and (code.meaning == "unexplained" or (code.symbol == UNREASONED and not (note or "").strip()))


def symbol_for(reason: Reason, codes: CodesOn) -> str:
    """Return the code a reason comes to here; where the national codes are not used, the absence itself with the reason noted."""
    if not reason.symbol or reason.symbol in codes:
        return reason.symbol
    return next((code.symbol for code in codes if code.meaning == "unexplained"), "")


def decision_of(found: Assessment) -> Decision:
    """Return who decides, from what the setting's own rules said."""
    figures = found.figures
    who = figures.get("who")
    return Decision(
        tuple(str(role) for role in who) if isinstance(who, tuple | list) else (), bool(figures.get("delegate")), str(figures.get("body") or ""),
        bool(figures.get("none")), found.warnings, found.clauses,
    )  # fmt: skip


# ------------------------------------------------------------------ the ladder


def meant(step: LadderStep, contacts: Sequence[ContactFacts]) -> list[ContactFacts]:
    """Return the contacts a step is for, in the order to ring them."""
    known = [one for one in contacts if one.has_number]
    wanted: dict[str, list[ContactFacts]] = {"first": known[:1], "others": known[1:], "all": known}
    return wanted.get(step.whom, [])


def states(steps: Sequence[LadderStep], attempts: Sequence[Attempt], contacts: Sequence[ContactFacts]) -> list[StepState]:
    """Return how each step stands: one opens when the one before has had no reply, and all stop once somebody is reached."""
    reached = any(one.outcome == SPOKE for one in attempts)
    found, is_open = [], True
    for step in steps:
        tries = sum(1 for one in attempts if one.step == step.key)
        state = _state(step, tries, reached, is_open, contacts)
        found.append(StepState(step, state, tries))
        is_open = is_open and state in ("done", "none")
    return found


def _state(step: LadderStep, tries: int, reached: bool, is_open: bool, contacts: Sequence[ContactFacts]) -> Stands:
    needed = step.tries or len(meant(step, contacts))
    if reached:
        return "done" if tries else "stopped"
    if not is_open:
        return "waiting"
    if step.does == "tell":
        return "done"
    if step.does == "call" and not needed:
        return "none"
    return "done" if tries >= needed else "open"


def current(found: Sequence[StepState]) -> StepState | None:
    """Return the step that is open now."""
    return next((one for one in found if one.state == "open"), None)


def newly_told(before: Sequence[StepState], after: Sequence[StepState]) -> list[LadderStep]:
    """Return the steps of telling somebody that a try has opened."""
    told = {one.step.key for one in before if one.state == "done"}
    return [one.step for one in after if one.step.does == "tell" and one.state == "done" and one.step.key not in told]


# ------------------------------------------------------------------ the absence


def run_of(calendar: Calendar, day: date, absent: Collection[date], present: Collection[date]) -> int:
    """Return which school day of the absence a day is: 1 on the first with no reason and nobody seen (R-17)."""
    number, at = 1, day
    while number < LONGEST_RUN:
        try:
            at = calendar.before(at, 1)
        except CalendarError:
            break
        if at in present or at not in absent:
            break
        number += 1
    return number


def spell(ill: Collection[date], attended: Collection[date], day: date) -> tuple[date, ...]:
    """Return the school days of the illness a day belongs to, oldest first: no attended session between them (R-13)."""
    found: list[date] = []
    for at in sorted((one for one in {*ill, *attended} if one <= day), reverse=True):
        if at in attended and at not in ill:
            break
        found.append(at)
        if at in attended:  # ill for one half of the day and here for the other: the spell began here
            break
    return tuple(reversed(found))


def periods(absent: Iterable[date], attended: Collection[date]) -> int:
    """Return how many separate periods of absence there are, each ended by a day with an attended session."""
    count, last = 0, None
    for at in sorted(absent):
        if last is None or any(last < one <= at for one in attended):
            count += 1
        last = at
    return count
