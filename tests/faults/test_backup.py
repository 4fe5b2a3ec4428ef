"""A bank with files is backed up, destroyed and restored, on both databases: what comes back is what was there.

SILUN_BANK=demo does it with the whole demo bank instead of the small one.
"""

import hashlib
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.faults.filled import rows

pytestmark = pytest.mark.faults

TRIGGERS = """
import json
from apps.core.triggers import installed
print(json.dumps(sorted(installed())))
"""


def triggers(stack) -> list:
    return json.loads(stack.manage("shell", "-v0", "-c", TRIGGERS))


def files(stack) -> dict:
    """What lies outside the database: name → hash."""
    found = {}
    for part in ("media", "checkpoints"):
        for path in sorted((stack.folder / part).rglob("*")):
            if path.is_file():
                found[path.relative_to(stack.folder).as_posix()] = hashlib.sha256(
                    path.read_bytes()
                ).hexdigest()
    return found


def destroy(stack):
    """What a lost machine leaves: nothing."""
    if stack.server:
        with psycopg.connect(stack.server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(stack.name)))
    shutil.rmtree(stack.folder)
    stack.folder.mkdir()


def refused(stack, *arguments) -> str:
    """What the command said as it failed."""
    with pytest.raises(subprocess.CalledProcessError) as failure:
        stack.manage(*arguments)
    return failure.value.stderr


def test_a_bank_that_was_destroyed_comes_back_row_for_row_and_file_for_file(
    filled, tmp_path, record_property
):
    stack = filled
    rows_before, files_before, triggers_before = rows(stack), files(stack), triggers(stack)
    began = time.monotonic()
    made = stack.manage("backup", str(tmp_path / "backup"))
    backed_up = time.monotonic() - began
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "backup", check=True)

    destroy(stack)
    began = time.monotonic()
    told = stack.manage("restore", str(tmp_path / "backup"))
    restored = time.monotonic() - began

    where = "PostgreSQL" if stack.server else "SQLite"
    record_property(f"restore, {where}: rows that came back", sum(rows(stack).values()))
    record_property(f"restore, {where}: files that came back", len(files(stack)))
    record_property(f"restore, {where}: minutes to back up", backed_up / 60)
    record_property(f"restore, {where}: minutes to restore and verify", restored / 60)
    assert (rows(stack), files(stack)) == (rows_before, files_before)
    assert (triggers(stack), ["ledger_leg", "UPDATE"] in triggers_before) == (triggers_before, True)
    media = sum(name.startswith("media/") for name in files_before)
    whole = f"{sum(rows_before.values())} rows of {len(rows_before)} tables"
    assert media > 0
    assert made.startswith(f"Backed up {whole}, {media} files and ")
    assert told.startswith(f"Restored {whole} and {media} files, ")
    assert told.splitlines()[-1] == (
        "Verified: rows of each table, files, triggers, journal_verify, ledger_verify."
    )
    stack.manage("journal_verify")
    stack.manage("ledger_verify")

    # The bank is there again: a second restore would destroy it, and somebody must say so.
    name = stack.name if stack.server else "silun.sqlite3"
    assert re.fullmatch(
        rf"CommandError: There is a bank here already: \d+ rows, \d+ lines of the journal, {media} files\."
        rf" To destroy it, say --replace {name}\n",
        refused(stack, "restore", str(tmp_path / "backup")),
    )
    stack.manage("restore", str(tmp_path / "backup"), "--replace", name)
    assert (rows(stack), files(stack)) == (rows_before, files_before)


def test_a_restore_says_what_of_the_backup_is_not_as_it_was_promised(filled, tmp_path):
    """The hashes are right, as of a backup that somebody wrote anew; the rows are not."""
    stack = filled
    backup = tmp_path / "backup"
    stack.manage("backup", str(backup))
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["rows"]["core_entry"] += 1
    (backup / "manifest.json").write_text(json.dumps(manifest))
    photo = next(path for path in sorted((backup / "media").rglob("*")) if path.is_file())
    photo.write_bytes(b"another")
    sums(backup)

    destroy(stack)
    complaint = refused(stack, "restore", str(backup)).splitlines()

    lines = manifest["rows"]["core_entry"]
    assert complaint == [
        f"table core_entry: {lines} rows in the backup, {lines - 1} here",
        f"file {photo.relative_to(backup / 'media')}: not what its row says",
        "CommandError: 2 faults were found in what was restored.",
    ]


def sums(folder: Path):
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))
