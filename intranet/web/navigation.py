"""The navigation: what each room offers, cut down to what this person may open; never more than seven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request, url_for

LONGEST = 7  # ux: more than seven is a menu nobody reads


@dataclass(frozen=True)
class NavItem:
    """A page a room offers; the endpoint takes ``setting_id``."""

    label: str
    endpoint: str
    permission: str
    order: int = 50


@dataclass(frozen=True)
class NavLink:
    """A navigation link as the page shows it."""

    label: str
    url: str
    current: bool = False


class Navigation:
    """What the rooms offered while the app was being built."""

    def __init__(self) -> None:
        self._items: list[NavItem] = []

    def add(self, *items: NavItem) -> None:
        """Offer pages; called by rooms' ``init_app``."""
        self._items.extend(items)

    @property
    def items(self) -> tuple[NavItem, ...]:
        """Return every item offered, in order."""
        return tuple(sorted(self._items, key=lambda item: (item.order, item.label)))

    def links(self, may: Callable[[str], bool], setting_id: int, extra: Sequence[NavItem] = ()) -> tuple[NavLink, ...]:
        """Return the links this person may open in this setting; the current room's is marked."""
        offered = sorted([*self.items, *extra], key=lambda item: (item.order, item.label))
        allowed = [item for item in offered if may(item.permission)][:LONGEST]
        pairs = [(item.label, url_for(item.endpoint, setting_id=setting_id)) for item in allowed]
        here = _nearest([url for _, url in pairs], request.path)
        return tuple(NavLink(label, url, url == here) for label, url in pairs)


def _nearest(urls: Sequence[str], path: str) -> str | None:
    """Return the longest of the addresses that the path lies under."""
    return max((url for url in urls if path.startswith(url)), key=len, default=None)
