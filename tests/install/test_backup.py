"""A backup is a copy of the data folder and, kept elsewhere, of the keys: what the handbook says to copy is enough, and all of it is needed."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from intranet import duties, store
from intranet.config import Config, from_environment
from intranet.errors import ConfigError
from tests.duties.playing import at, save
from tests.fixtures.databases import running
from tests.fixtures.people import a_setting
from tests.fixtures.pupils import a_class, a_pupil


@pytest.fixture
def backed_up(sqlite_database, tmp_path):
    """A setting with a register and a seal, stopped, and its data folder copied to a new place."""
    config = sqlite_database.config
    with running(config):
        at("2025-10-08 08:00")
        setting = a_setting()
        pupil = a_pupil(setting, joined="2025-10-08", group=a_class(setting))
        save(setting, "2025-10-08 AM", {pupil: "N"}, now="2025-10-08 09:10")
        duties.tick(at("2025-10-08 09:11"))
    shutil.copytree(config.home, tmp_path / "copy")
    return replace(config, home=tmp_path / "copy")


def test_a_copy_of_the_data_folder_opens_with_the_keys_and_verifies_against_its_seals(backed_up):
    with running(backed_up):
        report = store.chain.verify(folder=backed_up.seal_folder)
    assert report.problems == () and report.marks == 1
    assert store.chain.sealed_on(backed_up.seal_folder) is not None


def test_a_copy_is_nothing_without_its_keys(backed_up, tmp_path):
    with pytest.raises(ConfigError, match="does not open with the key in database.key"), running(replace(backed_up, keys=tmp_path / "other")):
        store.chain.verify()


def test_an_older_copy_put_back_under_newer_seals_shows_what_is_missing(sqlite_database, tmp_path):
    config = sqlite_database.config
    with running(config):
        at("2025-10-08 08:00")
        setting = a_setting()
        pupil = a_pupil(setting, joined="2025-10-08", group=a_class(setting))
    older = tmp_path / "older"
    older.mkdir()
    for file in config.home.glob("daymark.db*"):
        shutil.copy(file, older)
    with running(config):
        save(setting, "2025-10-08 AM", {pupil: "N"}, now="2025-10-08 09:10")
        duties.tick(at("2025-10-08 09:11"))
    with running(replace(config, home=older)):
        found = store.chain.verify(folder=config.seal_folder).problems
    assert {problem.setting_id for problem in found} == {setting}
    assert any("sealed as the head of the chain and is gone" in problem.what for problem in found)


def test_the_environment_says_where_data_keys_and_seals_are(tmp_path):
    environ = {"DAYMARK_HOME": str(tmp_path / "d"), "DAYMARK_KEYS": str(tmp_path / "k"), "DAYMARK_SEALS": str(tmp_path / "s")}
    config = from_environment(environ, demo=True)
    assert (config.home, config.keys, config.seal_folder) == (tmp_path / "d", tmp_path / "k", tmp_path / "s" / "chains")
    assert from_environment({"DAYMARK_HOME": str(tmp_path / "d")}, demo=True).keys == tmp_path / "d.keys"
    assert Config(home=tmp_path, keys=tmp_path).seal_folder == tmp_path / "seals" / "chains"
    config.key("chain")
    assert (tmp_path / "k" / "chain.key").stat().st_mode & 0o777 == 0o600
