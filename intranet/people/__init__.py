"""The people room: accounts, what they may do where, and signing in."""

from __future__ import annotations

from flask import Flask

from intranet.people.access import access_setting, authorise, can, current_actor
from intranet.people.actor import Actor, Grant
from intranet.people.permissions import PERMISSIONS, Permission
from intranet.people.places import SettingRow

__all__ = ["PERMISSIONS", "Actor", "Grant", "Permission", "SettingRow", "access_setting", "authorise", "can", "current_actor", "init_app"]


def init_app(app: Flask) -> None:
    """Give the app its sign-ins, its rights and the pages for both."""
    from intranet.people import access, events, passwords, sessions
    from intranet.people.views import init_views

    events.register()
    sessions.init_sessions(app)
    access.init_access(app)
    passwords.init_passwords(app)
    init_views(app)
