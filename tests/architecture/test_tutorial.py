"""The tutorial of the sixth plugin: its files are written as they stand in the handbook, and their test is run."""

import os
import re
import subprocess
import sys

from tests.architecture.tree import PROJECT

PAGE = PROJECT / "intranet" / "docs" / "plugin-authors.md"
FILE = re.compile(r"^```(?:py|yaml)\n# (\S+)\n(.*?)^```", re.M | re.S)


def test_the_tutorials_files_work_as_they_stand(tmp_path):
    files = FILE.findall(PAGE.read_text(encoding="utf-8"))
    policy = "plugins/forest_school/policy"
    wanted = ["plugins/forest_school/__init__.py", f"{policy}/forest_school.yaml", f"{policy}/document.yaml", "test_forest_school.py"]
    assert [name for name, _ in files] == wanted
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "plugins" / "__init__.py").touch()
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT}"}
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "test_forest_school.py"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert re.search(r"\b1[0-9] passed", done.stdout), done.stdout
