"""The locks hold every dependency by version and digest, and the test lock all of the other."""

import re
import tomllib
from pathlib import Path

from intranet import packages

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = PROJECT / "intranet" / "locks"
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", re.M)


def pins(kind):
    return dict(PIN.findall((LOCKS / f"{kind}.txt").read_text(encoding="utf-8")))


def test_the_test_lock_holds_everything_that_running_needs():
    assert pins("run").items() <= pins("test").items()
    assert len(pins("run")) > 20


def test_every_dependency_of_the_project_is_locked_at_its_version():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(PIN.findall("\n".join(project["dependencies"])))
    assert wanted.items() <= pins("run").items(), "run `make lock`"
    assert dict(PIN.findall("\n".join(project["optional-dependencies"]["test"]))).items() <= pins("test").items(), "run `make lock`"


def test_every_locked_package_has_a_digest():
    for kind in ("run", "test"):
        blocks = re.split(r"^(?=[a-z0-9])", (LOCKS / f"{kind}.txt").read_text(encoding="utf-8"), flags=re.M)
        assert not [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


def test_an_environment_with_the_test_tools_counts_for_running(tmp_path):
    python = tmp_path / "python"
    python.touch()
    (tmp_path / "daymark-test").write_text(packages.stamp(LOCKS, "test"))
    assert packages.is_ready(tmp_path, python, LOCKS, "run")
    (tmp_path / "daymark-test").rename(tmp_path / "daymark-run")
    assert not packages.is_ready(tmp_path, python, LOCKS, "test")


def test_a_changed_lock_is_installed_again(tmp_path):
    locks, python = tmp_path / "locks", tmp_path / "python"
    locks.mkdir()
    python.touch()
    for kind in ("run", "test"):
        (locks / f"{kind}.txt").write_text("a==1\n")
        (tmp_path / f"daymark-{kind}").write_text(packages.stamp(locks, kind))
    assert packages.is_ready(tmp_path, python, locks, "run")
    for kind in ("run", "test"):
        (locks / f"{kind}.txt").write_text("a==2\n")
    assert not packages.is_ready(tmp_path, python, locks, "run")


def test_the_pinned_installer_is_a_wheel_of_a_named_version_and_a_whole_digest():
    assert re.fullmatch(r"pip-\d+\.\d+(\.\d+)?-py3-none-any\.whl", packages.PIP_WHEEL)
    assert re.fullmatch(r"[0-9a-f]{64}", packages.PIP_SHA256)
