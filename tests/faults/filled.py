"""The banks that the faults begin with, made once for all processes of the tests: `made` gives them, in a cluster at rest.

SILUN_BANK=demo takes the whole demo bank where a bank is backed up, restored, taken back in time and upgraded.
"""

import fcntl
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.servers import OwnPostgreSQL
from tests.live import LiveStack, Made

COUNT = """
import json
from apps.core.databases import row_counts
print(json.dumps(row_counts()))
"""
SMALL_BANK = """
from tests.browser.bank import make
from apps.core.sealing import seal_all
make()
seal_all()
"""
FILES = """
from apps.core.attachments import attach
from apps.core.jobs import drain
from apps.core.sealing import seal_all
from apps.org.models import User
from tests.factories import make_opportunity
liaison = User.objects.get(username="liaison")
for number in range(20):
    thing = make_opportunity(liaison, liaison.standing[0].unit, title=f"线索{number}")
    attach(thing, f"照片{number}".encode() * 5000, by=liaison, name=f"照片{number}.jpg", media_type="image/jpeg")
drain()
seal_all()
"""


def made(shared: Path) -> tuple[Path, dict[str, Made]]:
    """The folder of the cluster, and the Siluns: `tables` with nobody in it, `built` with the small bank, and one with
    files in it on each database, `postgresql` and `sqlite`. Whoever asks first makes them in the folder `shared`."""
    told = shared / "made.json"
    with (shared / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            found = {
                name: [one.name, str(one.folder), str(one.static)] for name, one in _make(shared).items()
            }
            told.write_text(json.dumps(found))
    found = json.loads(told.read_text()).items()
    return shared / "cluster", {
        name: Made(one, Path(folder), Path(static)) for name, (one, folder, static) in found
    }


def _make(shared) -> dict[str, Made]:
    server = OwnPostgreSQL()
    server.start()
    try:
        with ThreadPoolExecutor() as several:
            sqlite = several.submit(_on_sqlite, shared / "sqlite")
            tables = LiveStack(_folder(shared / "tables"), postgresql_url=server.url)
            tables.prepare()
            (tables.folder / "checkpoints").mkdir()
            built = LiveStack(shared / "built", postgresql_url=server.url, copy_of=tables.made)
            built.manage("shell", "-v0", "-c", SMALL_BANK)
            base = tables if os.environ.get("SILUN_BANK") == "demo" else built
            full = LiveStack(shared / "postgresql", postgresql_url=server.url, copy_of=base.made)
            _fill(full)
            found = {"tables": tables, "built": built, "postgresql": full, "sqlite": sqlite.result()}
        server.put_to_rest()
        subprocess.run(["mv", server.data, shared / "cluster"], check=True)  # with its owner
    finally:
        server.close()
    return {name: stack.made for name, stack in found.items()}


def _on_sqlite(folder):
    stack = LiveStack(_folder(folder))
    stack.prepare()
    if os.environ.get("SILUN_BANK") != "demo":
        stack.manage("shell", "-v0", "-c", SMALL_BANK)
    _fill(stack)
    return stack


def _fill(stack):
    if os.environ.get("SILUN_BANK") == "demo":
        stack.manage("demo")
    else:
        stack.manage("shell", "-v0", "-c", FILES)


def _folder(path):
    path.mkdir()
    return path


def rows(stack) -> dict:
    """table → rows"""
    return json.loads(stack.manage("shell", "-v0", "-c", COUNT))
