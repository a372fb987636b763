"""The facts this room records: who did what and when, never a word of what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intranet import store

KINDS: Mapping[str, str] = {
    "safeguarding.told": "told the safeguarding lead",
    "safeguarding.recorded": "recorded something on a strand",
    "safeguarding.opened": "opened a strand",
    "safeguarding.member": "changed who may read a strand",
    "safeguarding.child": "changed whom a strand is about",
    "safeguarding.closed": "closed or reopened a strand",
    "safeguarding.signal": "changed the signal of a child",
    "safeguarding.forgotten": "dropped the key of a strand: its texts are forgotten",
    "safeguarding.glass": "opened the room without its team",
    "safeguarding.reviewed": "reviewed an absence",
    "pupil.professional": "changed the professionals of a pupil",
}


def register() -> None:
    """Tell the store about this room's kinds."""
    for kind, text in KINDS.items():
        store.events.register_kind(kind, _said(text), ())


def _said(text: str) -> Any:
    return lambda data: text


def append(w: store.Writing, setting_id: int, strand_id: int | None, kind: str, data: Mapping[str, Any], request_id: str | None = None) -> int:
    """Store one fact about a strand (None: about the room) and return its position."""
    stream = f"safeguarding:{strand_id}" if strand_id else "safeguarding"
    return w.append(setting_id=setting_id, stream=stream, kind=kind, data=dict(data), occurred_on=w.now.date(), request_id=request_id).position
