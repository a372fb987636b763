"""What a browser without scripts makes of our pages: the forms on them, as it would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """A form with its fields as they stand; ``choices`` are the values of each radio group or list."""

    attributes: dict[str, str | None]
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._form = PageForm(found)
            self.forms.append(self._form)
        elif self._form is not None and tag == "input" and "name" in found:
            self._input(self._form, found)
        elif self._form is not None and tag == "select":
            self._select = found["name"] or ""
        elif self._form is not None and tag == "option" and self._select:
            self._option(self._form, found)

    def _input(self, form: PageForm, found: dict[str, str | None]) -> None:
        name, value, kind = found["name"] or "", found.get("value") or "", found.get("type") or "text"
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in found:
                form.fields[name] = value
        else:
            form.fields[name] = value

    def _option(self, form: PageForm, found: dict[str, str | None]) -> None:
        form.choices.setdefault(self._select, []).append(found.get("value") or "")
        if "selected" in found or self._select not in form.fields:
            form.fields[self._select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def forms(html: str) -> list[PageForm]:
    """Return the forms of a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_with(html: str, attribute: str) -> PageForm | None:
    """Return the form that has an attribute, or a field of that name."""
    return next((form for form in forms(html) if attribute in form.attributes or attribute in form.fields or attribute in form.choices), None)
