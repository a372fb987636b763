"""Fixtures that every room's tests share, the order of tests, and no silent skip where a part is required."""

import os
import pathlib

import pytest

_FIXTURES = pathlib.Path(__file__).parent / "fixtures"
pytest_plugins = [f"tests.fixtures.{path.stem}" for path in sorted(_FIXTURES.glob("*.py")) if path.stem != "__init__"]
#: Set where nothing may be skipped: a missing server or browser is then a failure.
REQUIRED = {"postgres": "REQUIRE_PG", "browser": "REQUIRE_BROWSER"}


def pytest_collection_modifyitems(items):
    """Cheap and wide first: architecture, then everything, then the browser, then the slow ones."""
    items.sort(key=lambda item: (bool(item.get_closest_marker("slow")), bool(item.get_closest_marker("browser")),
                                 "tests/architecture" not in item.nodeid))  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where the environment says that nothing may be missing."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and any(os.environ.get(name) == "1" for name in REQUIRED.values()):
        report.outcome = "failed"
        report.longrepr = f"skipped although nothing may be skipped here: {report.longrepr}"
    return report
