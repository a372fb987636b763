"""What is done with a policy document; each act is an event and a row that stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from intranet import store
from intranet.errors import Conflict, NotFound, Refused
from intranet.settings import policy_admin as admin
from intranet.settings.context import SettingContext
from intranet.settings.policy_models import (
    PolicyComment,
    PolicyDocument,
    PolicyKnown,
    PolicyReview,
    PolicySource,
    PolicyTraining,
)
from intranet.settings.service import set_house_value

__all__ = ["NewDocument", "NewReview", "NewSource", "acknowledge", "answer", "bring_forward", "cite", "comment", "commence", "drop", "record_review",
           "set_document", "train"]  # fmt: skip


@dataclass(frozen=True)
class NewDocument:
    """A version of the document: what it is called, its number and date, and who owns it."""

    title: str
    version: str
    dated: date
    owner: str


@dataclass(frozen=True)
class NewReview:
    """A review that was done in a month: what it weighed and what came of it; ``due`` None lets the parameter say."""

    reviewed: date
    weighed: tuple[str, ...]
    note: str
    due: date | None = None


@dataclass(frozen=True)
class NewSource:
    """A source to be cited; ``key`` is the work's or the linked policy's."""

    kind: str
    key: str
    title: str
    edition: str
    dated: date | None = None
    note: str = ""


def set_document(w: store.Writing, ctx: SettingContext, new: NewDocument, *, request_id: str | None = None) -> int:
    """Return the id of the document's new version; the versions before stay on record."""
    values = {"title": new.title, "version": new.version, "dated": new.dated, "owner": new.owner}
    return _enter(w, ctx.id, PolicyDocument, "policy.document_set", values, "policy:document", request_id)


def record_review(w: store.Writing, ctx: SettingContext, new: NewReview, *, request_id: str | None = None) -> int:
    """Return the id of a review that was done; raise Refused when it is in the future, before the last, or leaves something unweighed (OTE-01)."""
    _, _, now = admin.owned(w.conn, ctx, w.now.date())
    _refuse_review(new, now, w.now.date())
    values = {"kind": "done", "reviewed": new.reviewed, "due": new.due, "trigger": "", "weighed": ",".join(new.weighed), "note": new.note}
    return _enter(w, ctx.id, PolicyReview, "policy.reviewed", values, "policy:reviews", request_id)


def bring_forward(w: store.Writing, ctx: SettingContext, due: date, trigger: str, note: str, *, request_id: str | None = None) -> int:
    """Return the id of an earlier due month; raise Refused when it is not earlier than the one that stands (SPM-02)."""
    _, _, now = admin.owned(w.conn, ctx, w.now.date())
    this_month = w.now.date().replace(day=1)
    if due < this_month:
        raise Refused("New due month", f"{due:%B %Y}", "it has passed already", f"Enter {this_month:%B %Y} or a later month", fields=["due"])
    if now.due is not None and due >= now.due:
        rule = f"the review is due in {now.due:%B %Y} as it is, and it can only be brought forward"
        raise Refused("New due month", f"{due:%B %Y}", rule, "Enter an earlier month", clauses=("SPM-02",), fields=["due"])
    values = {"kind": "forward", "reviewed": None, "due": due, "trigger": trigger, "weighed": "", "note": note}
    return _enter(w, ctx.id, PolicyReview, "policy.review_forward", values, "policy:reviews", request_id)


def cite(w: store.Writing, ctx: SettingContext, new: NewSource, *, request_id: str | None = None) -> int:
    """Return the id of a source that the policy rests on from now on; another edition of the same work takes the place of the one before."""
    values = {"kind": new.kind, "key": new.key, "title": new.title, "edition": new.edition, "dated": new.dated, "note": new.note, "cited": True}
    return _enter(w, ctx.id, PolicySource, "policy.source_cited", values, "policy:sources", request_id)


def drop(w: store.Writing, ctx: SettingContext, key: str, why: str, *, request_id: str | None = None) -> int:
    """Take a source off the list and return the entry's id; it stays on the page, struck through. NotFound when it is not on the list."""
    found = next((s for s in admin.standing(w.conn, ctx, w.now.date()).sources if s.key == key), None)
    if found is None:
        raise NotFound("There is no such source on the list. Open the sources page again.")
    values = {"kind": found.kind, "key": key, "title": found.title, "edition": found.edition, "dated": found.dated, "note": why, "cited": False}
    return _enter(w, ctx.id, PolicySource, "policy.source_dropped", values, "policy:sources", request_id)


def acknowledge(w: store.Writing, ctx: SettingContext, version: str, *, request_id: str | None = None) -> int | None:
    """Return the id of the person's word that they know the version that is shown; None when they gave it before; Conflict when it is another by now."""
    mark = admin.standing(w.conn, ctx, w.now.date()).mark
    if mark != version:
        raise Conflict([], f"The policy was changed to {mark} since you opened the page. Nothing was stored. Read that version first.")
    mine = select(PolicyKnown.id).where(PolicyKnown.setting_id == ctx.id, PolicyKnown.account_id == w.actor_id, PolicyKnown.version == mark)
    if w.conn.execute(mine).first() is not None:
        return None
    return _enter(w, ctx.id, PolicyKnown, "policy.acknowledged", {"account_id": w.actor_id, "version": mark}, "policy:known", request_id)


def train(
    w: store.Writing, ctx: SettingContext, topic: str, account_ids: Sequence[int], held: date, led_by: str, note: str = "", *, request_id: str | None = None
) -> int:  # fmt: skip
    """Record one training for everybody who took part and return how many there were; raise Refused for a day to come."""
    if held > w.now.date():
        raise Refused("Held on", f"{held:%d/%m/%Y}", "it has not been held yet", "Record it when it has", fields=["held"])
    values = [{"account_id": account, "topic": topic, "held": held, "led_by": led_by, "note": note} for account in account_ids]
    for part, row in enumerate(values):
        _enter(w, ctx.id, PolicyTraining, "policy.trained", row, "policy:training", request_id, part)
    return len(values)


def comment(w: store.Writing, ctx: SettingContext, text: str, *, request_id: str | None = None) -> int:
    """Return the id of a comment on the policy (OTE-46)."""
    return _enter(w, ctx.id, PolicyComment, "policy.commented", {"answers_id": None, "text": text, "closes": False}, "policy:comments", request_id)


def answer(w: store.Writing, ctx: SettingContext, comment_id: int, text: str, *, closes: bool, request_id: str | None = None) -> int:
    """Return the id of an answer to a comment; raise NotFound for no such comment, Conflict when it is closed."""
    query = select(PolicyComment.__table__).where(PolicyComment.setting_id == ctx.id).order_by(PolicyComment.id)
    rows = w.conn.execute(query).all()
    if not any(row.id == comment_id and row.answers_id is None for row in rows):
        raise NotFound("There is no such comment. Open the comments page again.")
    store.events.refuse_seen(w.conn, ctx.id, request_id)
    if any(row.answers_id == comment_id and row.closes for row in rows):
        raise Conflict([], "The comment has been closed already. Nothing was stored.")
    values = {"answers_id": comment_id, "text": text, "closes": closes}
    return _enter(w, ctx.id, PolicyComment, "policy.comment_answered", values, "policy:comments", request_id)


def commence(w: store.Writing, ctx: SettingContext, key: str, first: date, citation: str, *, request_id: str | None = None) -> int:
    """Return the id of a commencement day: from it on the law counts here, cited as the administrator entered it (C-60)."""
    return set_house_value(w, ctx.id, key, first.isoformat(), citation, w.now.date(), request_id=request_id)


def _refuse_review(new: NewReview, now: admin.Reviews, today: date) -> None:
    if new.reviewed > today:
        raise Refused("Reviewed in", f"{new.reviewed:%B %Y}", "it is still to come", "Enter the month in which it was reviewed", fields=["reviewed"])
    if now.reviewed is not None and new.reviewed < now.reviewed:
        rule = f"the last review on record is of {now.reviewed:%B %Y}"
        raise Refused("Reviewed in", f"{new.reviewed:%B %Y}", rule, "Enter that month or a later one", fields=["reviewed"])
    missing = [word for key, word in admin.WEIGHED.items() if key not in new.weighed]
    if missing:
        rule = f"the review has to weigh {', '.join(missing)} as well"
        raise Refused("Weighed in the review", "", rule, "Tick it when it has been weighed, and say how in the note", clauses=("OTE-01",), fields=["weighed"])
    if new.due is not None and new.due <= new.reviewed:
        raise Refused("Next review", f"{new.due:%B %Y}", "it is not after the review itself", "Enter a later month", fields=["due"])


def _enter(
    w: store.Writing, setting_id: int, model: Any, kind: str, values: dict[str, Any], stream: str, request_id: str | None, part: int = 0
) -> int:  # fmt: skip
    """Write the event and its row, and return the row's id."""
    data = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    stored = w.append(setting_id=setting_id, stream=stream, kind=kind, data=data, occurred_on=w.now.date(), request_id=request_id, part=part)
    own = {"setting_id": setting_id, "author_id": w.actor_id, "entered_at": w.now, "position": stored.position}
    made = w.conn.execute(insert(model).values(**values, **own).returning(model.id)).scalar_one()
    return int(made)
