"""Plugins use four modules of the core and never each other; the law needs nothing but a YAML loader; old things stay parseable."""

import ast
import sys

import pytest

from tests.architecture.tree import PROJECT, python_files, relative

FOR_PLUGINS = ("intranet.law", "intranet.extension.api", "intranet.web.kit", "intranet.testing")
STDLIB_ONLY = ("app.py", "intranet/__init__.py", "intranet/bootstrap.py", "intranet/packages.py", "intranet/commandline.py")


def imported(path):
    """Return the modules that a file imports, however deep."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def starts(name, allowed):
    return any(name == prefix or name.startswith(prefix + ".") for prefix in allowed)


@pytest.mark.parametrize("path", [p for p in python_files("plugins") if "tests" not in p.parts], ids=relative)
def test_a_plugin_imports_only_what_plugins_may_use(path):
    own = f"plugins.{path.relative_to(PROJECT / 'plugins').parts[0]}"
    wrong = [name for name in imported(path) if name.startswith(("intranet", "plugins")) and not starts(name, (*FOR_PLUGINS, own))]
    assert not wrong, f"{relative(path)} imports {wrong}; plugins use only {', '.join(FOR_PLUGINS)} and themselves"


def test_there_are_five_plugins():
    found = {path.parent.name for path in (PROJECT / "plugins").glob("*/__init__.py")}
    assert found >= {"academy", "alternative_provision", "independent_school", "primary_school", "tutoring"}, f"only {sorted(found)}"


@pytest.mark.parametrize("path", python_files("intranet/law"), ids=relative)
def test_the_law_needs_nothing_but_python_and_a_yaml_loader(path):
    allowed = sys.stdlib_module_names | {"yaml"}
    wrong = [name for name in imported(path) if name.partition(".")[0] not in allowed and not starts(name, ("intranet.law",))]
    assert not wrong, f"{relative(path)} imports {wrong}"


@pytest.mark.parametrize("name", STDLIB_ONLY)
def test_what_runs_before_the_packages_are_there_imports_only_python(name):
    tree = ast.parse((PROJECT / name).read_text(encoding="utf-8"))
    tops = {a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names} | {n.module for n in tree.body if isinstance(n, ast.ImportFrom)}
    wrong = [t for t in tops if t.partition(".")[0] not in sys.stdlib_module_names and t not in ("intranet", "intranet.packages")]
    assert not wrong, f"{name} imports {wrong} before anything is installed"


def test_app_py_parses_on_python_3_6():
    ast.parse((PROJECT / "app.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    assert "from __future__" not in (PROJECT / "app.py").read_text(encoding="utf-8")
