"""The command: import FILE --setting KEY --kind pupils|contacts|classes|marks [--map a=b] [--commit]."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from intranet import clock, store
from intranet.errors import Refused
from intranet.exchange import service
from intranet.exchange.columns import KINDS
from intranet.exchange.reading import UnreadableError, read
from intranet.exchange.verdicts import DryRun
from intranet.extension import host
from intranet.people.places import Setting
from intranet.settings.service import context
from intranet.web.kit import plural

MOST_PRINTED = 50


def main(app: Flask, argv: Sequence[str]) -> int:
    """Look at a file, or with --commit store it; return 0 when it can be (or was) stored, 1 when not, 2 for a wrong call."""
    try:
        asked = _parser().parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    with app.app_context():
        return _run(asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py import",
        description="Import a file that a management system exported. Without --commit nothing is stored.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--setting", required=True, help="the setting's number or its name")
    parser.add_argument("--kind", required=True, choices=sorted(KINDS))
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HEADER=FIELD",
        help="which field a column holds, for example 'Reg=group'",
    )
    parser.add_argument("--commit", action="store_true", help="store the file, all of it or nothing")
    return parser


def _run(asked: argparse.Namespace) -> int:
    setting_id = _setting(asked.setting)
    if setting_id is None:
        return _fail(f"There is no setting “{asked.setting}”. Give its number or its whole name.", 2)
    chosen, wrong = _chosen(asked.map, asked.kind)
    if wrong:
        return _fail(wrong, 2)
    try:
        sheet = read(asked.file.name, asked.file.read_bytes())
    except UnreadableError as reason:
        return _fail(str(reason), 1)
    except OSError as reason:
        return _fail(f"{asked.file} could not be read: {reason.strerror}. Check the path.", 1)
    with store.scope([setting_id]):
        return _import(setting_id, asked, sheet, chosen)


def _import(setting_id: int, asked: argparse.Namespace, sheet: service.Sheet, chosen: dict[str, str]) -> int:
    ctx = context(setting_id)
    caller = host.for_setting(ctx)
    run = service.dry_run(ctx, caller, asked.kind, sheet, chosen, clock.today(), _say)
    _report(run)
    if not run.good:
        return _fail(f"{plural(len(run.problems), 'problem')}. Nothing was stored.", 1)
    if not asked.commit:
        _say("Nothing was stored. Add --commit to store it.")
        return 0
    try:
        done = service.commit(ctx, caller, asked.kind, sheet, chosen, account_id=None, now=clock.now(), progress=_say)
    except Refused as refused:
        return _fail(refused.message, 1)
    _say(f"Imported: {done.made:,} new, {done.changed:,} changed.")
    return 0


def _setting(said: str) -> int | None:
    """Return the id of the setting with this number or name."""
    with store.all_settings("import command finds the setting by name"), store.connection() as conn:
        rows = conn.execute(select(Setting.id, Setting.name)).all()
    return next((row.id for row in rows if said == str(row.id) or said.casefold() == row.name.casefold()), None)


def _chosen(said: Sequence[str], kind: str) -> tuple[dict[str, str], str]:
    known = {field.key for field in KINDS[kind]}
    chosen: dict[str, str] = {}
    for pair in said:
        header, found, key = pair.partition("=")
        if not found or key not in known:
            return {}, f"--map {pair} is not HEADER=FIELD with one of the fields {', '.join(sorted(known))}."
        chosen[header.strip()] = key
    return chosen, ""


def _report(run: DryRun) -> None:
    _say(f"{run.rows:,} rows: {run.made:,} new, {run.changed:,} changed, {run.same:,} as they are.")
    for note in run.notes:
        _say(note)
    if run.unknown:
        _say(f"Columns that were left out: {', '.join(run.unknown)}.")
    for verdict in run.verdicts[:MOST_PRINTED]:
        _say(("Think over: " if verdict.warning else "") + verdict.sentence)
    if len(run.verdicts) > MOST_PRINTED:
        _say(f"… and {len(run.verdicts) - MOST_PRINTED:,} more.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f"{text}\n")
    return code
