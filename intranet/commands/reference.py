"""Writes the handbook's reference pages from the code, so that they cannot drift from it."""

from __future__ import annotations

import inspect
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from intranet.config import PROJECT_FOLDER, Config
from intranet.factory import create_app
from intranet.store import events

if TYPE_CHECKING:
    from intranet.law.parameter_values import ParameterValue
    from intranet.law.rule_files import Rule

DOCS = PROJECT_FOLDER / "intranet" / "docs"
WRITTEN = "<!-- Written by `python3 app.py docs`; change the code, not this page. -->"


def write(_asked: Namespace) -> int:
    """Write every reference page; return 0."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"intranet/docs/{name}")
    return 0


def pages() -> Mapping[str, str]:
    """Return each reference page by its file name."""
    return {
        "hooks.md": hooks_page(),
        "permissions.md": permissions_page(),
        "parameters.md": parameters_page(),
        "rules.md": rules_page(),
        "events.md": events_page(),
    }


def hooks_page() -> str:
    """Return the page of hooks and slots."""
    specs = import_module("intranet.extension.hookspecs").SettingHooks
    lines = [WRITTEN, "# Hooks and slots", "", "Hooks take and return frozen values; `None` always means the core default.", ""]
    for name in hook_names(specs):
        lines += [f"## `{signature(specs, name)}`", "", inspect.getdoc(getattr(specs, name)) or "", ""]
    lines += ["# Slots", "", "| slot | place |", "| --- | --- |"]
    lines += [f"| `{slot}` | {place} |" for slot, place in import_module("intranet.web.slots").SLOTS.items()]
    return "\n".join(lines) + "\n"


def hook_names(specs: type) -> list[str]:
    """Return the names of all hooks, in the order they are written."""
    return [name for name, member in vars(specs).items() if inspect.isfunction(member) and not name.startswith("_")]


def signature(specs: type, name: str) -> str:
    """Return a hook's signature as a plugin author writes it."""
    given = inspect.signature(getattr(specs, name))
    shown = ", ".join(str(p) for p in given.parameters.values() if p.name != "self")
    return f"{name}({shown}) -> {given.return_annotation}"


def permissions_page() -> str:
    """Return the page of permissions and the core roles that have them."""
    permissions = import_module("intranet.people.permissions").PERMISSIONS
    lines = [WRITTEN, "# Permissions", "", "A plugin's role has the permissions of the core role it is `like`.", ""]
    lines += ["| permission | allows | core roles |", "| --- | --- | --- |"]
    lines += [f"| `{key}` | {p.label} | {', '.join(sorted(p.roles))} |" for key, p in permissions.items()]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Return the page of every kind of event that the rooms may record."""
    with tempfile.TemporaryDirectory() as folder:  # building an app is what makes every room register its kinds
        create_app(Config(home=Path(folder), keys=Path(folder) / "keys", testing=True))
    lines = [WRITTEN, "# Events", "", "A fact is recorded once and never altered. Redaction forgets the personal keys and still verifies.", ""]
    lines += ["| event | recorded by | personal | writes marks |", "| --- | --- | --- | --- |"]
    ours = [(kind, kind.describe.__module__) for kind in events.kinds() if kind.describe.__module__.startswith("intranet.")]
    lines += [f"| `{k.key}` | {room.split('.')[1]} | {', '.join(k.redact) or '-'} | {'yes' if k.marks else '-'} |" for k, room in ours]
    return "\n".join(lines) + "\n"


def parameters_page() -> str:
    """Return the page of every parameter the core and the bundled plugins ship, each value with its citation."""
    load = import_module("intranet.law.parameter_files").load
    lines = [WRITTEN, "# Parameters", "", "Every value is dated and cited. The value of the session's date applies, never today's.", ""]
    for origin, folder in parameter_folders():
        lines += [f"## {origin}: `{folder.relative_to(PROJECT_FOLDER).as_posix()}`", "", "| parameter | unit | from | value | standing | cited from |",
                  "| --- | --- | --- | --- | --- | --- |", *(row(value) for value in load(folder, origin)), ""]  # fmt: skip
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return the page of every rule of law: its versions, the clauses it carries and the parameters it reads."""
    rules = import_module("intranet.law.answers").rules().values()
    lines = [WRITTEN, "# Rules of law", "", "Each rule has a function that says whether it holds, what it counted and what would change it.", "",
             "| rule | what it is | from | law | clauses | reads |", "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    return "\n".join([*lines, *(_rule(rule) for rule in rules)]) + "\n"


def _rule(rule: Rule) -> str:
    since = "<br>".join(version.since.isoformat() for version in rule.versions)
    law = "<br>".join(version.citation for version in rule.versions)
    reads = ", ".join(f"`{key}`" for key in rule.parameters)
    return "| " + " | ".join((f"`{rule.id}`", _cell(rule.title), since, _cell(law), ", ".join(rule.clauses), reads)) + " |"


def parameter_folders() -> list[tuple[str, Path]]:
    """Return the folders that hold parameters and whose they are, the core's first."""
    core = [PROJECT_FOLDER / "intranet" / room for room in ("law/data", "extension/policy")]
    plugins = sorted((PROJECT_FOLDER / "plugins").glob("*/policy"))
    return [("core", folder) for folder in core] + [(folder.parent.name, folder) for folder in plugins]


def row(value: ParameterValue) -> str:
    """Return one value as a row of the table."""
    start = value.effective_from.isoformat() if value.effective_from else f"`{value.commences}`" if value.commences else "always"
    start += f" until {value.effective_to.isoformat()}" if value.effective_to else ""
    cited = "; ".join(part for part in (value.citation, *value.clauses) if part)
    return f"| `{value.key}` | {value.unit} | {start} | {_cell(value.value)} | {value.standing} | {_cell(cited)} |"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
