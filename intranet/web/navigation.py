"""The navigation: what each room offers, cut down to what this person may open; never more than seven."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

KEPT = 500  # offers kept, one for each set of rights in a setting
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
        self.items: tuple[NavItem, ...] = ()
        self._offers: dict[tuple[object, ...], _Offer] = {}

    def add(self, *items: NavItem) -> None:
        """Offer pages; called by rooms' ``init_app``."""
        self.items = tuple(sorted((*self.items, *items), key=lambda item: (item.order, item.label)))
        self._offers = {}

    def links(self, may: Callable[[str], bool], setting_id: int, words: Mapping[str, str] | None = None) -> tuple[NavLink, ...]:
        """Return the sections this person may open in this setting, in its words; the current one and its current page are marked."""
        known = words or {}
        key = (setting_id, *((may(item.permission), known.get(item.word)) for item in self.items))
        found = self._offers.get(key)
        if found is None:
            if len(self._offers) >= KEPT:
                self._offers = {}
            found = self._offers[key] = _Offer([item.named(known) for item in self.items if may(item.permission)], setting_id)
        return found.links(request.path)


class _Offer:
    """What people with the same rights in a setting are offered, made once."""

    def __init__(self, allowed: Sequence[NavItem], setting_id: int) -> None:
        heads = {item.endpoint for item in allowed if not item.under}
        self._top = [item for item in allowed if item.under not in heads][:LONGEST]
        self._allowed = allowed
        self._address = {item.endpoint: url_for(item.endpoint, setting_id=setting_id) for item in allowed}
        self._links: dict[str | None, tuple[NavLink, ...]] = {}

    def links(self, path: str) -> tuple[NavLink, ...]:
        """Return the sections with the one that a path lies in marked."""
        here = _nearest(list(self._address.values()), path)
        if here not in self._links:
            self._links[here] = tuple(_section(head, self._allowed, self._address, here) for head in self._top)
        return self._links[here]


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
