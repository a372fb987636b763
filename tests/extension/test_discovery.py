"""A plugin that would not work stops the start with a sentence that names it and the nearest right name."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from intranet.errors import ConfigError
from intranet.extension import discovery, host
from intranet.extension.api import Catalogue, Profile, RecordKind, Role, hookimpl

PROFILE = Profile("hospital_school", "Hospital school", "A school in a hospital.", ("maintained",), ("all_through",), "am_pm")


def module(**hooks) -> ModuleType:
    made = ModuleType("hospital_school")
    made.__file__ = "/anywhere/plugins/hospital_school/__init__.py"
    hooks.setdefault("profile", lambda: PROFILE)
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


def refusal(plugin, key="hospital_school") -> str:
    with pytest.raises(ConfigError) as refused:
        host.Host([(key, plugin)])
    return refused.value.message


def test_a_misspelt_hook_is_refused_with_the_nearest_name():
    text = refusal(module(sesions=lambda setting, day: None))
    assert "plugins/hospital_school/__init__.py" in text
    assert "“sesions”" in text
    assert "“sessions”" in text


def test_a_hook_with_an_argument_that_does_not_exist_is_refused():
    text = refusal(module(triggers=lambda facts, parameters: ()))
    assert "hospital_school" in text
    assert "parameters" in text


def test_two_plugins_with_one_key_are_refused_and_both_named():
    with pytest.raises(ConfigError, match="Two plugins have the key “hospital_school”"):
        host.Host([("hospital_school", module()), ("hospital_school", module())])


def test_a_plugin_without_a_profile_is_refused():
    made = module()
    del made.profile
    assert "has no profile hook" in refusal(made)


def test_a_profile_with_another_key_is_refused():
    assert "“hospital”" in refusal(module(), key="hospital")


def test_a_role_like_a_role_that_does_not_exist_is_refused_with_the_nearest():
    roles = (Role("matron", "Matron", like="teachr"),)
    text = refusal(module(catalogue=lambda: Catalogue(roles=roles)))
    assert "“teachr”" in text
    assert "“teacher”" in text


def test_an_unknown_permission_of_a_role_is_refused():
    roles = (Role("matron", "Matron", like="teacher", also=("pupil:reed",)),)
    assert "“pupil:read”" in refusal(module(catalogue=lambda: Catalogue(roles=roles)))


def test_an_unknown_clause_is_refused_with_the_nearest():
    roles = (Role("matron", "Matron", like="teacher", clauses=("ATT-999",)),)
    text = refusal(module(catalogue=lambda: Catalogue(roles=roles)))
    assert "“ATT-999”" in text
    assert "Did you mean “ATT-" in text


def test_an_unknown_field_type_of_a_record_is_refused():
    kinds = (RecordKind("stay", "Stay on a ward", {"ward": "txt"}),)
    assert "“text”" in refusal(module(catalogue=lambda: Catalogue(record_kinds=kinds)))


def test_an_unknown_clause_in_a_parameter_file_names_file_and_line(tmp_path):
    (tmp_path / "ward.yaml").write_text(
        "rounds:\n  description: How often\n  unit: times\n  values:\n    2025-09-01: {value: 2, clauses: [ATT-999]}\n"
    )
    with pytest.raises(ConfigError, match=r"ward.yaml:5: ward.rounds: ATT-999 is not a clause"):
        host.Host([("hospital_school", module(policy=lambda: tmp_path))])


def test_a_setting_type_that_no_plugin_serves_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match="“hospital_school”"):
        host.Host([("hospital_school", module())]).plugin("hospital_scool")


def test_plugins_in_a_folder_are_found_by_their_names(tmp_path, monkeypatch):
    folder = tmp_path / "more_plugins"
    (folder / "ward_school").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "ward_school" / "__init__.py").write_text(
        "from intranet.extension.api import Profile, hookimpl\n\n\n@hookimpl\ndef profile():\n"
        "    return Profile('ward_school', 'Ward school', 'On a ward.', ('maintained',), ('all_through',), 'am_pm')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = host.Host(discovery.in_tree(folder))
    assert found.profiles["ward_school"].label == "Ward school"
    sys.modules.pop("more_plugins.ward_school")
