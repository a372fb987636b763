"""The shared files: kept for good under their digest, and small."""

import base64
import gzip
import hashlib
import re

import pytest

from intranet.web.static import FOLDER
from intranet.web.vendor import PROJECT, copy, packages

BUDGET = 50_000  # bytes gzipped, ux.md UX-05


def addresses(html):
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', html)


def test_a_page_names_shared_files_by_digest_and_the_browser_may_keep_them(client):
    for address in addresses(client.get("/form/").text):
        assert client.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_old_digest_still_works_but_is_not_kept(client):
    answer = client.get("/static/0000/app.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["nothing.css", "../errors.py", "%2e%2e/errors.py", "staff.scss", "vendor.lock.json/"])
def test_only_shared_files_are_served(client, name):
    assert client.get(f"/static/x/{name}").status_code == 404


def test_compressed_and_plain_are_the_same_file(client):
    packed = client.get("/static/x/app.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == client.get("/static/x/app.js").data == (FOLDER / "app.js").read_bytes()
    assert packed.mimetype == "text/javascript"


def test_a_page_is_compressed_only_for_a_browser_that_takes_it(client):
    packed = client.get("/help/", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"Help and keys" in gzip.decompress(packed.data)
    assert "Content-Encoding" not in client.get("/help/").headers


def test_everything_a_register_page_loads_is_within_the_budget(app, client):
    names = ["app.css", "print.css", "app.js", "vendor/htmx.min.js", "vendor/govuk-frontend.min.js", "icon.svg"]
    names += [path.name for path in FOLDER.glob("register*.js")]
    sizes = {name: len(client.get(f"/static/x/{name}", headers={"Accept-Encoding": "gzip"}).data) for name in names}
    assert sum(sizes.values()) <= BUDGET, sizes


def test_the_style_sheet_brings_no_font_no_crest_and_nothing_from_elsewhere():
    css = (FOLDER / "app.css").read_text(encoding="utf-8")
    assert "@font-face" not in css
    assert "GDS Transport" not in css
    assert not re.search(r"url\(\s*[\"']?(https?:)?//", css)
    assert "#17594a" in css


def test_vendored_files_are_listed_with_their_licence_and_there():
    for package in packages():
        assert package["licence"] in {"0BSD", "MIT", "MPL-2.0"}
        assert all((PROJECT / target).is_file() for target in package["files"].values())


def test_a_package_that_was_tampered_with_is_refused_and_nothing_is_written(tmp_path):
    package = dict(
        packages()[0], integrity="sha512-" + base64.b64encode(hashlib.sha512(b"the real one").digest()).decode()
    )
    with pytest.raises(ValueError, match="does not match its digest"):
        copy(package, tmp_path, get=lambda url: b"another one")
    assert list(tmp_path.iterdir()) == []
