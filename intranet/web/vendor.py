"""Fetches the files other projects made: each package checked against its sha512, then single files copied.

Maintainers run ``python3 -m intranet.web.vendor``; it needs the package registry, nothing at run time does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import sys
import tarfile
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

PROJECT = Path(__file__).resolve().parent.parent.parent
LOCK = PROJECT / "intranet" / "static" / "vendor.lock.json"


class Package(TypedDict):
    """One locked package: where its tarball is, what it must hash to, which files we take."""

    name: str
    version: str
    licence: str
    tarball: str
    integrity: str
    files: Mapping[str, str]


def packages(lock: Path = LOCK) -> list[Package]:
    """Return what is locked."""
    found: list[Package] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return found


def verified(tarball: bytes, integrity: str) -> bytes:
    """Return the tarball; raise ValueError when it is not the one that was locked."""
    method, _, digest = integrity.partition("-")
    if method != "sha512" or not hmac.compare_digest(base64.b64decode(digest), hashlib.sha512(tarball).digest()):
        raise ValueError(f"The tarball does not match its digest {integrity[:24]}…. Nothing was copied.")
    return tarball


def unpacked(tarball: bytes, names: Sequence[str]) -> dict[str, bytes]:
    """Return the named files of a tarball."""
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        return {name: _member(archive, name) for name in names}


def fetch(url: str) -> bytes:
    """Return a package's tarball from the registry."""
    if not url.startswith("https://registry.npmjs.org/"):
        raise ValueError(f"The tarball {url} is not on registry.npmjs.org. Correct vendor.lock.json.")
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - the address was checked above
        body: bytes = answer.read()
    return body


def copy(package: Package, project: Path = PROJECT, get: Callable[[str], bytes] = fetch) -> list[str]:
    """Fetch a package, check it and write its files; return which of them changed."""
    contents = unpacked(verified(get(package["tarball"]), package["integrity"]), list(package["files"]))
    changed = []
    for inside, target in package["files"].items():
        path = project / target
        if not path.exists() or path.read_bytes() != contents[inside]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents[inside])
            changed.append(target)
    return changed


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(f"The tarball has no file {name}. Correct vendor.lock.json.")
    return file.read()


def main() -> None:
    """Fetch every locked package and say what changed."""
    for package in packages():
        changed = copy(package)
        sys.stdout.write(f"{package['name']} {package['version']}: {', '.join(changed) or 'unchanged'}\n")


if __name__ == "__main__":
    main()
