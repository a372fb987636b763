"""What the tutoring company shows in the core's pages."""

from __future__ import annotations

from collections.abc import Iterator

from intranet.extension.api import ParametersAt, Partial, Place

FLAGS = {"ehcp": "EHCP", "eotas": "EOTAS"}
OPEN_VALUES = {
    "tutoring.lateness.count": "Late sessions that make a pattern",
    "tutoring.lateness.window_days": "Days in which they are counted",
    "tutoring.repeated_absence.count": "Missed sessions that are repeated absence",
    "tutoring.repeated_absence.window_sessions": "Sessions in which they are counted",
}

#: The slots that ``parts`` fills.
FILLED = ("register.banner", "register.columns", "board.daily", "pupil.header_badges", "dashboard.cards", "settings.sections")


def parts(place: Place, params: ParametersAt) -> Iterator[Partial]:
    """Yield the partials of one slot."""
    if place.slot == "register.banner":
        yield Partial("tutoring/_submit.html", {"within": params.get("tutoring.submit_within", "same day"), "slots": place.register})
    elif place.slot == "register.columns":
        yield Partial("tutoring/_columns.html", {"slots": place.register})
    elif place.slot == "board.daily":
        yield Partial("tutoring/_log.html", {"within": params.get("tutoring.submit_within", "same day")})
    elif place.slot == "pupil.header_badges" and place.pupil is not None:
        yield Partial("tutoring/_badges.html", {"commissioner": commissioner(place), "badges": badges(place)})
    elif place.slot == "dashboard.cards":
        yield Partial("tutoring/_reminder.html", {"within": params.get("tutoring.submit_within", "same day")}, order=60)
    elif place.slot == "settings.sections":
        rows = [(label, params.get(key)) for key, label in OPEN_VALUES.items()]
        yield Partial("tutoring/_thresholds.html", {"rows": rows})


def commissioner(place: Place) -> str:
    """Return who commissions the learner's tuition, or nothing when it is not recorded."""
    agreement = place.pupil.placement.agreement if place.pupil and place.pupil.placement else {}
    return str(agreement.get("commissioner") or agreement.get("home_school") or "")


def badges(place: Place) -> list[str]:
    """Return the learner's flags that the policy names (SPM-06, SPM-07)."""
    flags = place.pupil.flags if place.pupil else frozenset()
    return [label for key, label in FLAGS.items() if key in flags]
