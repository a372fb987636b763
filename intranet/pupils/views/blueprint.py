"""The room's blueprint and what every view of it starts with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from intranet.errors import Refused
from intranet.extension import host
from intranet.extension.host import Caller
from intranet.settings.service import SettingContext, context
from intranet.web.forms import Form
from intranet.web.kit import respond

blueprint = Blueprint("pupils", __name__, url_prefix="/settings/<int:setting_id>")


def here(setting_id: int) -> tuple[SettingContext, Caller]:
    """Return the setting's context and its rules."""
    ctx = context(setting_id)
    return ctx, host.for_setting(ctx)


def show_again(template: str, form: Form, refused: Refused | None = None, **values: Any) -> Response:
    """Return the form once more with every problem beside its field; nothing typed is lost."""
    if refused is not None:
        form.take(refused)
    return respond(template, status=422, form=form, **values)
