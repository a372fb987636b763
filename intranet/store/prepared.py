"""SELECTs that a register asks all morning: compiled, checked for their setting and typed once, then run by the driver itself."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from intranet.store.guard import Rule, rule_for
from intranet.store.scope import OutOfScope, current

Values = Mapping[str, Any]
Turn = Callable[[Any], Any]


@dataclass(frozen=True)
class _Made:
    """One text of the statement: how its parameters are picked and its columns read."""

    text: str
    picks: tuple[tuple[str, int | None, Turn | None], ...]  # name, place in its list, what turns it into the driver's value
    turns: tuple[tuple[int, Turn], ...]  # column, what turns the driver's value into ours
    row: Any
    rule: Rule
    constants: Values  # what the statement itself says, such as a limit

    def parameters(self, values: Values) -> list[Any]:
        """Return the driver's parameters in order."""
        values = {**self.constants, **values} if self.constants else values
        found = []
        for name, place, turn in self.picks:
            value = values[name] if place is None else values[name][place]
            found.append(value if turn is None or value is None else turn(value))
        return found

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the driver's rows as named tuples of our own types."""
        make = self.row._make
        if not self.turns:
            return [make(one) for one in raw]
        found = []
        for one in raw:
            cells = list(one)
            for at, turn in self.turns:
                cells[at] = turn(cells[at])
            found.append(make(cells))
        return found

    def require(self, values: Values) -> None:
        """Raise OutOfScope unless every setting named by the parameters is in scope, as the guard does for other statements."""
        if self.rule.refusal:
            raise OutOfScope(self.rule.refusal)
        scope = current()
        for name in self.rule.binds:
            value = values[name]
            for setting_id in value if isinstance(value, list | tuple) else (value,):
                scope.require(setting_id)


class Prepared:
    """A SELECT run many times; on PostgreSQL it is an ordinary statement, as the driver prepares those itself."""

    def __init__(self, query: Any) -> None:
        self.query = query
        self._made: dict[tuple[int, ...], _Made] = {}

    def all(self, conn: Connection, values: Values) -> Sequence[Any]:
        """Return the rows with their columns as attributes; raise OutOfScope for a setting out of scope."""
        if conn.dialect.name != "sqlite":
            return conn.execute(self.query, dict(values)).all()
        shape = tuple(len(value) for value in values.values() if isinstance(value, list | tuple))
        made = self._made.get(shape) or self._make(conn, shape, values)
        if not current().everything:
            made.require(values)
        return made.rows(_run(conn, made.text, made.parameters(values)))

    def first(self, conn: Connection, values: Values) -> Any:
        """Return the first row, or None."""
        rows = self.all(conn, values)
        return rows[0] if rows else None

    def _make(self, conn: Connection, shape: tuple[int, ...], values: Values) -> _Made:
        bound = self.query.params(**values)
        spread = bound.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True})
        assert isinstance(spread, SQLCompiler)  # noqa: S101 (a SELECT compiles to nothing else)
        plain = self.query.compile(dialect=conn.dialect)
        assert isinstance(plain, SQLCompiler)  # noqa: S101
        made = self._made[shape] = _Made(
            str(spread), tuple(_pick(name, values, spread) for name in spread.positiontup or ()), tuple(_turns(plain, conn)),
            namedtuple("Row", [column.keyname for column in plain._result_columns], rename=True), rule_for(plain),
            {name: value for name, value in plain.params.items() if name not in values},
        )  # fmt: skip
        return made


class PreparedWrite:
    """An INSERT or UPDATE run many times, for one row or many in one go; on PostgreSQL it is an ordinary statement."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._made: dict[tuple[str, ...], _Made] = {}

    def run(self, conn: Connection, rows: Sequence[Values]) -> None:
        """Send the rows, all with the same names; raise OutOfScope for a setting out of scope."""
        if not rows:
            return
        if conn.dialect.name != "sqlite":
            conn.execute(self.statement, [dict(row) for row in rows])
            return
        names = tuple(rows[0])
        made = self._made.get(names) or self._make(conn, names)
        if not current().everything:
            for row in rows:
                made.require(row)
        _send(conn, made.text, [made.parameters(row) for row in rows])

    def _make(self, conn: Connection, names: tuple[str, ...]) -> _Made:
        compiled = self.statement.compile(dialect=conn.dialect, column_keys=list(names))
        blank: Values = dict.fromkeys(names)
        picks = tuple(_pick(name, blank, compiled) for name in compiled.positiontup or ())
        constants = {name: value for name, value in compiled.params.items() if name not in blank}
        made = self._made[names] = _Made(str(compiled), picks, (), tuple, rule_for(compiled), constants)
        return made


def _pick(name: str, values: Values, compiled: SQLCompiler) -> tuple[str, int | None, Turn | None]:
    """Return where a parameter comes from: a value, or an element of a list that the text spreads."""
    key, place = _element(name, values)
    known = next((bind for bind, named in compiled.bind_names.items() if named in (name, key)), None)
    turn = known.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect) if known is not None else None
    return key, place, turn


def _element(name: str, values: Values) -> tuple[str, int | None]:
    key, _, number = name.rpartition("_")
    spread = name not in values and isinstance(values.get(key), list | tuple)
    return (key, int(number) - 1) if spread else (name, None)


def _turns(compiled: SQLCompiler, conn: Connection) -> list[tuple[int, Turn]]:
    found = ((at, _turn(column.type, conn)) for at, column in enumerate(compiled._result_columns))
    return [(at, turn) for at, turn in found if turn is not None]


def _turn(kind: Any, conn: Connection) -> Turn | None:
    if isinstance(kind, JSON):
        return _from_json
    processor: Turn | None = kind.dialect_impl(conn.dialect).result_processor(conn.dialect, None)
    return processor


@lru_cache(maxsize=2000)
def _from_json(text: str | None) -> Any:
    """Return what the text says, not to be changed: the pupils of a class mostly have the same."""
    value = None if text is None else json.loads(text)
    return MappingProxyType(value) if isinstance(value, dict) else value


def _run(conn: Connection, text: str, parameters: list[Any]) -> list[Any]:
    """Return the driver's rows, in the connection's transaction; errors are SQLAlchemy's, as everywhere."""
    if not conn.in_transaction():
        conn.begin()
    raw: Any = conn.connection.driver_connection
    with _sayable(conn, text):
        rows: list[Any] = raw.execute(text, parameters).fetchall()
    _told(conn, text)
    return rows


def _send(conn: Connection, text: str, rows: list[list[Any]]) -> None:
    raw: Any = conn.connection.driver_connection
    with _sayable(conn, text):
        if len(rows) == 1:
            raw.execute(text, rows[0])
        else:
            raw.executemany(text, rows)
    _told(conn, text)


@contextmanager
def _sayable(conn: Connection, text: str) -> Iterator[None]:
    """Turn the driver's errors into SQLAlchemy's, without the parameters, which may hold a child's details."""
    kind = conn.dialect.loaded_dbapi.Error
    try:
        yield
    except kind as error:
        raise DBAPIError.instance(text, None, error, kind, hide_parameters=True, dialect=conn.dialect) from error


def _told(conn: Connection, text: str) -> None:
    """Tell whoever counts statements."""
    for listener in conn.dispatch.after_cursor_execute:
        listener(conn, None, text, None, None, False)
