"""The pages of the people around a policy: who knows it, who was trained, and what people say of it."""

from __future__ import annotations

from typing import Any

from flask import Response

from intranet import store
from intranet.errors import NotFound
from intranet.people import can, current_actor
from intranet.people.actor import role_book
from intranet.people.forms import given
from intranet.people.permissions import STAFF
from intranet.people.service import names
from intranet.settings import forms_policy as forms
from intranet.settings import policy, policy_people
from intranet.settings import policy_admin as admin
from intranet.settings import policy_service as service
from intranet.settings.context import SettingContext, context
from intranet.settings.views_policy import blueprint, form_page, read, show, stored
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, wants_fragment


@blueprint.post("/know/")
@allow("policy:know")
def know(setting_id: int) -> Response:
    """Store that the person knows the version that was shown (ASC-09)."""
    ctx, form = context(setting_id), forms.KnowForm()
    if form.validate_on_submit():
        stored(form, lambda w: service.acknowledge(w, ctx, given(form.version.data), request_id=form.request_id))
        if wants_fragment():
            return respond("settings/policy/_known.html", **known_part(ctx))
        say_next("Thank you. It is on record that you know this version.")
    return see_other("settings.policy_page", setting_id=setting_id)


@blueprint.get("/staff/")
@allow("policy:write")
def staff(setting_id: int) -> Response:
    """Show who has said that they know the policy and who has not, and whose training is due (ASC-09, SEN-113, ATT-165)."""
    ctx, at = read(setting_id)
    on = now().date()
    with store.connection() as conn:
        people = policy_people.members(conn, ctx, on)
        known = policy_people.known(conn, ctx.id, at.mark)
        trained = policy_people.trainings(conn, ctx, at.document.training, people, _months(ctx), on)
    return show(setting_id, "settings/policy/staff.html", setting=ctx, at=at, people=people, known=known, trained=trained, months=_months(ctx))


@blueprint.route("/staff/training/", methods=["GET", "POST"])
@allow("policy:write")
def train(setting_id: int) -> Response:
    """Show the form of a training, or record it for everybody who took part."""
    ctx, at = read(setting_id)
    form = forms.TrainingForm()
    with store.connection() as conn:
        people = policy_people.members(conn, ctx, now().date())
    form.topic.choices = choices((t.key, t.title) for t in at.document.training)
    form.who.choices = choices((m.id, f"{m.name} ({m.roles})") for m in people)
    if form.validate_on_submit():
        who = [int(one) for one in form.who.data or ()]
        values = (form.topic.data, who, given(form.held.data), given(form.led_by.data).strip(), (form.note.data or "").strip())
        if stored(form, lambda w: service.train(w, ctx, *values, request_id=form.request_id)):
            say_next(f"Training recorded for {len(who)} of the staff.")
            return see_other("policy.staff", setting_id=setting_id)
    says = () if at.document.training else ("The policy of this setting names no training. Nothing can be recorded here.",)
    return form_page(setting_id, form, "Record a training", "Record it", "policy.staff", says=says)


@blueprint.route("/comments/", methods=["GET", "POST"])
@allow("policy:know")
def comments(setting_id: int) -> Response:
    """Show one's own comments, or all of them to those who answer; a POST adds one (OTE-46)."""
    ctx, at = read(setting_id)
    form, actor, answers = forms.CommentForm(), current_actor(), can("policy:answer", setting_id)
    if form.validate_on_submit() and stored(form, lambda w: service.comment(w, ctx, given(form.text.data).strip(), request_id=form.request_id)):
        say_next("Your comment is with those who answer for the policy.")
        return see_other("policy.comments", setting_id=setting_id)
    with store.connection() as conn:
        found = policy_people.comments(conn, setting_id, None if answers else actor.account_id)
        people = names(conn, {row.author_id for c in found for row in (c, *c.answers) if row.author_id})
    return show(setting_id, "settings/policy/comments.html", status=422 if form.is_submitted() else 200, form=form, setting=ctx, at=at, comments=found,
                   people=people, answers=answers, goes_to=goes_to(ctx, at.document.comments_to))  # fmt: skip


@blueprint.route("/comments/<int:comment_id>/", methods=["GET", "POST"])
@allow("policy:answer")
def answer(setting_id: int, comment_id: int) -> Response:
    """Show one comment with the form of an answer, or store the answer."""
    ctx, form = context(setting_id), forms.AnswerForm()
    with store.connection() as conn:
        found = next((c for c in policy_people.comments(conn, setting_id) if c.id == comment_id), None)
        if found is None:
            raise NotFound("There is no such comment. Open the comments page again.")
        people = names(conn, {row.author_id for row in (found, *found.answers) if row.author_id})
    if form.validate_on_submit():
        text, closes = given(form.text.data).strip(), bool(form.closes.data)
        if stored(form, lambda w: service.answer(w, ctx, comment_id, text, closes=closes, request_id=form.request_id)):
            say_next("Answered." if not closes else "Answered and closed.")
            return see_other("policy.comments", setting_id=setting_id)
    said = [(people.get(row.author_id, "somebody"), row.text) for row in (found, *found.answers)]
    return form_page(setting_id, form, "Answer a comment", "Send the answer", "policy.comments", facts=said)


def known_part(ctx: SettingContext) -> dict[str, Any]:
    """Return what the part about one's own knowledge of the policy shows with."""
    actor = current_actor()
    with store.connection() as conn:
        at = admin.standing(conn, ctx, now().date())
        mine = policy_people.known(conn, ctx.id, at.mark).get(actor.account_id)
        me = [policy_people.Member(actor.account_id, actor.name, "")] if actor.roles(ctx.id) & STAFF else []
        trained = policy_people.trainings(conn, ctx, at.document.training, me, _months(ctx), now().date()) if at.document.training else []
    form = forms.KnowForm(formdata=None, data={"version": at.mark})
    untrained = [one.topic.title for one in trained if one.due]
    return {"setting": ctx, "at": at, "known_at": mine, "known_form": form, "may_know": can("policy:know", ctx.id), "untrained": untrained}


def goes_to(ctx: SettingContext, roles: tuple[str, ...]) -> str:
    """Return who reads a comment, in the setting's words."""
    book = role_book(ctx.setting_type)
    found = [next((r.label for r in book.values() if r.like == role), "directors" if role == "trust_director" else role) for role in roles]
    return " and ".join(f"the {label}" for label in found)


def _months(ctx: SettingContext) -> int | None:
    found: int | None = policy.parameters(ctx).at(now().date()).get("policy.training_months")
    return found
