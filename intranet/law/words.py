"""Small helpers shared by the ground floor: dates in sentences, YAML without surprises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as quick, where the package brings it
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

DATA = Path(__file__).parent / "data"


class PlainLoader(SafeLoader):
    """Safe YAML in which ``13:00`` stays text: YAML 1.1 would read it as 780 (base sixty)."""


PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789"))
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))


def read_yaml(path: Path) -> Any:
    """What a YAML file of ours holds."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506 - it is a SafeLoader


def place_of(path: Path, name: str) -> str:
    """``file:line`` of the first place where a name stands in a YAML file; the file alone where it does not."""
    waiting = [yaml.compose(path.read_text(encoding="utf-8"), Loader=PlainLoader)]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, yaml.ScalarNode) and node.value == name:
            return f"{path.name}:{node.start_mark.line + 1}"
        if isinstance(node, yaml.MappingNode):
            waiting = [part for pair in node.value for part in pair] + waiting
        if isinstance(node, yaml.SequenceNode):
            waiting = [*node.value, *waiting]
    return path.name


def long_date(day: date) -> str:
    """``4 September 2024``."""
    return f"{day.day} {day:%B %Y}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """``a, b and c``."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}" if items else ""


def so_many(n: int, noun: str) -> str:
    """``1 school day``, ``3 school days``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
