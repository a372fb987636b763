"""What the academy shows in the core's pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from intranet.extension.api import Facts, ParametersAt, Partial, Place
from intranet.law.codes import national_codes
from plugins.academy import rules

#: The slots that ``parts`` fills.
FILLED = ("register.banner", "register.columns", "pupil.header_badges", "pupil.panels", "dashboard.cards", "settings.sections")


def parts(place: Place, params: ParametersAt) -> Iterator[Partial]:
    """Yield the partials of one slot."""
    if place.slot == "register.banner" and place.register:
        yield Partial("academy/_window.html", {"slots": place.register})
    elif place.slot == "register.columns":
        yield Partial("academy/_columns.html", {"heads": ("Minutes late", "Signed in by")})
    elif place.slot == "pupil.header_badges" and place.pupil is not None:
        yield from _badges(place, params)
    elif place.slot == "pupil.panels" and place.pupil is not None and place.marks:
        yield Partial("academy/_standing.html", order=30)
    elif place.slot == "dashboard.cards":
        yield Partial("academy/_day.html", day_times(params), order=60)
    elif place.slot == "settings.sections":
        yield Partial("academy/_clock.html", day_times(params))


def day_times(params: ParametersAt) -> dict[str, time]:
    """Return when the registers open and close."""
    return {name: params[f"register.{name}"] for name in ("am_open", "am_close", "pm_open", "pm_close")}


def _facts(place: Place) -> Facts:
    assert place.pupil is not None
    return Facts(place.now, place.setting, place.pupil, place.marks, national_codes())


def _badges(place: Place, params: ParametersAt) -> Iterator[Partial]:
    if not place.marks:
        return
    facts = _facts(place)
    found = [t.title for t in (*rules.persistent_lateness(facts, params), *rules.persistent_absence(facts, params))]
    if found:
        yield Partial("academy/_badges.html", {"badges": sorted(set(found))})
