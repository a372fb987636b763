"""Importing pupils: what each row would make or change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intranet.exchange import values, who
from intranet.exchange.columns import PUPILS, Mapped
from intranet.exchange.reading import Sheet
from intranet.exchange.verdicts import DryRun, Reader, Rows
from intranet.extension.api import Placement, PupilFacts, Request, setting_of
from intranet.extension.host import Caller
from intranet.law.words import long_date
from intranet.pupils import classes
from intranet.pupils import models as m
from intranet.pupils.admission import FIELDS
from intranet.pupils.changes import ADDRESS_FIELDS
from intranet.pupils.roll import live
from intranet.settings.service import SettingContext
from intranet.store import Writing, bulk
from intranet.store.events import Draft
from intranet.web.kit import plural

NAME = 80
READERS: dict[str, Reader] = {
    "upn": values.unique_number, "former_upn": values.unique_number, "born": values.day, "sex": values.sex, "year_group": values.year_group,
    "admitted_on": values.day, "left_on": values.day, "address": partial(values.text, longest=500), "postcode": partial(values.text, longest=10),
    "home_school": values.text, "commissioner": values.text, "pattern": values.text, "sessions_per_week": values.number,
    "language": partial(values.text, longest=40), "group": partial(values.text, longest=60), "last_school": values.text, "model": values.text,
    **dict.fromkeys(("legal_family", "legal_given", "legal_middle", "preferred_family", "preferred_given"), partial(values.text, longest=NAME)),
}  # fmt: skip
#: Fields of a row that the placement's agreement holds, and those that are not columns of the pupil at all.
AGREED = ("home_school", "commissioner", "pattern", "sessions_per_week")
BESIDES = frozenset({"group", "model", *AGREED})


@dataclass
class Plan:
    """What an import of pupils would store."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[int, dict[str, Any], dict[str, list[str]]]] = field(default_factory=list)
    moves: list[tuple[int, str, date]] = field(default_factory=list)
    classes: dict[str, int | None] = field(default_factory=dict)


def dry_run(conn: Connection, ctx: SettingContext, caller: Caller, sheet: Sheet, mapped: Mapped, today: date) -> DryRun:
    """Return what importing these pupils would do; stores nothing."""
    rows = Rows(sheet, mapped, {item.key: item for item in PUPILS}, READERS)
    known, plan = who.known_pupils(conn, ctx.id), Plan()
    plan.classes = {name: group_id for group_id, name in _groups(conn, ctx.id, today)}
    inside = _members(conn, ctx.id, today)
    checker = _Checker(ctx, caller, rows, known, today)
    same = 0
    for number, cells in sheet.rows:
        row = rows.values(number, cells)
        if row is not None and checker.good(number, row):
            same += _planned(plan, row, known.find(row), inside, today)
    opened = sorted(name for name, group_id in plan.classes.items() if group_id is None)
    notes = (f"{plural(len(opened), 'class', 'classes')} will be opened: {', '.join(opened[:20])}.",) if opened else ()
    return DryRun(
        "pupils", sheet.digest, len(sheet.rows), len(plan.new), len(plan.changed), same, tuple(rows.verdicts), mapped.unknown, notes, plan
    )  # fmt: skip


def _groups(conn: Connection, setting_id: int, today: date) -> Sequence[tuple[int, str]]:
    g = m.TeachingGroup
    return [
        (row.id, row.name)
        for row in conn.execute(select(g.id, g.name).where(g.setting_id == setting_id, live(g, today)))
    ]


def _members(conn: Connection, setting_id: int, today: date) -> dict[int, int]:
    member = m.GroupMember
    query = select(member.pupil_id, member.group_id).where(member.setting_id == setting_id, live(member, today))
    return dict(conn.execute(query).all())


@dataclass
class _Checker:
    """Looks at a row among the other rows and the pupils who are there."""

    ctx: SettingContext
    caller: Caller
    rows: Rows
    known: who.KnownPupils
    today: date
    seen: dict[Any, int] = field(default_factory=dict)

    def good(self, number: int, row: Mapping[str, Any]) -> bool:
        """Return whether the row can be imported; add its verdicts."""
        before = len(self.rows.verdicts)
        problems = [*self._twice(number, row), *self._days(row), *self._model(row)]
        for key, value, text in problems:
            self.rows.refuse(number, key, value, text)
        if len(self.rows.verdicts) == before:
            self._warn(number, row)
        return not problems

    def _twice(self, number: int, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        found = []
        for key, label, column in (
            (row.get("upn"), "UPN", "upn"),
            (who.key_of(row), "name and birth date", "legal_family"),
        ):
            if key and key in self.seen:
                found.append(
                    (
                        column,
                        str(row.get(column)),
                        f"Row {self.seen[key]} has the same {label} (census rule 1520). Remove one of the two.",
                    )
                )
            elif key:
                self.seen[key] = number
        return found[:1]

    def _days(self, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        born, first, last = row.get("born"), row.get("admitted_on"), row.get("left_on")
        found = []
        if born and born > self.today:
            found.append(("born", str(born), f"{long_date(born)} is in the future. Check the year."))
        if born and first and first <= born:
            found.append(
                (
                    "admitted_on",
                    str(first),
                    f"The admission date {long_date(first)} is not after the birth date. Check both.",
                )
            )
        if first and last and last < first:
            found.append(
                (
                    "left_on",
                    str(last),
                    f"The leaving date {long_date(last)} is before the admission date {long_date(first)}. Check both.",
                )
            )
        return found

    def _model(self, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Return why the placement cannot be made: an unknown model, or what the setting's policy needs first (SEN-017)."""
        models, said = self.caller.catalogue.placement_models, row.get("model") or ""
        if said and _model_key(self.caller, said) is None:
            return [
                (
                    "model",
                    said,
                    f"“{said}” is not a placement model here. Use one of: {', '.join(model.key for model in models)}.",
                )
            ]
        if self.known.find(row) is not None or row.get("admitted_on") is None:
            return []
        verdict = self.caller.assess(_request(self.ctx, self.caller, row, self.today))
        because = f" ({', '.join(verdict.clauses)})" if verdict.clauses else ""
        return [
            (
                FIELDS.get(name, name),
                "",
                f"The policy needs the {name} before a pupil is admitted{because}. Add it in a column.",
            )
            for name in verdict.missing
            if not verdict.allowed
        ]

    def _warn(self, number: int, row: Mapping[str, Any]) -> None:
        first = row.get("admitted_on")
        known = self.known.find(row)
        if first and known is None and not self.ctx.calendar.is_school_day(first):
            self.rows.warn(
                number,
                "admitted_on",
                str(first),
                f"{long_date(first)} is not a school day here. It is kept as the file has it.",
            )
        if known is not None and known["address_protected"] and (row.get("address") or row.get("postcode")):
            self.rows.warn(
                number, "address", "", "The address of this pupil is protected. An import leaves it as it is."
            )
        if known is not None and row.get("upn") and who.key_of(known) != who.key_of(row):
            name = f"{known['legal_given']} {known['legal_family']}"
            self.rows.warn(
                number,
                "upn",
                str(row["upn"]),
                f"This UPN is {name}'s here; their name or birth date will change to the file's.",
            )


def _request(ctx: SettingContext, caller: Caller, row: Mapping[str, Any], today: date) -> Request:
    """Return the admission that a row asks for, judged by today's policy: the pupil is taken over today, whenever they began."""
    first, model = row["admitted_on"], _model_key(caller, row.get("model") or "")
    agreed = _agreed(row)
    placement = Placement(0, 0, model, first, None, {}, agreed) if model else None
    data = {"model": model, "starting_day": first, "agreement": agreed, **agreed}
    return Request("admission", setting_of(ctx), PupilFacts(0, row.get("born"), placement), max(first, today), data)


def _agreed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in AGREED if row.get(key) not in (None, "")}


def _model_key(caller: Caller, said: str) -> str | None:
    wanted = said.casefold()
    for model in caller.catalogue.placement_models:
        if wanted in (model.key.casefold(), model.label.casefold()):
            return model.key
    return None


def _planned(
    plan: Plan, row: dict[str, Any], known: Mapping[str, Any] | None, inside: Mapping[int, int], today: date
) -> int:
    """Add a row to the plan and return 1 when it changes nothing."""
    if row.get("group"):
        plan.classes.setdefault(row["group"], None)
    if known is None:
        plan.new.append(row)
        return 0
    kept = ADDRESS_FIELDS if known["address_protected"] else frozenset()
    fresh = {
        key: value for key, value in row.items() if key not in BESIDES | kept and value not in (None, "") and value != known[key]
    }  # fmt: skip
    moved = bool(row.get("group")) and plan.classes[row["group"]] != inside.get(known["id"])
    if fresh:
        plan.changed.append(
            (known["id"], fresh, {key: [str(known[key] or ""), str(value)] for key, value in fresh.items()})
        )
    if moved:
        plan.moves.append((known["id"], row["group"], max(today, known["admitted_on"] or today)))
    return 0 if fresh or moved else 1


def store(w: Writing, ctx: SettingContext, caller: Caller, plan: Plan, now: datetime) -> None:
    """Store a plan in the open transaction; classes first, then pupils, then who moves."""
    groups = _open_classes(w, ctx.id, plan)
    ids = _new_pupils(w, ctx.id, plan.new)
    _placements(w, ctx.id, caller, plan.new, ids, now)
    members = [
        {
            "setting_id": ctx.id,
            "group_id": groups[row["group"]],
            "pupil_id": pupil,
            "first": row["admitted_on"],
            "last": row.get("left_on"),
        }
        for row, pupil in zip(plan.new, ids, strict=True)
        if row.get("group")
    ]
    if members:
        w.conn.execute(insert(m.GroupMember), members)
    for pupil, fresh, _ in plan.changed:
        w.conn.execute(
            update(m.Pupil)
            .where(m.Pupil.setting_id == ctx.id, m.Pupil.id == pupil)
            .values(version=m.Pupil.version + 1, **fresh)
        )
    for pupil, name, first in plan.moves:
        classes.enter_group(w.conn, ctx.id, pupil, groups[name], first)
    bulk.write_events(w, ctx.id, [*_admitted(ctx.id, plan, ids, w, now), *_amended(ctx.id, plan, w, now)])


def _open_classes(w: Writing, setting_id: int, plan: Plan) -> dict[str, int]:
    first = min((row["admitted_on"] for row in plan.new if row.get("admitted_on")), default=w.now.date())
    made = {}
    for name, group_id in plan.classes.items():
        made[name] = group_id if group_id is not None else classes.make_class(w, setting_id, name, first)
    return made


def _new_pupils(w: Writing, setting_id: int, new: Sequence[Mapping[str, Any]]) -> list[int]:
    if not new:
        return []
    columns = sorted({key for row in new for key in row if key not in BESIDES})
    made = insert(m.Pupil).returning(m.Pupil.id, sort_by_parameter_order=True)
    rows = [{"setting_id": setting_id, **{key: row.get(key) for key in columns}} for row in new]
    return list(w.conn.execute(made, rows).scalars())


def _placements(
    w: Writing, setting_id: int, caller: Caller, new: Sequence[Mapping[str, Any]], ids: Sequence[int], now: datetime
) -> None:
    models = {model.key: model for model in caller.catalogue.placement_models}
    only = next(iter(models.values()))
    rows = []
    for row, pupil in zip(new, ids, strict=True):
        model = models[_model_key(caller, row["model"]) or only.key] if row.get("model") else only
        rows.append(
            {"setting_id": setting_id, "pupil_id": pupil, "model": model.key, "first": row["admitted_on"], "last": row.get("left_on"),
             "duties": dict(model.duties), "agreement": _agreed(row), "confirmed_by": w.actor_id, "confirmed_at": now}
        )  # fmt: skip
    if rows:
        w.conn.execute(insert(m.Placement), rows)


def _admitted(setting_id: int, plan: Plan, ids: Sequence[int], w: Writing, now: datetime) -> list[Draft]:
    drafts = []
    for row, pupil in zip(plan.new, ids, strict=True):
        data = {
            "pupil_id": pupil,
            "starting_day": str(row["admitted_on"]),
            "model": row.get("model") or "",
            "source": "import",
        }
        drafts.append(_draft(w, setting_id, pupil, "pupil.admitted", data, now))
    return drafts


def _amended(setting_id: int, plan: Plan, w: Writing, now: datetime) -> list[Draft]:
    return [
        _draft(w, setting_id, pupil, "pupil.amended", {"changed": said, "source": "import"}, now)
        for pupil, _, said in plan.changed
    ]


def _draft(w: Writing, setting_id: int, pupil: int, kind: str, data: Mapping[str, Any], now: datetime) -> Draft:
    return Draft(setting_id, f"pupil:{pupil}", kind, data, now.date(), now, w.actor_id)
