"""The navigation: what each room offers, cut down to what this person may open; never more than seven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

LONGEST = 7  # ux: more than seven is a menu nobody reads


@dataclass(frozen=True)
class NavItem:
    """A page a room offers; the endpoint takes ``setting_id``. ``under`` names the endpoint whose section it belongs to."""

    label: str
    endpoint: str
    permission: str
    order: int = 50
    under: str = ""
    own: str = ""  # what the page is called inside its section, where that is not the section's label
    word: str = ""  # the word of the setting type that names it, such as "pupils"; the label where it has none

    def named(self, words: Mapping[str, str]) -> NavItem:
        """Return the page as a setting with these words calls it."""
        own = words.get(self.word, "")
        return replace(self, label=own[:1].upper() + own[1:]) if own else self


@dataclass(frozen=True)
class NavLink:
    """A navigation link as the page shows it, with the other pages of its section."""

    label: str
    url: str
    current: bool = False
    section: tuple[NavLink, ...] = ()


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

    def links(
        self, may: Callable[[str], bool], setting_id: int, extra: Sequence[NavItem] = (), words: Mapping[str, str] | None = None
    ) -> tuple[NavLink, ...]:  # fmt: skip
        """Return the sections this person may open in this setting, in its words; the current one and its current page are marked."""
        offered = [item.named(words or {}) for item in sorted([*self.items, *extra], key=lambda item: (item.order, item.label))]
        allowed = [item for item in offered if may(item.permission)]
        heads = {item.endpoint for item in allowed if not item.under}
        top = [item for item in allowed if item.under not in heads][:LONGEST]
        address = {item.endpoint: url_for(item.endpoint, setting_id=setting_id) for item in allowed}
        here = _nearest(list(address.values()), request.path)
        return tuple(_section(head, allowed, address, here) for head in top)


def _section(head: NavItem, allowed: Sequence[NavItem], address: Mapping[str, str], here: str | None) -> NavLink:
    """Return a section's link; one of several pages lists them all, its own page first."""
    under = [item for item in allowed if item.under == head.endpoint]
    pages = [head, *under] if under else []
    section = tuple(NavLink(item.own or item.label, address[item.endpoint], address[item.endpoint] == here) for item in pages)
    current = address[head.endpoint] == here or any(page.current for page in section)
    return NavLink(head.label, address[head.endpoint], current, section)


def _nearest(urls: Sequence[str], path: str) -> str | None:
    """Return the longest of the addresses that the path lies under."""
    return max((url for url in urls if path.startswith(url)), key=len, default=None)
