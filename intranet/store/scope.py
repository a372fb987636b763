"""Which settings the running code may touch; nothing but the house when nobody said."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from intranet.errors import DaymarkError
from intranet.store.tables import HOUSE

log = logging.getLogger("daymark.store")


class OutOfScope(DaymarkError):
    """Code touched a setting that it was not given: a fault of ours, never of the person's."""


@dataclass(frozen=True)
class Scope:
    """The settings in reach; ``why`` is set when it is all of them."""

    setting_ids: frozenset[int] = frozenset({HOUSE})
    why: str = ""

    @property
    def everything(self) -> bool:
        """Return whether every setting is in reach."""
        return bool(self.why)

    def require(self, setting_id: int) -> None:
        """Raise OutOfScope unless the setting is in reach."""
        if not self.everything and setting_id not in self.setting_ids:
            raise OutOfScope(
                f"Setting {setting_id} is outside this code's scope ({sorted(self.setting_ids - {HOUSE}) or 'none'}). "
                "Enter store.scope([setting_id]) after authorising, or store.all_settings(why) to work across settings."
            )


NOTHING = Scope()
_scope: ContextVar[Scope] = ContextVar("daymark.scope", default=NOTHING)


def current() -> Scope:
    """Return the scope in force."""
    return _scope.get()


@contextmanager
def scope(setting_ids: Iterable[int]) -> Iterator[Scope]:
    """Let the code inside touch these settings (and the house's own rows), and no others."""
    with _entered(Scope(frozenset(setting_ids) | {HOUSE})) as entered:
        yield entered


@contextmanager
def all_settings(why: str) -> Iterator[Scope]:
    """Let the code inside touch every setting; the reason is logged."""
    if not why:
        raise ValueError("store.all_settings() needs a reason, such as 'tick' or 'verify'.")
    log.info("all settings in scope: %s", why)
    with _entered(Scope(why=why)) as entered:
        yield entered


@contextmanager
def _entered(value: Scope) -> Iterator[Scope]:
    token = _scope.set(value)
    try:
        yield value
    finally:
        _scope.reset(token)
