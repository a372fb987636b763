"""Every kind of answer carries the same guards."""

import pytest

CSP = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "report-uri /csp-report",
]
EVERY_KIND = [
    ("GET", "/form/", 200),
    ("POST", "/save/", 303),
    ("GET", "/guarded/", 403),
    ("GET", "/nowhere/", 404),
    ("GET", "/save/", 405),
    ("GET", "/fails/conflict/", 409),
    ("GET", "/fails/refused/", 422),
    ("GET", "/fails/surprise/", 500),
    ("GET", "/fails/unsaved/", 503),
    ("GET", "/plain/", 200),
    ("POST", "/csp-report", 204),
    ("GET", "/static/old/app.css", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND)
def test_every_answer_has_the_guarding_headers(client, method, path, status):
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"].split("; ") == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"cookie", "hx-request"} <= {name.lower() for name in answer.vary}


def test_a_browsers_report_is_kept_without_the_query_and_never_floods(app, client):
    report = {
        "csp-report": {
            "effective-directive": "script-src-elem",
            "blocked-uri": "https://elsewhere.example/a.js?pupil=7",
        }
    }
    for _ in range(25):
        assert client.post("/csp-report", json=report, content_type="application/csp-report").status_code == 204
    assert set(app.extensions["daymark.csp_reports"].latest) == {"script-src-elem https://elsewhere.example/a.js"}
    assert len(app.extensions["daymark.csp_reports"].latest) == 20


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"csp-report": "x"}', b"\xff"])
def test_a_report_that_cannot_be_read_is_no_fault(client, body):
    assert client.post("/csp-report", data=body).status_code == 204
