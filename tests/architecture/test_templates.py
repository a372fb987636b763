"""Templates hold no code and no looks: behaviour is in app.js, looks are in app.css."""

import re

import pytest

from tests.architecture.tree import relative, templates

FORBIDDEN = {
    "a script without src": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "a <style>": re.compile(r"<style\b", re.I),
    "style=": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an on…= attribute": re.compile(r"<[a-z][^>{]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b"),
    "|safe": re.compile(r"\|\s*safe\b"),
    "javascript:": re.compile(r"javascript:", re.I),
    "autoescape off": re.compile(r"autoescape\s+false"),
}


def test_there_are_templates():
    assert len(templates()) > 10


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_a_template_holds_no_code(path):
    text = path.read_text(encoding="utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found, f"{relative(path)} holds {found}"


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_every_form_works_without_javascript(path):
    forms = re.findall(r"<form\b[^>]*>", path.read_text(encoding="utf-8"), re.S)
    assert not [form for form in forms if "action=" not in form], f"{relative(path)}: give each form an action and a method"


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_every_slot_a_template_renders_exists(path):
    from intranet.web.slots import SLOTS

    named = re.findall(r"""(?:render_)?slot\(\s*["']([a-z_.]+)["']""", path.read_text(encoding="utf-8"))
    assert not set(named) - set(SLOTS), f"{relative(path)} renders a slot that is not in intranet/web/slots.py"
