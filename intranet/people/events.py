"""The facts this room records, on the house chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from intranet import store
from intranet.store.tables import HOUSE

KINDS = {
    "account.created": "Account {account_id} created",
    "account.link_made": "One-time link made for account {account_id}",
    "account.password_set": "Password set for account {account_id}",
    "account.disabled": "Account {account_id} disabled",
    "account.signed_in": "Account {account_id} signed in ({how})",
    "account.signed_out": "Account {account_id} signed out",
    "account.sessions_ended": "{ended} sign-ins of account {account_id} ended",
    "account.waiting": "Sign-in to account {account_id} made to wait after {failures} failures",
    "access.granted": "Role {role} given to account {account_id} from {first} to {last}",
    "access.ended": "Role {role} of account {account_id} ended on {last}",
}


def _said(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda data: text.format_map({"first": "?", "last": "?", "role": "?", "how": "?", "ended": "?", "failures": "?", **data})


def register() -> None:
    """Tell the store about this room's event kinds."""
    for kind, text in KINDS.items():
        store.events.register_kind(kind, _said(text), ("name", "email"))


def append(w: store.Writing, account_id: int, kind: str, on: date, request_id: str | None = None, /, **data: Any) -> int:
    """Store one event of an account on the house chain and return its position."""
    values = {"account_id": account_id, **data}
    stored = w.append(setting_id=HOUSE, stream=f"account:{account_id}", kind=kind, data=values, occurred_on=on, request_id=request_id)
    return stored.position
