"""What follows `python3 app.py` is read the same before and after the packages are there."""

import errno

import pytest

from intranet import commandline, commands
from intranet.commands import proving


def test_no_command_at_all_serves_the_small_demo():
    asked = commandline.read([])
    assert (asked.command, asked.port, asked.scale, asked.fresh) == ("run", 5000, "small", False)


@pytest.mark.parametrize(
    "words",
    [["--port", "5001", "--scale", "school"], ["run", "--port", "5001", "--scale", "school"], ["--port", "5001", "run", "--scale", "school"]],
)
def test_the_port_and_the_scale_may_stand_with_or_without_the_command(words):
    asked = commandline.read(words)
    assert (asked.command, asked.port, asked.scale) == ("run", 5001, "school")


def test_words_after_test_go_to_pytest_untouched():
    assert commandline.read(["test", "-k", "registers", "--port"]).rest == ["-k", "registers", "--port"]


def test_tests_run_two_at_a_time_unless_somebody_says_otherwise():
    assert proving._in_parallel(["-k", "law"])[:2] == ["-n", "2"]
    assert proving._in_parallel(["-n0"]) == ["-n0"]
    assert proving._in_parallel(["--pdb", "tests/law"]) == ["--pdb", "tests/law"]


def test_every_command_in_the_help_does_something():
    choices = next(action.choices for action in commandline.parser()._actions if action.dest == "command")
    assert set(choices) == set(commands.PLACES)
    assert all(callable(commands.command(name)) for name in choices)


def test_a_drill_that_does_not_exist_names_those_that_do(capsys):
    assert commands.main(["drill", "no-such-drill"]) == 2
    said = capsys.readouterr().err
    assert "There is no drill “no-such-drill”. There are: " in said and "tampering" in said


def test_a_drill_that_does_not_hold_fails_with_its_reason(capsys):
    def broken(say):
        say("999 of 1000 found")
        raise AssertionError("one tampering was not found")

    assert not proving._holds("tampering", broken)
    assert "did not hold: one tampering was not found" in capsys.readouterr().out


def test_a_disk_that_fills_up_while_running_is_said_and_other_errors_are_not_hidden():
    assert "no space left" in commands.full_disk(OSError(errno.ENOSPC, "full")).message
    with pytest.raises(OSError, match="odd"):
        commands.full_disk(OSError(errno.EIO, "odd"))
