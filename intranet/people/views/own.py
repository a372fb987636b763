"""One's own account: who one is here, the password, and where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.people import sessions, signin
from intranet.people.access import current_actor
from intranet.people.events import append
from intranet.people.forms import ButtonForm, PasswordForm, given
from intranet.people.models import Account, UserSession
from intranet.web.kit import allow, now, respond, say_next, see_other

blueprint = Blueprint("own", __name__)


@blueprint.get("/account/")
@allow("account:self")
def account() -> Response:
    """Show one's roles, password form and sign-ins."""
    return _page(PasswordForm(formdata=None))


@blueprint.post("/account/password/")
@allow("account:self")
def password() -> Response:
    """Change the password; every other sign-in ends."""
    form, here = PasswordForm(), sessions.signed_in()
    if here is None or not form.validate():
        return _page(form, 422)
    try:
        signin.change_password(here.actor, here.session_id, given(form.old.data), given(form.new.data), now())
    except Refused as refused:
        form.take(refused)
        return _page(form, 422)
    say_next("Password changed. Your other sign-ins were ended.")
    return see_other("own.account")


@blueprint.post("/account/sign-ins/<int:session_id>/end/")
@allow("account:self")
def end_sign_in(session_id: int) -> Response:
    """End one of one's own sign-ins."""
    actor, at = current_actor(), now()
    if not ButtonForm().validate():
        raise NotFound()
    with store.writing(now=at, actor_id=actor.account_id) as w:
        if not sessions.end(w, actor.account_id, at, only=session_id):
            raise NotFound("That sign-in has ended already, or it is not yours. Open your account again.")
        append(w, actor.account_id, "account.sessions_ended", at.date(), ended=1)
    say_next("That sign-in was ended.")
    return see_other("own.account")


def _page(form: PasswordForm, status: int = 200) -> Response:
    here = sessions.signed_in()
    actor = current_actor()
    return respond(
        "people/account.html", status=status, form=form, actor=actor, button=ButtonForm(formdata=None), sign_ins=_sign_ins(actor.account_id),
        mine=here.session_id if here else 0, has_password=_has_password(actor.account_id),
    )  # fmt: skip


def _sign_ins(account_id: int) -> list[Any]:
    query = select(UserSession.id, UserSession.created_at, UserSession.seen_at).where(
        UserSession.account_id == account_id, UserSession.ended_at.is_(None)
    )
    with store.connection() as conn:
        return list(conn.execute(query.order_by(UserSession.id.desc()).limit(10)))


def _has_password(account_id: int) -> bool:
    with store.connection() as conn:
        return bool(conn.scalar(select(Account.password_hash).where(Account.id == account_id)))
