"""Who gets in: called behind every ``@allow``, and the way to a setting by its id."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from flask import Flask, Response, abort, make_response, render_template, request, session, url_for
from flask import g as context
from werkzeug.datastructures import MultiDict

from intranet import store
from intranet.errors import NotAllowed, NotFound
from intranet.people.actor import Actor, head_word, role_book
from intranet.people.forms import AgainForm
from intranet.people.permissions import CORE_ROLES, known, roles_needed
from intranet.people.places import SettingRow
from intranet.people.sessions import signed_in
from intranet.web.errors import typed
from intranet.web.htmx import into_alert, is_htmx

HOUSE_ROLES = ("trust_director", "system_admin")  # no setting type has a name of its own for them


def init_access(app: Flask) -> None:
    """Let the web room ask this room."""
    app.extensions["daymark.authorise"] = authorise
    app.extensions["daymark.may"] = can
    app.teardown_request(_leave_scope)


def current_actor() -> Actor:
    """Return who is acting; ends the request with the way to sign in when nobody is."""
    here = signed_in()
    if here is None:
        abort(_signed_out())
    return here.actor


def can(permission: str, setting_id: int | None = None) -> bool:
    """Return whether the person may; templates ask it to hide, never to protect."""
    here = signed_in()
    return here is not None and here.actor.may(permission, setting_id)


def authorise(permission: str, view_args: Mapping[str, Any]) -> None:
    """Let the request go on with its settings in scope; raise NotFound out of scope, NotAllowed without the role (401 or 302 signed out)."""
    actor = current_actor()
    setting_id = view_args.get("setting_id")
    if setting_id is not None:
        access_setting(setting_id)
    if not _may(actor, permission, setting_id):
        raise NotAllowed(_roles_needed(actor, permission, setting_id) or "nobody has yet", _whom_to_ask(actor, setting_id))
    _enter_scope([setting_id] if setting_id is not None else [s for s in actor.setting_ids if actor.may(permission, s)])


def access_setting(setting_id: int) -> SettingRow:
    """Return the setting; raise NotFound when the person has no role there today, just as when there is none."""
    row = current_actor().setting(setting_id)
    if row is None:
        raise NotFound()
    return row


def _may(actor: Actor, permission: str, setting_id: int | None) -> bool:
    return permission == "account:self" or actor.may(known(permission).key, setting_id)


def _roles_needed(actor: Actor, permission: str, setting_id: int | None) -> str:
    """Return the roles that hold a permission, as the setting calls them."""
    row = actor.setting(setting_id) if setting_id is not None else None
    book = role_book(row.setting_type) if row else {}
    own = [role.label for role in book.values() if role.like in known(permission).roles or permission in role.also]
    if not own:
        return roles_needed(permission)
    every = own + [CORE_ROLES[role] for role in HOUSE_ROLES if role in known(permission).roles]
    return " or ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def _whom_to_ask(actor: Actor, setting_id: int | None) -> str:
    row = actor.setting(setting_id) if setting_id is not None else None
    return f"the {head_word(row.setting_type)} of {row.name}, or the person who looks after accounts" if row else "the person who looks after accounts"


def _signed_out() -> Response:
    """Return the way to sign in that loses nothing: pages are kept to go back to, what was typed is shown and kept."""
    if request.method in ("GET", "HEAD"):
        if not is_htmx():
            session["next"] = request.path
            return make_response("", 302, {"Location": url_for("people.sign_in")})
        return make_response("", 401, {"HX-Redirect": url_for("people.sign_in")})
    if is_htmx() or request.headers.get("X-Requested-With"):
        return into_alert(make_response(render_template("people/_ended.html"), 401))
    form = AgainForm(formdata=MultiDict({"back": request.path}), meta={"csrf": False})
    return make_response(render_template("people/ended.html", entries=typed(), form=form), 401)


def _enter_scope(setting_ids: list[int]) -> None:
    stack: ExitStack = context.setdefault("daymark_scope", ExitStack())
    stack.enter_context(store.scope(setting_ids))


def _leave_scope(_error: BaseException | None) -> None:
    stack: ExitStack | None = context.pop("daymark_scope", None)
    if stack is not None:
        stack.close()
