"""The files of law that every rule follows, read once at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yaml import YAMLError

from intranet.errors import ConfigError
from intranet.law import grounds, measures
from intranet.law.answers import rules
from intranet.law.parameters import ParameterError

#: A row that cannot stand is found at the start and not by a person's page. Parameters are read with the policies that add to them.
LAW: tuple[tuple[str, Callable[[], object]], ...] = (
    ("rules of law", rules), ("grounds of deletion", grounds.load), ("condition of special schools", grounds.special_condition),
    ("lists of legal measures", measures.names),
)  # fmt: skip


def law_stands(files: Iterable[tuple[str, Callable[[], object]]] = LAW) -> None:
    """Raise ConfigError with the file and line of a rule, ground or measure of law that cannot be used."""
    for what, load in files:
        try:
            load()
        except (ParameterError, grounds.GroundError, measures.MeasureError, YAMLError) as error:
            raise ConfigError(f"The {what} cannot be used. {error}") from error
