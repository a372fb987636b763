"""What each person may expect of each route: reckoned from the routes' own words and the table of permissions, not by asking the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from intranet.people.actor import role_book
from intranet.people.permissions import PERMISSIONS
from tests.fixtures.whole import Site, World, core_of
from tests.whole import asking

#: The five things a path can point at, from the point of view of somebody who works at one site.
TARGETS = ("own", "others", "foreign", "missing", "elsewhere")
#: Groups of people whose sight reaches beyond their own class.
SEES_ALL = "pupil:all"
ANSWERED = frozenset({200, 204, 302, 303, 400, 409, 422})
#: These end or prolong the sign-in that the whole matrix asks with; tests/people tries them.
OWN_SIGN_IN = frozenset({"people.sign_out", "people.renew"})
#: A page that everybody who prints needs in a fire names every child who is in.
WHOLE_SITE = frozenset({"desk.evacuation_roll"})


@dataclass(frozen=True)
class Cell:
    """One question: who asks for what, how, and where it points."""

    site: Site
    role: str
    account: int
    rule: Any
    method: str
    target: str
    htmx: bool

    def __str__(self) -> str:
        return f"{self.role} of {self.site.kind}: {self.method} {self.rule.rule} ({self.target}{', htmx' if self.htmx else ''})"


def cells(app, world: World) -> Iterator[Cell]:
    """Yield every question there is."""
    for rule in asking.rules(app):
        if asking.permission(app, rule) is None or rule.endpoint in OWN_SIGN_IN:
            continue
        for site in world.sites:
            for role, account in [*site.people.items(), ("", 0)]:
                for target in targets(rule):
                    for method in asking.methods(rule):
                        yield from (Cell(site, role, account, rule, method, target, htmx) for htmx in (False, True))


def targets(rule) -> tuple[str, ...]:
    """Return where a route's parameters can point."""
    if "setting_id" not in rule.arguments:
        return ("own",)
    return TARGETS if rule.arguments & asking.OBJECTS else ("own", "elsewhere")


def neighbour(world: World, site: Site) -> Site:
    """Return a setting of the other organisation."""
    return next(other for other in world.sites if other.organisation != site.organisation)


def address(app, world: World, cell: Cell) -> str:
    """Return the path that a cell asks for."""
    site, other = cell.site, neighbour(world, cell.site)
    given = {
        "own": lambda: asking.values(cell.rule, site, site.own),
        "others": lambda: asking.values(cell.rule, site, site.others),
        "foreign": lambda: {**asking.values(cell.rule, site, other.own), "setting_id": site.id},
        "missing": lambda: asking.values(cell.rule, site, {}, missing=True),
        "elsewhere": lambda: asking.values(cell.rule, other, other.own),
    }[cell.target]()
    return asking.path(app, cell.rule, **{name: value for name, value in given.items() if name in cell.rule.arguments})


def may(cell: Cell, key: str) -> bool:
    """Return whether the table of permissions gives the role a permission."""
    if not cell.role:
        return False
    own = role_book(cell.site.kind).get(cell.role)
    return core_of(cell.site.kind, cell.role) in PERMISSIONS[key].roles or (own is not None and key in own.also)


def expected(app, cell: Cell) -> frozenset[int]:
    """Return the statuses that the rules allow."""
    if not cell.account:
        return frozenset({401}) if cell.htmx or cell.method == "POST" else frozenset({302})
    key = asking.permission(app, cell.rule)
    if "setting_id" not in cell.rule.arguments:
        allowed = key not in PERMISSIONS or may(cell, key)
        found = ANSWERED | {404} if cell.rule.arguments else ANSWERED
        return found | {403} if allowed else frozenset({403})  # 403 too: for one setting is not for an organisation
    if cell.target == "elsewhere":
        return frozenset({404})
    if not may(cell, key):
        return frozenset({403})
    if cell.target in ("foreign", "missing"):
        return frozenset({404})
    return within(cell, key)


def within(cell: Cell, key: str) -> frozenset[int]:
    """Return what one may expect of the own setting with the permission."""
    arguments = cell.rule.arguments
    if cell.target == "others" and out_of_sight(cell):
        return frozenset({404})
    if arguments & {"notice_id", "talk_id"}:
        return ANSWERED | {404}  # its recipient, its author, or somebody who may read them all
    if "step" in arguments:
        return ANSWERED | {404}  # somebody who only decides gets the open decision alone: tests/cases says when
    if "strand_id" in arguments:
        return ANSWERED | {404}  # its team and whoever is named on it: tests/safeguarding says which
    if "duty_id" in arguments or "upload_id" in arguments or key == "account:admin":
        return ANSWERED | {403, 404}  # owned by a role, by an account, or by somebody with rights elsewhere too: rooms' own tests say which
    return ANSWERED


def out_of_sight(cell: Cell) -> bool:
    """Return whether the other class and its pupils are hidden from the role."""
    arguments = cell.rule.arguments
    if "session_no" in arguments and "group_id" in arguments:
        return not (may(cell, "register:any") or may(cell, "board:read"))
    return bool(arguments & {"pupil_id", "group_id"}) and not may(cell, SEES_ALL)


def told(cell: Cell, words: set[tuple[int, str, int]], page: str, world: World) -> list[str]:
    """Return what an answer gives away that it may not."""
    number, wrong = cell.site.number, []
    if any(site != number for site, _, _ in words):
        wrong.append("words of another setting")
    tiers = {tier for site, tier, _ in words if site == number}
    limits = {"p": "pupil:protected", "c": "pupil:contacts", "s": "pupil:sensitive", "n": "pupil:read", "m": "register:read", "t": "safeguarding:read"}
    wrong += [f"{tier} without {key}" for tier, key in limits.items() if tier in tiers and not may(cell, key)]
    if "o" in tiers and not (may(cell, SEES_ALL) or may(cell, "board:read") or cell.rule.endpoint in WHOLE_SITE):
        wrong.append("names of a class that is not theirs")
    upns = {upn for site in world.sites if site is not cell.site or not may(cell, "pupil:contacts") for upn in site.upns}
    return wrong + [f"the UPN {upn}" for upn in upns if upn in page]
