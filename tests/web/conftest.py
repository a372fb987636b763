import uuid

import pytest

from tests.web.sample import build


@pytest.fixture
def app():
    made = build()
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def guarded_app():
    return build(dressed=True)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def good():
    return {
        "rid": str(uuid.uuid4()),
        "drawn": "7",
        "name": "Snow",
        "first": "2025-12-02",
        "at": "09:00",
        "minutes": "8",
        "kind": "snow",
        "who": "all",
    }
