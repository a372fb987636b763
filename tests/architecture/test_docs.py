"""The handbook says what the code says, and its examples run."""

import re
from importlib import import_module

import pytest

from intranet.commands import reference
from tests.architecture.tree import PROJECT, relative

DOCS = PROJECT / "intranet" / "docs"
PAGES = ("index.md", "operators.md", "plugin-authors.md", "hooks.md", "permissions.md", "parameters.md", "rules.md", "events.md", "architecture.md")
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
MARKDOWN = [PROJECT / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_the_handbook_has_its_pages(name):
    assert (DOCS / name).read_text(encoding="utf-8").strip(), f"intranet/docs/{name} is empty"


@pytest.mark.parametrize("name", ["hooks.md", "permissions.md", "parameters.md", "rules.md", "events.md"])
def test_the_reference_pages_say_what_the_code_says(name):
    assert (DOCS / name).read_text(encoding="utf-8") == reference.pages()[name], f"{name} is out of date: run `python3 app.py docs`"


def test_every_hook_says_what_it_returns_how_it_is_called_and_since_when():
    specs = import_module("intranet.extension.hookspecs").SettingHooks
    for name in reference.hook_names(specs):
        text = getattr(specs, name).__doc__
        assert text.startswith("Return "), f"{name}: begin with what it returns"
        assert "versionadded" in text, f"{name}: say since when"
        assert "First result" in text or "Collected" in text, f"{name}: say whether answers are collected"


def test_there_are_at_most_twenty_hooks():
    assert len(reference.hook_names(import_module("intranet.extension.hookspecs").SettingHooks)) <= 20


def test_every_parameter_has_a_unit_and_a_citation():
    load = import_module("intranet.law.parameter_files").load
    values = [value for origin, folder in reference.parameter_folders() for value in load(folder, origin)]
    bare = [value.source for value in values if not value.unit or not (value.citation or value.clauses)]
    assert values and not bare, f"give a unit and a citation in {bare}"


@pytest.mark.parametrize("path", MARKDOWN, ids=relative)
def test_the_examples_run(path):
    for number, code in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")), start=1):
        exec(compile(code, f"{relative(path)} example {number}", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("path", MARKDOWN, ids=relative)
def test_links_between_pages_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_project_says_what_changed_and_how_it_may_be_used():
    assert "## " in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "MIT" in (PROJECT / "LICENSE").read_text(encoding="utf-8")
