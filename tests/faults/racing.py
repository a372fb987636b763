"""Two requests at the very same moment: the same one twice, or two people's over the same pupils."""

from __future__ import annotations

import threading
from collections import Counter

from flask.testing import FlaskClient
from sqlalchemy import select

from intranet import store
from intranet.people import sessions
from intranet.store.tables import event
from tests.faults.interleaving import Ground, Lost, registers
from tests.faults.pages import form_with
from tests.fixtures.people import signed_in


def page_of(client: FlaskClient, place: Ground, number: int, group: int) -> tuple[str, dict[str, str]]:
    """Return a register's address and its form as it stands, in code boxes."""
    path = f"/settings/{place.setting}/registers/{number}/{group}/"
    form = form_with(client.get(path + "?mode=office").get_data(as_text=True), "data-register")
    return path, {**form.fields, "act": "save"}


def at_once(path: str, sent: list[tuple[FlaskClient, dict[str, str]]]) -> list[tuple[int, str]]:
    """Return the answers to posts that start together."""
    together, answers = threading.Barrier(len(sent)), [(0, "")] * len(sent)

    def post(n: int, client: FlaskClient, body: dict[str, str]) -> None:
        together.wait()
        answer = client.post(path, data=body)
        answers[n] = answer.status_code, answer.get_data(as_text=True)

    threads = [threading.Thread(target=post, args=(n, *one)) for n, one in enumerate(sent)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def same_person(place: Ground, how_many: int) -> list[FlaskClient]:
    """Return several connections of one sign-in of the teacher."""
    first, *others = (place.app.test_client() for _ in range(how_many))
    token = signed_in(first, place.teacher).get_cookie(sessions.cookie_name()).value
    for one in others:
        one.set_cookie(sessions.cookie_name(), token)
    return [first, *others]


def saves(place: Ground, number: int, group: int) -> int:
    """Return how many saves of a register are stored."""
    with store.scope([place.setting]), store.connection() as conn:
        query = select(event.c.position).where(event.c.setting_id == place.setting, event.c.stream == f"register:{number}:{group}")
        return len(conn.execute(query).all())


def same_request_twice(place: Ground, times: int, senders: int = 2) -> Counter:
    """Return what came of one request sent by several connections at once, time after time; raise Lost unless it is stored once."""
    tally: Counter = Counter()
    for _, (number, group, at) in zip(range(times), registers(place), strict=False):
        place.app.extensions["daymark.clock"].set(at)
        clients = same_person(place, senders)
        path, body = page_of(clients[0], place, number, group)
        body |= {f"mark-{pupil}": "N" for pupil in place.pupils[group]}
        answers = at_once(path, [(client, body) for client in clients])
        tally["requests"] += len(answers)
        tally["stored"] += saves(place, number, group)
        if [status for status, _ in answers] != [303] * senders or saves(place, number, group) != 1:
            raise Lost(f"{saves(place, number, group)} saves for one request, answers {[status for status, _ in answers]}")
    return tally


def two_at_once(place: Ground, times: int) -> Counter:
    """Return what came of two people saving different marks for the same pupils at once; raise Lost unless one is told of the other's."""
    tally: Counter = Counter()
    for _, (number, group, at) in zip(range(times), registers(place), strict=False):
        place.app.extensions["daymark.clock"].set(at)
        clients = [signed_in(place.app.test_client(), who) for who in (place.teacher, place.office)]
        sent = []
        for client, code in zip(clients, ("N", "I"), strict=True):
            path, body = page_of(client, place, number, group)
            sent.append((client, body | {f"mark-{pupil}": code for pupil in place.pupils[group]}))
        _one_won(place, number, group, at_once(path, sent))
        tally["races"] += 1
    return tally


def _one_won(place: Ground, number: int, group: int, answers: list[tuple[int, str]]) -> None:
    stand = {mark[0] for mark in place.standing(number, group).values()}
    if sorted(status for status, _ in answers) != [303, 409] or len(stand) != 1 or saves(place, number, group) != 1:
        raise Lost(f"answers {[status for status, _ in answers]}, marks {stand}, {saves(place, number, group)} saves")
    told = next(html for status, html in answers if status == 409)
    missing = [pupil for pupil in place.pupils[group] if f'name="mark-{pupil}"' not in told]
    if missing:
        raise Lost(f"nobody was told about the marks of {missing}")
