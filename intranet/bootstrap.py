"""From a bare Python to a running Daymark: checks, a virtual environment from the hash-locked list, then the command itself.

Standard library only: nothing is installed yet when this runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from intranet import commandline, packages
from intranet.packages import SetUpError

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = Path(__file__).resolve().parent / "locks"
MEGABYTE = 1_000_000
#: What setting up takes on disk, measured and rounded up.
ROOM = {"run": 250 * MEGABYTE, "test": 800 * MEGABYTE}
#: Commands that need the test tools.
TESTING = frozenset({"test", "bench", "drill", "screenshots"})
SERVING = frozenset({"run", "serve"})


def start(words: Sequence[str]) -> int:
    """Return the exit code of the command: 0 well, 1 it failed, 2 the computer is not ready for it."""
    asked = commandline.read(words)
    try:
        places(os.environ)
        if asked.command in SERVING:
            free_port(asked.port)
        kind = "test" if asked.command in TESTING else "run"
        folder = environment(os.environ)
        prepare(folder, kind)
        return hand_over(folder, words)
    except SetUpError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def places(environ: Mapping[str, str]) -> None:
    """Make the data and key folders; raise SetUpError when they cannot be written."""
    home = Path(environ.get("DAYMARK_HOME", PROJECT / "var")).absolute()
    keys = Path(environ.get("DAYMARK_KEYS", f"{home}.keys" if "DAYMARK_HOME" in environ else PROJECT / ".keys")).absolute()
    for folder, variable in ((home, "DAYMARK_HOME"), (keys, "DAYMARK_KEYS")):
        with readable(folder, variable):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
    os.environ["DAYMARK_HOME"], os.environ["DAYMARK_KEYS"] = str(home), str(keys)


@contextlib.contextmanager
def readable(folder: Path, variable: str) -> Iterator[None]:
    """Turn what the system says about a folder into a sentence with the next step."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise SetUpError(
                f"Daymark may not write to the folder {folder}. Set {variable} to a folder that you may write to, "
                f"for example: {variable}={Path.home() / variable.lower().replace('_', '-')} python3 app.py"
            ) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise packages.disk_full(folder) from error
        raise SetUpError(f"Daymark cannot use {folder}: {error.strerror}. Set {variable} to another folder.") from error


def free_port(port: int) -> None:
    """Raise SetUpError naming the port when another program has it or this user may not use it."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise SetUpError(f"This user may not serve on port {port}. Use one above 1023: python3 app.py --port 5001") from error
            raise SetUpError(
                f"Port {port} on this computer is in use by another program. Start Daymark on another: python3 app.py --port {port % 65535 + 1}"
            ) from error


def environment(environ: Mapping[str, str]) -> Path:
    """Return the folder of the virtual environment: in the project, or in the data folder where the project is read-only."""
    own = PROJECT / ".venv"
    if own.exists() or os.access(PROJECT, os.W_OK):
        return own
    return Path(environ["DAYMARK_HOME"]) / "venv"


def interpreter(folder: Path) -> Path:
    """Return the environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(folder: Path, kind: str) -> None:
    """Make the environment and install the locked packages once; the stamp of the last good installation says when not to."""
    if packages.is_ready(folder, interpreter(folder), LOCKS, kind):
        return
    _room_for(folder, kind)
    print("Setting up Daymark: this happens once and takes about a minute.", file=sys.stderr)
    with readable(folder, "DAYMARK_HOME"):
        if not packages.runs(interpreter(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        packages.install(folder, interpreter(folder), LOCKS, kind)


def _room_for(folder: Path, kind: str) -> None:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    if free < ROOM[kind]:
        raise SetUpError(
            f"Setting up needs {ROOM[kind] // MEGABYTE} MB in {folder.parent}; only {free // MEGABYTE} MB are free. "
            "Free some space there, then start again."
        )


def hand_over(folder: Path, words: Sequence[str]) -> int:
    """Run the command inside the environment; return its exit code where this process cannot become it."""
    if Path(sys.prefix).resolve() == folder.resolve():
        from intranet.commands import main

        return main(words)
    command = [str(interpreter(folder)), str(PROJECT / "app.py"), *words]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, no shell
