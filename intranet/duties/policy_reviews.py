"""Reminders about the policy itself: a review that is near or late (SPM-01), and comments that wait for an answer (OTE-46)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from intranet.clock import LONDON
from intranet.duties.wanted import Wanted
from intranet.settings import policy_admin, policy_people
from intranet.settings.service import SettingContext

REVIEW, COMMENT = "policy_review", "policy_comment"
KINDS = (REVIEW, COMMENT)
END_OF_DAY = time(23, 59)


def wanted(conn: Connection, ctx: SettingContext, now: datetime) -> Iterator[Wanted]:
    """Yield the owner's reminder from the months before the due month on, and one duty a comment that nobody has answered."""
    said = policy_admin.document_of(ctx.setting_type)
    owner, title, reviews = policy_admin.owned(conn, ctx, now.date())
    if reviews.due is not None and reviews.state in ("soon", "due", "overdue"):
        last = policy_admin.end_of(reviews.due)
        yield Wanted(
            REVIEW, f"Review the {title[:1].lower()}{title[1:]}: due in {reviews.due:%B %Y}", (owner,), reviews.due,
            _at(last, END_OF_DAY), _at(last + timedelta(days=1), time()), urgency=70, clauses=("SPM-01", *said.review_clauses),
        )  # fmt: skip
    for comment in policy_people.comments(conn, ctx.id):
        if comment.state == "open":
            since = comment.entered_at.astimezone(LONDON)
            yield Wanted(COMMENT, f"A comment on the policy of {since:%-d %B} waits for an answer", said.comments_to, since.date(), None, None,
                         urgency=70, clauses=said.comment_clauses)  # fmt: skip


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON)
