"""Who knows the policy, who was trained in what, and what people say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from intranet.people.actor import describe_role, in_force
from intranet.people.models import Account, RoleGrant
from intranet.people.permissions import STAFF
from intranet.settings.context import SettingContext
from intranet.settings.document import Topic
from intranet.settings.policy_models import PolicyComment, PolicyKnown, PolicyTraining


@dataclass(frozen=True)
class Member:
    """Somebody who works at the setting, with what they are there."""

    id: int
    name: str
    roles: str
    known_at: datetime | None = None


@dataclass(frozen=True)
class Trained:
    """A topic with who was trained in it last when (by account), and who is due."""

    topic: Topic
    held: Mapping[int, Any]
    due: tuple[Member, ...]


@dataclass(frozen=True)
class Comment:
    """A comment with its answers; ``state`` is open, answered or closed."""

    id: int
    text: str
    author_id: int | None
    entered_at: datetime
    answers: tuple[Any, ...]
    state: str


def members(conn: Connection, ctx: SettingContext, on: date) -> list[Member]:
    """Return everybody with a staff role at the setting that day, by name: one statement."""
    query = (
        select(Account.id, Account.name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.setting_id == ctx.id, in_force(on), Account.disabled_at.is_(None), or_(Account.ends_on.is_(None), Account.ends_on >= on))
        .order_by(Account.name, Account.id)
    )
    found: dict[int, tuple[str, list[str]]] = {}
    for row in conn.execute(query):
        label, core, _ = describe_role(row.role, ctx.setting_type)
        if core & STAFF:
            found.setdefault(row.id, (row.name, []))[1].append(label)
    return [Member(account, name, ", ".join(dict.fromkeys(labels))) for account, (name, labels) in found.items()]


def known(conn: Connection, setting_id: int, version: str) -> dict[int, datetime]:
    """Return when each person said that they know a version, by account."""
    k = PolicyKnown
    rows = conn.execute(select(k.account_id, k.entered_at).where(k.setting_id == setting_id, k.version == version).order_by(k.id.desc()))
    return {row.account_id: row.entered_at for row in rows}


def trainings(conn: Connection, ctx: SettingContext, topics: Sequence[Topic], staff: Sequence[Member], months: int | None, on: date) -> list[Trained]:
    """Return each topic with the last training of everybody and who is due: never trained, or longer ago than the months (None: once is enough)."""
    t = PolicyTraining
    rows = conn.execute(select(t.__table__).where(t.setting_id == ctx.id).order_by(t.held, t.id)).all()
    found = []
    for topic in topics:
        held = {row.account_id: row for row in rows if row.topic == topic.key}
        due = tuple(m for m in staff if m.id not in held or _lapsed(held[m.id].held, months, on))
        found.append(Trained(topic, held, due))
    return found


def comments(conn: Connection, setting_id: int, author_id: int | None = None) -> list[Comment]:
    """Return the comments with their answers, open ones first, newest first; of one author only when one is named."""
    rows = conn.execute(select(PolicyComment.__table__).where(PolicyComment.setting_id == setting_id).order_by(PolicyComment.id)).all()
    found = [_comment(row, [a for a in rows if a.answers_id == row.id]) for row in rows if row.answers_id is None]
    mine = [c for c in found if author_id is None or c.author_id == author_id]
    return sorted(mine, key=lambda c: (("open", "answered", "closed").index(c.state), -c.id))


def _comment(row: Any, answers: list[Any]) -> Comment:
    state = "closed" if any(a.closes for a in answers) else "answered" if answers else "open"
    return Comment(row.id, row.text, row.author_id, row.entered_at, tuple(answers), state)


def _lapsed(held: date, months: int | None, on: date) -> bool:
    if months is None:
        return False
    return (on.year - held.year) * 12 + on.month - held.month > months
