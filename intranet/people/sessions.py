"""Sign-ins kept on the server: the cookie holds a random token, the table its SHA-256; the only module that imports flask_login."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import Connection, func, insert, select, update

from intranet import clock, store
from intranet.config import Config
from intranet.errors import NotSaved
from intranet.people import limits
from intranet.people.actor import ACCOUNT_COLUMNS, Actor, account_open, load_actor
from intranet.people.models import Account, UserSession

TOKEN_BYTES = 32
#: What a poll of the page sends with it, so that an open board does not keep an empty chair signed in.
POLL_HEADER = "X-Daymark-Poll"


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """A live sign-in as Flask-Login carries it."""

    session_id: int
    actor: Actor
    ends_at: datetime

    def get_id(self) -> str:
        """Return what names the sign-in; the token itself stays in the cookie."""
        return str(self.session_id)


def init_sessions(app: Flask) -> None:
    """Load sign-ins from our own cookie; Flask's own cookie is left with form tokens and notices."""
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)  # a page that says the database is gone must not ask it who is reading
    manager.session_protection = None  # the table does that job; "strong" signs people out when a browser updates itself
    manager.request_loader(load)
    secure = app.config["DAYMARK"].base_url.startswith("https://")
    app.config.update(SESSION_COOKIE_SECURE=secure, SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")
    app.teardown_request(_forget)


def signed_in() -> SignedIn | None:
    """Return the live sign-in of this request, if there is one."""
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def load(asked: Request) -> SignedIn | None:
    """Return the sign-in that the request's cookie names, unless it has ended: two statements."""
    token = asked.cookies.get(cookie_name(), "")
    if not token:
        return None
    now = clock.now()
    with store.connection() as conn:
        row = _FIND.first(conn, {"token": digest(token)})
        if row is None or row.ended_at is not None or not account_open(row, now.date()):
            return None
        actor = load_actor(conn, row.id, row.name, row.position_title, now.date())
    lasts = limits.lasts(actor)
    if now >= min(row.seen_at + lasts.idle, row.created_at + lasts.absolute):
        return None
    seen = _seen(row.session_id, row.seen_at, now, asked)
    return SignedIn(row.session_id, actor, min(seen + lasts.idle, row.created_at + lasts.absolute))


def begin(w: store.Writing, account_id: int, now: datetime, at_once: int = limits.STAFF.at_once) -> str:
    """Store a new sign-in and return its token; the oldest beyond ``at_once`` end."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    mine = select(UserSession.id).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    older = list(w.conn.scalars(mine.order_by(UserSession.id.desc())))[at_once - 1 :]
    if older:
        w.conn.execute(update(UserSession).where(UserSession.id.in_(older)).values(ended_at=now))
    w.conn.execute(insert(UserSession).values(token_hash=digest(token), account_id=account_id, created_at=now, seen_at=now))
    return token


def end(w: store.Writing, account_id: int, now: datetime, *, only: int | None = None, but: int | None = None) -> int:
    """End a person's sign-ins (one, or all but one) and return how many ended."""
    query = update(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    if only is not None:
        query = query.where(UserSession.id == only)
    if but is not None:
        query = query.where(UserSession.id != but)
    return int(w.conn.execute(query.values(ended_at=now)).rowcount)


def open_count(conn: Connection, account_id: int, now: datetime) -> int:
    """Return how many sign-ins of an account may still be in use."""
    live = (UserSession.ended_at.is_(None), UserSession.seen_at > now - limits.STAFF.idle)
    return int(conn.scalar(select(func.count()).select_from(UserSession).where(UserSession.account_id == account_id, *live)) or 0)


def renew(now: datetime) -> SignedIn | None:
    """Note now that the person is there, whatever was noted before; None when the sign-in has ended."""
    mine = signed_in()
    if mine is not None:
        _note(mine.session_id, now)
    return mine


def account_of_cookie(conn: Connection) -> int | None:
    """Return whose sign-in the cookie names, live or ended: who was at this page before."""
    token = request.cookies.get(cookie_name(), "")
    return conn.scalar(select(UserSession.account_id).where(UserSession.token_hash == digest(token))) if token else None


def set_cookie(response: Response, token: str) -> Response:
    """Return the response with the sign-in's cookie: until the browser closes, and never for scripts."""
    secure = cookie_name().startswith("__Host-")
    response.set_cookie(cookie_name(), token, path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def drop_cookie(response: Response) -> Response:
    """Return the response that takes the cookie away."""
    secure = cookie_name().startswith("__Host-")
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    """Return the cookie's name: browsers hold ``__Host-`` to this host and TLS, which a loopback demo has not."""
    config: Config = current_app.config["DAYMARK"]
    return "__Host-sid" if config.base_url.startswith("https://") else "sid-dev"


def digest(token: str) -> str:
    """Return the SHA-256 that stands in the table for a token."""
    return hashlib.sha256(token.encode()).hexdigest()


_ACCOUNT = ACCOUNT_COLUMNS


def _find() -> Any:
    from sqlalchemy import String, bindparam

    columns = (UserSession.id.label("session_id"), UserSession.created_at, UserSession.seen_at, UserSession.ended_at)
    return select(*_ACCOUNT, *columns).join_from(UserSession, Account).where(UserSession.token_hash == bindparam("token", type_=String))


_FIND = store.Prepared(_find())


def _seen(session_id: int, before: datetime, now: datetime, asked: Request) -> datetime:
    """Return when the person was last there, noting it at most once a minute; polls do not count."""
    if asked.headers.get(POLL_HEADER):
        return before
    if now - before >= limits.SEEN_EVERY:
        _note(session_id, now)
    return now if now - before >= timedelta(0) else before


def _note(session_id: int, now: datetime) -> None:
    try:
        with store.writing(now=now, actor_id=None) as w:
            w.conn.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))
    except NotSaved:
        current_app.logger.warning("a sign-in could not be noted as in use")  # the page matters more


def _forget(_error: BaseException | None) -> None:
    """Drop what belongs to the request: an app context opened by a command or test outlives it."""
    for name in ("_login_user", "csrf_token", "csrf_valid"):
        g.pop(name, None)
