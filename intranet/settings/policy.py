"""The parameters in force at a setting as the policy page shows them: value, source, what is superseded and what conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from fractions import Fraction
from typing import Any

from flask import current_app

from intranet.errors import NotFound
from intranet.law.binding import binds
from intranet.law.commencement import Commencement, dormant
from intranet.law.conflicts import Conflict, conflicts, conflicts_for
from intranet.law.parameter_values import COMMENCEMENT, POUNDS
from intranet.law.parameters import Parameters, ParametersAt, ParameterValue, say
from intranet.settings import register_times
from intranet.settings.context import HouseValue, SettingContext
from intranet.web.why import Why, of_parameter

STANDINGS = {"law": "law", "guidance": "statutory guidance", "policy": "the setting's policy", "assumption": "House setting, not from policy"}
TOPICS = {
    "absence": "Absence", "ap": "Thresholds of the provision", "arrival": "Arrival", "audit": "Weekly audit", "authority": "The local authority",
    "calendar": "School year", "cme": "Children missing education", "contacts": "Contacts", "ctf": "Transfer files",
    "decision_rules": "Who decides", "deletion": "Admission and removal from roll", "dsl": "Safeguarding lead", "evidence": "Evidence of illness",
    "exclusion": "Suspension and exclusion", "first_day": "First-day response", "ladder": "Attendance ladder", "lateness": "Lateness",
    "leave": "Leave of absence", "letter": "Letters", "mark_set": "Marks", "metrics": "Attendance figures", "mobile": "Mobile pupils",
    "n_code": "Absence with no reason yet", "not_in_school": "Children not in school", "order": "School attendance orders",
    "part_time": "Part-time timetables", "pattern": "Patterns of absence", "penalty": "Penalty notices", "placement": "Placements",
    "plan": "Support plans", "policy": "The policy itself", "register": "Registers", "report": "Reports",
    "retention": "How long registers are kept", "return": "Returns to the authority", "return_interview": "Return interviews", "reward": "Rewards",
    "roll": "Admission and removal from roll", "saw": "Safe-and-well checks", "school": "Whether a provider must register as a school",
    "slt": "Senior leaders", "stage2": "Stage 2", "stage3": "Stage 3", "study_leave": "Study leave", "suspension": "Suspension and exclusion",
    "transport": "Transport", "tutoring": "Session records",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One parameter: what is in force, where from, what it supersedes and what to be warned of."""

    key: str
    description: str
    value: str
    unit: str
    cited: str
    clauses: tuple[str, ...]
    standing: str
    house: bool
    since: date | None
    superseded: tuple[str, ...]
    warning: str
    conflicts: tuple[Conflict, ...] = ()
    variants: tuple[str, ...] = ()
    authority: str = ""
    note: str = ""
    reason: str = ""  # of the house value in force
    confirmable: bool = False
    settable: bool = True  # a form can take it: it has no parts, and is no day of law
    assumed: bool = False


@dataclass(frozen=True)
class Topic:
    """The parameters of one topic; ``anchor`` is its place on the page."""

    anchor: str
    title: str
    lines: tuple[Line, ...]

    @property
    def warned(self) -> int:
        """Return how many of them carry a warning or a conflict."""
        return sum(bool(line.warning or line.conflicts) for line in self.lines)

    @property
    def assumed(self) -> int:
        """Return how many are assumptions that nobody has confirmed."""
        return sum(line.assumed for line in self.lines)


@dataclass(frozen=True)
class Passed:
    """Law that has been passed: where it stands, what it will do, and the day that an administrator entered."""

    law: Commencement
    note: str
    entered: HouseValue | None


def why(ctx: SettingContext, key: str, on: date) -> Why:
    """Return why a parameter has its value on a day; nothing when it has none then."""
    found = parameters(ctx).at(on).resolution(key).in_force
    return of_parameter(found, ctx.setting_type) if found else Why()


def parameters(ctx: SettingContext) -> Parameters:
    """Return every value that counts for the setting, as the extension room puts them together."""
    found: Parameters = current_app.extensions["daymark.parameters"](ctx)
    return found


def variants(ctx: SettingContext) -> tuple[ParameterValue, ...]:
    """Return every value that holds for one local authority only, also for those the setting does not belong to: pupils come from there."""
    found: tuple[ParameterValue, ...] = current_app.extensions["daymark.variants"](ctx)
    return found


def topics(ctx: SettingContext, on: date) -> list[Topic]:
    """Return the parameters by topic, by the topic's title; commencements stand apart."""
    known, at, others = parameters(ctx), parameters(ctx).at(on), variants(ctx)
    found: dict[str, list[Line]] = {}
    for key in known.keys():  # noqa: SIM118 (sorted keys; iterating gives values)
        if known.values(key)[0].unit != COMMENCEMENT:
            found.setdefault(topic_of(key), []).append(_of_times(ctx, at, _line(ctx, known, key, at.resolution(key), others)))
    return [Topic(title.lower().replace(" ", "-").replace(",", ""), title, tuple(lines)) for title, lines in sorted(found.items())]


def needing_attention(found: list[Topic]) -> list[Topic]:
    """Return only what carries a warning or a conflict, waits to be confirmed, or is the setting's own."""
    kept = [replace(topic, lines=tuple(line for line in topic.lines if line.warning or line.conflicts or line.assumed or line.house)) for topic in found]
    return [topic for topic in kept if topic.lines]


def topic_of(key: str) -> str:
    """Return the title of the topic that a key belongs to."""
    first = key.split(".")[0]
    return TOPICS.get(first, first.replace("_", " ").capitalize())


def shown_conflicts(ctx: SettingContext) -> list[Conflict]:
    """Return the conflicts that this page must show for the setting's type."""
    return list(conflicts_for(ctx.setting_type, where="policy_page"))


def warnings(found: list[Topic]) -> list[Line]:
    """Return the lines that law or guidance speaks against, without assumptions: those wait to be confirmed."""
    return [line for topic in found for line in topic.lines if line.warning and not line.assumed]


def passed(ctx: SettingContext, on: date) -> list[Passed]:
    """Return the law that has been passed: what waits for its commencement, then what has commenced (C-60)."""
    known = parameters(ctx)
    entered = {value.key: value for value in ctx.house_values}
    return [Passed(law, next((v.note for v in known.values(law.key) if v.origin != "house"), ""), entered.get(law.key)) for law in dormant(known, on)]


def line_of(ctx: SettingContext, key: str, on: date) -> Line:
    """Return one parameter; raise NotFound for a key that nobody defines, and for a commencement: it has a page of its own."""
    known = parameters(ctx)
    if key not in known or known.values(key)[0].unit == COMMENCEMENT:
        raise NotFound(f"There is no parameter “{key}”. Open the policy page and choose one there.")
    return _of_times(ctx, known.at(on), _line(ctx, known, key, known.at(on).resolution(key), variants(ctx)))


def _of_times(ctx: SettingContext, params: ParametersAt, line: Line) -> Line:
    """Return a line about how long registers are open with what the times in force come to; any other as it is."""
    limit = params.resolution(register_times.LIMIT).in_force if register_times.LIMIT in params else None
    if limit is None or not binds(limit, ctx.legal_type):
        return line
    if line.key == register_times.LIMIT:
        speaks = register_times.warning(params, line.key) if register_times.chosen(params) else line.warning
        note = " ".join(text for text in (line.note, f"Here: {register_times.lasting(params)}.", register_times.FOLLOWS) if text)
        return replace(line, warning=speaks, note=note, settable=False)
    return replace(line, warning=line.warning or register_times.warning(params, line.key))


def _line(ctx: SettingContext, known: Parameters, key: str, resolution: Any, others: tuple[ParameterValue, ...]) -> Line:
    chosen = resolution.in_force or known.values(key)[-1]
    none = "not in force: it waits for a commencement" if chosen.commences else "no value at present"
    house, assumed = chosen.origin == "house", chosen.standing == "assumption" and chosen.origin != "house"
    speaks = (resolution.warning or "").replace(f"`{key}`", f"“{chosen.description or key}”")
    return Line(
        key, chosen.description, said(chosen.value, chosen.unit) if resolution.in_force else none, chosen.unit, chosen.cited,
        chosen.clauses, _standing(chosen, ctx.legal_type), house, chosen.effective_from, tuple(_struck(v) for v in resolution.struck_through),
        speaks or _superseded_warning(chosen, resolution, chosen.conflict), _conflicts(ctx, known, key),
        tuple(_variant(v) for v in others if v.key == key), chosen.authority, "" if house else chosen.note,
        chosen.note if house else "", assumed and chosen.value is not None, not isinstance(chosen.value, (Mapping, date)), assumed,
    )  # fmt: skip


def _standing(chosen: ParameterValue, legal_type: str) -> str:
    """Return whose word a value is; law of schools is called so where it does not bind the setting."""
    other = "" if binds(chosen, legal_type) else " of schools, which does not bind this setting"
    return STANDINGS[chosen.standing] + other


def _conflicts(ctx: SettingContext, known: Parameters, key: str) -> tuple[Conflict, ...]:
    """Return the conflicts that touch the key here: those that name it, and those that its values name."""
    named = {v.conflict for v in known.values(key) if v.conflict}
    every = conflicts()
    here = [c for c in every.values() if c.concerns(ctx.setting_type) and "policy_page" in c.shows and (key in c.keys or c.id in named)]
    return tuple(here)


def _variant(value: ParameterValue) -> str:
    until = f" until {value.effective_to:%d/%m/%Y}" if value.effective_to else ""
    since = f" from {value.effective_from:%d/%m/%Y}" if value.effective_from else ""
    return f"{value.authority}: {said(value.value, value.unit)}{since}{until} ({value.cited})"


def _superseded_warning(chosen: ParameterValue, resolution: Any, conflict: str | None) -> str:
    """Return the warning for a policy whose printed value the law has replaced."""
    past = next((v for v in resolution.struck_through if v.standing == "policy" and v.value != chosen.value and v.origin != "house"), None)
    if past is None or chosen.standing not in ("law", "guidance"):
        return ""
    mark = conflict or past.conflict
    return f"The policy's {past.said()} is superseded: {chosen.said()} is used.{f' {mark}.' if mark else ''}"


def _struck(value: ParameterValue) -> str:
    """Return a superseded value with its source, its days and the number of the conflict."""
    since = f"from {value.effective_from:%d/%m/%Y}" if value.effective_from else ""
    until = f"until {value.effective_to:%d/%m/%Y}" if value.effective_to else ""
    dates = " ".join(part for part in (since, until) if part)
    return f"{said(value.value, value.unit)} ({', '.join(part for part in (value.cited, dates, value.conflict) if part)})"


def said(value: Any, unit: str) -> str:
    """Return a value as the page says it: "10% missed" for a share, "none" for an empty list."""
    if value == ():
        return "none"
    if unit == POUNDS:
        return say(value, unit)
    return say(_plain(value), unit.removeprefix("share").strip() if isinstance(value, Fraction) else unit)


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Fraction):
        return f"{float(value * 100):g}%"
    if isinstance(value, Mapping):
        return "; ".join(f"{key.replace('_', ' ')} {_plain(part)}" for key, part in value.items())
    return ", ".join(str(_plain(v)) for v in value) if isinstance(value, (tuple, list)) else value
