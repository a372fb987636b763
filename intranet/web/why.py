"""Why a figure, finding, clock or refusal is what it is: the rule, its clauses, the facts counted and the values read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from flask import Flask

from intranet.errors import DaymarkError
from intranet.law.answers import Answer, Rule, rules
from intranet.law.clauses import clauses
from intranet.law.codes import CodeTable
from intranet.law.conflicts import conflicts
from intranet.law.counting import shown as share_shown
from intranet.law.parameters import Parameters, ParameterValue, Read, say
from intranet.law.sessions import session_of
from intranet.law.words import long_date

STANDINGS = {"law": "law", "guidance": "statutory guidance", "policy": "the setting's policy", "assumption": "house setting, not from policy"}
HALVES = {"AM": "Morning", "PM": "Afternoon"}
AMENDED = "A mark among these sessions that is amended: everything is counted again at once."
NO_NOTES: Mapping[int, str] = MappingProxyType({})
LISTED = 400  # sessions of one answer: more than a school year has


@dataclass(frozen=True)
class Cited:
    """A clause with its own words, or an instrument, which has none here."""

    id: str
    text: str = ""


@dataclass(frozen=True)
class Counted:
    """A session that was counted, with the mark it has now."""

    day: date
    session: str
    symbol: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Value:
    """A parameter that was read: what it is, its value, how binding it is and what disagrees with it."""

    key: str
    label: str
    said: str
    standing: str = ""
    cited: str = ""
    conflicts: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Why:
    """The answer to "why?", as the one partial shows it."""

    title: str = "Why?"
    says: str = ""
    rule: str = ""
    version: str = ""
    cited: tuple[Cited, ...] = ()
    counted: tuple[Counted, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    values: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    of: str = ""  # what it is about, for people who hear the page

    @property
    def conflicts(self) -> tuple[Cited, ...]:
        """Return what disagrees with the values that were read, each once."""
        return tuple(dict.fromkeys(one for value in self.values for one in value.conflicts))

    def __bool__(self) -> bool:
        return bool(self.rule or self.cited or self.counted or self.values or self.figures or self.would_change)


# -------------------------------------------------------------------- from an answer, a finding, a refusal, a parameter


def of_answer(
    answer: Answer, *, marks: Mapping[int, int], codes: CodeTable, parameters: Parameters | None = None, of: str = "", notes: Mapping[int, str] = NO_NOTES
) -> Why:
    """Return the reasons of a rule's answer; ``marks`` is session number -> code id of what it counted, ``notes`` goes beside a session."""
    rule = rules().get(answer.rule)
    return Why(
        says=answer.says, rule=_title(rule, answer.rule), version=_version(rule, answer.since),
        cited=cited(rule.clauses if rule else ()),
        counted=counted(answer.counted, marks, codes, notes), figures=figures(answer.figures),
        values=tuple(_read(one, parameters) for one in answer.read),
        missing=answer.missing, would_change=answer.would_change, of=of,
    )  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """What is kept with a finding or a duty, and the day by whose law it counts."""

    on: date
    rule: str = ""
    clauses: tuple[str, ...] = ()
    counted: tuple[int, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    read: tuple[tuple[str, str, str], ...] = ()  # key, value and citation as they were read
    would_change: tuple[str, ...] = ()


def of_stored(
    stored: Stored, parameters: Parameters, *, marks: Mapping[int, int] | None = None, codes: CodeTable | None = None, of: str = "", says: str = ""
) -> Why:
    """Return the reasons that were kept with a finding; the law is that of the session, not of today."""
    rule = rules().get(stored.rule)
    version = rule.at(stored.on) if rule else None
    since = version.since if version else None
    wanted = _own(rule, stored, parameters)
    return Why(
        says=says, rule=_title(rule, stored.rule), version=_version(rule, since), cited=cited((*stored.clauses, *(rule.clauses if rule else ()))),
        counted=counted(stored.counted, marks, codes), figures=stored.figures,
        values=tuple(_kept(key, said, citation, parameters, stored.on) for key, said, citation in wanted),
        would_change=stored.would_change or ((AMENDED,) if stored.counted else ()), of=of,
    )  # fmt: skip


def of_refusal(error: DaymarkError | None, of: str = "") -> Why:
    """Return the rule behind a refusal, its clauses and what would let it through; nothing for an error without a rule."""
    named: Sequence[str] = getattr(error, "clauses", ())
    if error is None or not named:
        return Why()
    known = _by_clauses(named)
    step, rule = getattr(error, "next_step", ""), str(getattr(error, "rule", ""))
    return Why(
        says=_sentence(rule), rule=known.title if known else "", version=_version(known, None), cited=cited(named),
        would_change=(_sentence(step),) if step else (), of=of,
    )  # fmt: skip


def of_conflict(of: str = "these were not stored") -> Why:
    """Return why a mark that somebody else changed first is not overwritten: an entry that is changed keeps what it was (reg 6)."""
    rule = rules()["AMEND"]
    return Why(
        says="Both entries are kept with who made them and when; nobody's is overwritten without being seen.", rule=_title(rule, rule.id),
        version=_version(rule, None), cited=cited(rule.clauses), would_change=("Choose which mark is right; the other stays in the history.",), of=of,
    )  # fmt: skip


def of_parameter(value: ParameterValue, setting_type: str = "", of: str = "") -> Why:
    """Return why a parameter has its value: standing, source, and the conflicts that touch it (at a setting type, or at any)."""
    touching = [one.id for one in conflicts().values() if value.key in one.keys and (not setting_type or setting_type in one.settings)]
    ids = tuple(dict.fromkeys([*([value.conflict] if value.conflict else []), *touching]))
    held = Value(
        value.key, value.description or value.key, _said(value.value, value.unit), STANDINGS[value.standing], value.cited, _conflicts(ids)
    )
    since = f"In force since {long_date(value.effective_from)}" if value.effective_from else ""
    law = value.standing == "law"
    change = "A change of the law, or a stricter house value with a reason and a date." if law else "A house value with a reason and a date, within the law."
    return Why(version=since, cited=cited(value.clauses), values=(held,), would_change=(change,), of=of or held.label)


# -------------------------------------------------------------------- the parts


def cited(ids: Iterable[str]) -> tuple[Cited, ...]:
    """Return clauses with their words and instruments as they are, each once."""
    return tuple(Cited(one, _words(one)) for one in dict.fromkeys(ids) if one)


def counted(
    numbers: Collection[int], marks: Mapping[int, int] | None, codes: CodeTable | None, notes: Mapping[int, str] = NO_NOTES
) -> tuple[Counted, ...]:
    """Return the sessions in order, with the marks they have."""
    return tuple(_counted(no, (marks or {}).get(no), codes, notes.get(no, "")) for no in sorted(numbers)[:LISTED])


def figures(found: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return figures as a page reads them; lists belong to whoever made them and are left out."""
    shown = ((key.replace("_", " "), figure(value)) for key, value in found.items() if not isinstance(value, tuple | list | Mapping))
    return tuple((key[:1].upper() + key[1:], value) for key, value in shown if value)


def figure(value: object) -> str:
    """Return one figure: days in words, shares as percentages, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, Fraction):
        return share_shown(value)
    text = "" if value is None else str(value)
    return long_date(date.fromisoformat(text)) if _is_day(text) else text


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2025-01-01") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _counted(no: int, code_id: int | None, codes: CodeTable | None, note: str) -> Counted:
    at = session_of(no)
    where = HALVES.get(at.key, at.key)
    if codes is None or code_id is None:
        return Counted(at.day, where, note=note)
    code = codes.for_session(no).by_id(code_id)
    return Counted(at.day, where, codes.symbol(code_id) or "?", code.name if code else "", note)


def _words(clause_id: str) -> str:
    found = clauses().get(clause_id)
    if found is None:
        return ""
    parts = (f"{found.who}: {found.duty}" if found.who else found.duty, f"When: {found.trigger}" if found.trigger else "",
             f"By: {found.deadline}" if found.deadline else "")  # fmt: skip
    return " ".join(_sentence(part) for part in parts if part)


def _title(rule: Rule | None, rule_id: str) -> str:
    return f"{rule.title} ({rule.id})" if rule else rule_id


def _citation(rule: Rule | None, since: date | None) -> str:
    if rule is None:
        return ""
    return next((version.citation for version in rule.versions if version.since == since), rule.citation)


def _version(rule: Rule | None, since: date | None) -> str:
    if rule is None:
        return ""
    day = since or (rule.versions[-1].since if rule.versions else None)
    return f"{_citation(rule, day)}, in force since {long_date(day)}" if day else rule.citation


def _by_clauses(named: Sequence[str]) -> Rule | None:
    """Return the one rule of the catalogue that these clauses belong to; None when there is none or several."""
    found = [rule for rule in rules().values() if set(named) & {*rule.clauses, *(version.citation for version in rule.versions)}]
    return found[0] if len(found) == 1 else None


def _own(rule: Rule | None, stored: Stored, parameters: Parameters) -> list[tuple[str, str, str]]:
    """Return what this rule read: the trail of a save holds what every rule read, so the catalogue or a shared clause decides."""
    declared, named = set(rule.parameters if rule else ()), set(stored.clauses)
    shared = {value.key for key, _, _ in stored.read for value in parameters.values(key) if named & set(value.clauses)}
    return [one for one in stored.read if one[0] in declared | shared or not (rule or named)]


def _read(one: Read, parameters: Parameters | None) -> Value:
    known = parameters.values(one.key) if parameters is not None and one.key in parameters else ()
    label = next((value.description for value in known if value.description), one.key)
    return Value(one.key, label, _said(one.value, one.unit), STANDINGS[one.standing], one.citation, _conflicts([one.conflict] if one.conflict else []))


def _kept(key: str, said: str, citation: str, parameters: Parameters, on: date) -> Value:
    """Return a value as it was read then; its standing is that of whoever said so."""
    known = parameters.values(key)
    here = next((one for one in known if one.cited == citation), None) or next((one for one in known if one.in_force(on)), None)
    if here is None:
        return Value(key, key, said, "", citation)
    said = _said(here.value, here.unit) if say(here.value, here.unit) == said else said
    return Value(key, here.description or key, said, STANDINGS[here.standing], citation, _conflicts([here.conflict] if here.conflict else []))


def _conflicts(ids: Iterable[str]) -> tuple[Cited, ...]:
    known = conflicts()
    return tuple(Cited(one, known[one].says if one in known else "") for one in ids)


def _said(value: Any, unit: str) -> str:
    if isinstance(value, Fraction):
        return f"{share_shown(value).replace('.0%', '%')} {unit.removeprefix('share').strip()}".strip()
    if isinstance(value, time | datetime):
        return f"{value:%H:%M}"
    return say(tuple(value), unit) if isinstance(value, set | frozenset) else say(value, unit)


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".?!" else f"{text}."


def init_why(app: Flask) -> None:
    """Let templates ask why of a refusal and of a conflict."""
    app.jinja_env.globals.update(why_refused=of_refusal, why_conflict=of_conflict)
