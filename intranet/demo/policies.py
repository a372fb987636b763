"""The demo's policy documents: versions and reviews, who knows them, trainings with somebody due, and a comment without an answer."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from intranet import store
from intranet.demo.people import Built, now_on
from intranet.law.editions import works
from intranet.settings import policy_admin as admin
from intranet.settings import policy_service as policies
from intranet.settings.context import SettingContext, context

#: Setting type -> version, months since the review (None: as printed), owner.
DOCUMENTS: dict[str, tuple[str, int | None, str]] = {
    "academy": ("4", 14, "principal"), "primary_school": ("3", 11, "headteacher"), "independent_school": ("2", 5, "school_leader"),
    "alternative_provision": ("2", 3, "head_of_provision"), "tutoring": ("5", None, "director"),
}  # fmt: skip
NOTE = "Equality, diversity, safeguarding and wellbeing were weighed; the wording on lateness was made plainer."
COMMENT = "The policy does not say what happens when the taxi is late and the child is not. Could it?"
KNOWS, WHO = 0.8, ("principal", "headteacher", "school_leader", "head_of_provision", "director")
OUTSIDE = frozenset({"authority", "provider", "home_school_office", "home_school_safeguarding", "commissioner"})


def store_policies(built: Built, day: date, seed: str) -> None:
    """Store the setting's document, its review, who knows it, trainings and a comment, as they stand that morning."""
    random, ctx = Random(f"{seed}-policy"), context(built.setting_id)
    head = next((built.staff[role][0] for role in WHO if role in built.staff), None)
    staff = sorted(account for role, accounts in built.staff.items() if role not in OUTSIDE for account in accounts)
    with store.writing(now=now_on(day, 7, 40), actor_id=head) as w:
        _document(w, ctx, built.plan.setting_type, day)
        _trainings(w, ctx, staff, day)
        mark = admin.standing(w.conn, ctx, day).mark
    for account in staff:
        if random.random() < KNOWS:
            with store.writing(now=now_on(day, 7, 41), actor_id=account) as w:
                policies.acknowledge(w, ctx, mark)
    if built.plan.setting_type == "independent_school":
        with store.writing(now=now_on(day, 7, 41), actor_id=built.staff["teacher"][0]) as w:
            policies.comment(w, ctx, COMMENT)


def _document(w: store.Writing, ctx: SettingContext, kind: str, day: date) -> None:
    """Store the version, a review in its month and, at the academy, an edition newer than the printed one."""
    version, months, owner = DOCUMENTS[kind]
    title = admin.document_of(kind).title
    if months is None:
        return
    month = admin.later(day.replace(day=1), -months) or day
    policies.set_document(w, ctx, policies.NewDocument(title, version, month, owner))
    due = admin.later(month, 12) if kind == "independent_school" else None  # the policy names no months: the leader plans one
    policies.record_review(w, ctx, policies.NewReview(month, tuple(admin.WEIGHED), NOTE, due))
    if kind == "academy":
        work = works()["attendance"]
        cited = next(e for e in work.editions if e.since.year == 2024)
        policies.cite(w, ctx, policies.NewSource(work.kind, work.key, work.title, cited.edition, cited.since))


def _trainings(w: store.Writing, ctx: SettingContext, staff: list[int], day: date) -> None:
    """Store every training of the policy for everybody but the person who came last."""
    for n, topic in enumerate(admin.document_of(ctx.setting_type).training):
        policies.train(w, ctx, topic.key, staff[:-1], day - timedelta(days=20 + 7 * n), "Attendance lead")
