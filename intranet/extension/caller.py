"""One setting's view of its plugin: every hook with the core's default behind it and the statutory baseline after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from intranet.extension import baseline, defaults
from intranet.extension.guard import Guard, HookError
from intranet.extension.values import (
    Absence,
    Assessment,
    CaseFacts,
    CaseType,
    Catalogue,
    Facts,
    Known,
    LadderStep,
    MarkChange,
    Objection,
    Partial,
    Place,
    Placement,
    Profile,
    Proposal,
    PupilFacts,
    Request,
    Role,
    Setting,
    Slot,
    Step,
    Trigger,
)
from intranet.law.codes import CodeTable
from intranet.law.parameters import Parameters, ParametersAt, say
from intranet.people.permissions import CORE_ROLES

DID_NOT_RUN = "rules_did_not_run"
FAILED_PARTIAL = "duties/_plugin_failed.html"
Hook = Any


class Caller:
    """Asks one plugin for one setting. Answers are pure values, so a caller may be kept as long as its setting's version."""

    def __init__(self, setting: Setting, profile: Profile, catalogue: Catalogue, parameters: Parameters,
                 hooks: Mapping[str, Sequence[Hook]], guard: Guard) -> None:  # fmt: skip
        self.setting, self.profile, self.catalogue, self.parameters = setting, profile, catalogue, parameters
        self._hooks, self._guard = hooks, guard
        self._at: dict[date, ParametersAt] = {}
        self._limits: dict[date, baseline.Limits] = {}
        self.words: Mapping[str, str] = {**defaults.WORDS, **profile.words}

    @property
    def codes(self) -> CodeTable:
        """Return the codes of this setting type."""
        return self.catalogue.codes or defaults.national_codes()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles people can hold here."""
        return self.catalogue.roles

    def params(self, day: date) -> ParametersAt:
        """Return the parameters in force on a day, with a trail of their own."""
        return self.parameters.at(day)

    def _kept(self, day: date) -> ParametersAt:
        """Return a day's parameters for session plans and pages, whose trail nobody keeps."""
        if day not in self._at:
            if len(self._at) > 400:
                self._at = {}
            self._at[day] = self.parameters.at(day)
        return self._at[day]

    # ---------------------------------------------------------------- asking the plugin

    def _first(self, name: str, **values: Any) -> Any:
        """Return the plugin's first answer that is not None; raise HookError."""
        found = self._collected(name, (values,), stop=True)[0]
        return found[0] if found else None

    def _collected(self, name: str, calls: Sequence[Mapping[str, Any]], *, stop: bool = False) -> list[list[Any]]:
        """Return the answers to each call, asked in one go so that a page costs one hand-over; raise HookError."""
        hooks = self._hooks.get(name, ())
        if not hooks:
            return [[] for _ in calls]
        return self._guard.run(self.profile.key, name, lambda: [_answers(hooks, values, stop=stop) for values in calls], len(calls))

    def asks(self, name: str) -> bool:
        """Return whether the plugin answers a hook at all."""
        return bool(self._hooks.get(name))

    def sessions(self, day: date, placements: Sequence[Placement]) -> dict[int, tuple[Slot, ...]]:
        """Return the sessions due on a day by pupil id, in order; a pupil left out has none."""
        params = self._kept(day)
        try:
            found = self._first("sessions", setting=self.setting, day=day, placements=placements, params=params)
        except HookError:
            if self.profile.session_model != "am_pm":
                return {}  # the completeness check then names every pupil without a session
            found = None
        if found is None:
            found = defaults.sessions(self.setting, day, placements, params)
        return {pupil: tuple(slots) for pupil, slots in found.items()}

    @property
    def plans_itself(self) -> bool:
        """Return whether pupils may have other sessions than a morning and an afternoon on every school day."""
        return bool(self._hooks.get("sessions"))

    def sessions_of_days(self, wanted: Mapping[date, Sequence[Placement]]) -> dict[date, dict[int, tuple[str, ...]]]:
        """Return the keys of the sessions due on several days by pupil id, asked in one go; no days when the plugin fails."""
        calls = [
            {"setting": self.setting, "day": day, "placements": placed, "params": self._kept(day)} for day, placed in wanted.items()
        ]
        try:
            answered = self._collected("sessions", calls, stop=True)
        except HookError:
            return {}
        found: dict[date, dict[int, tuple[str, ...]]] = {}
        for (day, placed), answers in zip(wanted.items(), answered, strict=True):
            plan = answers[0] if answers else defaults.sessions(self.setting, day, placed, self._kept(day))
            found[day] = {pupil: tuple(slot.key for slot in slots) for pupil, slots in plan.items()}
        return found

    def propose_mark(self, slot: Slot, pupil: PupilFacts, known: Known, day: date) -> Proposal | None:
        """Return the mark to offer for a known fact, or None; never stored by itself."""
        try:
            found = self._first("propose_mark", slot=slot, pupil=pupil, known=known, params=self._kept(day))
        except HookError:
            found = None
        return found if found is not None else defaults.propose_mark(slot, known)

    def check_mark(self, change: MarkChange) -> list[Objection]:
        """Return objections to one mark; a plugin that fails refuses it."""
        return self.check_marks((change,))[0]

    def check_marks(self, changes: Sequence[MarkChange]) -> list[list[Objection]]:
        """Return the objections to each of these marks, asked in one go; a plugin that fails refuses them all."""
        calls = [{"setting": self.setting, "change": change, "params": self._kept(change.slot.day)} for change in changes]
        try:
            return [[o for answer in answers for o in answer] for answers in self._collected("check_mark", calls)]
        except HookError as failed:
            return [[Objection("block", _closed(failed, "mark"), "code")] for _ in changes]

    def assess(self, request: Request) -> Assessment:
        """Return whether an act may go ahead: every answer must allow it; a plugin that fails refuses."""
        try:
            found = self._collected("assess", ({"request": request, "params": self.params(request.on)},))[0]
        except HookError as failed:
            return Assessment(False, missing=("the setting's rules",), warnings=(_closed(failed, request.kind.replace("_", " ")),))
        return _joined([answer for answer in found if answer is not None])

    def triggers(self, facts: Facts) -> list[Trigger]:
        """Return what these facts call for, the statutory baseline included."""
        return self.triggers_many((facts,))[0]

    @property
    def steady(self) -> frozenset[str]:
        """Return the kinds of finding that a first plain present mark cannot raise, change or clear."""
        return baseline.STEADY | (frozenset(self.catalogue.steady) - baseline.SHARED)

    def triggers_many(self, many: Sequence[Facts], plain: Collection[int] = ()) -> list[list[Trigger]]:
        """Return what the facts of each pupil call for, asked in one go; a failing plugin leaves the baseline and one duty.

        For the ``plain`` pupils, who were first marked present, the floor leaves out what is steady.
        """
        params = [self.params(facts.as_of.date()) for facts in many]
        floor = [baseline.triggers(facts, at, self.limits(at.day), plain=facts.pupil.id in plain) for facts, at in zip(many, params, strict=True)]
        calls = [{"facts": facts, "params": at} for facts, at in zip(many, params, strict=True)]
        try:
            answered = self._collected("triggers", calls)
            own = [_well_formed(self.profile.key, answers) for answers in answered]
            found = [
                baseline.joined(mine, always, facts.pupil.id, baseline.KINDS) for mine, always, facts in zip(own, floor, many, strict=True)
            ]
        except HookError as failed:
            found = [[*always] for always in floor]
            if found:
                found[0].append(self.did_not_run(failed.why, many[0].as_of))
        return [_with_trail(triggers, at) for triggers, at in zip(found, params, strict=True)]

    def limits(self, day: date) -> baseline.Limits:
        """Return what decides on a day whether a rule of the law is worth asking about a pupil."""
        if day not in self._limits:
            self._limits = {day: baseline.limits_of(self.setting, self._kept(day))}  # a save and a page ask about one day
        return self._limits[day]

    def did_not_run(self, why: str, now: datetime) -> Trigger:
        """Return the duty that says this setting's own rules did not run."""
        roles = ("attendance_lead", "system_admin")
        return Trigger(
            DID_NOT_RUN, None, now.date(), f"The rules of {self.profile.label} did not run: {why}. The statutory alerts were raised.",
            tell=roles, assign=roles, due=now, urgency=0,
        )  # fmt: skip

    def contact_ladders(self, absences: Sequence[Absence]) -> list[tuple[LadderStep, ...]]:
        """Return the steps of following up each of these absences, asked in one go; the core's own where the plugin says nothing or fails."""
        calls = [{"absence": absence, "params": self._kept(absence.day)} for absence in absences]
        try:
            answered = self._collected("contact_ladder", calls, stop=True)
        except HookError:
            answered = [[] for _ in calls]
        return [tuple(answers[0]) if answers else defaults.contact_ladder() for answers in answered]

    def case_steps(self, case: CaseFacts) -> tuple[Step, ...]:
        """Return the steps of a case as it stands; those of its type where the plugin says nothing or fails."""
        if not self.asks("case_steps"):
            return case.type.steps
        try:
            found = self._first("case_steps", case=case, params=self._kept(case.as_of.date()))
        except HookError:
            found = None
        return case.type.steps if found is None else tuple(found)

    def case_type(self, key: str) -> CaseType | None:
        """Return a kind of case of this setting type."""
        return next((one for one in self.catalogue.case_types if one.key == key), None)

    def partials(self, place: Place) -> list[Partial]:
        """Return what this setting type puts into a slot; one line when it fails."""
        if self.catalogue.slots is not None and place.slot not in self.catalogue.slots:
            return []
        try:
            found = self._collected("partials", ({"place": place, "params": self._kept(place.now.date())},))[0]
            return [part for answer in found for part in answer]
        except HookError as failed:
            return [Partial(FAILED_PARTIAL, {"label": self.profile.label, "why": failed.why}, order=99)]

    def troubles(self) -> list[tuple[str, str, int]]:
        """Return the plugin, hook and number of failures of every hook of the install that failed lately."""
        return self._guard.troubles()

    # ---------------------------------------------------------------- marks as entered and as stored

    def stored_symbol(self, symbol: str, note: str | None) -> str:
        """Return the symbol to store: where the type knows one, an absence with a reason is another code."""
        return self.catalogue.with_reason.get(symbol, symbol) if note and note.strip() else symbol

    def entered_symbol(self, symbol: str) -> str:
        """Return the symbol a person enters for a stored one."""
        return next((entered for entered, stored in self.catalogue.with_reason.items() if stored == symbol), symbol)

    def role_label(self, key: str) -> str:
        """Return what this setting calls a role; a core role takes the name of the first role like it."""
        own = next((role for role in self.roles if role.key == key), None)
        like = own or next((role for role in self.roles if role.like == key), None)
        return like.label if like else CORE_ROLES.get(key) or (key if key.isupper() else key.replace("_", " ").capitalize())


def _answers(hooks: Sequence[Hook], values: Mapping[str, Any], *, stop: bool) -> list[Any]:
    found: list[Any] = []
    for hook in hooks:
        answer = hook.function(**{name: values[name] for name in hook.argnames})
        if answer is None:
            continue
        found.append(list(answer) if isinstance(answer, Iterable) and not isinstance(answer, Mapping | str) else answer)
        if stop:
            break
    return found


def _well_formed(plugin: str, answers: Sequence[Sequence[Any]]) -> list[Trigger]:
    """Return a plugin's triggers; raise HookError for anything else, as nothing could be made of it."""
    found: list[Any] = [one for answer in answers for one in (answer if isinstance(answer, list) else [answer])]
    if not all(isinstance(one, Trigger) and isinstance(one.anchor, date) and one.kind for one in found):
        raise HookError(plugin, "triggers", "it answered with something that is no trigger")
    return found


def _with_trail(triggers: Sequence[Trigger], params: ParametersAt) -> list[Trigger]:
    """Return the triggers with the parameters that were read on the way, so that a finding can answer why; the law's say their own."""
    if not triggers:
        return []
    read = tuple((one.key, say(one.value, one.unit), one.citation) for one in params.trail)
    return [trigger if trigger.read else replace(trigger, read=read) for trigger in triggers]


def _closed(failed: HookError, what: str) -> str:
    return f"This setting's rules for the {what} could not be checked ({failed.why}), so it is refused. Tell your administrator, then try again."


def _joined(found: Sequence[Assessment]) -> Assessment:
    """Return several assessments as one: all must allow, lists are joined, the latest earliest day counts."""
    days = [one.earliest for one in found if one.earliest is not None]
    figures: dict[str, object] = {}
    for one in found:
        figures.update(one.figures)
    return Assessment(
        allowed=all(one.allowed for one in found), earliest=max(days, default=None), missing=_all(one.missing for one in found),
        warnings=_all(one.warnings for one in found), figures=figures, clauses=_all(one.clauses for one in found),
        tell=_all(one.tell for one in found),
    )  # fmt: skip


def _all(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for part in parts for text in part))
