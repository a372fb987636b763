"""The pages of this room."""

from __future__ import annotations

from flask import Flask

from intranet.web.kit import NavItem


def init_views(app: Flask) -> None:
    """Give the app the pages: signing in, one's own account, accounts of a setting, the demo's picker."""
    from intranet.people.views import accounts, demo, own, signin

    for module in (signin, own, accounts, demo):
        app.register_blueprint(module.blueprint)
    app.extensions["daymark.navigation"].add(NavItem("Accounts", "accounts.listed", "account:admin", 90, under="settings.policy_page"))
