"""The floor: the least a correct register page and save can cost in Flask. Not a product; it is what ours is measured against.

Signed session cookie, CSRF check, code validation, one query for the page, one transaction with one upsert a pupil and one audit
row on a wide, indexed table, ``synchronous=FULL``, SQLAlchemy Core, the same server and threads as the product.
"""

from __future__ import annotations

import hmac
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask, Response, abort, redirect, render_template, request, session
from jinja2 import DictLoader
from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from werkzeug.wrappers import Response as AnyResponse

CODES = frozenset("/\\LBPVWKDCEIMRSTGNOUX")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Register</title>
<link rel="stylesheet" href="/static/app.css"></head><body><header><nav>
{% for i in range(8) %}<a href="/m{{ i }}">Menu {{ i }}</a>{% endfor %}</nav></header><main><h1>Class {{ group }}, {{ number }}</h1>
<form method="post"><input type="hidden" name="csrf" value="{{ csrf }}"><table><thead><tr><th>Pupil</th><th>Mark</th><th>Minutes late</th></tr></thead><tbody>
{% for row in rows %}<tr><th scope="row"><label for="m{{ row[0] }}">{{ row[1] }}</label></th>
<td><input id="m{{ row[0] }}" name="m{{ row[0] }}" value="{{ row[2] or '/' }}" maxlength="2" size="2"></td>
<td><input name="l{{ row[0] }}" value="{{ row[3] or '' }}" size="3"></td></tr>{% endfor %}
</tbody></table><button>Save</button></form></main></body></html>"""

metadata = MetaData()
pupil = Table("pupil", metadata, Column("id", Integer, primary_key=True), Column("name", String), Column("group_id", Integer, index=True))
mark = Table(
    "mark", metadata,
    Column("id", Integer, primary_key=True), Column("school_id", Integer), Column("pupil_id", Integer), Column("group_id", Integer),
    Column("day", String), Column("session", String), Column("code", String), Column("minutes", Integer), Column("note", String),
    Column("by", Integer), Column("at", String), UniqueConstraint("pupil_id", "day", "session"),
)  # fmt: skip
audit = Table(
    "audit", metadata,
    Column("id", Integer, primary_key=True), Column("at", String), Column("by", Integer), Column("what", String), Column("data", String),
)  # fmt: skip


def build(path: Path, groups: int, size: int) -> None:
    """Make the floor's database: classes of pupils and nothing else."""
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        people = [{"id": n + 1, "name": f"Pupil {n:04}", "group_id": n // size + 1} for n in range(groups * size)]
        connection.execute(pupil.insert(), people)


def create_floor(path: Path) -> Flask:
    """Return the floor app over that database."""
    engine = create_engine(f"sqlite:///{path}", pool_size=16)

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=30000")

    insert_mark = insert(mark)
    upsert = insert_mark.on_conflict_do_update(
        index_elements=["pupil_id", "day", "session"],
        set_={name: insert_mark.excluded[name] for name in ("code", "minutes", "by", "at")},
    )
    app = Flask("floor")
    app.secret_key = "bench-only"
    app.jinja_loader = DictLoader({"register.html": PAGE})  # type: ignore[assignment]

    def of(number: int) -> tuple[str, str]:
        return (date(2026, 9, 1) + timedelta(days=number // 2)).isoformat(), "AM" if number % 2 == 0 else "PM"

    @app.get("/sign-in/<int:user>")
    def sign_in(user: int) -> str:
        session["user"], session["csrf"] = user, os.urandom(16).hex()
        return str(session["csrf"])

    @app.get("/register/<int:group>/<int:number>")
    def show(group: int, number: int) -> str:
        if "user" not in session:
            abort(401)
        day, half = of(number)
        joined = pupil.outerjoin(mark, (mark.c.pupil_id == pupil.c.id) & (mark.c.day == day) & (mark.c.session == half))
        query = select(pupil.c.id, pupil.c.name, mark.c.code, mark.c.minutes).select_from(joined)
        with engine.connect() as connection:
            rows = connection.execute(query.where(pupil.c.group_id == group).order_by(pupil.c.name)).all()
        return render_template("register.html", group=group, number=number, csrf=session["csrf"], rows=rows)

    @app.post("/register/<int:group>/<int:number>")
    def save(group: int, number: int) -> AnyResponse:
        if not hmac.compare_digest(request.form.get("csrf", ""), session.get("csrf", "-")):
            abort(403)
        day, half = of(number)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with engine.connect() as connection:
            ids = list(connection.scalars(select(pupil.c.id).where(pupil.c.group_id == group)))
        rows = []
        for one in ids:
            code, minutes = request.form.get(f"m{one}", ""), request.form.get(f"l{one}", "")
            if code not in CODES:
                abort(422)
            rows.append({"school_id": 1, "pupil_id": one, "group_id": group, "day": day, "session": half, "code": code,
                         "minutes": int(minutes) if minutes else None, "by": session["user"], "at": now})  # fmt: skip
        with engine.begin() as connection:
            connection.execute(upsert, rows)
            connection.execute(audit.insert(), {"at": now, "by": session["user"], "what": "register", "data": "".join(r["code"] for r in rows)})
        return redirect(f"/register/{group}/{number}", 303)

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return Response("", mimetype="text/css")

    return app


def main() -> None:
    """Serve the floor: ``floor.py DATABASE PORT``."""
    from waitress import serve

    serve(create_floor(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), threads=8, _quiet=True)


if __name__ == "__main__":
    main()
