"""What the alternative provision shows in the core's pages."""

from __future__ import annotations

from collections.abc import Iterator

from intranet.extension.api import ParametersAt, Partial, Place
from plugins.alternative_provision import plans

MODELS = {"model_a": "Model A", "model_b": "Model B"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")

#: The slots that ``parts`` fills.
FILLED = ("register.columns", "register.banner", "board.daily", "pupil.header_badges", "pupil.panels", "dashboard.cards", "settings.sections")


def parts(place: Place, params: ParametersAt) -> Iterator[Partial]:
    """Yield the partials of one slot."""
    if place.slot == "register.columns":
        yield Partial("alternative_provision/_columns.html", {"slots": place.register})
    elif place.slot == "register.banner":
        yield Partial("alternative_provision/_audit.html")
    elif place.slot == "board.daily":
        yield Partial("alternative_provision/_reports.html")
    elif place.slot == "pupil.header_badges" and place.pupil is not None and place.pupil.placement is not None:
        yield Partial("alternative_provision/_badges.html", {"model": MODELS.get(place.pupil.placement.model, place.pupil.placement.model)})
    elif place.slot == "pupil.panels" and place.pupil is not None and place.pupil.placement is not None:
        yield Partial("alternative_provision/_week.html", {"week": week(place)}, order=30)
    elif place.slot == "dashboard.cards":
        yield Partial("alternative_provision/_review.html", order=60)
    elif place.slot == "settings.sections":
        yield Partial("alternative_provision/_range.html", {"low": params["ap.age_min"], "high": params["ap.age_max"]})


def week(place: Place) -> list[tuple[str, str]]:
    """Return the commissioned sessions of each weekday in words."""
    assert place.pupil is not None and place.pupil.placement is not None
    keys = plans.planned(place.pupil.placement)
    return [(name, ", ".join(key.replace("-", " to ") for key in keys[i]) or "none") for i, name in enumerate(WEEKDAYS)]
