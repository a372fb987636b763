"""The shared files: addressed by a digest of all of them, kept by the browser for good, sent compressed."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from werkzeug.exceptions import NotFound

from intranet.web.rules import public

FOLDER = Path(__file__).resolve().parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = ("text/", "application/json", "image/svg+xml", "application/manifest+json")
SMALLEST = 1024  # bytes; below this compressing costs more than it saves
SHIPPED = frozenset({".css", ".js", ".svg", ".png", ".ico", ".json", ".webmanifest", ".ttf", ".woff2"})


class StaticFiles:
    """The static folder, read once; ``version`` changes when any file does (modules import each other)."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in SHIPPED)
        self._bodies = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        large = {name: body for name, body in self._bodies.items() if len(body) >= SMALLEST}
        self._packed = {name: gzip.compress(body, 9, mtime=0) for name, body in large.items()}
        together = b"".join(name.encode() + hashlib.sha256(body).digest() for name, body in self._bodies.items())
        self.version = hashlib.sha256(together).hexdigest()[:12]
        self.addresses: dict[tuple[str, str], str] = {}

    def body(self, name: str) -> bytes:
        """Return a file; NotFound when there is none of that name."""
        if name not in self._bodies:
            raise NotFound(f"There is no shared file “{name}”.")
        return self._bodies[name]

    def packed(self, name: str) -> bytes | None:
        """Return the file compressed, where that is worth while."""
        return self._packed.get(name)


def init_static(app: Flask) -> None:
    """Read the files, compress text answers, and give templates ``static_url``."""
    app.extensions["daymark.static"] = StaticFiles()
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(compress)


def static_url(name: str) -> str:
    """Return the address of a shared file, with the digest in it; NotFound for a name that is not there."""
    files: StaticFiles = current_app.extensions["daymark.static"]
    kept = (request.script_root, name)
    if kept not in files.addresses:
        files.body(name)
        files.addresses[kept] = url_for("web.static", version=files.version, name=name)
    return files.addresses[kept]


@public("style, scripts and icons hold nothing about anybody")
def static(version: str, name: str) -> Response:
    """Send a shared file; only under the present digest may it be kept for good."""
    files: StaticFiles = current_app.extensions["daymark.static"]
    body = files.body(name)
    packed = files.packed(name) if request.accept_encodings["gzip"] else None
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(packed or body, mimetype="text/javascript" if name.endswith(".js") else mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if version == files.version else "no-store"
    return response


def compress(response: Response) -> Response:
    """Return a text response compressed when the browser takes that and it is worth while."""
    if response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    if not request.accept_encodings["gzip"] or not (response.mimetype or "").startswith(COMPRESSIBLE):
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, 1, mtime=0))  # level 1: quick, and most of the gain
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response
