"""Password hashing as an install does it, not as the tests do."""

from __future__ import annotations

import pytest
from flask import Flask

from intranet.config import Config
from intranet.errors import NotSaved
from intranet.people import passwords


@pytest.fixture
def real(tmp_path):
    app = Flask("install")
    app.config["DAYMARK"] = Config(home=tmp_path, keys=tmp_path)
    passwords.init_passwords(app)
    return app.extensions["daymark.passwords"]


def test_an_install_hashes_with_argon2id_at_full_cost(real):
    made = real.hash("three quiet otters")
    assert made.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert real.check(made, "three quiet otters")
    assert not real.check(made, "three quiet otter")


def test_accents_typed_in_another_form_are_the_same_password(real):
    assert real.check(real.hash("cafe\u0301 au lait, please"), "caf\u00e9 au lait, please")


def test_an_empty_or_broken_hash_is_never_right(real):
    assert not real.check("", "nobody's password")
    assert not real.check("plain text", "plain text")


def test_a_third_hash_at_once_is_asked_to_wait_and_then_told_so(real):
    with real._place(), real._place(), pytest.raises(NotSaved, match="Many people are signing in"):
        real.hash("three quiet otters")
    assert real.hash("three quiet otters")
