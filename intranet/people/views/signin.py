"""Signing in, again and out, and setting a password by link."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from intranet import store
from intranet.errors import Refused
from intranet.people import sessions, signin
from intranet.people.access import current_actor
from intranet.people.forms import AgainForm, LinkPasswordForm, SignInForm, given
from intranet.web.kit import allow, is_htmx, now, public, respond, say_next, see_other, see_url

blueprint = Blueprint("people", __name__)
WHY = "people sign in here"


@blueprint.get("/")
@public("sends everybody to their own first page")
def start() -> Response:
    """Send the person to their first page, or to sign in."""
    here = sessions.signed_in()
    if here is None:
        return see_other("demo.pick" if current_app.config["DAYMARK"].demo else "people.sign_in")
    return see_url(first_page(here.actor.setting_ids))


@blueprint.route("/sign-in/", methods=["GET", "POST"])
@public(WHY)
def sign_in() -> Response:
    """Show the form, or sign in and go to where the person wanted to be."""
    form = SignInForm()
    if not form.validate_on_submit():
        return respond("people/sign_in.html", status=422 if form.is_submitted() else 200, form=form)
    try:
        entered = signin.sign_in(given(form.email.data), given(form.password.data), request.remote_addr or "", now())
    except Refused as refused:
        form.take(refused)
        return respond("people/sign_in.html", status=refused.status, form=form)
    wanted = safe_path(session.get("next")) or "/"
    return let_in(see_url(wanted), entered.token)


@blueprint.route("/sign-in/again/", methods=["GET", "POST"])
@public("people whose sign-in has ended sign in again here, keeping what they typed")
def again() -> Response:
    """Sign in again; the browser's page keeps its work: a script gets 204, a form its entries back to send once more."""
    form = AgainForm()
    entries = [(name[len("entry-") :], value) for name, value in request.form.items(multi=True) if name.startswith("entry-")]
    back = safe_path(form.back.data, methods=("GET", "POST"))
    if not form.validate_on_submit():
        return respond("people/again.html", status=422 if form.is_submitted() else 200, form=form, entries=entries)
    try:
        entered, same = _enter_again(form)
    except Refused as refused:
        form.take(refused)
        return respond("people/again.html", status=refused.status, form=form, entries=entries)
    return let_in(_after_again(back, entries), entered.token, keep=same)


@blueprint.post("/sign-out/")
@allow("account:self")
def sign_out() -> Response:
    """End the sign-in and have the browser forget everything of it."""
    here = sessions.signed_in()
    if here is not None:
        signin.sign_out(current_actor(), here.session_id, now())
    session.clear()
    response = sessions.drop_cookie(see_other("people.signed_out"))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blueprint.get("/signed-out/")
@public("says that the sign-in has ended")
def signed_out() -> Response:
    """Say that the person is signed out."""
    return respond("people/signed_out.html")


@blueprint.post("/sign-in/renew/")
@allow("account:self")
def renew() -> Response:
    """Note that the person is still there: 204."""
    sessions.renew(now())
    return Response(status=204)


@blueprint.get("/password/<string:token>/")
@public("the link in a new person's hand; its token is the proof")
def open_link(token: str) -> Response:
    """Take the token out of the address, where others could read it."""
    session["password_link"] = token
    return see_other("people.password_by_link")


@blueprint.route("/password/", methods=["GET", "POST"])
@public("the token of the link is the proof")
def password_by_link() -> Response:
    """Set the password that the link allows, then ask to sign in."""
    token = str(session.get("password_link", ""))
    form = LinkPasswordForm()
    good = signin.link_account(token, now()) is not None
    if not good or not form.validate_on_submit():
        return respond("people/password_by_link.html", status=422 if form.is_submitted() or not good else 200, form=form, good=good)
    try:
        signin.set_password_by_link(token, given(form.new.data), now())
    except Refused as refused:
        form.take(refused)
        return respond("people/password_by_link.html", status=422, form=form, good=True)
    session.pop("password_link", None)
    say_next("Password set. Sign in with it.")
    return see_other("people.sign_in")


def let_in(response: Response, token: str, *, keep: bool = False) -> Response:
    """Return the response with the new sign-in's cookie; the form token changes unless the same person goes on with the same page."""
    if not keep:
        session.clear()
    return sessions.set_cookie(response, token)


def first_page(setting_ids: frozenset[int]) -> str:
    """Return the path of the person's first page: their (first) setting, or their own account when they have none."""
    return f"/settings/{min(setting_ids)}/" if setting_ids else url_for("own.account")


def safe_path(text: object, methods: tuple[str, ...] = ("GET",)) -> str | None:
    """Return the text when it is the path of a page of ours that takes one of the methods; None for anything else."""
    path = str(text or "")
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable() or "?" in path or "#" in path:
        return None
    for method in methods:
        try:
            current_app.url_map.bind("").match(path, method=method)
        except (RequestRedirect, HTTPException):
            continue
        return path
    return None


def _enter_again(form: AgainForm) -> tuple[signin.Entered, bool]:
    with store.connection() as conn:
        before = sessions.account_of_cookie(conn)
    entered = signin.sign_in(given(form.email.data), given(form.password.data), request.remote_addr or "", now())
    return entered, before == entered.account_id


def _after_again(back: str | None, entries: list[tuple[str, str]]) -> Response:
    if is_htmx() or request.headers.get("X-Requested-With"):
        return Response(status=204)
    if back and entries:
        return respond("people/send_again.html", entries=entries, back=back)
    return see_url(safe_path(back) or "/")
