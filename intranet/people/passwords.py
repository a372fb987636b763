"""Passwords: argon2id, at most two at once, and the same work whether or not the person exists."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

from intranet.errors import NotSaved
from intranet.people.limits import LONGEST_PASSWORD, SHORTEST_PASSWORD

# OWASP password storage cheat sheet; ASVS 5.0 V11.4.2: argon2id, 46 MiB, two passes.
MEMORY_KIB, PASSES = 47104, 2
CHEAP_KIB, CHEAP_PASSES = 8, 1  # tests only
AT_ONCE = 2
QUEUE_SECONDS = 2.0


class Passwords:
    """Hashes and checks passwords for one app; never inside a transaction."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._dummy = self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Return the hash to store; raise NotSaved when too many are being hashed."""
        with self._place():
            return self._hasher.hash(_typed(password))

    def check(self, stored: str, password: str) -> bool:
        """Return whether the password is the one; an empty hash costs the same and is never right."""
        with self._place():
            try:
                return self._hasher.verify(stored or self._dummy, _typed(password)) and bool(stored)
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, stored: str) -> bool:
        """Return whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=QUEUE_SECONDS):
            raise NotSaved("Many people are signing in at this moment. Wait a moment, then try again")
        try:
            yield
        finally:
            self._places.release()


def init_passwords(app: Flask) -> None:
    """Give the app its passwords, cheap in tests."""
    memory, passes = (CHEAP_KIB, CHEAP_PASSES) if app.config["DAYMARK"].testing else (MEMORY_KIB, PASSES)
    app.extensions["daymark.passwords"] = Passwords(PasswordHasher(passes, memory, parallelism=1, hash_len=32, salt_len=16))


def passwords() -> Passwords:
    """Return the current app's."""
    found: Passwords = current_app.extensions["daymark.passwords"]
    return found


def why_not(password: str, words: Sequence[str]) -> str | None:
    """Return why a new password cannot be used, as a sentence with the next step; None when it can."""
    text = _typed(password)
    if len(text) < SHORTEST_PASSWORD:
        return f"New password: it has {len(text)} characters. Use at least {SHORTEST_PASSWORD}; three or four words together are good."
    if len(text) > LONGEST_PASSWORD:
        return f"New password: it has {len(text)} characters. Use at most {LONGEST_PASSWORD}."
    if len(set(text)) <= 4:
        return "New password: it repeats a few characters over and over. Use three or four words together."
    found = next((w for w in words if len(w) >= 4 and w.lower() in text.lower()), None)
    if found:
        return f"New password: it contains “{found}”, which others would guess. Use words that have nothing to do with you or your work."
    return None


def _typed(password: str) -> str:
    return unicodedata.normalize("NFC", password)
