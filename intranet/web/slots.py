"""Slots: named places of core pages that rooms and setting plugins fill with partials."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from flask import current_app, g, request
from jinja2.environment import TemplateModule
from markupsafe import Markup

from intranet.errors import ConfigError

log = logging.getLogger("daymark.slots")

SLOTS: Mapping[str, str] = {
    "register.columns": "register grid, more columns",
    "register.row_actions": "end of each register row",
    "register.banner": "above the register",
    "board.daily": "today's board",
    "pupil.header_badges": "beside a pupil's name",
    "pupil.panels": "a pupil's page",
    "case.step_forms": "a case's current step",
    "case.sidebar": "beside a case",
    "dashboard.cards": "a role's home page",
    "nav.items": "the navigation",
    "reports.menu": "the reports page",
    "letters.menu": "letters of a pupil or case",
    "settings.sections": "the setting's own page",
    "portal.home": "an outside login's first page",
    "portal.forms": "an outside login's forms",
}


@dataclass(frozen=True)
class SlotPart:
    """One partial: its template, the values it shows, its place and who may see it (None: whoever sees the page)."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 50
    permission: str | None = None


Provider = Callable[[str, dict[str, Any]], Iterable[SlotPart]]


class Slots:
    """Who fills which slot."""

    def __init__(self) -> None:
        self._providers: list[tuple[int, str | None, Provider]] = []

    def add(self, slot_name: str | None, provider: Provider, order: int = 50) -> None:
        """Register a provider for a slot, or for every slot (None); an unknown name stops the start."""
        if slot_name is not None:
            known(slot_name)
        self._providers.append((order, slot_name, provider))
        self._providers.sort(key=lambda entry: entry[0])

    def parts(self, slot_name: str, context: dict[str, Any]) -> list[SlotPart]:
        """Return the parts for one rendering, in order; a provider that fails is one line, never a lost page."""
        found: list[SlotPart] = []
        for _, name, provider in self._providers:
            if name in (None, slot_name):
                found.extend(_asked(provider, slot_name, context))
        return sorted((part for part in found if _may_see(part)), key=lambda part: part.order)


def known(slot_name: str) -> str:
    """Return the name, or raise ConfigError with the nearest one there is."""
    if slot_name in SLOTS:
        return slot_name
    near = get_close_matches(slot_name, SLOTS, n=1)
    raise ConfigError(f"There is no slot “{slot_name}”." + (f" Did you mean “{near[0]}”?" if near else ""))


def render_slot(slot_name: str, /, **context: Any) -> Markup:
    """Return the slot's partials as HTML; nothing at all when there are none."""
    slots: Slots = current_app.extensions["daymark.slots"]
    return Markup("").join(_rendered(part, context) for part in slots.parts(known(slot_name), context))


def _asked(provider: Provider, slot_name: str, context: dict[str, Any]) -> list[SlotPart]:
    try:
        return list(provider(slot_name, context))
    except Exception as error:  # noqa: BLE001 - a failing partial must not take the page with it
        return [_failed(slot_name, error)]


def _rendered(part: SlotPart, context: dict[str, Any]) -> TemplateModule:
    try:
        return _module(part.template, {**context, **part.context})
    except Exception as error:  # noqa: BLE001 - the same promise, while rendering
        failed = _failed(part.template, error)
        return _module(failed.template, dict(failed.context))


def _module(template: str, context: dict[str, Any]) -> TemplateModule:
    """Return a rendered template that knows it is HTML, so nothing has to be declared safe by hand."""
    current_app.update_template_context(context)
    return current_app.jinja_env.get_template(template).make_module(context)


def _failed(where: str, error: Exception) -> SlotPart:
    reference = secrets.token_hex(4)
    log.error("slot part failed: %s (%s) reference %s", where, type(error).__name__, reference, exc_info=error)
    return SlotPart("errors/_partial.html", {"reference": reference})


def _may_see(part: SlotPart) -> bool:
    """Return whether the person may see a part: asked of the people room; nobody to ask means no."""
    if part.permission is None:
        return True
    may = current_app.extensions.get("daymark.may")
    setting_id = (request.view_args or {}).get("setting_id", g.get("setting_id"))
    return bool(may and may(part.permission, setting_id))
