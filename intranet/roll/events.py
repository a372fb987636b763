"""The facts this room records, each with a sentence for the history and the parts that can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from intranet import store
from intranet.law.grounds import load

Describe = Callable[[Mapping[str, Any]], str]


def ground_title(ground_id: str) -> str:
    """Return what a ground is called; its id where nobody knows it any more."""
    known = load().get(ground_id)
    return known.title if known else ground_id


def _on_ground(words: str) -> Describe:
    return lambda data: f"{words}: {ground_title(str(data.get('ground', '')))}"


def _said(text: str, *names: str) -> Describe:
    return lambda data: text.format(*(data.get(name, "(forgotten)") for name in names))


KINDS: Mapping[str, tuple[Describe, tuple[str, ...]]] = {
    "removal.opened": (_on_ground("Going off roll"), ("facts",)),
    "removal.changed": (_on_ground("Going off roll changed"), ("facts",)),
    "removal.shown": (_said("Shown for going off roll: {}", "key"), ("evidence", "who")),
    "removal.withdrawn": (_said("No longer shown for going off roll: {}", "key"), ("why",)),
    "removal.approved": (_said("Going off roll approved by {}", "approver"), ("note",)),
    "removal.dropped": (_said("Stays on the roll: going off roll was given up"), ("why",)),
    "removal.completed": (_on_ground("Name taken off the roll"), ("proofs", "facts")),
    "placement.ending": (_said("Place here ended on {}", "last"), ("reason",)),
    "return.prepared": (_said("Prepared: {}, for {}", "title", "recipient"), ("contents",)),
    "return.sent": (_said("Sent: {}, to {} by {}", "title", "recipient", "channel"), ("contents", "gaps")),
    "return.received": (_said("Receipt recorded: {}", "title"), ("reference",)),
    "suspension.recorded": (_said("Suspension or exclusion recorded from {}", "first"), ("reason",)),
    "suspension.provided": (_said("Education from the sixth day recorded, from {}", "first"), ("provider", "place")),
}  # fmt: skip


def register() -> None:
    """Tell the store about this room's event kinds."""
    for kind, (describe, redact) in KINDS.items():
        store.events.register_kind(kind, describe=describe, redact=redact)
