"""What the independent school shows in the core's pages."""

from __future__ import annotations

from collections.abc import Iterator

from intranet.extension.api import ParametersAt, Partial, Place

FLAGS = {
    "traveller": "Gypsy, Roma or Traveller", "service_child": "Forces family", "looked_after": "Looked after",
    "youth_justice": "Youth justice", "ehcp": "EHCP",
}  # fmt: skip

#: The slots that ``parts`` fills.
FILLED = ("register.banner", "board.daily", "pupil.header_badges", "dashboard.cards", "settings.sections")


def parts(place: Place, params: ParametersAt) -> Iterator[Partial]:
    """Yield the partials of one slot."""
    if place.slot == "register.banner" and place.register:
        yield Partial("independent_school/_twice.html", {"slots": place.register})
    elif place.slot == "board.daily":
        yield Partial("independent_school/_arrivals.html")
    elif place.slot == "pupil.header_badges" and place.pupil is not None:
        badges = [label for key, label in FLAGS.items() if key in place.pupil.flags]
        if badges:
            yield Partial("independent_school/_badges.html", {"badges": badges}, permission="pupil:sensitive")
    elif place.slot == "dashboard.cards":
        yield Partial("independent_school/_leader.html", order=60)
    elif place.slot == "settings.sections":
        yield Partial("independent_school/_authority.html", {"authority": place.setting.authority})
