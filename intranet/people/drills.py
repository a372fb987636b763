"""The long exercise of who gets in where: every question of the authorisation matrix, not the suite's share of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

from intranet.config import PROJECT_FOLDER

Say = Callable[[str], None]
MATRIX = "tests/whole/test_authorisation.py"


def authorisation(say: Say) -> None:
    """Ask every route as every role at every kind of address; raise AssertionError when one answer is not what the rules say."""
    words = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", MATRIX]
    done = subprocess.run(
        words, cwd=PROJECT_FOLDER, env={**os.environ, "DAYMARK_WHOLE": "1"}, capture_output=True, text=True, check=False
    )
    for line in done.stdout.splitlines():
        if "questions asked" in line or " passed" in line or " failed" in line:
            say(line)
    if done.returncode:
        raise AssertionError(done.stdout[-4000:])


DRILLS: Mapping[str, Callable[[Say], None]] = {"authorisation": authorisation}
