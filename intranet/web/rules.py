"""Who may use a route: every view says ``@allow(permission)`` or ``@public(why)``, or the app does not start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, request
from werkzeug.routing import IntegerConverter, Map

from intranet.errors import NotFound

View = Callable[..., Any]
#: The largest number that an id's column holds; every form and address keeps to it.
LARGEST = 2**31 - 1


class Number(IntegerConverter):
    """A number in an address; one that no column could hold leads nowhere, like any other number without a thing behind it."""

    def __init__(self, rules: Map, *args: Any, **options: Any) -> None:
        super().__init__(rules, *args, **{"max": LARGEST, **options})


def init_rules(app: Flask) -> None:
    """Give the app its numbers in addresses."""
    app.url_map.converters["int"] = Number
    app.before_request(refuse_nul)


def refuse_nul() -> None:
    """Raise NotFound for an address with a character that no database looks for."""
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        raise NotFound


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
