"""What a case refuses, each as a sentence that names the thing, the rule, its clause and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from intranet.cases.steps import StepSeen
from intranet.cases.view import Case
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.extension.case_types import Choice, StepField

LONGEST = 4000


def refuse_unready(seen: StepSeen) -> None:
    """Raise Refused for a step that waits for others, is not needed, or was done and is done once."""
    step = seen.step
    if seen.may_record:
        return
    if seen.status == "Cannot start yet":
        rule = f"it comes after: {'; '.join(seen.waits_for)}"
        raise Refused("Step", step.title, rule, "Do that first", clauses=step.clauses)
    if seen.status == "Not needed":
        rule, then = f"it is not needed ({seen.why_not})", "Add a note to the case if something happened all the same"
    else:
        rule, then = "it was recorded before and is recorded once", "Open the case again; add a note for anything further"
    raise Refused("Step", step.title, rule, then, clauses=step.clauses)


def refuse_incomplete(case: Case, seen: StepSeen, outcome: str, fields: Mapping[str, str], now: datetime) -> None:
    """Raise Refused with a sentence beside every field that is missing or cannot be (each naming the step's clauses)."""
    step = seen.step
    chosen = next((choice for choice in seen.outcomes if choice.key == outcome), None)
    problems = [*_uncovered(case, seen), *_outcome(seen, outcome, chosen)]
    needs = chosen.needs if chosen else ()
    for field in step.fields:
        text = _problem(field, fields.get(field.key, "").strip(), field.needed or field.key in needs, seen, now.date())
        problems += [FieldProblem(f"f-{field.key}", text)] if text else []
    if problems:
        missing = ", ".join(problem.text.partition(":")[0].lower() for problem in problems)
        raise Refused("Step", step.title, f"it needs {missing}", "Fill in what is marked", clauses=_all(seen), fields=problems)


def _uncovered(case: Case, seen: StepSeen) -> list[FieldProblem]:
    """Return a sentence for every answer that must have been recorded before this step, such as an enquiry of each side (OTE-26)."""
    problems, beside = [], "outcome" if seen.step.outcomes else "note"
    for where, wanted in seen.step.covers.items():
        key, _, name = where.partition(".")
        step = case.kind.step(key)
        found = {entry.fields.get(name) for entry in case.state.of(key)}
        labels = {choice.key: choice.label for field in (step.fields if step else ()) if field.key == name for choice in field.choices}
        missing = [labels.get(one, one) for one in wanted if one not in found]
        problems += [FieldProblem(beside, f"{label}: nothing of it is recorded yet{_cited(seen.step.clauses)}. Record it first.") for label in missing]
    return problems


def _outcome(seen: StepSeen, outcome: str, chosen: Choice | None) -> list[FieldProblem]:
    if not seen.step.outcomes or chosen:
        return []
    offered = ", ".join(choice.label for choice in seen.outcomes)
    gone = next((choice for choice in seen.step.outcomes if choice.key == outcome), None)
    cited = _cited((*seen.step.clauses, *(gone.clauses if gone else ())))
    if gone is not None:
        today = f"{seen.clock.unit} {seen.clock.number}" if seen.clock else "this day"
        return [FieldProblem("outcome", f"What came of it: “{gone.label}” is not offered on {today}{cited}. Choose {offered}.")]
    return [FieldProblem("outcome", f"What came of it: nothing was chosen{cited}. Choose {offered}.")]


def _problem(field: StepField, said: str, needed: bool, seen: StepSeen, today: date) -> str:
    """Return what is wrong with a field, as a sentence; empty when nothing is."""
    cited = _cited((*seen.step.clauses, *field.clauses))
    if not said:
        return f"{field.label}: nothing was entered{cited}. Fill it in." if needed else ""
    if len(said) > LONGEST:
        return f"{field.label}: it is longer than {LONGEST} characters. Shorten it, or add the rest as a note."
    if field.choices and said not in {choice.key for choice in field.choices}:
        return f"{field.label}: “{said}” is not one of the choices. Choose one from the list."
    return ""


def _all(seen: StepSeen) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*seen.step.clauses, *(clause for field in seen.step.fields for clause in field.clauses))))


def _cited(clauses: tuple[str, ...]) -> str:
    return f", and the policy asks for it ({', '.join(dict.fromkeys(clauses))})" if clauses else ""


def refuse_waiving(seen: StepSeen, why: str) -> None:
    """Raise Refused for a decision, for a step that is not open, and without a reason."""
    if seen.step.decision is not None:
        raise Refused("Decision", seen.step.title, "a decision is made, never set aside", "Decide either way, with reasons", clauses=seen.step.clauses)
    if seen.status not in ("Not started", "In progress", "Cannot start yet"):
        raise Refused("Step", seen.step.title, f"it is {seen.status.lower()}", "Open the case again", clauses=seen.step.clauses)
    if not why.strip():
        text = f"Reason: nothing was entered{_cited(seen.step.clauses)}. Write why it is not needed here."
        problems = [FieldProblem("why", text)]
        raise Refused("Step", seen.step.title, "a step is set aside with a reason only", "Write why", clauses=seen.step.clauses, fields=problems)


def refuse_undecided(seen: StepSeen, outcome: str, reason: str, consulted: str) -> None:
    """Raise Refused for a decision without an outcome, without its reasons, or without saying who was consulted where the policy asks."""
    step, cited = seen.step, _cited(seen.step.clauses)
    problems = []
    if outcome not in {choice.key for choice in seen.outcomes}:
        problems.append(FieldProblem("outcome", f"Decision: nothing was chosen{cited}. Choose one."))
    if not reason.strip():
        problems.append(FieldProblem("reason", f"Reasons: nothing was entered{cited}. Write why you decide so."))
    if step.decision and step.decision.consult and not consulted.strip():
        problems.append(FieldProblem("consulted", f"Consulted: nothing was entered{cited}. Write whom you asked and what they said."))
    if problems:
        raise Refused("Decision", step.title, "it is made by an outcome with reasons", "Fill in what is marked", clauses=step.clauses, fields=problems)


def refuse_closing(case: Case, outcome: str, reason: str) -> None:
    """Raise Refused for an unknown outcome, without a reason, or while steps that this closing needs are open."""
    way = next((one for one in case.kind.closings if one.key == outcome), None)
    problems = [] if way else [FieldProblem("outcome", "Outcome: nothing was chosen. Choose how the case ends.")]
    if not reason.strip():
        problems.append(FieldProblem("note", "Reason: nothing was entered. Write why the case can be closed."))
    titles = {step.key: step.title for step in case.kind.steps}
    aside = {entry.key for entry in case.state.waived}
    missing = [titles[key] for key in (way.needs if way else ()) if not case.state.outcome_of(key) and key not in aside]
    if way and missing:
        text = f"Outcome: “{way.label}” needs these steps first: {'; '.join(missing)}{_cited(way.clauses)}. Record them, or set them aside with a reason."
        problems.append(FieldProblem("outcome", text))
    if problems:
        raise Refused("Case", case.kind.label, "it cannot be closed yet", problems[0].text, clauses=way.clauses if way else (), fields=problems)


def refuse_link(case: Case, pupil_id: int, role: str) -> None:
    """Raise Refused for the child the case is about, NotFound for a role no child of such a case can have."""
    if role not in case.kind.child_roles:
        raise NotFound
    if pupil_id == case.state.pupil_id:
        raise Refused("Child", None, "the case is about this child already", "Choose another child", fields=("pupil",))


def refuse_blank(values: Mapping[str, tuple[str, str]]) -> None:
    """Raise Refused with a sentence beside each of these fields that is empty: field -> (label, value)."""
    blank = {name: label for name, (label, value) in values.items() if not value.strip()}
    if blank:
        problems = [FieldProblem(name, f"{label}: nothing was entered. Fill it in.") for name, label in blank.items()]
        raise Refused(next(iter(blank.values())), None, "nothing was entered", "Fill it in", fields=problems)


__all__ = [
    "refuse_blank", "refuse_closing", "refuse_incomplete", "refuse_link", "refuse_undecided", "refuse_unready", "refuse_waiving",
]  # fmt: skip
