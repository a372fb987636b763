"""Where the project's own files are."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("intranet", "plugins", "migrations", "tests")


def python_files(*folders: str) -> list[Path]:
    """Return our Python files, tests of plugins included."""
    found = [PROJECT / "app.py"] if not folders else []
    for folder in folders or CODE:
        found += sorted((PROJECT / folder).rglob("*.py"))
    return [path for path in found if "__pycache__" not in path.parts]


def templates() -> list[Path]:
    """Return the core's and every plugin's templates."""
    return sorted((PROJECT / "templates").rglob("*.html")) + sorted((PROJECT / "plugins").glob("*/templates/**/*.html"))


def relative(path: Path) -> str:
    """Return the path as a reader writes it."""
    return path.relative_to(PROJECT).as_posix()
