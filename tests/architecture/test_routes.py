"""Every route says who may use it, is kebab-case and types its parameters; every permission it names exists."""

import re
from pathlib import Path

import pytest

from intranet.config import Config
from intranet.factory import create_app

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|<[a-z]+(\([^)]*\))?:[a-z][a-z0-9_]*>")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("routes")
    return create_app(Config(home=folder, keys=folder / "keys", testing=True))


def rules(app):
    found = list(app.url_map.iter_rules())
    assert len(found) > 20, f"only {len(found)} routes: rooms are missing from the factory"
    return found


def test_every_route_says_who_may_use_it(built):
    bare = [rule.rule for rule in rules(built) if not hasattr(built.view_functions[rule.endpoint], "__daymark_rule__")]
    assert not bare, f"add @allow or @public to the views of {bare}"


def test_every_route_names_a_permission_that_exists(built):
    from intranet.people.permissions import PERMISSIONS

    said = {rule.rule: built.view_functions[rule.endpoint].__daymark_rule__ for rule in rules(built)}
    wrong = {path: rule[1] for path, rule in said.items() if rule[0] == "allow" and rule[1] not in PERMISSIONS}
    assert not wrong, f"these permissions are not in people/permissions.py: {wrong}"


def test_every_public_route_says_why(built):
    said = {rule.rule: built.view_functions[rule.endpoint].__daymark_rule__ for rule in rules(built)}
    assert not [path for path, rule in said.items() if rule[0] == "public" and len(rule[1]) < 10]


def test_every_path_is_kebab_case_and_typed(built):
    wrong = [rule.rule for rule in rules(built) for part in rule.rule.strip("/").split("/") if part and not SEGMENT.fullmatch(part)]
    assert not wrong, f"write kebab-case words and <type:name> in {wrong}"


def test_no_view_that_only_reads_is_reached_by_a_changing_method(built):
    odd = [rule.rule for rule in rules(built) if {"PUT", "PATCH", "DELETE"} & rule.methods]
    assert not odd, f"forms know GET and POST only: {odd}"
