"""Finds the setting plugins and refuses to start with one that would not work, in a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pluggy

from intranet.errors import ConfigError
from intranet.extension.hookspecs import PROJECT, SettingHooks
from intranet.extension.values import Profile

ENTRY_POINTS = "daymark.settings"


def manager() -> pluggy.PluginManager:
    """Return an empty plugin manager that knows our hooks."""
    made = pluggy.PluginManager(PROJECT)
    made.add_hookspecs(SettingHooks)
    return made


def in_tree(folder: Path) -> Iterator[tuple[str, ModuleType]]:
    """Yield the key and module of each plugin in a folder, which is an importable package."""
    for path in sorted(folder.glob("*/__init__.py")):
        yield path.parent.name, import_module(f"{folder.name}.{path.parent.name}")


def installed() -> Iterator[tuple[str, object]]:
    """Yield the name and plugin of each installed entry point."""
    for point in entry_points(group=ENTRY_POINTS):
        yield point.name, point.load()


def register(pm: pluggy.PluginManager, key: str, plugin: object) -> Profile:
    """Add one plugin and return its profile; raise ConfigError naming its file and what is wrong."""
    where = place_of(plugin)
    if pm.has_plugin(key):
        raise ConfigError(f"Two plugins have the key “{key}”: {place_of(pm.get_plugin(key))} and {where}. Rename one of them.")
    _refuse_unknown_hooks(key, plugin)
    try:
        pm.register(plugin, key)
        pm.check_pending()
    except pluggy.PluginValidationError as error:
        raise ConfigError(f"The plugin “{key}” in {where} does not fit: {_said(error)}.") from error
    profile = profile_of(plugin)
    if profile is None:
        raise ConfigError(f"The plugin “{key}” in {where} has no profile hook. Add one that returns a Profile.")
    if profile.key != key:
        raise ConfigError(f"The plugin in {where} is called “{key}” but its profile says “{profile.key}”. Give both one name.")
    return profile


def profile_of(plugin: object) -> Profile | None:
    """Return what a plugin says it is."""
    hook = getattr(plugin, "profile", None)
    return hook() if callable(hook) else None


def place_of(plugin: object) -> str:
    """Return the file a plugin is written in, without this machine's folders."""
    file = getattr(plugin, "__file__", None) or getattr(import_module(type(plugin).__module__), "__file__", None)
    return "/".join(Path(file).parts[-3:]) if file else type(plugin).__qualname__


def _refuse_unknown_hooks(key: str, plugin: object) -> None:
    known = [name for name in vars(SettingHooks) if not name.startswith("_")]
    for name in dir(plugin):
        options = getattr(getattr(plugin, name, None), f"{PROJECT}_impl", None)
        hook = (options or {}).get("specname") or name
        if options is None or hook in known:
            continue
        near = get_close_matches(hook, known, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"The hooks are {', '.join(known)}."
        raise ConfigError(f"The plugin “{key}” in {place_of(plugin)} answers a hook “{hook}” that does not exist. {hint}")


def _said(error: pluggy.PluginValidationError) -> str:
    return " ".join(str(error).split())
