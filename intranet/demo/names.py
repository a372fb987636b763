"""Names that nobody has: plants and birds in front, places that are not on a map behind."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from random import Random

import yaml


@cache
def _words() -> dict[str, list[str]]:
    loaded = yaml.safe_load(files("intranet.demo").joinpath("names.yaml").read_text(encoding="utf-8"))
    return {key: text.split() for key, text in loaded.items()}


def a_given_name(random: Random) -> str:
    """Return a made-up given name."""
    return random.choice(_words()["given"])


def a_family_name(random: Random) -> str:
    """Return a made-up family name."""
    return random.choice(_words()["front"]) + random.choice(_words()["back"])
