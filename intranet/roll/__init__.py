"""The roll room: names that leave the admission register, returns about it, suspensions, and the register as at a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from intranet.web.kit import SlotPart


def init_app(app: Flask) -> None:
    """Register what this room brings to the app."""
    from intranet.roll import events
    from intranet.roll.views import blueprint
    from intranet.web.kit import NavItem

    events.register()
    app.register_blueprint(blueprint)
    app.extensions["daymark.slots"].add("pupil.panels", pupil_panel, order=60)
    app.extensions["daymark.navigation"].add(
        NavItem("Roll", "roll.register", "roll:read", 36, under="pupils.index"),
        NavItem("Returns", "roll.returns", "roll:read", 37, under="pupils.index"),
    )


def pupil_panel(_slot: str, values: dict[str, Any]) -> Iterator[SlotPart]:
    """Yield what the roll room has about the pupil whose page it is: a removal under way, what is owed, and where to go."""
    from intranet import store
    from intranet.clock import now
    from intranet.roll import removal, returns

    if values.get("part", "summary") != "summary":
        return
    ids = {"setting_id": values["setting_id"], "pupil_id": values["pupil_id"]}
    with store.connection() as conn:
        standing = removal.standing(conn, ids["setting_id"], ids["pupil_id"])
        owed = [line for line in returns.lines(conn, ids["setting_id"], now(), pupil_id=ids["pupil_id"]) if line.sent_on is None]
    if standing or owed:
        yield SlotPart("roll/_panel.html", {"standing": standing, "owed": owed, "ids": ids}, 60, "roll:prepare")
