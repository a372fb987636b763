"""Where this install keeps its data and how it may run; one frozen value, made once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intranet.errors import ConfigError

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
KEY_BYTES = 32


@dataclass(frozen=True)
class Config:
    """The configuration of one running app; ``database_url`` empty means the embedded SQLCipher database in ``home``."""

    home: Path
    keys: Path
    database_url: str = ""
    demo: bool = False
    testing: bool = False
    base_url: str = "http://127.0.0.1:5000"

    @property
    def url(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'daymark.db'}"

    def key(self, name: str) -> bytes:
        """Return the 256-bit key of that name from its own 0600 file, made on first use; raise ConfigError when it is unusable."""
        path = self.keys / f"{name}.key"
        if not path.exists():
            _write_key(path)
        value = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(value) != KEY_BYTES:
            raise ConfigError(f"The key file {path.name} holds {len(value)} bytes; a key is {KEY_BYTES}. Restore it from your key backup.")
        return value


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))


def from_environment(environ: Mapping[str, str], *, demo: bool) -> Config:
    """Return the configuration that the environment and the project folder describe."""
    home = Path(environ.get("DAYMARK_HOME", PROJECT_FOLDER / "var"))
    keys = Path(environ.get("DAYMARK_KEYS", PROJECT_FOLDER / ".keys"))
    return Config(home=home, keys=keys, database_url=environ.get("DAYMARK_DATABASE_URL", ""), demo=demo)
