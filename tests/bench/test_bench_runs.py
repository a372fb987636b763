"""The bench's machinery works: both sides answer and every figure is worked out; nothing here is timed."""

from __future__ import annotations

from intranet.law import scan as law_scan
from tests.bench import compare, floor, load, scan


def test_the_floor_is_a_correct_register_app(tmp_path):
    floor.build(tmp_path / "floor.db", groups=1, size=compare.SIZE)
    client = floor.create_floor(tmp_path / "floor.db").test_client()
    token = client.get("/sign-in/1").data.decode()
    (_, path, _), (_, _, body) = compare.floor_requests(token, 1, 0, "both")
    sent = {"data": body, "content_type": "application/x-www-form-urlencoded"}
    assert client.get(path).data.count(b'name="m') == compare.SIZE
    assert client.post(path, **sent).status_code == 303
    assert client.get(path).data.count(b'value="N"') == 2
    assert client.post(path, **{**sent, "data": body.replace(token, "0" * 32)}).status_code == 403


def test_a_round_over_http_counts_each_answer_and_the_bad_ones(tmp_path):
    floor.build(tmp_path / "floor.db", groups=2, size=compare.SIZE)
    port = compare.free_port()
    with compare.server("tests.bench.floor", str(tmp_path / "floor.db"), str(port), port=port):
        people = [compare.floor_client(port, n + 1) for n in range(2)]
        good = [load.Client(headers, tuple(compare.floor_requests(token, n + 1, 0, "both"))) for n, (headers, token) in enumerate(people)]
        result = load.run(port, good)
        refused = load.run(port, [load.Client({}, tuple(compare.floor_requests("none", 1, 1, "save")))])
    assert len(result.milliseconds) == 4 and result.bad == 0 and set(result.by_method) == {"GET", "POST"}
    assert 0 < result.percentile(50) <= result.percentile(95) and result.wall > 0
    assert refused.bad == 1


def test_a_pass_over_a_school_gives_every_answer_that_numpy_gives():
    school = scan.made(600, seed=5)
    assert scan.differences(school) == []
    found = scan.as_arrays(law_scan.judge(school.blobs, school.frame, school.rules, school.kinds, school.ages), school.frame)
    assert all(len(value) for value in found.values()), "every trigger is reached by somebody"


def test_a_difference_between_ours_and_numpy_is_named():
    school = scan.made(50)
    school.array[7, :] = 0
    assert "counts" in scan.differences(school)
