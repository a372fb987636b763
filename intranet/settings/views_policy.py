"""The pages of the policy document: its versions and reviews, its sources, and law that waits for its commencement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, url_for

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.law.editions import works
from intranet.people import can, current_actor
from intranet.people.actor import role_book
from intranet.people.forms import given
from intranet.people.permissions import STAFF
from intranet.people.service import names
from intranet.settings import forms_policy as forms
from intranet.settings import policy, policy_values
from intranet.settings import policy_admin as admin
from intranet.settings import policy_service as service
from intranet.settings.context import SettingContext, context
from intranet.settings.service import set_house_value
from intranet.web.kit import WriteForm, allow, choices, now, respond, say_next, see_other

blueprint = Blueprint("policy", __name__, url_prefix="/settings/<int:setting_id>/policy")


def stored(form: WriteForm, act: Callable[[store.Writing], object]) -> bool:
    """Return whether the act was stored, now or by the same request before; the form says why not."""
    try:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            act(w)
    except store.RequestSeen:
        return True
    except Refused as refused:
        form.take(refused)
        return False
    return True


def show(setting_id: int, template: str, fragment: str | None = None, status: int = 200, **values: Any) -> Response:
    """Return a page of the policy, which shows the tabs this person may open."""
    return respond(template, fragment, status, may=lambda permission: can(permission, setting_id), **values)


def form_page(setting_id: int, form: WriteForm, title: str, button: str, back: str, **more: Any) -> Response:
    """Return the page of one form, with what went wrong when it was sent."""
    shown = {"line": "", "facts": (), "says": (), **more}
    return respond("settings/policy/form.html", status=422 if form.is_submitted() else 200, form=form, setting=context(setting_id), title=title,
                   button=button, back=url_for(back, setting_id=setting_id), **shown)  # fmt: skip


def read(setting_id: int) -> tuple[SettingContext, admin.Standing]:
    """Return the setting and its policy document as it stands."""
    ctx = context(setting_id)
    with store.connection() as conn:
        return ctx, admin.standing(conn, ctx, now().date())


@blueprint.get("/document/")
@allow("policy:read")
def document(setting_id: int) -> Response:
    """Show the document's versions and reviews."""
    ctx, at = read(setting_id)
    with store.connection() as conn:
        people = names(conn, {row.author_id for row in (*at.versions, *at.reviews.history) if row.author_id})
    triggers = {t.key: t.says for t in at.document.early_review}
    return show(setting_id, "settings/policy/document.html", setting=ctx, at=at, people=people, triggers=triggers, weighed=admin.WEIGHED,
                   mark=admin.version_mark, may_write=can("policy:write", setting_id))  # fmt: skip


@blueprint.route("/document/edit/", methods=["GET", "POST"])
@allow("policy:write")
def edit(setting_id: int) -> Response:
    """Show the form of a new version, or store it."""
    ctx, at = read(setting_id)
    form = forms.DocumentForm(data={"title": at.title, "version": at.version, "dated": at.dated, "owner": at.owner})
    form.owner.choices = _owners(ctx)
    if form.validate_on_submit():
        new = service.NewDocument(given(form.title.data).strip(), given(form.version.data).strip(), given(form.dated.data), form.owner.data)
        if stored(form, lambda w: service.set_document(w, ctx, new, request_id=form.request_id)):
            say_next(f"Stored: {admin.version_mark(new.version, new.dated)}. Staff are asked again to say that they know it.")
            return see_other("policy.document", setting_id=setting_id)
    line = f"Now: {at.mark}. The version before stays on record."
    return form_page(setting_id, form, "New version of the policy", "Store the version", "policy.document", line=line)


@blueprint.route("/document/review/", methods=["GET", "POST"])
@allow("policy:write")
def review(setting_id: int) -> Response:
    """Show the form of a completed review, or record it (OTE-01)."""
    ctx, at = read(setting_id)
    form = forms.ReviewForm()
    if form.validate_on_submit():
        new = service.NewReview(given(form.reviewed.data), tuple(form.weighed.data or ()), given(form.note.data).strip(), form.due.data)
        if stored(form, lambda w: service.record_review(w, ctx, new, request_id=form.request_id)):
            say_next("Review recorded. The next one is planned.")
            return see_other("policy.document", setting_id=setting_id)
    return form_page(setting_id, form, "Record a review", "Record the review", "policy.document", facts=_reviews(at.reviews))


@blueprint.route("/document/bring-forward/", methods=["GET", "POST"])
@allow("policy:write")
def forward(setting_id: int) -> Response:
    """Show the form that brings the review forward, or store it (SPM-02, SPM-34, ASC-47, SEN-005, ATT-037)."""
    ctx, at = read(setting_id)
    form = forms.ForwardForm()
    form.trigger.choices = choices([*((t.key, t.says) for t in at.document.early_review), (forms.OTHER, "Something else")])
    if form.validate_on_submit():
        due, trigger, note = given(form.due.data), form.trigger.data, given(form.note.data).strip()
        if stored(form, lambda w: service.bring_forward(w, ctx, due, trigger, note, request_id=form.request_id)):
            say_next(f"The review is due in {due:%B %Y}.")
            return see_other("policy.document", setting_id=setting_id)
    return form_page(setting_id, form, "Bring the review forward", "Bring it forward", "policy.document", facts=_reviews(at.reviews))


@blueprint.get("/sources/")
@allow("policy:read")
def sources(setting_id: int) -> Response:
    """Show the guidance, law and other policies that the policy rests on, and which editions are newer."""
    ctx, at = read(setting_id)
    laws = policy.passed(ctx, now().date())
    authors = [s.author_id for s in (*at.sources, *at.dropped)] + [v.author_id for v in ctx.house_values]
    with store.connection() as conn:
        people = names(conn, {one for one in authors if one})
    return show(setting_id, "settings/policy/sources.html", setting=ctx, at=at, people=people, laws=laws, may_write=can("policy:write", setting_id))


@blueprint.route("/sources/add/", methods=["GET", "POST"])
@allow("policy:write")
def cite(setting_id: int) -> Response:
    """Show the form that adds a source, or store it."""
    ctx, form = context(setting_id), forms.SourceForm()
    form.work.choices = choices(forms.known_works(now().date()), blank="Choose a document and its edition")
    if form.validate_on_submit():
        new = _source(form)
        if stored(form, lambda w: service.cite(w, ctx, new, request_id=form.request_id)):
            say_next(f"The policy rests on {new.title}{f' ({new.edition})' if new.edition else ''}.")
            return see_other("policy.sources", setting_id=setting_id)
    line = "Another edition of a document that is on the list takes its place."
    return form_page(setting_id, form, "Add a source", "Add it", "policy.sources", line=line)


@blueprint.route("/sources/take-off/", methods=["GET", "POST"])
@allow("policy:write")
def drop(setting_id: int) -> Response:
    """Show the form that takes a source off the list, or do it."""
    ctx, at = read(setting_id)
    form = forms.DropForm()
    form.source.choices = choices([(s.key, f"{s.title} {s.edition}".strip()) for s in at.sources], blank="Choose a source")
    if form.validate_on_submit():
        key, why = form.source.data, given(form.why.data).strip()
        if stored(form, lambda w: service.drop(w, ctx, key, why, request_id=form.request_id)):
            say_next("Taken off the list. It stays below, struck through.")
            return see_other("policy.sources", setting_id=setting_id)
    return form_page(setting_id, form, "Take a source off", "Take it off", "policy.sources")


@blueprint.route("/<string:key>/confirm/", methods=["GET", "POST"])
@allow("policy:write")
def confirm(setting_id: int, key: str) -> Response:
    """Show an assumption with the form that makes it the setting's own decision, or store a house value equal to it."""
    ctx, form, on = context(setting_id), forms.ConfirmForm(), now().date()
    line = policy.line_of(ctx, key, on)
    if form.validate_on_submit() and stored(form, lambda w: _confirm(w, ctx, key, form)):
        say_next(f"Confirmed: {line.description or key}.")
        return see_other("settings.policy_page", setting_id=setting_id)
    says = () if line.confirmable else ("There is nothing to confirm: this value is not an assumption, or it has no value yet.",)
    facts = (("In force", line.value), ("From", f"{line.standing}: {line.cited}"))
    return form_page(setting_id, form, "Confirm a value", "Confirm it", "settings.policy_page", line=line.description or key, facts=facts, says=says)


@blueprint.route("/commencement/", methods=["GET", "POST"])
@allow("policy:commence")
def commence(setting_id: int) -> Response:
    """Show the law that is not in force with the form for its first day, or store that day with its citation (C-60)."""
    ctx, form = context(setting_id), forms.CommenceForm()
    form.law.choices = choices((one.law.key, one.law.description) for one in policy.passed(ctx, now().date()))
    if form.validate_on_submit():
        key, first, citation = form.law.data, given(form.first.data), given(form.citation.data).strip()
        if stored(form, lambda w: service.commence(w, ctx, key, first, citation, request_id=form.request_id)):
            say_next(f"Stored. It counts from {first:%d/%m/%Y} on.")
            return see_other("policy.sources", setting_id=setting_id)
    line = "Nothing reads this law before the day you enter, and nothing of the time before it changes."
    return form_page(setting_id, form, "Enter a commencement day", "Store the day", "policy.sources", line=line)


def _confirm(w: store.Writing, ctx: SettingContext, key: str, form: forms.ConfirmForm) -> None:
    value = policy_values.confirmed_value(ctx, key, w.now.date())
    set_house_value(w, ctx.id, key, value, given(form.reason.data).strip(), given(form.first.data), request_id=form.request_id)


def _owners(ctx: SettingContext) -> list[Any]:
    found = [(key, role.label) for key, role in role_book(ctx.setting_type).items() if role.like in STAFF]
    return choices(found or [("head", "Head")])


def _reviews(reviews: admin.Reviews) -> tuple[tuple[str, str], ...]:
    usual = f"every {reviews.months} months" if reviews.months else "not stated by the policy"
    return (("Last reviewed", f"{reviews.reviewed:%B %Y}" if reviews.reviewed else "not on record"),
            ("Next review due", f"{reviews.due:%B %Y}" if reviews.due else "not planned"), ("Reviewed", usual))  # fmt: skip


def _source(form: forms.SourceForm) -> service.NewSource:
    """Return what was entered: an edition on file, or a document in the person's own words."""
    key, _, since = str(form.work.data).partition("|")
    if key != forms.OTHER:
        work = works()[key]
        edition = next((e for e in work.editions if e.since.isoformat() == since), None)
        if edition is None:
            raise NotFound("There is no such edition on file. Open the page again.")
        return service.NewSource(work.kind, key, work.title, edition.edition, edition.since)
    title = given(form.title.data).strip()
    own = "own_" + "".join(c if c.isalnum() else "_" for c in title.casefold())[:50]
    return service.NewSource(form.kind.data, own, title, (form.edition.data or "").strip(), form.dated.data)
