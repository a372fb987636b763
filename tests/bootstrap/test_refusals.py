"""Each thing that can be in the way gets a sentence and exit code 2, never a traceback."""

import contextlib
import errno
import hashlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import namedtuple
from pathlib import Path

import pytest

import app
from intranet import bootstrap, packages
from intranet.packages import SetUpError

PROJECT = Path(__file__).resolve().parents[2]


def start(*words, before="", **environ):
    """Run app.py in its own process, after a line of Python that stands for the computer's state."""
    ready = f"import sys, runpy; sys.argv = {['app.py', *words]!r}; sys.path.insert(0, {str(PROJECT)!r})"
    code = f"{ready}\n{before}\nrunpy.run_path('app.py', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, **environ},
    )  # fmt: skip


def refused(done, *words):
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    return True


def test_a_busy_port_is_named_with_another_to_use(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = start("--port", str(port), DAYMARK_HOME=str(tmp_path / "data"))
    assert refused(done, f"Port {port} on this computer is in use", f"--port {port % 65535 + 1}")


@pytest.mark.parametrize("port", ["0", "65536", "five"])
def test_a_port_that_is_none_is_refused_with_an_example(port):
    assert refused(start("--port", port), f"“{port}” is not a port", "--port 5001")


def test_an_old_python_is_told_which_one_it_is_and_which_is_needed():
    done = start(before="sys.version_info = (3, 9, 2, 'final', 0)")
    assert refused(done, "needs Python 3.11 or newer; this is Python 3.9", "python3.11 app.py")
    assert app.old_python((3, 11, 0)) == "" and app.old_python((4, 0)) == ""


def test_a_data_folder_that_cannot_be_made_names_the_variable_to_set(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert refused(start(DAYMARK_HOME=str(tmp_path / "file" / "data")), str(tmp_path / "file" / "data"), "DAYMARK_HOME")


def test_a_read_only_folder_names_the_variable_to_set():
    """Root may write anywhere, so the system's own answer for everybody else is given by hand."""
    before = "import pathlib, errno\ndef no(*a, **k): raise OSError(errno.EROFS, 'Read-only file system')\npathlib.Path.mkdir = no"
    done = start(before=before)
    assert refused(done, "may not write to the folder", "Set DAYMARK_HOME to a folder that you may write to")


@pytest.mark.skipif(os.name == "nt", reason="users and modes are POSIX's")
def test_another_user_who_may_not_write_gets_the_same_sentence():
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: its parents are closed to other users
        copy = Path(folder)
        (copy / "intranet").mkdir()
        for name in ("app.py", "intranet/__init__.py", "intranet/bootstrap.py", "intranet/packages.py", "intranet/commandline.py"):
            shutil.copy(PROJECT / name, copy / name)
        copy.chmod(0o555)
        become = {"user": 65534} if os.geteuid() == 0 else {}
        python = sys.executable if not become else shutil.which("python3", path="/usr/bin:/usr/local/bin")
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DAYMARK")}
        done = subprocess.run([python, copy / "app.py"], capture_output=True, text=True, check=False, env=environ, cwd="/", **become)
        copy.chmod(0o755)
    assert refused(done, f"may not write to the folder {copy}/var", "Set DAYMARK_HOME")


def test_too_little_space_is_said_before_anything_is_fetched(tmp_path, monkeypatch):
    Usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 7 * bootstrap.MEGABYTE))
    with pytest.raises(SetUpError, match=r"needs 250 MB in .*only 7 MB are free"):
        bootstrap.prepare(tmp_path / "venv", "run")
    assert not (tmp_path / "venv").exists()


def test_a_disk_that_fills_up_is_said(tmp_path):
    with pytest.raises(SetUpError, match="no space left on the disk"), bootstrap.readable(tmp_path, "DAYMARK_HOME"):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "does not match the digest"),
        ("OSError: [Errno 28] No space left on device", "no space left on the disk"),
        ("Failed to establish a new connection: Temporary failure in name resolution", "Connect this computer to the internet"),
        ("ERROR: the moon is in the wrong phase", "could not be installed: ERROR: the moon"),
    ],
)
def test_what_the_installer_says_becomes_a_sentence(said, sentence, tmp_path):
    assert sentence in str(packages.explained(said, tmp_path))


def test_no_network_is_said_with_what_to_set(tmp_path, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{probe.getsockname()[1]}/simple")
    with pytest.raises(SetUpError, match="set PIP_INDEX_URL"):
        packages.fetch_pip(tmp_path)


@contextlib.contextmanager
def an_index(wheel: bytes):
    """Serve one wheel under pip's pinned name."""

    class Index(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = json.dumps({"files": [{"filename": packages.PIP_WHEEL, "url": packages.PIP_WHEEL}]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(wheel if self.path.endswith(".whl") else page)

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_download_that_is_not_the_pinned_one_is_not_installed(tmp_path, monkeypatch):
    with an_index(b"something else") as index:
        monkeypatch.setenv("PIP_INDEX_URL", index)
        with pytest.raises(SetUpError, match="does not match the digest"):
            packages.fetch_pip(tmp_path)
        assert not list(tmp_path.iterdir())
        monkeypatch.setattr(packages, "PIP_SHA256", hashlib.sha256(b"something else").hexdigest())
        assert packages.fetch_pip(tmp_path).read_bytes() == b"something else"


def test_help_needs_nothing_installed():
    done = start("--help")
    assert done.returncode == 0 and "--scale" in done.stdout and "drill" in done.stdout
