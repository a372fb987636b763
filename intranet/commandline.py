"""The words after `python3 app.py`: standard library only, because they are read before anything is installed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

DEFAULT_PORT = 5000
SCALES = ("small", "school", "trust")
#: Commands whose own words follow untouched: pytest's, the importer's.
HANDED_ON = ("test", "import")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; no command at all means `run`."""
    top = argparse.ArgumentParser(
        prog="python3 app.py",
        description="Daymark keeps attendance registers. Without a command it sets itself up, builds a demo and serves it on this computer.",
    )
    _serving(top)
    commands = top.add_subparsers(dest="command", metavar="command")
    _serving(commands.add_parser("run", argument_default=argparse.SUPPRESS, help="set up, migrate, build the demo and serve it on this computer (the default)"))
    _serving(commands.add_parser("serve", argument_default=argparse.SUPPRESS, help="migrate and serve the data there is, without building a demo"))
    commands.add_parser("test", help="add the test tools and run every test; further words go to pytest", add_help=False)
    drill = commands.add_parser("drill", help="run the long proofs and print their figures")
    drill.add_argument("name", nargs="?", help="one drill only")
    commands.add_parser("bench", help="compare with a minimal app in the same run and print medians and ratios")
    commands.add_parser("import", help="import pupils, contacts, classes or marks from CSV or XLSX", add_help=False)
    commands.add_parser("tick", help="raise what is due this minute, for cron or systemd")
    commands.add_parser("verify", help="check that no event or mark was tampered with")
    commands.add_parser("docs", help="write the handbook's reference pages from the code")
    commands.add_parser("screenshots", help="take the README's pictures again")
    return top


def read(words: Sequence[str]) -> argparse.Namespace:
    """Return what the words ask for; `rest` holds the words that are handed on to another tool."""
    if words and words[0] in HANDED_ON:
        return argparse.Namespace(command=words[0], rest=list(words[1:]), port=DEFAULT_PORT, scale=SCALES[0], fresh=False)
    asked = parser().parse_args(words)
    asked.command = asked.command or "run"
    asked.rest = []
    return asked


def _serving(command: argparse.ArgumentParser) -> None:
    """Add what serving takes; a sub-command leaves alone what stood before it."""
    keep = command.argument_default == argparse.SUPPRESS
    port, scale, fresh = (argparse.SUPPRESS,) * 3 if keep else (DEFAULT_PORT, SCALES[0], False)
    command.add_argument("--port", type=_port, default=port, help=f"the port on this computer (default {DEFAULT_PORT})")
    command.add_argument("--scale", choices=SCALES, default=scale, help="how large a demo to build: small, a 1,000-pupil school or a trust")
    command.add_argument("--fresh", action="store_true", default=fresh, help="build the demo again, forgetting what was entered in it")


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"“{text}” is not a port. Give a number from 1 to 65535, for example --port 5001")
