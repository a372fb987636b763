"""Installs the hash-locked packages into a virtual environment, with pip from wherever there is one; standard library only."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from pathlib import Path

#: The installer that a Python without one is given; any other download is refused.
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
INDEX = "https://pypi.org/simple"
SIMPLE = "application/vnd.pypi.simple.v1+json"
#: What pip says, and which of our sentences it means; first match wins.
SIGNS = (
    ("digest", ("do not match the hashes", "hashes are required", "hash mismatch")),
    ("disk", ("no space left", "errno 28", "disk quota")),
    ("network", ("failed to establish", "name resolution", "max retries", "timed out", "connection", "could not find a version",
                 "no matching distribution", "proxyerror", "ssl")),
)  # fmt: skip


class SetUpError(Exception):
    """The computer is not ready; the text is the sentence to print."""


def disk_full(folder: Path) -> SetUpError:
    """Return the error for a full disk."""
    return SetUpError(f"There is no space left on the disk that holds {folder}. Free some space, then start again: nothing is lost.")


def no_network(index: str) -> SetUpError:
    """Return the error for a package index that cannot be reached."""
    return SetUpError(
        f"The packages that Daymark needs could not be fetched from {urllib.parse.urlsplit(index).hostname or index}. Connect this computer to the "
        "internet, or set PIP_INDEX_URL to a package index that it can reach, then start again. It is needed this once only."
    )


def wrong_digest(what: str) -> SetUpError:
    """Return the error for a download that is not what the lock names."""
    return SetUpError(
        f"The download of {what} does not match the digest that Daymark pins, so it was not installed. "
        "Try again; if it happens again, tell whoever runs your network or package index."
    )


def stamp(locks: Path, kind: str) -> str:
    """Return what a finished installation is known by: the lock's digest and the Python's version."""
    lock = (locks / f"{kind}.txt").read_bytes()
    return f"{hashlib.sha256(lock).hexdigest()} {sys.version_info.major}.{sys.version_info.minor}"


def is_ready(folder: Path, python: Path, locks: Path, kind: str) -> bool:
    """Return whether the environment holds the lock's packages; the test lock holds all of the other."""
    kinds = ("test",) if kind == "test" else ("run", "test")
    return python.exists() and any(_stamped(folder, k) == stamp(locks, k) for k in kinds)


def _stamped(folder: Path, kind: str) -> str:
    path = folder / f"daymark-{kind}"
    return path.read_text(encoding="ascii") if path.exists() else ""


def runs(python: Path) -> bool:
    """Return whether the environment's Python starts and is of the version that this one is."""
    if not python.exists():
        return False
    asked = subprocess.run([python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False)
    return asked.stdout.split() == [str(part) for part in sys.version_info[:2]]


def install(folder: Path, python: Path, locks: Path, kind: str) -> None:
    """Install the lock's packages and stamp the environment; raise SetUpError in a sentence otherwise."""
    lock = locks / f"{kind}.txt"
    with tempfile.TemporaryDirectory() as scratch:
        pip = installer(python, Path(scratch))
        command = [*pip, "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--require-hashes",
                   "--only-binary", ":all:", "-r", str(lock)]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8") as work:
            said = _shown(work.stdout or (), _packages_in(lock))
        if work.returncode:
            raise explained(said, folder)
    (folder / f"daymark-{kind}").write_text(stamp(locks, kind), encoding="ascii")


def explained(said: str, folder: Path) -> SetUpError:
    """Return the sentence for what the installer said when it failed."""
    low = said.lower()
    meaning = next((name for name, signs in SIGNS if any(sign in low for sign in signs)), "")
    if meaning == "digest":
        return wrong_digest("a package")
    if meaning == "disk":
        return disk_full(folder)
    if meaning == "network":
        return no_network(index_url())
    last = said.strip().splitlines()[-1:] or ["it gave no reason"]
    return SetUpError(f"The packages could not be installed: {last[0]}. Delete {folder} and start again.")


def installer(python: Path, scratch: Path) -> list[str]:
    """Return the command that runs pip: the environment's own, the one that came with Python, or a pinned download."""
    if _works([str(python), "-m", "pip", "--version"]):
        return [str(python), "-m", "pip"]
    if importlib.util.find_spec("ensurepip") and _works([str(python), "-m", "ensurepip", "--default-pip"]):
        return [str(python), "-m", "pip"]
    return [str(python), str(fetch_pip(scratch)) + "/pip"]


def _works(command: list[str]) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def index_url() -> str:
    """Return the package index to ask."""
    return os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/")


def fetch_pip(folder: Path) -> Path:
    """Return the pinned pip wheel, downloaded into the folder and checked against its digest."""
    page = f"{index_url()}/pip/"
    try:
        ask = urllib.request.Request(page, headers={"Accept": SIMPLE})  # noqa: S310 - the index is the user's own choice
        with urllib.request.urlopen(ask, timeout=60) as answer:  # noqa: S310
            files = json.load(answer)["files"]
        link = next(f["url"] for f in files if f["filename"] == PIP_WHEEL)
        with urllib.request.urlopen(urllib.parse.urljoin(page, link), timeout=60) as answer:  # noqa: S310
            data = answer.read()
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise no_network(page) from error
    if hashlib.sha256(data).hexdigest() != PIP_SHA256:
        raise wrong_digest(PIP_WHEEL)
    path = folder / PIP_WHEEL
    path.write_bytes(data)
    return path


def _packages_in(lock: Path) -> int:
    return sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())


def _shown(lines: Iterable[str], total: int) -> str:
    """Draw a bar while the installer talks; return the last of what it said."""
    said: list[str] = []
    done = 0
    for line in lines:
        said.append(line)
        if line.startswith(("Collecting ", "Requirement already")):
            done += 1
            _draw(done, total, "fetching")
        elif line.startswith("Installing"):
            _draw(total, total, "installing")
    if done and sys.stderr.isatty():
        print(file=sys.stderr)
    return "".join(said[-40:])


def _draw(done: int, total: int, what: str) -> None:
    width = min(30, shutil.get_terminal_size().columns - 40)
    filled = width * min(done, total) // max(total, 1)
    line = f"  {'█' * filled}{'░' * (width - filled)} {what} {min(done, total)} of {total} packages"
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)
    elif done in (1, total):
        print(f"  {what} {done} of {total} packages", file=sys.stderr)
