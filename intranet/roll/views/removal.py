"""Taking a name off the roll: the ground, what it asks, the approval, and the act itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from intranet import store
from intranet.errors import NotFound
from intranet.law import measures
from intranet.law.rules_deletion import chosen_needs_notice
from intranet.roll import removal, returns
from intranet.roll.facts import on_our_roll
from intranet.roll.forms import ApproveForm, DetailsForm, GroundForm, ProofForm, VersionForm, WhyForm
from intranet.roll.gate import Gate, judge
from intranet.roll.removal import DECIDES, Entered, Standing
from intranet.roll.views.blueprint import Here, at, blueprint, done
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, today
from intranet.web.why import Why, of_answer

PAGE = "roll.off_roll"


def _standing(here: Here) -> Standing | None:
    with store.connection() as conn:
        return removal.standing(conn, here.ctx.id, here.pupil.id)


def _whys(here: Here, gate: Gate) -> dict[str, Why]:
    """Return why the gate says what it says, and why each condition that is worked out does."""
    known, caller = here.facts(), here.caller
    codes, parameters = caller.codes, caller.parameters
    found = {ask.key: of_answer(ask.answer, marks=known.marks, codes=codes, parameters=parameters, of=ask.short) for ask in gate.asks if ask.answer}
    return {"gate": of_answer(gate.answer, marks=known.marks, codes=codes, parameters=parameters, of="this ground"), **found}


def _page(here: Here, standing: Standing) -> Response:
    """Show the gate as it stands."""
    gate = judge(here.ctx, here.caller, standing.case, here.facts(), today())
    with store.connection() as conn:
        owed = returns.lines(conn, here.ctx.id, now(), pupil_id=here.pupil.id)
    decides = here.actor.may(DECIDES, here.ctx.id)
    steps = measures.rows("home_education_steps", today()) if chosen_needs_notice(gate.ground) else ()
    return respond("roll/gate.html", pupil=here.pupil, setting=here.ctx, gate=gate, standing=standing, whys=_whys(here, gate), owed=owed, decides=decides,
                   labels=LABELS, steps=steps)  # fmt: skip


@blueprint.route("/pupils/<int:pupil_id>/off-roll/", methods=["GET", "POST"])
@allow("roll:prepare")
def off_roll(setting_id: int, pupil_id: int) -> Response:
    """Show the removal that is under way, or choose the ground of a new one."""
    here = at(setting_id, pupil_id)
    standing, form = _standing(here), GroundForm()
    if standing is not None:
        return _under_way(setting_id, pupil_id) if request.method == "POST" else _page(here, standing)
    known = here.facts()
    if here.pupil.left_on is not None or not on_our_roll(here.ctx, here.caller, known.pupil):
        return see_other("roll.end_place", setting_id=setting_id, pupil_id=pupil_id)
    grounds = removal.offered(here.ctx, known, today())
    form.offer((one.id, one.title) for one in grounds)
    if request.method == "POST":
        act = here.act(form, removal.begin, Entered(form.ground.data or ""))
        if (answer := done(form, act, "Begun. Enter the days next, then show each proof.", "roll.details", **here.ids)) is not None:
            return answer
    return respond("roll/ground.html", status=200 if request.method == "GET" else 422, pupil=here.pupil, form=form, grounds=grounds)


def _under_way(setting_id: int, pupil_id: int) -> Response:
    """Show the removal that somebody began first; the ground chosen here is not taken."""
    say_next("A removal is under way already, so nothing was stored. Give it up first if its ground is not the right one.")
    return see_other(PAGE, setting_id=setting_id, pupil_id=pupil_id)


@blueprint.route("/pupils/<int:pupil_id>/off-roll/details/", methods=["GET", "POST"])
@allow("roll:prepare")
def details(setting_id: int, pupil_id: int) -> Response:
    """Enter the last day, and the days and words that the ground asks for."""
    here = at(setting_id, pupil_id)
    standing = _standing(here)
    if standing is None:
        return see_other(PAGE, setting_id=setting_id, pupil_id=pupil_id)
    form, case = DetailsForm(), standing.case
    gate = judge(here.ctx, here.caller, case, here.facts(), today())
    form.cut_to((name for ask in gate.asks for name in ask.enters), ((row.key, row.says) for row in measures.rows("deletion_efforts", today())))
    if request.method == "GET":
        form.fill(case.last_day, case.facts, standing.version)
        return respond("roll/details.html", pupil=here.pupil, form=form, gate=gate)
    act = here.act(form, removal.change, form.entered(case.ground), version=form.version.data or 0)
    answer = done(form, act, "Entered.", PAGE, **here.ids)
    return answer or respond("roll/details.html", status=422, pupil=here.pupil, form=form, gate=gate)


@blueprint.route("/pupils/<int:pupil_id>/off-roll/proofs/<string:kind>/", methods=["GET", "POST"])
@allow("roll:prepare")
def proof(setting_id: int, pupil_id: int, kind: str) -> Response:
    """Tick one condition with its evidence; ``kind`` is the condition."""
    here = at(setting_id, pupil_id)
    standing = _standing(here)
    if standing is None:
        return see_other(PAGE, setting_id=setting_id, pupil_id=pupil_id)
    gate, form = judge(here.ctx, here.caller, standing.case, here.facts(), today()), ProofForm()
    ask = next((one for one in gate.asks if one.key == kind and one.proofs), None)
    known = removal.askable(gate)
    keys = ask.proofs if ask else (kind,)
    if ask is None and kind not in known:
        raise NotFound
    form.proof.choices = choices((key, LABELS.get(key, ask.short.capitalize() if ask else "The authority's written confirmation")) for key in keys)
    if request.method == "GET":
        form.version.data, form.on.data, form.proof.data = standing.version, today(), keys[0] if len(keys) == 1 else None
        return respond("roll/proof.html", pupil=here.pupil, form=form, gate=gate, ask=ask, asks=known[keys[0]])
    act = here.act(form, removal.show, form.given(), version=form.version.data or 0)
    answer = done(form, act, "Shown and recorded.", PAGE, **here.ids)
    return answer or respond("roll/proof.html", status=422, pupil=here.pupil, form=form, gate=gate, ask=ask, asks=known[keys[0]])


#: What each of several proofs is called, where one of them is enough.
LABELS = {
    "not_found": "Not found, after reasonable efforts", "found_and_agreed": "Found, and school and authority agree that the pupil will not attend again",
    "found_not_returning": "Found, and there are no reasonable grounds to believe that the pupil will attend again",
    "not_expected": "Not expected to attend again", "no_sixth_form_entry": "Does not meet the sixth form's entry requirements",
    "says_leaving": "Parent or pupil said that the pupil is leaving", "order_changed": "The order was changed", "order_revoked": "The order was revoked",
    "no_review_in_writing": "The parent wrote that no review is wanted", "review_time_passed": "The time for a review has passed",
    "review_abandoned": "The review was abandoned", "review_upheld": "The review upheld the exclusion",
    "reconsidered_not_reinstated": "Reconsidered, and not reinstated", "no_appeal_in_writing": "The parent wrote that no appeal is wanted",
    "appeal_time_passed": "The time for an appeal has passed", "appeal_determined": "The appeal was determined", "appeal_abandoned": "The appeal was abandoned",
    "authority_consents": "The authority consents", "directed": "The Secretary of State directs deletion",
}  # fmt: skip


@blueprint.route("/pupils/<int:pupil_id>/off-roll/withdraw/<string:kind>/", methods=["GET", "POST"])
@allow("roll:prepare")
def withdraw(setting_id: int, pupil_id: int, kind: str) -> Response:
    """Take a tick back, with why; ``kind`` is the proof."""
    form = WhyForm()
    step = Step("Take the tick back", "Taken back.", removal.withdraw, (kind, form.why.data or ""))
    return _step(at(setting_id, pupil_id), form, step)


@blueprint.route("/pupils/<int:pupil_id>/off-roll/give-up/", methods=["GET", "POST"])
@allow("roll:prepare")
def give_up(setting_id: int, pupil_id: int) -> Response:
    """Give the removal up: the name stays on the roll."""
    form = WhyForm()
    return _step(at(setting_id, pupil_id), form, Step("Keep on the roll", "Given up: the name stays on the roll.", removal.drop, (form.why.data or "",)))


@blueprint.route("/pupils/<int:pupil_id>/off-roll/approve/", methods=["GET", "POST"])
@allow("roll:delete")
def approve(setting_id: int, pupil_id: int) -> Response:
    """Approve the removal as it stands."""
    form = ApproveForm()
    more = {"outside_policy": form.outside_policy.data, "note": form.note.data or ""}
    return _step(at(setting_id, pupil_id), form, Step("Approve the removal", "Approved as it stands.", removal.approve, (), more))


@blueprint.route("/pupils/<int:pupil_id>/off-roll/complete/", methods=["GET", "POST"])
@allow("roll:prepare")
def complete(setting_id: int, pupil_id: int) -> Response:
    """Take the name off the roll."""
    step = Step("Take the name off the roll", "The name is off the roll. Send what is owed now.", removal.complete, after="roll.returns")
    return _step(at(setting_id, pupil_id), VersionForm(), step)


@dataclass(frozen=True)
class Step:
    """One step of a removal on a page of its own: what it is called, what is said after it, and the verb that does it."""

    heading: str
    said: str
    verb: Callable[..., object]
    given: tuple[object, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    after: str = PAGE


def _step(here: Here, form: Any, step: Step) -> Response:
    """Ask once more, then do it."""
    standing = _standing(here)
    if standing is None:
        return see_other(PAGE, **here.ids)
    if request.method == "POST":
        ids = {"setting_id": here.ctx.id} if step.after != PAGE else here.ids
        act = here.act(form, step.verb, *step.given, version=form.version.data or 0, **step.more)
        if (answer := done(form, act, step.said, step.after, **ids)) is not None:
            return answer
    else:
        form.version.data = standing.version
    gate = judge(here.ctx, here.caller, standing.case, here.facts(), today())
    status = 200 if request.method == "GET" else 422
    return respond("roll/step.html", status=status, pupil=here.pupil, form=form, gate=gate, heading=step.heading, standing=standing)
