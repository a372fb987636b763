"""What a rule of law is, and what its function answers: whether it holds, what it counted, what would change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from intranet.law.clauses import known_clauses
from intranet.law.parameters import ParametersAt, Read, core_parameters
from intranet.law.rule_files import Rule, RuleVersion, load_rules
from intranet.law.words import DATA, long_date

__all__ = ["Answer", "Judge", "Rule", "RuleVersion", "answer", "not_in_force", "rule", "rules"]


@dataclass(frozen=True)
class Answer:
    """A rule's answer about some facts: enough to explain it without asking again."""

    rule: str
    holds: bool  # whether the rule bites, or the act is allowed
    says: str
    on: date | None = None  # the day on which it came to hold, or falls due
    counted: tuple[int, ...] = ()  # session numbers
    figures: Mapping[str, object] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # conditions that are not met
    would_change: tuple[str, ...] = ()
    read: tuple[Read, ...] = ()  # the parameters that were read
    since: date | None = None  # first day of the version of the rule that was used


Judge = Callable[..., Answer]


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule of the catalogue by its id; ParameterError for a file that cannot stand."""
    keys = {value.key for value in core_parameters()}
    return MappingProxyType({rule.id: rule for rule in load_rules(DATA / "rules", known_clauses(), keys)})


def rule(rule_id: str) -> Rule:
    """The rule with this id; KeyError names the nearest."""
    if rule_id not in rules():
        near = get_close_matches(rule_id, rules(), 1)
        hint = f" The nearest is {near[0]}." if near else ""
        raise KeyError(f"{rule_id} is not a rule.{hint}")
    return rules()[rule_id]


def answer(
    rule_id: str,
    holds: bool,
    says: str,
    params: ParametersAt,
    *,
    on: date | None = None,
    counted: tuple[int, ...] = (),
    figures: Mapping[str, object] | None = None,
    missing: tuple[str, ...] = (),
    would_change: tuple[str, ...] = (),
) -> Answer:
    """An answer with the version of the rule and the parameters that were read, out of those the rule declares."""
    known = rule(rule_id)
    version = known.at(params.day)
    read = tuple(one for one in params.trail if one.key in known.parameters)
    since = version.since if version else None
    return Answer(rule_id, holds, says, on, counted, figures or {}, missing, would_change, read, since)


def not_in_force(rule_id: str, params: ParametersAt) -> Answer | None:
    """The answer that the rule is not law on the day; None when it is."""
    known = rule(rule_id)
    if known.at(params.day):
        return None
    begins = next((version.since for version in known.versions if version.since > params.day), None)
    if begins:
        says = f"{known.title}: not law on {long_date(params.day)}. It begins on {long_date(begins)}."
    else:
        says = f"{known.title}: no longer law on {long_date(params.day)}."
    return answer(rule_id, False, says, params)
