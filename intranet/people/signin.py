"""Signing in and out and changing a password: passwords are hashed before any transaction begins."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from intranet import store
from intranet.errors import FieldProblem, Refused
from intranet.people import limits, sessions
from intranet.people.actor import ACCOUNT_COLUMNS, Actor, account_open, load_actor
from intranet.people.events import append
from intranet.people.models import Account, LoginAttempt, OneTimeLink
from intranet.people.passwords import passwords, why_not

#: The same words for every reason: who has an account is nobody's business.
NOT_KNOWN = "E-mail and password do not belong together, or the account is closed. Check both and try again, or ask for a new password link."


@dataclass(frozen=True)
class Entered:
    """A sign-in that succeeded: the cookie's token and whose it is."""

    token: str
    account_id: int


def sign_in(email: str, password: str, address: str, now: datetime) -> Entered:
    """Return a new sign-in; raise Refused when the two do not belong together or it is too early to try again."""
    who = _who(email)
    with store.connection() as conn:
        _not_too_often(conn, who, address, now)
        row = conn.execute(select(*ACCOUNT_COLUMNS, Account.password_hash).where(Account.email == email.strip().lower())).one_or_none()
        stored = row.password_hash if row else ""
        actor = load_actor(conn, row.id, row.name, row.position_title, now.date()) if row else None
    good = passwords().check(stored, password) and row is not None and account_open(row, now.date())
    if not good or actor is None:
        _failed(who, address, row.id if row else None, now)
        raise Refused("Sign-in", None, NOT_KNOWN, "", fields=["email"])
    fresh = passwords().hash(password) if passwords().outdated(stored) else None
    return enter(actor, now, "password", who=who, address=address, rehashed=fresh)


def enter(actor: Actor, now: datetime, how: str, *, who: str = "", address: str = "", rehashed: str | None = None) -> Entered:
    """Return a new sign-in of a person who has been recognised; the one before in this browser is ended by the caller."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        if who:
            w.conn.execute(insert(LoginAttempt).values(who=who, address=address, at=now, good=True))
        if rehashed:
            w.conn.execute(update(Account).where(Account.id == actor.account_id).values(password_hash=rehashed))
        token = sessions.begin(w, actor.account_id, now, limits.lasts(actor).at_once)
        append(w, actor.account_id, "account.signed_in", now.date(), how=how)
    return Entered(token, actor.account_id)


def sign_out(actor: Actor, session_id: int, now: datetime) -> None:
    """End this sign-in."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        sessions.end(w, actor.account_id, now, only=session_id)
        append(w, actor.account_id, "account.signed_out", now.date())


def change_password(actor: Actor, session_id: int, old: str, new: str, now: datetime) -> None:
    """Set a new password and end every other sign-in; raise Refused when the old one is wrong or the new one will not do."""
    row = _account(actor.account_id)
    if not passwords().check(row.password_hash, old):
        text = "Present password: it is not the one this account has. Enter the password you sign in with."
        raise Refused("Present password", None, text, "", fields=[FieldProblem("old", text)])
    hashed = _usable(row, new)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        w.conn.execute(update(Account).where(Account.id == actor.account_id).values(password_hash=hashed))
        ended = sessions.end(w, actor.account_id, now, but=session_id)
        append(w, actor.account_id, "account.password_set", now.date(), how="changed", ended=ended)


def make_link(w: store.Writing, account_id: int, *, first: bool) -> str:
    """Return the token of a link that sets the account's password once; earlier links stop working."""
    token = secrets.token_urlsafe(sessions.TOKEN_BYTES)
    w.conn.execute(update(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None)).values(used_at=w.now))
    expires = w.now + (limits.FIRST_LINK_LASTS if first else limits.RESET_LINK_LASTS)
    values = {"token_hash": sessions.digest(token), "account_id": account_id, "created_at": w.now, "expires_at": expires}
    w.conn.execute(insert(OneTimeLink).values(**values))
    append(w, account_id, "account.link_made", w.now.date())
    return token


def link_account(token: str, now: datetime) -> int | None:
    """Return whose password the link sets; None when it was used, has run out or never was."""
    query = select(OneTimeLink.account_id).where(
        OneTimeLink.token_hash == sessions.digest(token), OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now
    )
    with store.connection() as conn:
        return conn.scalar(query)


def set_password_by_link(token: str, new: str, now: datetime) -> None:
    """Set the password and use the link up; every sign-in ends and none begins; raise Refused when link or password will not do."""
    account_id = link_account(token, now)
    if account_id is None:
        raise _link_gone()
    hashed = _usable(_account(account_id), new)
    with store.writing(now=now, actor_id=account_id) as w:
        used = update(OneTimeLink).where(OneTimeLink.token_hash == sessions.digest(token), OneTimeLink.used_at.is_(None)).values(used_at=now)
        if w.conn.execute(used).rowcount != 1:
            raise _link_gone()
        w.conn.execute(update(Account).where(Account.id == account_id).values(password_hash=hashed))
        ended = sessions.end(w, account_id, now)
        append(w, account_id, "account.password_set", now.date(), how="link", ended=ended)


def wait_after(failures: int) -> timedelta:
    """Return how long one waits after so many failures in a row: from the fifth a minute, doubling to half an hour."""
    if failures <= limits.FREE_FAILURES:
        return timedelta(0)
    return min(limits.FIRST_WAIT * 2 ** min(failures - limits.FREE_FAILURES - 1, 10), limits.LONGEST_WAIT)


def _not_too_often(conn: Connection, who: str, address: str, now: datetime) -> None:
    """Raise Refused while the person or the address has to wait."""
    count, latest = _failures(conn, who, now)
    if count >= limits.LOCKED_AFTER:
        rule = f"sign-in has failed {count} times in 24 hours, so it is locked"
        raise TooOften("Sign-in", rule, "Ask the person who looks after accounts for a new password link")
    ready = latest + wait_after(count) if latest else now
    if now < ready:
        minutes = -(-int((ready - now).total_seconds()) // 60)
        rule = f"it has failed {count} times, so the next try has to wait"
        raise TooOften("Sign-in", rule, f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}")
    since = now - limits.ADDRESS_COUNTED
    query = select(func.count()).where(LoginAttempt.address == address, LoginAttempt.at > since, LoginAttempt.good.is_(False))
    if (conn.scalar(query) or 0) >= limits.ADDRESS_FAILURES:
        raise TooOften("Sign-in", "too many have failed from this network in ten minutes", "Wait ten minutes, then try again")


class TooOften(Refused):
    """A sign-in before its time: 429."""

    status = 429
    heading = "Wait before you try again"

    def __init__(self, thing: str, rule: str, next_step: str) -> None:
        super().__init__(thing, None, rule, next_step, fields=["email"])


def _failures(conn: Connection, who: str, now: datetime) -> tuple[int, datetime | None]:
    """Return how often sign-in failed since it last succeeded (24 hours at most), and when last."""
    last_good = select(func.max(LoginAttempt.at)).where(LoginAttempt.who == who, LoginAttempt.good.is_(True)).scalar_subquery()
    query = select(func.count().label("n"), func.max(LoginAttempt.at).label("latest")).where(
        LoginAttempt.who == who, LoginAttempt.good.is_(False), LoginAttempt.at > now - limits.COUNTED,
        or_(last_good.is_(None), LoginAttempt.at > last_good),
    )  # fmt: skip
    row = conn.execute(query).one()
    return row.n, row.latest


def _failed(who: str, address: str, account_id: int | None, now: datetime) -> None:
    with store.writing(now=now, actor_id=account_id) as w:
        w.conn.execute(insert(LoginAttempt).values(who=who, address=address, at=now, good=False))
        count, _ = _failures(w.conn, who, now)
        if account_id is not None and count > limits.FREE_FAILURES:
            append(w, account_id, "account.waiting", now.date(), failures=count)


def forget_attempts(now: datetime) -> int:
    """Forget sign-ins tried longer ago than they are kept, and return how many."""
    with store.writing(now=now, actor_id=None) as w:
        return int(w.conn.execute(delete(LoginAttempt).where(LoginAttempt.at < now - limits.ATTEMPTS_KEPT)).rowcount)


def _who(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _account(account_id: int) -> Any:
    with store.connection() as conn:
        return conn.execute(select(*ACCOUNT_COLUMNS, Account.password_hash).where(Account.id == account_id)).one()


def _usable(row: Any, new: str) -> str:
    """Return the hash of a new password; raise Refused with the reason when it will not do."""
    words = ["daymark", *str(row.name).split(), str(row.email).split("@")[0]]
    reason = why_not(new, words)
    if reason:
        raise Refused("New password", None, reason, "", fields=[FieldProblem("new", reason)])
    return passwords().hash(new)


def _link_gone() -> Refused:
    rule = "it was used before, has run out or was replaced by a newer one"
    return Refused("Link", None, rule, "Ask the person who looks after accounts for a new one")
