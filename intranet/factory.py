"""Builds the app: rooms in import order, then the checks that stop a start which would not be safe."""

from __future__ import annotations

import os
from importlib import import_module

from flask import Flask

from intranet.config import PROJECT_FOLDER, Config, from_environment
from intranet.errors import ConfigError

#: Left may not import right (design: imports run one way).
ROOMS = ("store", "web", "people", "settings", "extension", "pupils", "messages", "duties", "registers", "cases", "cases.safeguarding", "roll", "exchange")


def create_app(config: Config | None = None) -> Flask:
    """Return the app for a configuration; raise ConfigError when starting it would not be safe."""
    config = config or from_environment(os.environ, demo=os.environ.get("DAYMARK_DEMO") == "1")
    _refuse_unready(config)
    app = Flask("intranet", template_folder=str(PROJECT_FOLDER / "templates"), static_folder=None)
    app.config["DAYMARK"] = config
    app.config["SECRET_KEY"] = config.key("session").hex()
    app.config["TESTING"] = config.testing
    for room in ROOMS:
        import_module(f"intranet.{room}").init_app(app)
    _refuse_unruled(app)
    return app


def _refuse_unready(config: Config) -> None:
    """Raise ConfigError outside demo and tests: second factors are not built yet (design 4, 7.8)."""
    if not (config.demo or config.testing):
        raise ConfigError(
            "Daymark starts only with demo data so far: sign-in with a second factor is not built yet, and real children's data "
            "may not be held without it. Start the demo with `python3 app.py`."
        )


def _refuse_unruled(app: Flask) -> None:
    """Raise ConfigError naming every route that says neither who may use it nor why everyone may."""
    bare = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "__daymark_rule__")
    )
    if bare:
        raise ConfigError(f"These routes have no @allow or @public: {', '.join(bare)}. Add one to each view.")
