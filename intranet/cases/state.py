"""A case as its events make it: the same whether they are applied one by one or read again from the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from intranet.store.events import Stored, register_kind

PREFIX = "case."


@dataclass(frozen=True)
class Entry:
    """One thing that was recorded about a step, decision or person, with who said so and in what position."""

    key: str
    at: datetime
    on: date
    by: str
    position: str
    roles: tuple[str, ...] = ()
    outcome: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    actor_id: int | None = None
    version: int = 0


@dataclass(frozen=True)
class Ground:
    """A finding that the case rests on; ``gone`` is the day on which it was cleared."""

    kind: str
    anchor: date
    title: str
    gone: date | None = None


@dataclass(frozen=True)
class CaseState:
    """A case after some of its events."""

    id: int
    setting_id: int
    type: str = ""
    pupil_id: int = 0
    stage: str = ""
    anchor: date = date.min
    opened_on: date = date.min
    opened_at: datetime = datetime.min.replace(tzinfo=UTC)
    grounds: tuple[Ground, ...] = ()
    done: tuple[Entry, ...] = ()
    started: tuple[Entry, ...] = ()
    waived: tuple[Entry, ...] = ()
    views: tuple[Entry, ...] = ()  # what deciders said, a later view of the same person replaces the earlier one
    decided: Mapping[str, Entry] = field(default_factory=dict)
    people: tuple[Entry, ...] = ()
    documents: tuple[Entry, ...] = ()
    linked: Mapping[int, str] = field(default_factory=dict)
    owner_id: int | None = None
    owner: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    version: int = 0
    position: int = 0

    @property
    def open(self) -> bool:
        """Return whether it is open."""
        return self.closed_at is None

    @property
    def grounds_gone(self) -> date | None:
        """Return the day on which the last of its grounds went; None while one stands or it never had one."""
        days = [ground.gone for ground in self.grounds]
        return max((day for day in days if day), default=None) if days and all(days) else None

    def of(self, step: str) -> tuple[Entry, ...]:
        """Return what was recorded of a step, oldest first."""
        return tuple(entry for entry in self.done if entry.key == step)

    def outcome_of(self, step: str) -> str:
        """Return the last outcome of a step, or what was decided; empty while there is none."""
        if step in self.decided:
            return self.decided[step].outcome
        found = self.of(step)
        return found[-1].outcome or "done" if found else ""

    def changed(self, key: str) -> int:
        """Return the version at which a step or decision was last touched; 0 when nobody has."""
        touched = (*self.done, *self.started, *self.waived, *self.views)
        return max((entry.version for entry in touched if entry.key == key), default=0)


def entry_of(event: Stored) -> Entry:
    """Return what an event says, as its case keeps it."""
    data = event.data or {}
    by = data.get("by") or {}
    return Entry(
        str(data.get("key", "")), event.recorded_at, event.occurred_on, by.get("name", ""), by.get("position", ""), tuple(data.get("roles", ())),
        str(data.get("outcome", "")), dict(data.get("fields", {})), str(data.get("note", "")), event.actor_id, event.version,
    )  # fmt: skip


def fold(setting_id: int, case_id: int, events: Iterable[Stored]) -> CaseState:
    """Return the case that these events make, oldest first."""
    state = CaseState(case_id, setting_id)
    for event in events:
        state = apply(state, event)
    return state


def apply(state: CaseState, event: Stored) -> CaseState:
    """Return the case after one more event; an event that was forgotten leaves only its place."""
    changed = replace(state, version=event.version, position=event.position)
    if event.data is None:
        return changed
    return APPLY[event.kind.removeprefix(PREFIX)](changed, event, event.data)


Data = Mapping[str, Any]


def _opened(state: CaseState, event: Stored, data: Data) -> CaseState:
    opened = replace(
        state, type=data["type"], pupil_id=data["pupil"], stage=data["stage"], anchor=date.fromisoformat(data["anchor"]),
        opened_on=event.occurred_on, opened_at=event.recorded_at, linked={},
    )  # fmt: skip
    return _with_ground(opened, data["ground"]) if data.get("ground") else opened


def _grounded(state: CaseState, event: Stored, data: Data) -> CaseState:
    found = _with_ground(state, data["ground"])
    return replace(found, stage=data.get("stage") or found.stage, anchor=min(found.anchor, date.fromisoformat(data["ground"]["anchor"])))


def _with_ground(state: CaseState, said: Data) -> CaseState:
    new = Ground(said["kind"], date.fromisoformat(said["anchor"]), said.get("title", ""))
    kept = tuple(one for one in state.grounds if (one.kind, one.anchor) != (new.kind, new.anchor))
    return replace(state, grounds=(*kept, new))


def _gone(state: CaseState, event: Stored, data: Data) -> CaseState:
    key = (data["ground"]["kind"], date.fromisoformat(data["ground"]["anchor"]))
    grounds = tuple(replace(one, gone=event.occurred_on) if (one.kind, one.anchor) == key else one for one in state.grounds)
    return replace(state, grounds=grounds)


def _done(state: CaseState, event: Stored, data: Data) -> CaseState:
    return replace(state, done=(*state.done, entry_of(event)), stage=data.get("stage") or state.stage)


def _viewed(state: CaseState, event: Stored, data: Data) -> CaseState:
    new = entry_of(event)
    kept = tuple(one for one in state.views if (one.key, one.actor_id) != (new.key, new.actor_id))
    found = replace(state, views=(*kept, new))
    if not data.get("complete"):
        return found
    return replace(found, decided={**found.decided, new.key: new}, stage=data.get("stage") or found.stage)


def _handed(state: CaseState, event: Stored, data: Data) -> CaseState:
    return replace(state, owner_id=data["to"], owner=data["to_name"])


def _linked(state: CaseState, event: Stored, data: Data) -> CaseState:
    return replace(state, linked={**state.linked, int(data["pupil"]): data["role"]})


def _closed(state: CaseState, event: Stored, data: Data) -> CaseState:
    return replace(state, closed_at=event.recorded_at, outcome=data["outcome"])


def _reopened(state: CaseState, event: Stored, data: Data) -> CaseState:
    return replace(state, closed_at=None, outcome="")


APPLY: Mapping[str, Callable[[CaseState, Stored, Data], CaseState]] = {
    "opened": _opened,
    "grounded": _grounded,
    "grounds_gone": _gone,
    "step_done": _done,
    "step_started": lambda state, event, data: replace(state, started=(*state.started, entry_of(event))),
    "step_waived": lambda state, event, data: replace(state, waived=(*state.waived, entry_of(event))),
    "viewed": _viewed,
    "noted": lambda state, event, data: state,
    "person_added": lambda state, event, data: replace(state, people=(*state.people, entry_of(event))),
    "document_added": lambda state, event, data: replace(state, documents=(*state.documents, entry_of(event))),
    "pupil_linked": _linked,
    "handed_over": _handed,
    "closed": _closed,
    "reopened": _reopened,
}

#: How each kind reads in a list of events; what it says about a child stays on the case's own page.
READS: Mapping[str, str] = {
    "opened": "opened a case", "grounded": "added a ground to a case", "grounds_gone": "noted that a ground of a case is gone",
    "step_done": "recorded a step of a case", "step_started": "began a step of a case", "step_waived": "set a step of a case aside",
    "viewed": "gave a decision in a case", "noted": "added a note to a case", "person_added": "added a person to a case",
    "document_added": "added a document to a case", "pupil_linked": "linked a child to a case", "handed_over": "handed a case over",
    "closed": "closed a case", "reopened": "reopened a case",
}  # fmt: skip
PERSONAL = ("pupil", "ground", "fields", "note", "outcome", "to_name")


def _reader(text: str) -> Callable[[Data], str]:
    return lambda data: text


for _kind, _text in READS.items():
    register_kind(f"{PREFIX}{_kind}", _reader(_text), PERSONAL)


__all__ = ["CaseState", "Entry", "Ground", "apply", "entry_of", "fold"]
