"""Sizes, words and shortcuts that reviews would otherwise have to catch."""

import ast
import re

import pytest

from tests.architecture.tree import PROJECT, python_files, relative, templates

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
SHORTCUTS = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "raise Not" + "ImplementedError")))
MACHINE = re.compile(r"/wor" + r"k/|/tmp/bash" + r"_jobs|/ro" + "ot/")
OWN = [path for path in python_files() if "tests" not in path.parts]
TEXTS = sorted(PROJECT.glob("*.md")) + sorted((PROJECT / "intranet" / "docs").rglob("*.md"))


@pytest.mark.parametrize("path", python_files(), ids=relative)
def test_a_file_is_short_enough_to_read(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{relative(path)} has {lines} lines: make it two files"


@pytest.mark.parametrize("path", OWN, ids=relative)
def test_no_function_is_too_long_and_none_hides_an_error(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    long = [f.name for f in functions if f.end_lineno - f.lineno > LONGEST_FUNCTION and "migrations" not in path.parts]
    silent = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass) for s in node.body)]
    assert not long, f"{relative(path)}: split {long}"
    assert not silent, f"{relative(path)} hides an error on lines {silent}"


@pytest.mark.parametrize("path", [*python_files(), *templates(), *TEXTS], ids=relative)
def test_nothing_is_left_undone_and_no_machine_is_named(path):
    text = path.read_text(encoding="utf-8")
    assert not SHORTCUTS.search(text), f"{relative(path)} says {SHORTCUTS.search(text)[0]}"
    assert not MACHINE.search(text), f"{relative(path)} names a path of one machine: {MACHINE.search(text)[0]}"


@pytest.mark.parametrize("path", [p for p in OWN if p.name != "clock.py"], ids=relative)
def test_only_the_clock_reads_the_time(path):
    calls = re.findall(r"\b(?:datetime\.now|datetime\.utcnow|date\.today|time\.time)\(", path.read_text(encoding="utf-8"))
    assert not calls, f"{relative(path)} reads the wall clock: take `now` as an argument"


@pytest.mark.parametrize("path", OWN, ids=relative)
def test_raw_sql_text_stays_in_the_store(path):
    text = path.read_text(encoding="utf-8")
    outside = not relative(path).startswith(("intranet/store/", "migrations/")) and path.name != "models.py"  # an index needs its condition as text
    assert not (outside and re.search(r"from sqlalchemy import [^\n]*\btext\b", text)), f"{relative(path)}: text() escapes the setting guard"
