"""The extension room: finds the setting plugins, checks them and gives each setting its caller."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader

from intranet.config import PROJECT_FOLDER
from intranet.extension import discovery, host
from intranet.extension.values import Profile, Role
from intranet.settings.opening import SettingType

__all__ = ["host", "init_app"]

PLUGINS = PROJECT_FOLDER / "plugins"
#: The folder of an install with values of its own: `law/` for the core, a folder a setting type for its policy.
ADDED = "policy"


def init_app(app: Flask) -> None:
    """Load the plugins in the tree and the installed ones; raise ConfigError when one would not work."""
    made = host.Host([*discovery.in_tree(PLUGINS), *discovery.installed()], added=app.config["DAYMARK"].home / ADDED)
    app.extensions["daymark.extensions"] = made
    app.extensions["daymark.roles"] = lambda setting_type: roles(made, setting_type)
    app.extensions["daymark.words"] = lambda ctx: made.for_setting(ctx).words
    app.extensions["daymark.has_code"] = lambda ctx, symbol, on: symbol in made.for_setting(ctx).codes.on(on)
    app.extensions["daymark.setting_types"] = lambda: [offered(profile) for profile in made.profiles.values()]
    app.extensions["daymark.document"] = made.document
    app.extensions["daymark.variants"] = made.variants
    app.extensions["daymark.parameters"] = lambda ctx: made.for_setting(ctx).parameters
    own: list[BaseLoader] = [app.jinja_loader] if app.jinja_loader is not None else []
    folders = [folder for key in made.profiles if (folder := template_folder(made.plugin(key))) is not None]
    app.jinja_loader = ChoiceLoader([*own, *(FileSystemLoader(folder) for folder in folders)])  # type: ignore[assignment]


def roles(made: host.Host, setting_type: str) -> Mapping[str, Role]:
    """Return a setting type's roles by key; none for a type that no plugin serves."""
    return made.roles(setting_type)


def offered(profile: Profile) -> SettingType:
    """Return a setting type as the page that opens one shows it; booked sessions have clock times, so their layout is T."""
    layout = "T" if profile.session_model == "booked" else "H"
    return SettingType(profile.key, profile.label, profile.summary, profile.legal_types, profile.phases, layout)


def template_folder(plugin: object) -> Path | None:
    """Return where a plugin keeps its templates."""
    file = getattr(plugin, "__file__", None)
    folder = Path(file).parent / "templates" if file else None
    return folder if folder is not None and folder.is_dir() else None
