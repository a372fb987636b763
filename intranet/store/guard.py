"""Refuses a statement that touches a scoped table without saying which setting; sets PostgreSQL's row-level scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import Delete, Insert, Select, Update, operators
from sqlalchemy.sql.annotation import Annotated
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnElement,
    Grouping,
    TextClause,
)
from sqlalchemy.sql.selectable import Alias, FromClause, Join

from intranet.store import scope as scopes
from intranet.store.scope import OutOfScope
from intranet.store.tables import HOUSE

#: Marks a statement of the store itself that is scoped by other means (a position, a chain).
UNSCOPED = {"daymark_unscoped": True}


@dataclass(frozen=True)
class Rule:
    """What the guard found in one compiled statement: the parameters that name settings, or why it is refused."""

    binds: tuple[str, ...] = ()
    refusal: str = ""


def is_scoped(table: object) -> bool:
    """Return whether rows of the table belong to settings (it has setting_id and has not opted out)."""
    return isinstance(table, Table) and "setting_id" in table.c and table.info.get("scoped", True) is not False


def rule_for(compiled: SQLCompiler) -> Rule:
    """Return the guard's rule for a compiled statement, worked out once a statement."""
    found: Rule | None = getattr(compiled, "daymark_rule", None)
    if found is None:
        found = _judge(compiled)
        compiled.daymark_rule = found  # type: ignore[attr-defined]
    return found


def _judge(compiled: SQLCompiler) -> Rule:
    """Return the rule for a statement seen for the first time."""
    if isinstance(compiled.statement, TextClause):
        return Rule(
            refusal="Textual SQL cannot be checked for its setting. Write it with SQLAlchemy Core, or inside the store."
        )
    inspector = Inspector(compiled)
    inspector.walk(compiled.statement, frozenset())
    if inspector.bare:
        return Rule(
            refusal=f"This statement touches the table {inspector.bare} without saying which setting: "
            f"add the condition {inspector.bare}.setting_id == …"
        )
    return Rule(tuple(sorted(inspector.names)))


class Inspector:
    """Walks a statement, part by part: which scoped tables it touches and which parameters fix their setting."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._bind_names = compiled.bind_names
        self.names: set[str] = set()
        self.bare = ""

    def walk(self, node: Any, outer: frozenset[Any]) -> None:
        """Look at a node and what is inside it; ``outer`` are the sources that the statement around it has fixed."""
        if isinstance(node, Select):
            outer = self._select(node, outer)
        elif isinstance(node, (Update, Delete)):
            outer = self._require([node.table], list(_conjuncts(node.whereclause)), outer)
        elif isinstance(node, Insert) and is_scoped(node.table):
            self.names.add("setting_id")
        for child in node.get_children():
            self.walk(child, outer)

    def _select(self, node: Select[Any], outer: frozenset[Any]) -> frozenset[Any]:
        conditions = list(_conjuncts(node.whereclause))
        sources: list[Any] = []
        for source in node.get_final_froms():
            _flatten(source, sources, conditions)
        sources = [_plain(s) for s in sources]
        # A subquery is correlated only where something of its own is left to select from.
        inherited = outer if node._correlate or any(s not in outer for s in sources) else frozenset()
        return self._require(sources, conditions, inherited)

    def _require(
        self, sources: list[Any], conditions: list[ColumnElement[Any]], outer: frozenset[Any]
    ) -> frozenset[Any]:
        fixed = self._fixed(conditions, set(outer))
        for source in sources:
            if is_scoped(_table(source)) and source not in fixed:
                self.bare = _table(source).name
        return frozenset(fixed)

    def _fixed(self, conditions: Iterable[ColumnElement[Any]], fixed: set[Any]) -> set[Any]:
        """Return the sources whose setting a parameter fixes, straight or through another's."""
        same: list[tuple[Any, Any]] = []
        for condition in conditions:
            if isinstance(condition, BinaryExpression) and condition.operator in (operators.eq, operators.in_op):
                for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
                    self._note(one, other, fixed, same)
        while spread := {a for a, b in same if b in fixed and a not in fixed}:
            fixed |= spread
        return fixed

    def _note(self, one: Any, other: Any, fixed: set[Any], same: list[tuple[Any, Any]]) -> None:
        if not _names_setting(one):
            return
        if isinstance(other, BindParameter):
            fixed.add(_plain(one.table))
            self.names.add(self._bind_names.get(other, other.key))
        elif _names_setting(other):
            same.append((_plain(one.table), _plain(other.table)))


def _flatten(source: FromClause, sources: list[Any], conditions: list[ColumnElement[Any]]) -> None:
    source = _plain(source)
    if isinstance(source, Join):
        _flatten(source.left, sources, conditions)
        _flatten(source.right, sources, conditions)
        conditions.extend(_conjuncts(source.onclause))
    else:
        sources.append(source)


def _conjuncts(clause: Any) -> Iterator[ColumnElement[Any]]:
    """Yield the conditions that all hold; what stands inside an OR fixes nothing."""
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for inner in clause.clauses:
            yield from _conjuncts(inner)
    elif clause is not None:
        yield clause


def _names_setting(column: Any) -> bool:
    """Return whether a column holds a setting's id: ``setting_id``, or the id of the setting table."""
    table, name = getattr(column, "table", None), getattr(column, "name", None)
    if table is None:
        return False
    return name == "setting_id" or (name == "id" and getattr(_table(table), "name", None) == "setting")


def _plain(source: Any) -> Any:
    """Return the source without the ORM's annotations, so that two mentions of one table are equal."""
    return source._deannotate() if isinstance(source, Annotated) else source


def _table(source: Any) -> Any:
    source = _plain(source)
    while isinstance(source, Alias):
        source = _plain(source.element)
    return source


def watch(engine: Engine) -> None:
    """Check every statement on this engine before it runs."""

    @event.listens_for(engine, "before_cursor_execute")
    def check(
        conn: Connection,
        cursor: DBAPICursor,
        statement: str,
        parameters: Any,
        context: ExecutionContext | None,
        executemany: bool,
    ) -> None:
        if conn.dialect.name == "postgresql":
            _tell_postgres(conn)
        compiled = getattr(context, "compiled", None)
        if compiled is None or not isinstance(compiled, SQLCompiler):
            return
        if _excused(conn, context):
            return
        _enforce(rule_for(compiled), context)


def _excused(conn: Connection, context: Any) -> bool:
    """Return whether it is the store's own, a flush (checked object by object) or a reload of what was read in scope."""
    chosen = context.execution_options
    return bool(scopes.current().everything or chosen.get("daymark_unscoped") or conn.info.get("daymark.flushing"))


def _enforce(rule: Rule, context: Any) -> None:
    """Raise OutOfScope unless every setting that the statement's parameters name is in scope."""
    if rule.refusal:
        raise OutOfScope(rule.refusal)
    scope = scopes.current()
    for row in context.compiled_parameters if rule.binds else ():
        for name in rule.binds:
            for value in (row[name],) if name in row else _listed(row, name):
                scope.require(value)


def _listed(row: Mapping[str, Any], name: str) -> list[int]:
    """Return the values of an IN list, which SQLAlchemy has spread over numbered parameters."""
    return [value for key, value in row.items() if key.startswith(name) and key[len(name) + 1 :].isdigit()]


def _tell_postgres(conn: Connection) -> None:
    """Give the transaction the list of settings in scope, once for each scope it meets."""
    scope = scopes.current()
    if conn.info.get("daymark.settings") == scope:
        return
    raw: Any = conn.connection
    with raw.cursor() as cursor:  # one of our own: the statement's may be a server-side one
        settings = _every_setting(cursor) if scope.everything else scope.setting_ids
        cursor.execute("select set_config('app.settings', %s, true)", (",".join(map(str, sorted(settings))),))
    conn.info["daymark.settings"] = scope


def _every_setting(cursor: Any) -> set[int]:
    """Return the house and every setting there is (none before the migration that makes their table)."""
    cursor.execute("select to_regclass('setting') is not null")
    if not cursor.fetchone()[0]:
        return {HOUSE}
    cursor.execute("select id from setting")
    return {HOUSE, *(row[0] for row in cursor.fetchall())}


def watch_session(session: type[Session] | Any, *, writable: bool) -> None:
    """Check what a session flushes, object by object; let it reload what it had read in scope."""

    @event.listens_for(session, "do_orm_execute")
    def reload(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load:
            state.update_execution_options(**UNSCOPED)

    @event.listens_for(session, "before_flush")
    def before(current: Session, _context: object, _instances: object) -> None:
        changed = [*current.new, *(o for o in current.dirty if current.is_modified(o)), *current.deleted]
        if changed and not writable:
            raise OutOfScope(
                "db.session only reads. Make the change on w.session inside `with store.writing(...) as w:`."
            )
        for row in changed:
            if is_scoped(row.__table__):
                scopes.current().require(row.setting_id)
        current.connection().info["daymark.flushing"] = True

    @event.listens_for(session, "after_flush")
    def after(current: Session, _context: object) -> None:
        current.connection().info["daymark.flushing"] = False
