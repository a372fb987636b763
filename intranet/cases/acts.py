"""What a page of a case can do: each act with its form and the verb behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from intranet import store
from intranet.cases import forms, service
from intranet.cases.steps import StepSeen
from intranet.cases.view import Case
from intranet.extension.case_types import CaseType
from intranet.people import service as people
from intranet.pupils import search
from intranet.pupils.access import access_pupil
from intranet.web.kit import WriteForm, choices


@dataclass(frozen=True)
class Acting(service.By):
    """Who acts on a page."""

    def sent(self, form: WriteForm) -> Acting:
        """Return the same with the request and the version that the form was drawn from."""
        return replace(self, request_id=form.request_id, drawn=form.drawn_position or None)


@dataclass(frozen=True)
class Act:
    """Something that is done with the case itself."""

    title: str
    label: str
    form: Callable[[Acting, Case], WriteForm]
    act: Callable[[Acting, Case, Any], object]


def record(by: Acting, case: Case, seen: StepSeen, form: Any) -> Case:
    """Record a step or give one's part of a decision."""
    outcome = form.outcome.data or "" if "outcome" in form else ""
    if seen.step.decision:
        consulted = form.consulted.data or "" if "consulted" in form else ""
        return service.decide(by, case.state.id, seen.step.key, outcome, form.reason.data or "", consulted)
    said = service.Said(outcome, forms.said_fields(form, seen), form.note.data or "")
    return service.do_step(by, case.state.id, seen.step.key, said)


def suspect_form(of: CaseType) -> forms.SuspectForm:
    """Return the form of opening a case by hand, with the day where the kind asks for one."""
    if not of.since:
        return forms.SuspectForm()
    form = forms.SinceForm()
    form.since.label.text = of.since
    return form


def suspect(by: Acting, of: CaseType, pupil_id: int, form: Any) -> int:
    """Open a case by hand and return its id."""
    return service.suspect(by, of.key, pupil_id, form.note.data or "", form.since.data if of.since else None)


def _plain(form: type[WriteForm]) -> Callable[[Acting, Case], WriteForm]:
    return lambda by, case: form(drawn=case.state.version)


def _close_form(by: Acting, case: Case) -> WriteForm:
    form = forms.CloseForm(drawn=case.state.version)
    form.outcome.choices = choices((one.key, one.label) for one in case.kind.closings)
    return form


def _link_form(by: Acting, case: Case) -> WriteForm:
    form = forms.LinkForm(drawn=case.state.version)
    with store.connection() as conn:
        everyone = search.visible(conn, by.actor, by.ctx.id, by.now.date())
    form.pupil.choices = choices(((one.id, one.shown_name) for one in everyone if one.id != case.state.pupil_id), blank="Choose a child")
    form.role.choices = choices(((one, one) for one in case.kind.child_roles), blank="Choose")
    return form


def _staff(by: Acting) -> dict[int, str]:
    """Return who may work on cases here: the people a case can be given to."""
    with store.connection() as conn:
        everyone = people.staff(conn, by.ctx.id, by.now.date())
    return {row.id: f"{row.name}, {row.position_title}" if row.position_title else row.name for row in everyone}


def _hand_form(by: Acting, case: Case) -> WriteForm:
    form = forms.HandOverForm(drawn=case.state.version)
    form.to.choices = choices(_staff(by).items(), blank="Choose a person")
    return form


def _link(by: Acting, case: Case, form: Any) -> object:
    pupil = access_pupil(by.actor, by.ctx.id, int(form.pupil.data or 0), by.now.date())
    return service.link(by, case.state.id, pupil.id, form.role.data or "")


def _hand(by: Acting, case: Case, form: Any) -> object:
    to = int(form.to.data or 0)
    return service.hand_over(by, case.state.id, to, _staff(by).get(to, "").partition(",")[0], form.note.data or "")


ACTS: Mapping[str, Act] = MappingProxyType({
    "note": Act("Add a note", "Add to the case", _plain(forms.NoteForm), lambda by, case, form: service.note(by, case.state.id, form.note.data or "")),
    "person": Act("Add a person", "Add to the case", _plain(forms.PersonForm), lambda by, case, form: service.add_person(
        by, case.state.id, form.name.data or "", form.role.data or "", form.contact.data or "")),
    "document": Act("Add a document", "Add to the case", _plain(forms.DocumentForm), lambda by, case, form: service.add_document(
        by, case.state.id, form.title.data or "", form.dated.data, form.where.data or "")),
    "link": Act("Link a child", "Link the child", _link_form, _link),
    "hand-over": Act("Hand over", "Hand the case over", _hand_form, _hand),
    "close": Act("Close the case", "Close the case", _close_form, lambda by, case, form: service.close(
        by, case.state.id, form.outcome.data or "", form.note.data or "")),
    "reopen": Act("Reopen the case", "Reopen the case", _plain(forms.ReopenForm), lambda by, case, form: service.reopen(
        by, case.state.id, form.note.data or "")),
})  # fmt: skip


__all__ = ["ACTS", "Act", "Acting", "record", "suspect", "suspect_form"]
