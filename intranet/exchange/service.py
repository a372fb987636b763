"""Imports: look at a file, remember its columns, then store all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from intranet import store
from intranet.errors import NotFound, Refused
from intranet.exchange import classes, contacts, marks, pupils
from intranet.exchange.columns import KINDS, LABELS, Mapped, match
from intranet.exchange.models import ImportMapping, ImportRun, ImportUpload
from intranet.exchange.reading import Sheet
from intranet.exchange.verdicts import DryRun, Verdict
from intranet.extension.host import Caller
from intranet.law.words import long_date
from intranet.settings.service import SettingContext
from intranet.store.tables import event

Progress = Callable[[str], None]
IMPORTERS: Mapping[str, ModuleType] = {"pupils": pupils, "contacts": contacts, "classes": classes, "marks": marks}
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Done:
    """What an import stored."""

    run_id: int
    made: int
    changed: int


def quiet(_: str) -> None:
    """Show no progress."""


def columns(
    conn: Connection, setting_id: int, kind: str, sheet: Sheet, chosen: Mapping[str, str] | None = None
) -> Mapped:
    """Return which column holds which field: as chosen now, as remembered, else by the common names."""
    skip = frozenset(marks.dated_columns(sheet.header)) if kind == "marks" else frozenset()
    said = {**remembered(conn, setting_id, kind), **(chosen or {})}
    return match(sheet.header, KINDS[kind], said, skip)


def remembered(conn: Connection, setting_id: int, kind: str) -> dict[str, str]:
    """Return the columns chosen last time, header to field."""
    query = select(ImportMapping.columns).where(ImportMapping.setting_id == setting_id, ImportMapping.kind == kind)
    return dict(conn.execute(query).scalar() or {})


def remember(w: store.Writing, setting_id: int, kind: str, chosen: Mapping[str, str]) -> None:
    """Keep the columns that were chosen for next time."""
    kept = {**remembered(w.conn, setting_id, kind), **chosen}
    mine = (ImportMapping.setting_id == setting_id, ImportMapping.kind == kind)
    w.conn.execute(delete(ImportMapping).where(*mine))
    w.conn.execute(insert(ImportMapping).values(setting_id=setting_id, kind=kind, columns=kept))


def dry_run(
    ctx: SettingContext, caller: Caller, kind: str, sheet: Sheet, chosen: Mapping[str, str] | None, today: date, progress: Progress = quiet
) -> DryRun:  # fmt: skip
    """Return what importing the file would do and everything that is wrong with it; stores nothing."""
    with store.connection() as conn:
        mapped = columns(conn, ctx.id, kind, sheet, chosen)
        wrong = _columns_problem(kind, sheet, mapped)
        if wrong:
            return DryRun(
                kind, sheet.digest, len(sheet.rows), verdicts=(Verdict(1, "", "", wrong),), unknown=mapped.unknown
            )
        progress(f"Reading {len(sheet.rows):,} rows")
        run: DryRun = IMPORTERS[kind].dry_run(conn, ctx, caller, sheet, mapped, today)
    return run


def _columns_problem(kind: str, sheet: Sheet, mapped: Mapped) -> str | None:
    if mapped.missing:
        there = ", ".join(title for title in sheet.header if title)
        return f"No column was found for: {', '.join(mapped.missing)}. The file has: {there}. Choose the column, or export the file with it."
    if kind == "marks":
        return marks.shape_problem(mapped, marks.dated_columns(sheet.header))
    if kind == "contacts" and not (
        {"upn"} & mapped.columns.keys() or {"legal_family", "legal_given"} <= mapped.columns.keys()
    ):
        return "No column says which pupil a row is about. Add the UPN, or surname, forename and date of birth."
    return None


def imported_before(conn: Connection, setting_id: int, kind: str, digest: str) -> Any:
    """Return the run that stored this very file, or None."""
    r = ImportRun
    query = (
        select(r.id, r.at, r.rows)
        .where(r.setting_id == setting_id, r.kind == kind, r.digest == digest)
        .order_by(r.at.desc())
    )
    return conn.execute(query).first()


def commit(
    ctx: SettingContext, caller: Caller, kind: str, sheet: Sheet, chosen: Mapping[str, str] | None, *,
    account_id: int | None, now: datetime, progress: Progress = quiet,
) -> Done:  # fmt: skip
    """Store the whole file in one transaction, or raise Refused and store nothing of it."""
    with store.connection() as conn:
        _not_before(conn, ctx.id, kind, sheet)
        seen, run = _last(conn, ctx.id), _checked(ctx, caller, kind, sheet, chosen, conn, now.date())
    progress(f"Storing {run.made + run.changed:,}")
    with store.writing(now=now, actor_id=account_id) as w:
        if _last(w.conn, ctx.id) != seen:  # somebody saved since: look again before storing
            _not_before(w.conn, ctx.id, kind, sheet)
            run = _checked(ctx, caller, kind, sheet, chosen, w.conn, now.date())
        IMPORTERS[kind].store(w, ctx, caller, run.plan, now)
        done = _recorded(w, ctx.id, kind, sheet, run, account_id, now)
        if chosen:
            remember(w, ctx.id, kind, chosen)
    progress("Stored")
    return done


def _last(conn: Connection, setting_id: int) -> int:
    """Return the position of the setting's last event: while it stays, what was looked at still holds."""
    return int(
        conn.execute(
            select(func.coalesce(func.max(event.c.position), 0)).where(event.c.setting_id == setting_id)
        ).scalar_one()
    )


def _not_before(conn: Connection, setting_id: int, kind: str, sheet: Sheet) -> None:
    before = imported_before(conn, setting_id, kind, sheet.digest)
    if before is not None:
        rule = f"This very file was imported on {long_date(before.at.date())}"
        raise Refused("File", sheet.name, rule, "Export a fresh one if something has changed")


def _checked(
    ctx: SettingContext,
    caller: Caller,
    kind: str,
    sheet: Sheet,
    chosen: Mapping[str, str] | None,
    conn: Connection,
    today: date,
) -> DryRun:
    mapped = columns(conn, ctx.id, kind, sheet, chosen)
    wrong = _columns_problem(kind, sheet, mapped)
    if wrong:
        raise Refused("File", sheet.name, wrong, "Nothing was stored")
    run: DryRun = IMPORTERS[kind].dry_run(conn, ctx, caller, sheet, mapped, today)
    if run.problems:
        raise Refused(
            "File",
            sheet.name,
            run.problems[0].sentence,
            f"Nothing was stored; {len(run.problems)} rows need another look",
        )
    if not (run.made or run.changed):
        raise Refused(
            "File", sheet.name, f"All {run.rows:,} rows are stored already, as they are", "There is nothing to import"
        )
    return run


def _recorded(
    w: store.Writing, setting_id: int, kind: str, sheet: Sheet, run: DryRun, account_id: int | None, now: datetime
) -> Done:
    values = {
        "kind": kind,
        "name": sheet.name[:200],
        "digest": sheet.digest,
        "rows": run.rows,
        "made": run.made,
        "changed": run.changed,
    }
    made = (
        insert(ImportRun).values(setting_id=setting_id, account_id=account_id, at=now, **values).returning(ImportRun.id)
    )
    run_id = int(w.conn.execute(made).scalar_one())
    w.append(
        setting_id=setting_id,
        stream=f"import:{run_id}",
        kind="import.stored",
        data={"run_id": run_id, **values},
        occurred_on=now.date(),
    )
    return Done(run_id, run.made, run.changed)


def described(data: Mapping[str, Any]) -> str:
    """Return the sentence of an import in the history."""
    what = LABELS.get(str(data.get("kind")), "Something").lower()
    return f"Imported {what} from a file of {data.get('rows', '?')} rows: {data.get('made', '?')} new, {data.get('changed', '?')} changed"


def keep_upload(setting_id: int, account_id: int, kind: str, sheet: Sheet, data: bytes, now: datetime) -> int:
    """Keep a file for looking at, in the encrypted database, and return its id; files of yesterday go."""
    u = ImportUpload
    with store.writing(now=now, actor_id=account_id) as w:
        w.conn.execute(delete(u).where(u.setting_id == setting_id, u.at < now - KEPT_FOR))
        values = {"account_id": account_id, "kind": kind, "name": sheet.name[:200], "data": data, "at": now}
        return int(w.conn.execute(insert(u).values(setting_id=setting_id, **values).returning(u.id)).scalar_one())


def upload(conn: Connection, setting_id: int, account_id: int, upload_id: int) -> Any:
    """Return a file someone is looking at (theirs only); raise NotFound otherwise."""
    u = ImportUpload
    query = select(u.id, u.kind, u.name, u.data, u.at).where(
        u.setting_id == setting_id, u.account_id == account_id, u.id == upload_id
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFound
    return row


def forget_upload(setting_id: int, upload_id: int, account_id: int, now: datetime) -> None:
    """Drop a file that was looked at."""
    with store.writing(now=now, actor_id=account_id) as w:
        w.conn.execute(delete(ImportUpload).where(ImportUpload.setting_id == setting_id, ImportUpload.id == upload_id))


def runs(conn: Connection, setting_id: int) -> list[Any]:
    """Return what was imported, newest first."""
    r = ImportRun
    query = (
        select(r.id, r.kind, r.name, r.rows, r.made, r.changed, r.at)
        .where(r.setting_id == setting_id)
        .order_by(r.id.desc())
        .limit(20)
    )
    return list(conn.execute(query))
