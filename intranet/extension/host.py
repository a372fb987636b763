"""Holds the setting plugins of an app and gives each setting its caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app

from intranet.errors import ConfigError
from intranet.extension import checks, defaults, discovery, house
from intranet.extension.api import setting_of
from intranet.extension.caller import Caller
from intranet.extension.guard import Guard
from intranet.extension.law_files import law_stands
from intranet.extension.values import Catalogue, Profile, Role
from intranet.law.clauses import known_clauses
from intranet.law.conflicts import known_conflicts
from intranet.law.parameters import Parameters, ParameterValue, load
from intranet.settings.document import Document
from intranet.settings.document import load as load_document

if TYPE_CHECKING:
    from intranet.settings.service import SettingContext

__all__ = ["Caller", "Host", "for_setting"]

KEPT = 2000  # callers kept, one a setting and version


class Host:
    """The plugins of one app."""

    def __init__(self, plugins: Iterable[tuple[str, object]] = (), guard: Guard | None = None, added: Path | None = None) -> None:
        """Take the plugins, and a folder of values an install adds: ``law`` for the core's, a folder a setting type for a policy's."""
        self.manager = discovery.manager()
        self.guard = guard or Guard()
        self._profiles: dict[str, Profile] = {}
        self._catalogues: dict[str, Catalogue] = {}
        self._values: dict[str, tuple[ParameterValue, ...]] = {}
        self._documents: dict[str, Document] = {}
        self._callers: dict[tuple[int, int], Caller] = {}
        self._added = added
        self._core = checks.read("core", lambda: defaults.parameters(self._more("law")))
        checks.refuse_unlike("core", self._core, self._core)
        law_stands()
        for key, plugin in plugins:
            self.add(key, plugin)

    def add(self, key: str, plugin: object) -> None:
        """Add a plugin; raise ConfigError naming file and nearest name when it does not fit."""
        self._profiles[key] = discovery.register(self.manager, key, plugin)
        own = self._declared(key, "catalogue")
        self._catalogues[key] = defaults.catalogue(own)
        folder = self._declared(key, "policy")
        self._values[key] = checks.read(key, lambda: self._policy(key, folder))
        checks.refuse_unlike(key, self._core, self._values[key])
        self._documents[key] = load_document(Path(folder) if folder is not None else None, known_clauses())
        checks.refuse_unknown(discovery.place_of(plugin), self._catalogues[key])

    def _policy(self, key: str, folder: Path | None) -> list[ParameterValue]:
        return load(Path(folder), key, known_clauses(), known_conflicts(), self._more(key)) if folder is not None else []

    def _more(self, name: str) -> Path | None:
        return self._added / name if self._added else None

    def _declared(self, key: str, name: str) -> Any:
        found = [hook.function() for hook in self._hooks(key).get(name, ())]
        return next((answer for answer in found if answer is not None), None)

    def _hooks(self, key: str) -> Mapping[str, Sequence[Any]]:
        """Return the hooks that one plugin implements: only that plugin is ever asked for its settings."""
        called = self.manager.get_hookcallers(self.manager.get_plugin(key)) or []
        return {caller.name: [h for h in caller.get_hookimpls() if h.plugin_name == key] for caller in called}

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """Return every setting type by its key."""
        return dict(self._profiles)

    def plugin(self, key: str) -> object:
        """Return a plugin; raise ConfigError with the nearest key there is."""
        if key not in self._profiles:
            near = get_close_matches(key, self._profiles, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"The setting types are {', '.join(sorted(self._profiles))}."
            raise ConfigError(f"There is no setting type “{key}”. {hint}")
        return self.manager.get_plugin(key)

    def for_setting(self, ctx: SettingContext) -> Caller:
        """Return the caller of a setting, kept until its version changes."""
        found = self._callers.get((ctx.id, ctx.version))
        if found is None:
            if len(self._callers) > KEPT:
                self._callers = {}
            found = self._callers[ctx.id, ctx.version] = self.caller(ctx)
        return found

    def caller(self, ctx: SettingContext) -> Caller:
        """Return a new caller for a setting; raise ConfigError for a setting type that no plugin serves."""
        key = ctx.setting_type
        self.plugin(key)
        known = self.parameters(ctx)
        chosen = house.values(known, ctx.house_values)
        return Caller(setting_of(ctx), self._profiles[key], self._catalogues[key], known.plus(chosen), self._hooks(key), self.guard)

    def parameters(self, ctx: SettingContext, authority: str | None = None) -> Parameters:
        """Return what law, guidance and policy say for a setting under its own local authority, or another where a pupil has one."""
        place = ctx.authority or "" if authority is None else authority
        said = (*self._core, *self._values[ctx.setting_type])
        return Parameters(value for value in said if value.holds_for(place, ctx.legal_type))

    def variants(self, ctx: SettingContext) -> tuple[ParameterValue, ...]:
        """Return every value that is said for one local authority, whichever the setting's own is."""
        said = (*self._core, *self._values[ctx.setting_type])
        return tuple(value for value in said if value.authority and value.holds_for(value.authority, ctx.legal_type))

    def document(self, key: str) -> Document:
        """Return a setting type's policy document; the plain one for a type that no plugin serves."""
        return self._documents.get(key, Document())

    def roles(self, key: str) -> Mapping[str, Role]:
        """Return a setting type's roles by key; none for a type that no plugin serves."""
        known = self._catalogues.get(key)
        return {role.key: role for role in known.roles} if known else {}


def for_setting(ctx: SettingContext) -> Caller:
    """Return the caller of a setting in the current app."""
    host: Host = current_app.extensions["daymark.extensions"]
    return host.for_setting(ctx)
