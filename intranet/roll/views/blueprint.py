"""The room's blueprint and what its views start with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response

from intranet import store
from intranet.errors import Refused
from intranet.extension import host
from intranet.extension.caller import Caller
from intranet.people import Actor, current_actor
from intranet.pupils.access import KnownPupil, access_pupil
from intranet.roll.facts import Known, known
from intranet.settings.service import SettingContext, context
from intranet.web.forms import WriteForm
from intranet.web.kit import Form, now, say_next, see_other, today

blueprint = Blueprint("roll", __name__, url_prefix="/settings/<int:setting_id>")


@dataclass(frozen=True)
class Here:
    """A pupil whom this person may see, at their setting."""

    ctx: SettingContext
    caller: Caller
    actor: Actor
    pupil: KnownPupil

    def facts(self) -> Known:
        """Return what rules may read about the pupil."""
        with store.connection() as conn:
            return known(conn, self.ctx, self.caller, self.pupil.id, now())

    @property
    def ids(self) -> dict[str, int]:
        """Return what the addresses of the pupil's pages need."""
        return {"setting_id": self.ctx.id, "pupil_id": self.pupil.id}

    def act(self, form: WriteForm, verb: Callable[..., object], *given: object, **more: Any) -> Callable[[], object]:
        """Return a service's verb about this pupil with what was typed, ready to be done once the form is good."""
        return partial(verb, self.ctx, self.caller, self.pupil.id, *given, actor=self.actor, now=now(), request_id=form.request_id, **more)


def at(setting_id: int, pupil_id: int) -> Here:
    """Return the setting and a pupil of it; NotFound outside what this person may see."""
    ctx = context(setting_id)
    return Here(ctx, host.for_setting(ctx), current_actor(), access_pupil(current_actor(), setting_id, pupil_id, today()))


def done(form: Form, act: Callable[[], object], said: str, endpoint: str, **values: object) -> Response | None:
    """Do what the form asks; return the next page, or None with what is wrong beside the fields."""
    if not form.validate():
        return None
    try:
        act()
    except Refused as refused:
        form.take(refused)
        return None
    say_next(said)
    return see_other(endpoint, **values)
