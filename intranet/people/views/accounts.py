"""Accounts of a setting: who has which role from when to when, and links for passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, current_app, url_for

from intranet import store
from intranet.errors import NotAllowed, Refused
from intranet.people import service, sessions, signin
from intranet.people.access import access_setting, current_actor
from intranet.people.actor import Actor, load_actor, role_book
from intranet.people.forms import AccountForm, ButtonForm, EndGrantForm, GrantForm, given
from intranet.people.permissions import CORE_ROLES
from intranet.web.kit import allow, choices, now, plural, respond, say_next, see_other

blueprint = Blueprint("accounts", __name__, url_prefix="/settings/<int:setting_id>/accounts")
#: Given for an organisation or the whole install, never on a setting's page.
NOT_HERE = frozenset({"system_admin", "trust_director"})


@blueprint.get("/")
@allow("account:admin")
def listed(setting_id: int) -> Response:
    """Show the setting's accounts with their roles, and the form for a new one."""
    return _list(setting_id, _drawn(AccountForm(formdata=None), setting_id))


@blueprint.post("/")
@allow("account:admin")
def create(setting_id: int) -> Response:
    """Make an account with its first role and show the link for its password, once."""
    form, at = _drawn(AccountForm(), setting_id), now()
    if not form.validate():
        return _list(setting_id, form, 422)
    try:
        account_id, token = _make(setting_id, form, at)
    except store.RequestSeen as seen:
        say_next("This account was made before, when the form was sent the first time. If its link was lost, make a new one here.")
        return see_other("accounts.shown", setting_id=setting_id, account_id=(seen.data or {})["account_id"])
    except Refused as refused:
        form.take(refused)
        return _list(setting_id, form, 422)
    return _one(setting_id, account_id, link=token)


@blueprint.get("/<int:account_id>/")
@allow("account:admin")
def shown(setting_id: int, account_id: int) -> Response:
    """Show one account: its roles here, and what can be done."""
    return _one(setting_id, account_id)


@blueprint.post("/<int:account_id>/roles/")
@allow("account:admin")
def give(setting_id: int, account_id: int) -> Response:
    """Give the account a further role from day to day."""
    form = _drawn(GrantForm(), setting_id)
    _known(setting_id, account_id)
    if not form.validate():
        return _one(setting_id, account_id, form=form, status=422)
    _give(setting_id, account_id, form)
    say_next("Role given. It counts from the next page the person opens.")
    return see_other("accounts.shown", setting_id=setting_id, account_id=account_id)


@blueprint.post("/<int:account_id>/roles/<int:grant_id>/end/")
@allow("account:admin")
def end(setting_id: int, account_id: int, grant_id: int) -> Response:
    """End a role on a day."""
    form, at = EndGrantForm(), now()
    _known(setting_id, account_id)
    if not form.validate():
        return _one(setting_id, account_id, end_form=form, status=422)
    with store.writing(now=at, actor_id=current_actor().account_id) as w:
        service.end_grant(w, setting_id, account_id, grant_id, given(form.last.data), on=at.date())
    say_next("The role ends on that day.")
    return see_other("accounts.shown", setting_id=setting_id, account_id=account_id)


@blueprint.post("/<int:account_id>/link/")
@allow("account:admin")
def link(setting_id: int, account_id: int) -> Response:
    """Show a new link for the account's password, once."""
    row, at = _known(setting_id, account_id), now()
    _may_reset(current_actor(), account_id)
    if not ButtonForm().validate():
        raise Refused("Password link", None, "its button was not the one on the account's page", "Open the account again and press it there")
    with store.writing(now=at, actor_id=current_actor().account_id) as w:
        token = signin.make_link(w, account_id, first=not row.has_password)
    return _one(setting_id, account_id, link=token)


def _make(setting_id: int, form: AccountForm, at: datetime) -> tuple[int, str]:
    """Return the id of the new account and the token of its link; raise RequestSeen for a form sent twice, Refused for an e-mail that is taken."""
    with store.writing(now=at, actor_id=current_actor().account_id) as w:
        made = service.create_account(
            w, given(form.email.data), given(form.name.data), form.position_title.data or "", on=at.date(), request_id=form.request_id
        )
        service.grant(w, made, form.role.data, given(form.first.data), form.last.data, setting_id=setting_id)
        return made, signin.make_link(w, made, first=True)


@blueprint.post("/<int:account_id>/sign-ins/end/")
@allow("account:admin")
def end_sign_ins(setting_id: int, account_id: int) -> Response:
    """End every sign-in of the account, wherever it is open."""
    form, at = ButtonForm(), now()
    _known(setting_id, account_id)
    if not form.validate():
        raise Refused("Sign-ins", None, "the button was not the one on the account's page", "Open the account again and press it there")
    ended = _end_sign_ins(account_id, at, form.request_id)
    say_next(f"{plural(ended, 'sign-in')} ended. The person is asked for their password on the next page they open.")
    return see_other("accounts.shown", setting_id=setting_id, account_id=account_id)


def _end_sign_ins(account_id: int, at: datetime, request_id: str) -> int:
    try:
        with store.writing(now=at, actor_id=current_actor().account_id) as w:
            return service.end_sign_ins(w, account_id, on=at.date(), request_id=request_id)
    except store.RequestSeen as seen:
        return int((seen.data or {})["ended"])  # the same button pressed twice


def _give(setting_id: int, account_id: int, form: GrantForm) -> None:
    first, last = given(form.first.data), form.last.data
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            service.grant(w, account_id, form.role.data, first, last, setting_id=setting_id, request_id=form.request_id)
    except store.RequestSeen:
        return  # the same form sent twice: the role is given once


def _known(setting_id: int, account_id: int) -> Any:
    with store.connection() as conn:
        return service.at_setting(conn, setting_id, account_id)


def _may_reset(actor: Actor, account_id: int) -> None:
    """Raise NotAllowed when the account also works where this person does not look after accounts: a link is a way in there too."""
    with store.connection() as conn:
        theirs = load_actor(conn, account_id, "", "", now().date())
    if not all(grant.setting_id is not None and actor.may("account:admin", grant.setting_id) for grant in theirs.grants):
        raise NotAllowed("System administrator", "the person who looks after accounts for every place where this account works")


def _drawn(form: Any, setting_id: int) -> Any:
    form.role.choices = choices(_roles(setting_id), blank="Choose a role")
    book = role_book(access_setting(setting_id).setting_type)
    form.ending = frozenset({"cover", *(key for key, role in book.items() if role.like == "cover")})
    return form


def _roles(setting_id: int) -> Sequence[tuple[str, str]]:
    """Return the roles that can be given at the setting: its type's own, and the core ones they do not already say."""
    own = role_book(access_setting(setting_id).setting_type)
    mine = [(key, role.label) for key, role in own.items() if role.like not in NOT_HERE]
    said = {label for _, label in mine}
    return mine + [(key, label) for key, label in CORE_ROLES.items() if key not in NOT_HERE | own.keys() and label not in said]


def _list(setting_id: int, form: AccountForm, status: int = 200) -> Response:
    with store.connection() as conn:
        grants = service.grants_of(conn, setting_id)
        names = service.names(conn, {grant.account_id for grant in grants})
    rows = _rows(setting_id, grants)
    people = [(names[i], i, [row for row in rows if row["account_id"] == i]) for i in sorted(names, key=lambda i: (names[i], i))]
    return respond("people/accounts.html", status=status, form=form, people=people, setting=access_setting(setting_id))


def _rows(setting_id: int, grants: Sequence[Any]) -> list[dict[str, Any]]:
    kind, today = access_setting(setting_id).setting_type, now().date()
    return [dict(g._mapping, label=service.role_label(g.role, kind), state=_state(g, today)) for g in grants]


def _state(grant: Any, today: date) -> str:
    if grant.last is not None and grant.last < today:
        return "Ended"
    return "Not started" if grant.first > today else "In force"


def _one(
    setting_id: int, account_id: int, *, link: str = "", form: GrantForm | None = None, end_form: EndGrantForm | None = None, status: int = 200
) -> Response:  # fmt: skip
    row = _known(setting_id, account_id)
    with store.connection() as conn:
        grants = _rows(setting_id, service.grants_of(conn, setting_id, {account_id}))
        open_now = sessions.open_count(conn, account_id, now())
    base = current_app.config["DAYMARK"].base_url.rstrip("/")  # never the Host header: a link must not lead elsewhere
    return respond(
        "people/one_account.html", status=status, account=row, grants=grants, open=open_now, setting=access_setting(setting_id),
        button=ButtonForm(formdata=None),
        form=form or _drawn(GrantForm(formdata=None), setting_id), end_form=end_form or EndGrantForm(formdata=None),
        link=base + url_for("people.open_link", token=link) if link else "",
    )  # fmt: skip
