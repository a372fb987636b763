"""The facts this room records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from intranet import store


def _said(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda data: text.format_map({"label": "", "first": "?", "last": "?", "key": "?", "value": "?", **data})


def register() -> None:
    """Tell the store about this room's event kinds."""
    store.events.register_kind("setting.opened", _said("Setting opened: {name}"))
    store.events.register_kind("organisation.setting_opened", _said("Setting opened: {name}"))
    store.events.register_kind("calendar.terms_set", _said("Term dates set for {years}"))
    store.events.register_kind("calendar.closed", _said("Closed {first} to {last}: {label}"), ("label",))
    store.events.register_kind("calendar.closure_withdrawn", _said("Closure {first} to {last} withdrawn"), ("reason",))
    store.events.register_kind("policy.value_set", _said("House value {key} set to {value} from {first}"), ("reason",))
    store.events.register_kind("policy.value_ended", _said("House value {key} ended on {last}"), ("reason",))
    _policy_documents()


def _policy_documents() -> None:
    known = store.events.register_kind
    known("policy.document_set", _said("Policy document: {title}, version {version} of {dated}"))
    known("policy.reviewed", _said("Policy reviewed in {reviewed}"), ("note",))
    known("policy.review_forward", _said("Policy review brought forward to {due}: {trigger}"), ("note",))
    known("policy.source_cited", _said("The policy rests on {title}, {edition}"), ("note",))
    known("policy.source_dropped", _said("The policy no longer rests on {title}, {edition}"), ("note",))
    known("policy.acknowledged", _said("Said that they know the policy, {version}"))
    known("policy.trained", _said("Training in {topic} held on {held}"), ("led_by", "note"))
    known("policy.commented", _said("Commented on the policy"), ("text",))
    known("policy.comment_answered", _said("Answered a comment on the policy"), ("text",))
