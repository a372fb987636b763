"""Who may use a route: every view says ``@allow(permission)`` or ``@public(why)``, or the app does not start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app

View = Callable[..., Any]


def allow(permission: str) -> Callable[[View], View]:
    """Return a decorator that lets in those whom the people room lets in for this permission and these route values."""

    def mark(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **values: Any) -> Any:
            current_app.extensions["daymark.authorise"](permission, values)
            return view(*args, **values)

        return _ruled(checked, ("allow", permission))

    return mark


def public(why: str) -> Callable[[View], View]:
    """Return a decorator that says why everyone may use this view."""

    def mark(view: View) -> View:
        return _ruled(view, ("public", why))

    return mark


def _ruled(view: View, rule: tuple[str, str]) -> View:
    view.__daymark_rule__ = rule  # type: ignore[attr-defined]
    return view
