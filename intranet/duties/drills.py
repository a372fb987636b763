"""The long proof of the duties room: it plays whole histories from outside, so it is the tests' own, run for longer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from intranet.config import PROJECT_FOLDER

Say = Callable[[str], None]
HISTORIES = 150


class DrillFailed(AssertionError):
    """A promise of the duties room was broken."""


def findings(say: Say) -> None:
    """Play histories of small schools and say the figure; raise DrillFailed when findings differ from a recomputation of all events."""
    command = [sys.executable, "-m", "tests.duties.histories", str(HISTORIES)]
    told = {**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}
    done = subprocess.run(command, cwd=PROJECT_FOLDER, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed((done.stdout + done.stderr).strip()[-2000:])
    say(done.stdout.strip())


DRILLS: dict[str, Callable[[Say], None]] = {"findings": findings}
