"""What stands around every page: setting, person, navigation, day and notice, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from intranet.web.navigation import NavLink


@dataclass(frozen=True)
class ShellSetting:
    """A setting in the switcher."""

    id: int
    name: str
    url: str = ""


@dataclass(frozen=True)
class ShellActor:
    """Who is signed in, and as what."""

    name: str
    role_label: str | None = None


@dataclass(frozen=True)
class Notice:
    """The one notice a page may carry; status is done, due, overdue, info or danger."""

    text: str
    status: str = "info"
    url: str = ""
    link_text: str = ""


@dataclass(frozen=True)
class Shell:
    """The frame of a page; the defaults are a signed-out page. URLs left empty are not shown."""

    setting: ShellSetting | None = None
    settings: tuple[ShellSetting, ...] = ()
    actor: ShellActor | None = None
    nav: tuple[NavLink, ...] = ()
    context_line: str = ""
    clock_line: str = ""
    notice: Notice | None = None
    demo: bool = False
    jump_url: str = ""
    sign_out_url: str = ""
    account_url: str = ""
    session_ends: datetime | None = None
    session_renew_url: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def word(self, plain: str) -> str:
        """Return what the setting calls a thing; the plain word where it has none of its own."""
        return self.words.get(plain, plain)
