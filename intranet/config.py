"""Where this install keeps its data and how it may run; one frozen value, made once."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    owner_url: str = ""  # PostgreSQL only: who owns the tables, for migrating and nothing else
    seals: Path | None = None  # another folder for the sealed heads of the chains than one in ``home``
    demo: bool = False
    testing: bool = False
    base_url: str = "http://127.0.0.1:5000"
    mail_url: str = field(default="", repr=False)  # smtp://, smtp+starttls:// or smtps://, with a name and password where the server wants them
    mail_from: str = ""
    text_url: str = ""  # the address of a text message gateway
    text_key: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'daymark.db'}"

    @property
    def mark(self) -> str:
        """Return what tells this database's files in ``home`` from another's: nothing for the embedded one."""
        where = self.database_url.partition("://")[2].rpartition("@")[2]  # without the password, which may change
        return f"-{hashlib.sha256(where.encode()).hexdigest()[:8]}" if where else ""

    @property
    def seal_folder(self) -> Path:
        """Return the folder, outside the database, that keeps the sealed heads of its chains."""
        return (self.seals or self.home / "seals") / f"chains{self.mark}"

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
    beside = f"{home}.keys" if "DAYMARK_HOME" in environ else PROJECT_FOLDER / ".keys"
    keys = Path(environ.get("DAYMARK_KEYS", beside))
    seals = Path(environ["DAYMARK_SEALS"]) if environ.get("DAYMARK_SEALS") else None
    url, owner = environ.get("DAYMARK_DATABASE_URL", ""), environ.get("DAYMARK_OWNER_URL", "")
    _refuse_lone_owner(url, owner)
    mail, sender, texts = (environ.get(f"DAYMARK_{name}", "") for name in ("MAIL_URL", "MAIL_FROM", "TEXT_URL"))
    _refuse_half_a_post(mail, sender, texts)
    return Config(
        home=home, keys=keys, database_url=psycopg(url), owner_url=psycopg(owner), seals=seals, demo=demo, mail_url=mail, mail_from=sender,
        text_url=texts, text_key=environ.get("DAYMARK_TEXT_KEY", ""), base_url=environ.get("DAYMARK_BASE_URL", Config.base_url).rstrip("/"),
    )  # fmt: skip


def _refuse_half_a_post(mail: str, sender: str, texts: str) -> None:
    """Raise ConfigError for a mail server or text gateway that messages could not be sent by."""
    if mail and not (mail.startswith(("smtp://", "smtp+starttls://", "smtps://")) and sender):
        raise ConfigError(
            "DAYMARK_MAIL_URL must name a mail server, like smtp+starttls://name:password@mail.example:587, and DAYMARK_MAIL_FROM the address "
            "that e-mail comes from. Leave both out to send no e-mail."
        )
    if texts and not texts.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ConfigError("DAYMARK_TEXT_URL must begin with https:// (http:// only on this computer). Leave it out to send no text messages.")


def psycopg(url: str) -> str:
    """Return a PostgreSQL URL as people write it with the driver that Daymark uses."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg{colon}{rest}" if scheme in ("postgres", "postgresql") else url


def _refuse_lone_owner(url: str, owner: str) -> None:
    if url and not url.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")):
        raise ConfigError(
            "DAYMARK_DATABASE_URL does not name a PostgreSQL database. Write it like postgresql://daymark_app:password@host/daymark, "
            "or leave it out to use the encrypted file in the data folder."
        )
    if owner and not url:
        raise ConfigError("DAYMARK_OWNER_URL is set and DAYMARK_DATABASE_URL is not. Name the database for the app's own role too, or leave both out.")
