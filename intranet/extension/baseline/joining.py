"""Brings what a plugin concluded and what the law concludes together: one finding each, and the law's word on it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from intranet.extension.values import Trigger


def joined(own: Iterable[Trigger], floor: Sequence[Trigger], pupil_id: int, kinds: frozenset[str]) -> list[Trigger]:
    """Return a plugin's triggers about a pupil and the floor's; ``kinds`` are those that the law alone concludes.

    A trigger about another pupil is dropped: it could stand in for what the law says about that one.
    """
    mine = [t for t in own if t.pupil_id in (pupil_id, None)]
    if not floor:
        return mine
    stated = {t.kind for t in floor if t.kind in kinds}
    twins = {_key(t): t for t in mine}
    keys = {_key(t) for t in floor}
    rest = [t for t in mine if _key(t) not in keys and not (t.kind in stated and t.pupil_id is not None)]
    return [*rest, *(_tightened(twins.get(_key(t)), t, kinds) for t in floor)]


def _key(trigger: Trigger) -> tuple[object, ...]:
    return trigger.kind, trigger.pupil_id, trigger.anchor


def _tightened(own: Trigger | None, floor: Trigger, kinds: frozenset[str]) -> Trigger:
    """Return the law's trigger with whom else the policy tells; of a shared kind the policy's with whom the law tells."""
    if own is None:
        return floor
    first, second = (floor, own) if floor.kind in kinds else (own, floor)
    return replace(
        first, tell=_all(first.tell, second.tell), assign=_all(first.assign, second.assign), clauses=_all(first.clauses, second.clauses),
        figures={**second.figures, **first.figures}, due=min((t.due for t in (own, floor) if t.due), default=None),
        overdue_from=min((t.overdue_from for t in (own, floor) if t.overdue_from), default=None),
        counted=first.counted or second.counted, urgency=min(own.urgency, floor.urgency),
    )  # fmt: skip


def _all(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
