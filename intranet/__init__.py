"""Daymark: registers, pupils and cases for the places in England that keep attendance registers."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return ``create_app``, importing Flask only when it is asked for."""
    if name == "create_app":
        return import_module("intranet.factory").create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
