"""What races on one database, or breaks one server, runs in one process: xdist_group is kept by the versions we have."""

import os
import subprocess
import sys

SOME = """
import os, pathlib, time, pytest
pytestmark = pytest.mark.xdist_group("together")
@pytest.mark.parametrize("number", range(6))
def test_one(number):
    time.sleep(0.2)
    with pathlib.Path("ran").open("a") as ran:
        ran.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_tests_of_one_group_run_in_one_process(tmp_path):
    (tmp_path / "test_some.py").write_text(SOME)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}

    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-n", "2", "--dist", "loadgroup"],
        cwd=tmp_path,
        env=mine,
        check=True,
        stdout=subprocess.DEVNULL,
    )

    ran = (tmp_path / "ran").read_text().split()
    assert (len(ran), len(set(ran))) == (6, 1)
