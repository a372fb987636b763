"""Importing in the browser: choose a file, look at what it would do, then store all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.exchange import marks, running, service
from intranet.exchange.columns import KINDS, LABELS
from intranet.exchange.forms import MappingForm, UploadForm
from intranet.exchange.reading import LARGEST_FILE, Sheet, UnreadableError, read
from intranet.exchange.verdicts import folded
from intranet.extension import host
from intranet.people import current_actor
from intranet.settings.service import SettingContext, context
from intranet.web.kit import allow, choices, now, respond, say_next, see_other, today

blueprint = Blueprint("exchange", __name__, url_prefix="/settings/<int:setting_id>/import")
SAMPLE_ROWS = 3
FORM_ROOM = 64 * 1024  # the form around the file


@blueprint.route("/", methods=["GET", "POST"])
@allow("import:run")
def start(setting_id: int) -> Response:
    """Choose a file to import; it is read and looked at, not stored."""
    request.max_content_length = LARGEST_FILE + FORM_ROOM
    form = UploadForm()
    labels = _labels(context(setting_id))
    form.kind.choices = choices(labels.items())
    with store.connection() as conn:
        before = service.runs(conn, setting_id)
    if request.method == "GET" or not form.validate():
        return respond(
            "exchange/start.html", status=200 if request.method == "GET" else 422, form=form, runs=before, labels=labels
        )
    data = form.file.data.read(LARGEST_FILE + 1)
    try:
        sheet = read(form.file.data.filename or "file", data)
    except UnreadableError as reason:
        form.file.errors = (*form.file.errors, str(reason))
        return respond("exchange/start.html", status=422, form=form, runs=before, labels=labels)
    kept = service.keep_upload(setting_id, current_actor().account_id, form.kind.data, sheet, data, now())
    return see_other("exchange.look", setting_id=setting_id, upload_id=kept)


def _labels(ctx: SettingContext) -> dict[str, str]:
    """Return what a file can hold, in the setting's words."""
    words = host.for_setting(ctx).words
    return {kind: words.get(kind, label.lower()).capitalize() for kind, label in LABELS.items()}


def _file(setting_id: int, upload_id: int) -> tuple[Any, Sheet]:
    with store.connection() as conn:
        kept = service.upload(conn, setting_id, current_actor().account_id, upload_id)
    return kept, read(kept.name, kept.data)


@blueprint.route("/<int:upload_id>/", methods=["GET", "POST"])
@allow("import:run")
def look(setting_id: int, upload_id: int) -> Response:
    """Show the columns, the first rows and what importing would do; a POST changes the columns."""
    form = MappingForm()
    kept, sheet = _file(setting_id, upload_id)
    chosen = form.chosen(sheet.header, request.form) if request.method == "POST" and form.validate() else {}
    if chosen:
        with store.writing(now=now(), actor_id=current_actor().account_id) as w:
            service.remember(w, setting_id, kept.kind, chosen)
    return _look(setting_id, upload_id, kept, sheet, form)


def _look(setting_id: int, upload_id: int, kept: Any, sheet: Sheet, form: MappingForm, status: int = 200) -> Response:
    ctx = context(setting_id)
    run = service.dry_run(ctx, host.for_setting(ctx), kept.kind, sheet, None, today())
    with store.connection() as conn:
        mapped = service.columns(conn, setting_id, kept.kind, sheet)
        before = service.imported_before(conn, setting_id, kept.kind, sheet.digest)
    dated = marks.dated_columns(sheet.header) if kept.kind == "marks" else {}
    fields = {index: key for key, index in mapped.columns.items()}
    return respond(
        "exchange/look.html", status=status, form=form, upload_id=upload_id, kept=kept, run=run, said=folded(run.verdicts), before=before,
        choices=KINDS[kept.kind],
        columns=[(index, title, fields.get(index, "")) for index, title in enumerate(sheet.header) if index not in dated],
        dated=len(dated), sample=[cells for _, cells in sheet.rows[:SAMPLE_ROWS]], label=_labels(ctx)[kept.kind],
    )  # fmt: skip


@blueprint.post("/<int:upload_id>/store/")
@allow("import:run")
def store_file(setting_id: int, upload_id: int) -> Response:
    """Store the whole file, or nothing of it."""
    form = MappingForm()
    kept, sheet = _file(setting_id, upload_id)
    if not form.validate():
        return _look(setting_id, upload_id, kept, sheet, form, 422)
    if len(sheet.rows) > running.LARGE:
        running.begin(setting_id, upload_id, current_actor().account_id, _work(setting_id, upload_id, kept.kind, sheet))
        return see_other("exchange.progress", setting_id=setting_id, upload_id=upload_id)
    try:
        made, changed = _work(setting_id, upload_id, kept.kind, sheet)(service.quiet)
    except Refused as refused:
        form.take(refused)
        return _look(setting_id, upload_id, kept, sheet, form, 422)
    say_next(f"Imported: {made:,} new, {changed:,} changed.")
    return see_other("exchange.start", setting_id=setting_id)


def _work(setting_id: int, upload_id: int, kind: str, sheet: Sheet) -> Callable[[running.Progress], tuple[int, int]]:
    """Return what stores the file and counts it, here or beside the pages."""
    account_id, at = current_actor().account_id, now()

    def work(progress: running.Progress) -> tuple[int, int]:
        ctx = context(setting_id)
        done = service.commit(ctx, host.for_setting(ctx), kind, sheet, None, account_id=account_id, now=at, progress=progress)
        service.forget_upload(setting_id, upload_id, account_id, at)
        return done.made, done.changed

    return work


@blueprint.get("/<int:upload_id>/progress/")
@allow("import:run")
def progress(setting_id: int, upload_id: int) -> Response:
    """Show how far a large import is; the page asks again by itself while it runs."""
    here = running.standing(setting_id, upload_id, now())
    if here is None or here.account_id != current_actor().account_id:
        raise NotFound()
    return respond("exchange/progress.html", "exchange/_progress.html", here=here, upload_id=upload_id)
