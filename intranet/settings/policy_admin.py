"""The policy document of a setting as it stands: what its type's policy prints, with the setting's own entries on top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from flask import current_app
from sqlalchemy import Connection, select

from intranet.law.editions import Edition, works
from intranet.law.words import listed
from intranet.people.actor import describe_role
from intranet.settings import policy
from intranet.settings.context import SettingContext
from intranet.settings.document import Document
from intranet.settings.policy_models import PolicyDocument, PolicyReview, PolicySource

ReviewState = Literal["none", "planned", "soon", "due", "overdue"]
UNVERSIONED = "no version number"
#: What a review weighs (OTE-01), in the order of the form.
WEIGHED: Mapping[str, str] = {"equality": "equality", "diversity": "diversity", "safeguarding": "safeguarding", "wellbeing": "wellbeing"}
KINDS = {"guidance": "Guidance", "law": "Law", "policy": "Linked policy"}


@dataclass(frozen=True)
class ReviewEntry:
    """One line of the history of reviews."""

    kind: str
    reviewed: date | None
    due: date | None
    trigger: str
    weighed: tuple[str, ...]
    note: str
    author_id: int | None
    entered_at: Any


@dataclass(frozen=True)
class Reviews:
    """When the policy was last reviewed (a month), when it is due again, and why then."""

    reviewed: date | None
    due: date | None
    planned: date | None
    months: int | None
    state: ReviewState
    history: tuple[ReviewEntry, ...]
    warning: str = ""

    @property
    def forward(self) -> bool:
        """Return whether the review was brought forward from its planned month."""
        return self.due is not None and self.planned is not None and self.due < self.planned


@dataclass(frozen=True)
class Cited:
    """An edition that the policy rests on, or a policy it goes with; ``newer`` is an edition on file that is newer than the cited one."""

    kind: str
    key: str
    title: str
    edition: str
    dated: date | None
    note: str = ""
    clauses: tuple[str, ...] = ()
    newer: Edition | None = None
    cited: bool = True
    author_id: int | None = None
    entered_at: Any = None


@dataclass(frozen=True)
class Standing:
    """The document as it stands."""

    title: str
    version: str
    dated: date | None
    owner: str
    owner_label: str
    clauses: tuple[str, ...]
    document: Document
    reviews: Reviews
    sources: tuple[Cited, ...]
    dropped: tuple[Cited, ...]
    versions: tuple[Any, ...]

    @property
    def mark(self) -> str:
        """Return the version as acknowledgements name it."""
        return version_mark(self.version, self.dated)

    def of_kind(self, kind: str) -> list[Cited]:
        """Return the sources of one kind."""
        return [source for source in self.sources if source.kind == kind]

    @property
    def warnings(self) -> list[str]:
        """Return what is odd about the document itself (C-33, C-36, C-46)."""
        found = [self.reviews.warning] if self.reviews.warning else []
        later = [s for s in self.sources if self.dated and s.dated and s.kind != "policy" and s.dated > self.dated]
        if self.dated and later:
            named = listed([f"{s.title} ({s.edition})" for s in later])
            found.append(f"The version date, {self.dated:%d/%m/%Y}, is before editions that the policy cites: {named}. Check the date. C-36.")
        behind = [s for s in self.sources if s.newer]
        if behind:
            found.append(f"The policy cites an older edition than the newest on file of {listed([s.title for s in behind])}. C-46.")
        return found


def document_of(setting_type: str) -> Document:
    """Return the document that the setting's type brings."""
    found: Document = current_app.extensions["daymark.document"](setting_type)
    return found


def version_mark(version: str, dated: date | None) -> str:
    """Return ``version 1 of 2 February 2025``, or that there is no number."""
    if not version and dated is None:
        return UNVERSIONED
    return " of ".join(part for part in (f"version {version}" if version else "", f"{dated.day} {dated:%B %Y}" if dated else "") if part)


def standing(conn: Connection, ctx: SettingContext, on: date) -> Standing:
    """Return the document as it stands on a day: three statements."""
    said = document_of(ctx.setting_type)
    versions = _rows(conn, PolicyDocument, ctx.id)
    last = versions[-1] if versions else None
    sources = cited(said, _rows(conn, PolicySource, ctx.id), on)
    owner = last.owner if last else said.owner
    return Standing(
        last.title if last else said.title, last.version if last else said.version, last.dated if last else said.dated, owner,
        describe_role(owner, ctx.setting_type)[0], said.clauses, said,
        reviews_of(ctx, said, last.dated if last else said.dated, _rows(conn, PolicyReview, ctx.id), on),
        tuple(s for s in sources if s.cited), tuple(s for s in sources if not s.cited), tuple(versions),
    )  # fmt: skip


def owned(conn: Connection, ctx: SettingContext, on: date) -> tuple[str, str, Reviews]:
    """Return who owns the document, its title and its reviews, for the reminder: two statements."""
    said, versions = document_of(ctx.setting_type), _rows(conn, PolicyDocument, ctx.id)
    last = versions[-1] if versions else None
    found = reviews_of(ctx, said, last.dated if last else said.dated, _rows(conn, PolicyReview, ctx.id), on)
    return (last.owner, last.title, found) if last else (said.owner, said.title, found)


def reviews_of(ctx: SettingContext, said: Document, dated: date | None, rows: Sequence[Any], on: date) -> Reviews:
    """Return when the policy was reviewed and is due, from what is printed and what was entered since."""
    params = policy.parameters(ctx).at(on)
    months = params.get("policy.review_months")
    reviewed = said.reviewed or (dated.replace(day=1) if dated else None)
    planned = due = said.next_review or later(reviewed, months)
    for row in rows:
        if row.kind == "done":
            reviewed = row.reviewed
            planned = due = row.due or later(reviewed, months)  # a month of its own, else the months that count now
        else:
            due = row.due
    state = state_of(due, on, int(params.get("policy.remind_months", 0) or 0))
    history = tuple(_review(row) for row in reversed(rows))
    return Reviews(reviewed, due, planned, months, state, history, _review_warning(said, reviewed, due, months))


def _review_warning(said: Document, reviewed: date | None, due: date | None, months: int | None) -> str:
    if months is None and due is None:
        cited_as = f" ({', '.join(said.review_clauses)})" if said.review_clauses else ""
        return f"The policy does not say how often it is reviewed{cited_as}. Set the months between reviews, or enter when the next is due. C-33."
    if reviewed is None and due is None:
        return f"No review is on record, so the {months} months have no beginning. Record the last review. C-33."
    return ""


def state_of(due: date | None, on: date, remind: int) -> ReviewState:
    """Return how near the month is in which the review is due."""
    if due is None:
        return "none"
    away = (due.year - on.year) * 12 + due.month - on.month
    return "overdue" if away < 0 else "due" if away == 0 else "soon" if away <= remind else "planned"


def later(first: date | None, months: int | None) -> date | None:
    """Return the month so many months on; None when either is not known."""
    if first is None or months is None:
        return None
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def end_of(month: date) -> date:
    """Return the last day of a month."""
    following = later(month, 1)
    assert following is not None
    return following - timedelta(days=1)


def cited(said: Document, rows: Iterable[Any], on: date) -> list[Cited]:
    """Return the sources that the document prints and the setting entered: the last word on each key counts, and those taken off say so."""
    found = {("source", s.work): _printed(s.work, s.edition, s.clauses, on) for s in said.sources}
    found |= {("policy", p.key): Cited("policy", p.key, p.title, p.edition, None, p.note, p.clauses) for p in said.linked}
    gone: list[Cited] = []
    for row in rows:
        group = "policy" if row.kind == "policy" else "source"
        before = found.pop((group, row.key), None)
        if before is not None:
            gone.append(_left(before, row))
        if row.cited:
            found[group, row.key] = _entered(row, before, on)
    order = {"law": 0, "guidance": 1, "policy": 2}
    return [*sorted(found.values(), key=lambda s: (order[s.kind], s.title)), *gone]


def _printed(key: str, since: date | None, clauses: tuple[str, ...], on: date) -> Cited:
    work = works()[key]
    edition = next((e.edition for e in work.editions if e.since == since), "no edition named" if since is None else f"{since:%B %Y}")
    return Cited(work.kind, key, work.title, edition, since, clauses=clauses, newer=work.newer(since or date.min, on))


def _entered(row: Any, before: Cited | None, on: date) -> Cited:
    work = works().get(row.key)
    newer = work.newer(row.dated or date.min, on) if work else None
    return Cited(row.kind, row.key, row.title, row.edition, row.dated, row.note, before.clauses if before else (), newer, True, row.author_id, row.entered_at)


def _left(before: Cited, row: Any) -> Cited:
    return Cited(before.kind, before.key, before.title, before.edition, before.dated, row.note, before.clauses, None, False, row.author_id, row.entered_at)


def _review(row: Any) -> ReviewEntry:
    weighed = tuple(part for part in row.weighed.split(",") if part)
    return ReviewEntry(row.kind, row.reviewed, row.due, row.trigger, weighed, row.note, row.author_id, row.entered_at)


def _rows(conn: Connection, model: Any, setting_id: int) -> list[Any]:
    return list(conn.execute(select(model.__table__).where(model.setting_id == setting_id).order_by(model.id)))
