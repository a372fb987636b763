"""The jump box: a few letters and Enter go straight to a pupil, a class's register or a page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, url_for

from intranet import store
from intranet.people import current_actor
from intranet.pupils import search
from intranet.pupils.access import own_groups
from intranet.pupils.forms import SearchForm
from intranet.pupils.roll import Group, groups
from intranet.pupils.views.blueprint import blueprint
from intranet.web.kit import allow, respond, see_url, today

#: What people type for a page, with its endpoint; one whose room is not there is left out.
PAGES: Mapping[str, str] = {
    "pupils": "pupils.index", "classes": "pupils.class_list", "admit": "pupils.admission", "year end": "pupils.year_end",
    "registers": "registers.index", "board": "registers.board", "late desk": "desk.late_desk", "sign out": "desk.sign_out",
    "evacuation roll": "desk.evacuation_roll", "import": "exchange.start", "calendar": "settings.calendar", "policy": "settings.policy_page",
    "close the school": "settings.close",
}  # fmt: skip


@blueprint.post("/jump/")
@allow("pupil:read")
def jump(setting_id: int) -> Response:
    """Go to the one thing the letters mean, or list what they could mean."""
    text, pupils, classes, pages = _found(setting_id)
    urls = [*pages.values(), *(url for _, url in classes), *(_pupil_url(setting_id, pupil.id) for pupil in pupils)]
    exact = next(
        (url for name, url in classes if search.plain(name) == search.plain(text).removeprefix("register ").strip()),
        None,
    )
    if exact or len(urls) == 1:
        return see_url(exact or urls[0])
    return respond("pupils/jump.html", query=text, pupils=pupils, classes=classes, pages=pages)


@blueprint.post("/jump/suggest/")
@allow("pupil:read")
def suggest(setting_id: int) -> Response:
    """Return the first few things the letters could mean, as a fragment."""
    text, pupils, classes, pages = _found(setting_id)
    return respond("pupils/_jump_list.html", query=text, pupils=pupils[:8], classes=classes[:4], pages=pages)


def _found(setting_id: int) -> tuple[str, list[search.KnownPupil], list[tuple[str, str]], dict[str, str]]:
    form = SearchForm()
    text = (form.q.data or "") if form.validate() else ""
    word = search.plain(text).strip()
    with store.connection() as conn:
        pupils = search.find(conn, current_actor(), setting_id, text, today())
        mine = own_groups(conn, current_actor(), setting_id, today())
        found = [group for group in groups(conn, setting_id, today()) if mine is None or group.id in mine]
    classes = [(group.name, register_url(setting_id, group)) for group in found if _names(group, word)]
    pages = {
        name: url_for(endpoint, setting_id=setting_id)
        for name, endpoint in PAGES.items()
        if word and name.startswith(word) and _open(endpoint, setting_id)
    }
    return text, pupils, classes, pages


def _names(group: Group, word: str) -> bool:
    wanted = word.removeprefix("register ").strip()
    return bool(wanted) and search.plain(group.name).startswith(wanted)


def _open(endpoint: str, setting_id: int) -> bool:
    """Return whether the page is there and this person may open it; names of pages nobody may open are not offered."""
    view = current_app.view_functions.get(endpoint)
    kind, permission = getattr(view, "__daymark_rule__", ("", ""))
    return kind == "public" or (kind == "allow" and current_actor().may(permission, setting_id))


def register_url(setting_id: int, group: Group) -> str:
    """Return the page of a class's register now; without the registers room, the class."""
    if "registers.now" in current_app.view_functions:
        return url_for("registers.now", setting_id=setting_id, group_id=group.id)
    return url_for("pupils.show_class", setting_id=setting_id, group_id=group.id)


def _pupil_url(setting_id: int, pupil_id: int) -> str:
    return url_for("pupils.show", setting_id=setting_id, pupil_id=pupil_id)
