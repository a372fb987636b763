"""Seals restricted text: each strand has a key of its own, wrapped by a key of the key folder; without it nothing can be read."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from intranet.config import Config
from intranet.errors import DaymarkError

KEY_BITS, NONCE_BYTES, UID_BYTES = 256, 12, 16


class Sealed(DaymarkError):
    """Something sealed cannot be opened: it was altered, or the key folder is another one."""

    heading = "This text cannot be opened"


def new_uid() -> str:
    """Return a name nobody can guess, which binds a sealed text to its place."""
    return secrets.token_hex(UID_BYTES)


def new_key(uid: str) -> bytes:
    """Return a fresh data key, wrapped for the strand (or other thing) with this uid."""
    return _closed(AESGCM(_master()), AESGCM.generate_key(KEY_BITS), uid)


def seal(wrapped: bytes, uid: str, values: Mapping[str, Any]) -> bytes:
    """Return values sealed with a wrapped key, bound to the uid of their row; ``wrapped`` is bound to the part before a slash."""
    return _closed(_data_key(wrapped, uid), json.dumps(values, ensure_ascii=False).encode(), uid)


def unseal(wrapped: bytes | None, uid: str, sealed: bytes) -> dict[str, Any] | None:
    """Return the values; None when their key was dropped; raise Sealed when they were altered."""
    if wrapped is None:
        return None
    found: dict[str, Any] = json.loads(_opened(_data_key(wrapped, uid), sealed, uid))
    return found


def digest(sealed: bytes) -> str:
    """Return what an event keeps of a sealed text, so that an exchanged one shows."""
    return hashlib.sha256(sealed).hexdigest()


def blind(text: str) -> str:
    """Return a name for some words that can be looked up and not read back."""
    return hmac.digest(_master(), text.encode(), "sha256").hex()


def _master() -> bytes:
    config: Config = current_app.config["DAYMARK"]
    return config.key("safeguarding")


def _data_key(wrapped: bytes, uid: str) -> AESGCM:
    return AESGCM(_opened(AESGCM(_master()), wrapped, uid.partition("/")[0]))


def _closed(key: AESGCM, plain: bytes, uid: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, uid.encode())


def _opened(key: AESGCM, sealed: bytes, uid: str) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], uid.encode())
    except InvalidTag as error:
        raise Sealed(
            "A sealed text of the safeguarding room cannot be opened: it was altered, or the key folder is not the one it was written with. "
            "Nothing was changed. Ask your administrator to restore the key safeguarding.key from the key backup."
        ) from error
