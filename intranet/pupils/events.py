"""The facts this room records, each with a sentence for the history and the parts that can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from intranet import store

Describe = Callable[[Mapping[str, Any]], str]

_NAMES = ("name",)


def _said(text: str) -> Describe:
    return lambda data: text.format_map(_Kept(data))


class _Kept(dict[str, Any]):
    """Data whose forgotten parts are shown as such."""

    def __missing__(self, key: str) -> str:
        return "(forgotten)"


def _amended(data: Mapping[str, Any]) -> str:
    changed = data.get("changed") or {}
    return "Particulars changed: " + (", ".join(sorted(key.replace("_", " ") for key in changed)) or "(forgotten)")


def _rolled(data: Mapping[str, Any]) -> str:
    return f"Year rolled over to {data.get('starts', '?')}: {data.get('moved', 0)} moved up, {data.get('leavers', 0)} leaving"


KINDS: dict[str, tuple[Describe, tuple[str, ...]]] = {
    "pupil.admitted": (
        _said("Admitted with starting day {starting_day}, placement {model}"),
        ("particulars", "contacts", "agreement", "warnings"),
    ),
    "pupil.amended": (_amended, ("changed",)),
    "pupil.placed": (_said("Placement {model} from {first}"), ("agreement",)),
    "pupil.placement_ended": (_said("Placement ended on {last}"), ("reason",)),
    "pupil.left": (_said("Last day {last}: {reason}"), ("reason",)),
    "pupil.contact_added": (
        _said("Contact added: {name} ({relationship})"),
        ("name", "phones", "email", "address", "relationship"),
    ),
    "pupil.contact_amended": (_said("Contact changed: {name}"), ("name", "changed")),
    "pupil.contact_ended": (_said("Contact ended on {last}: {name}"), _NAMES),
    "pupil.contacts_ordered": (_said("Contacts put in another order"), ()),
    "pupil.flag_set": (_said("Flag set: {kind} from {first} ({source})"), ("source", "note")),
    "pupil.flag_ended": (_said("Flag ended: {kind} on {last}"), ()),
    "pupil.moved_class": (_said("Moved to {group} from {first}"), ()),
    "pupil.linked": (_said("Linked to the same child at setting {other_setting_id} by {basis}"), ("reference",)),
    "pupil.merged": (
        _said("Duplicate {duplicate_id} merged into this pupil: {copied} marks brought together"),
        ("reason",),
    ),
    "class.opened": (_said("Class {name} opened from {first}"), ()),
    "class.amended": (_said("Class {name} changed"), ()),
    "class.staffed": (_said("{role} of {group} from {first}"), ()),
    "class.cover_given": (_said("Cover of {group} from {first} to {last}"), ()),
    "year.rolled": (_rolled, ()),
    "year.roll_undone": (_said("Rollover to {starts} undone"), ()),
}


def register() -> None:
    """Tell the store about this room's event kinds."""
    for kind, (describe, redact) in KINDS.items():
        store.events.register_kind(kind, describe=describe, redact=redact)


def append(
    w: store.Writing,
    setting_id: int,
    stream: str,
    kind: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
    request_id: str | None = None,
) -> int:
    """Store one event of this room and return its position."""
    stored = w.append(
        setting_id=setting_id, stream=stream, kind=kind, data=dict(data), occurred_on=now.date(), request_id=request_id
    )
    return int(stored.position)


def line(event: store.Stored) -> tuple[datetime, str]:
    """Return when a stored fact was recorded and its sentence; a forgotten one says so."""
    kind = store.events.kind_of(event.kind)
    return event.recorded_at, kind.describe(event.data or {})
