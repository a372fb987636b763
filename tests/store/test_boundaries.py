"""What only the store may do: textual SQL, driver SQL, opening databases."""

import ast
from pathlib import Path

import intranet

ROOT = Path(intranet.__file__).resolve().parent.parent
BANNED_NAMES = {"create_engine", "create_all", "exec_driver_sql", "literal_column"}


def sources():
    for folder in (ROOT / "intranet", ROOT / "plugins"):
        for path in folder.rglob("*.py"):
            if "store" not in path.relative_to(ROOT).parts and "tests" not in path.parts:
                yield path


def is_text_call(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text"


def uses(path):
    """SQL that the guard cannot check: names imported from SQLAlchemy, and method calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    index_conditions = {
        id(k.value) for k in ast.walk(tree) if isinstance(k, ast.keyword) and (k.arg or "").endswith("_where")
    }
    has_text = any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and "text" in {alias.name for alias in node.names}
        for node in ast.walk(tree)
    )
    for node in ast.walk(tree):
        if has_text and is_text_call(node) and id(node) not in index_conditions:
            yield node.lineno, "text"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in BANNED_NAMES)
        elif isinstance(node, ast.Attribute) and node.attr in {"exec_driver_sql", "create_all", "drop_all"}:
            yield node.lineno, node.attr


def test_sql_that_the_guard_cannot_check_is_written_in_the_store_only():
    found = [f"{path.relative_to(ROOT)}:{line} uses {name}" for path in sources() for line, name in uses(path)]
    assert found == [], "write it with SQLAlchemy Core, or give the store a function for it: " + "; ".join(found)


def test_every_event_kind_says_how_it_reads_and_what_of_it_is_personal():
    from importlib import import_module

    from intranet import store
    from intranet.factory import ROOMS

    for room in ROOMS:
        import_module(f"intranet.{room}")
    for kind in store.events.kinds():
        assert callable(kind.describe) and isinstance(kind.redact, tuple), kind.key
        assert all(part.isidentifier() for part in kind.key.split(".")), f"{kind.key} is not words joined by dots"
