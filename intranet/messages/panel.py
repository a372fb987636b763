"""What this room shows on other rooms' pages: the log on a pupil's page, and how many notices wait."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask

from intranet import store
from intranet.extension import host
from intranet.messages import reading, talks
from intranet.messages.reading import Unread
from intranet.messages.telling import URGENT
from intranet.people import current_actor
from intranet.settings.service import context
from intranet.web.kit import NavItem, SlotPart, now

LATEST = 3


def init_panel(app: Flask) -> None:
    """Put the log onto pupils' pages, the number that waits onto home pages, and the pages into the navigation."""
    app.extensions["daymark.slots"].add("pupil.panels", parts, order=30)
    app.jinja_env.globals["unread_notices"] = unread
    app.extensions["daymark.navigation"].add(
        NavItem("Notices", "notices.inbox", "notice:read", 6, under="duties.home", own="Notices to you"),
        NavItem("Who was told", "notices.told", "notice:list", 7, under="duties.home"),
    )


def parts(_slot: str, values: dict[str, Any]) -> Iterable[SlotPart]:
    """Return the log's latest entries for the pupil whose page it is; that page has asked who may see them."""
    actor, setting_id, pupil_id = current_actor(), values["setting_id"], values["pupil_id"]
    if values.get("part", "summary") != "summary" or not actor.may("comms:write", setting_id):
        return
    with store.connection() as conn:
        entries = talks.of_pupil(conn, context(setting_id), actor, pupil_id, LATEST)
    shown = {"entries": entries, "setting_id": setting_id, "pupil_id": pupil_id, "texts": actor.may("comms:read", setting_id)}
    yield SlotPart("messages/_panel.html", shown, 30, "comms:write")


def unread(setting_id: int) -> Unread:
    """Return how many notices wait for the signed-in person there; one statement."""
    actor = current_actor()
    if not actor.may("notice:read", setting_id):
        return Unread(0, 0)
    urgent = host.for_setting(context(setting_id)).params(now().date())[URGENT]
    with store.connection() as conn:
        return reading.unread(conn, setting_id, actor.account_id, urgent)
