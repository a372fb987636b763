"""The GOV.UK component macros, and the template environment of our own pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined, select_autoescape

from intranet.web.filters import FILTERS


class Components:
    """``{{ ui.button({"text": "Save"}) }}``: each component's macro, loaded on first use."""

    def __init__(self) -> None:
        # An environment of their own: the kit's macros lean on undefined values, ours must not (StrictUndefined).
        self._kit = Environment(
            loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}), autoescape=True
        )

    def __getattr__(self, name: str) -> Callable[..., str]:
        part = name.replace("_", "-")
        macro = "govuk" + "".join(word.capitalize() for word in part.split("-"))
        template = self._kit.get_template(f"govuk_frontend_jinja/components/{part}/macro.html")
        made: Callable[..., str] = getattr(template.module, macro)
        setattr(self, name, made)
        return made


def init_templates(app: Flask) -> None:
    """Make undefined names fail, escape every template whatever its name, and add our filters and components."""
    app.jinja_options = {**app.jinja_options, "autoescape": select_autoescape(default=True, default_for_string=True)}
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["ui"] = Components()
