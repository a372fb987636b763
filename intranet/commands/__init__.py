"""What `python3 app.py <command>` does once the packages are there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from intranet import commandline
from intranet.errors import ConfigError, DaymarkError

if TYPE_CHECKING:
    from argparse import Namespace

#: Where each command's function lives; imported when it is asked for.
PLACES: Mapping[str, tuple[str, str]] = {
    "run": ("intranet.commands.serving", "run"),
    "serve": ("intranet.commands.serving", "serve"),
    "test": ("intranet.commands.proving", "test"),
    "drill": ("intranet.commands.proving", "drill"),
    "bench": ("intranet.commands.proving", "bench"),
    "import": ("intranet.commands.upkeep", "import_files"),
    "tick": ("intranet.commands.upkeep", "tick"),
    "verify": ("intranet.commands.upkeep", "verify"),
    "docs": ("intranet.commands.reference", "write"),
    "screenshots": ("intranet.commands.proving", "screenshots"),
}


def main(words: Sequence[str]) -> int:
    """Return the exit code of the command: 0 well, 1 it failed, 2 it was refused with a sentence."""
    asked = commandline.read(words)
    try:
        return command(asked.command)(asked)
    except DaymarkError as refusal:
        print(refusal.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print(full_disk(error).message, file=sys.stderr)
        return 2


def command(name: str) -> Callable[[Namespace], int]:
    """Return the function of a command."""
    from importlib import import_module

    module, function = PLACES[name]
    found: Callable[[Namespace], int] = getattr(import_module(module), function)
    return found


def full_disk(error: OSError) -> ConfigError:
    """Return the sentence for a full disk; raise anything else again."""
    import errno

    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return ConfigError(f"There is no space left on the disk that holds {os.environ.get('DAYMARK_HOME')}. Free some space, then start again.")
