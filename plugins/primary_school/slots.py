"""What the primary school shows in the core's pages."""

from __future__ import annotations

from collections.abc import Iterator

from intranet.extension.api import ParametersAt, Partial, Place

VULNERABLE = {
    "sen": "SEN", "ehcp": "EHCP", "looked_after": "Looked after", "child_protection": "Child protection plan",
    "traveller": "Gypsy, Roma or Traveller", "young_carer": "Young carer",
}  # fmt: skip

#: The slots that ``parts`` fills.
FILLED = ("board.daily", "register.banner", "pupil.header_badges", "dashboard.cards", "settings.sections")


def parts(place: Place, params: ParametersAt) -> Iterator[Partial]:
    """Yield the partials of one slot."""
    if place.slot == "board.daily":
        yield Partial("primary_school/_unexplained.html", {"within": params["absence.follow_up"]})
    elif place.slot == "register.banner" and place.register:
        yield Partial("primary_school/_window.html", {"slots": place.register})
    elif place.slot == "pupil.header_badges" and place.pupil is not None:
        badges = [label for key, label in VULNERABLE.items() if key in place.pupil.flags]
        if badges:
            yield Partial("primary_school/_badges.html", {"badges": badges}, permission="pupil:sensitive")
    elif place.slot == "dashboard.cards":
        yield Partial("primary_school/_daily.html", {"within": params["absence.follow_up"]}, order=60)
    elif place.slot == "settings.sections":
        yield Partial("primary_school/_daily.html", {"within": params["absence.follow_up"]})
