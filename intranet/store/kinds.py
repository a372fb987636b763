"""The kinds of event: each says how it reads to a person and which of its data is personal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from intranet.errors import ConfigError

Describe = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Kind:
    """A kind of event; ``redact`` are the keys of its data that are personal, ``marks`` whether it writes marks."""

    key: str
    describe: Describe
    redact: tuple[str, ...]
    schema: int = 1
    marks: bool = False


#: Filled while the rooms are imported and never after: what a program can write does not change while it runs.
_KINDS: dict[str, Kind] = {}


def register_kind(
    kind: str, describe: Describe, redact: tuple[str, ...] = (), *, schema: int = 1, marks: bool = False
) -> None:
    """Make a kind of event known; the same room may say it again, another room may not."""
    known = _KINDS.get(kind)
    if known and known.describe.__module__ != describe.__module__:
        raise ConfigError(
            f"The event kind {kind} is registered by {known.describe.__module__} and by {describe.__module__}. "
            "Rename one of them."
        )
    _KINDS[kind] = Kind(kind, describe, redact, schema, marks)


def kind_of(key: str) -> Kind:
    """Return the kind; raise ConfigError when no room registered it."""
    if key not in _KINDS:
        raise ConfigError(
            f"No room registered the event kind {key}. Known kinds: {', '.join(sorted(_KINDS))}. "
            "Call store.events.register_kind."
        )
    return _KINDS[key]


def kinds() -> tuple[Kind, ...]:
    """Return every kind, by name."""
    return tuple(_KINDS[key] for key in sorted(_KINDS))


def mark_kinds() -> tuple[str, ...]:
    """Return the kinds whose events write marks."""
    return tuple(kind.key for kind in kinds() if kind.marks)
