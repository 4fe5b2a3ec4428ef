"""A backup is a folder: the database in one file, the uploads, the checkpoints, and the hashes of all of it.

database.dump or database.sqlite3    as the database writes itself
media/…                              the uploads
checkpoints/checkpoints.jsonl        what the journal has left outside of the database
manifest.json                        of which version, with how many rows in each table
SHA256SUMS                           of every file above, as `sha256sum -c` reads it; written last
"""

import hashlib
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from apps.core import clock
from apps.core.databases import FILE, Unfit, applied_migrations, known_migrations, one_moment, row_counts
from apps.core.models import Attachment

FORMAT = 1
SUMS = "SHA256SUMS"


@dataclass
class Made:
    """What a backup holds, for whoever reads the command's answer."""

    tables: int
    rows: int
    files: int
    size: int
    checkpoints: int
    missing: list[str]  # files that rows name and nobody has


def make_backup(folder: Path) -> Made:
    """Write a backup into a new or empty folder. Raises Unfit, and leaves no SHA256SUMS, where it cannot be whole."""
    if folder.exists() and any(folder.iterdir()):
        raise Unfit(f"{folder} is not empty; a backup is written into a folder of its own.")
    if applied_migrations() != known_migrations():
        raise Unfit("The database is not on the schema of this version; run migrate first.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_moment(folder / FILE[connection.vendor]) as ask:
        tables = row_counts(ask)
        named = dict(ask(f"SELECT file, sha256 FROM {Attachment._meta.db_table}"))
    # After the database: a file that came meanwhile does no harm, a row without its file would.
    copy_tree(settings.MEDIA_ROOT, folder / "media")
    copy_tree(settings.CHECKPOINT_DIR, folder / "checkpoints")
    write_manifest(folder, tables)
    sums = write_sums(folder)
    return Made(
        tables=len(tables),
        rows=sum(tables.values()),
        files=sum(name.startswith("media/") for name in sums),
        size=sum(path.stat().st_size for path in files_below(folder)),
        checkpoints=checkpoints_in(folder),
        missing=sorted(name for name, digest in named.items() if sums.get(f"media/{name}") != digest),
    )


def write_manifest(folder: Path, tables: dict[str, int]) -> None:
    manifest = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "version": version(),
        "database": connection.vendor,
        "migrations": applied_migrations(),
        "rows": tables,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def version() -> str:
    with open(settings.BASE_DIR / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["version"]


def write_sums(folder: Path) -> dict[str, str]:
    files = [path for path in files_below(folder) if path != folder / SUMS]
    sums = {path.relative_to(folder).as_posix(): digest_of(path) for path in files}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / SUMS).write_text(lines, encoding="utf-8")
    return sums


def read_sums(folder: Path) -> dict[str, str]:
    """name → hash, as the backup says. Raises Unfit where it was never finished."""
    if not (folder / SUMS).exists():
        raise Unfit(f"{folder} is no backup, or one that was never finished: it has no {SUMS}.")
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _space, name in (line.partition("  ") for line in lines)}


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def digest_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_tree(source: Path, target: Path) -> None:
    """Copy every file; one that somebody removes meanwhile is left out."""
    for path in files_below(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)


def checkpoints_in(folder: Path) -> int:
    file = folder / "checkpoints" / "checkpoints.jsonl"
    return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0
