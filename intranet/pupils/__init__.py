"""The pupils room: children as one setting knows them, their people, placements and classes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask import Flask

from intranet import store


def init_app(app: Flask) -> None:
    """Register what this room brings to the app."""
    from intranet.pupils import events
    from intranet.pupils.views import blueprint
    from intranet.web.kit import NavItem

    events.register()
    app.extensions["daymark.groups"] = group_names
    app.extensions["daymark.authorities"] = authorities(app.config["DAYMARK"].home)
    app.register_blueprint(blueprint)
    app.extensions["daymark.navigation"].add(
        NavItem("Pupils", "pupils.index", "pupil:read", 30, word="pupils"),
        NavItem("Classes", "pupils.class_list", "group:write", 35, under="pupils.index", word="classes"),
    )


def group_names(setting_id: int, on: date) -> list[tuple[int, str]]:
    """Return the setting's classes on a day (id, name), for rooms that stand left of this one."""
    from intranet.pupils.roll import groups

    with store.connection() as conn:
        return [(group.id, group.name) for group in groups(conn, setting_id, on)]


def authorities(home: Path) -> frozenset[str]:
    """Return the authority numbers in ``authorities.csv`` of the install's folder, first column; none when there is no such file."""
    path = home / "authorities.csv"
    if not path.exists():
        return frozenset()
    cells = (line.split(",")[0].strip().strip('"') for line in path.read_text(encoding="utf-8-sig").splitlines())
    return frozenset(cell for cell in cells if cell.isdigit())
