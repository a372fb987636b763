"""Lint, types and import directions hold for the whole project."""

import os
import subprocess
import sys

import pytest

from tests.architecture.tree import PROJECT

TOOLS = {
    "ruff": ["-m", "ruff", "check", "--quiet", "--output-format", "concise", "."],
    "mypy": ["-m", "mypy", "--no-error-summary"],
    "import-linter": ["-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c(['--no-cache'], standalone_mode=False))"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_whole_project_passes(tool):
    words = [sys.executable, *TOOLS[tool]]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"}, check=False)
    assert done.returncode == 0, f"{tool} found:\n{done.stdout}\n{done.stderr}"
