"""Put a backup back, and ask everything that can be asked whether it is whole."""

import io
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import connection

from apps.core import clock
from apps.core.backup import FORMAT, copy_tree, digest_of, files_below, read_sums, version
from apps.core.databases import (
    FILE,
    Unfit,
    create_if_missing,
    known_migrations,
    load,
    others_at_work,
    row_counts,
)
from apps.core.models import Attachment, Entry
from apps.core.sealing import seal_all
from apps.core.triggers import expected, installed


@dataclass
class Restored:
    """What was put back, and each way in which it is not what the backup promised."""

    made_at: str
    tables: int = 0
    rows: int = 0
    files: int = 0
    sealed: int = 0
    aside: Path | None = None  # where later checkpoints were put
    verified: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def restore_backup(folder: Path, *, replace: str = "") -> Restored:
    """Put the backup in the place of what is there. Raises Unfit before anything is touched.

    Where there is a bank already, `replace` must be the name of its database.
    """
    manifest = sound_manifest(folder)
    create_if_missing()
    refuse_to_overwrite(replace)
    load(folder / FILE[connection.vendor])
    done = Restored(made_at=manifest["made_at"])
    compare_rows(manifest["rows"], done)
    replace_media(folder / "media")
    done.aside = replace_checkpoints(folder / "checkpoints")
    call_command("migrate", interactive=False, verbosity=0)  # puts back triggers and the search index
    verify(done)
    return done


def sound_manifest(folder: Path) -> dict:
    """The manifest of a backup that is whole and of this very version. Raises Unfit."""
    sums = read_sums(folder)
    for name, digest in sums.items():
        if not (folder / name).is_file():
            raise Unfit(f"The backup is not whole: {name} is missing.")
        if digest_of(folder / name) != digest:
            raise Unfit(f"The backup is not whole: {name} is not what it was.")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise Unfit(f"The backup is of format {manifest['format']}; this version reads format {FORMAT}.")
    if manifest["database"] != connection.vendor:
        raise Unfit(f"The backup is of {manifest['database']}, and DATABASE_URL is {connection.vendor}.")
    theirs, ours = set(manifest["migrations"]), set(known_migrations())
    if newer := sorted(theirs - ours):
        raise Unfit(
            f"The backup was made by a newer version ({manifest['version']}; this is {version()}): {newer[0]} is not"
            " known here. Restore it with that version."
        )
    if older := sorted(ours - theirs):
        raise Unfit(
            f"The backup was made by an older version ({manifest['version']}; this is {version()}): it has no"
            f" {older[0]}. Restore it with that version, then upgrade."
        )
    return manifest


def refuse_to_overwrite(replace: str) -> None:
    """Whatever is there is only replaced by somebody who names it."""
    if others := others_at_work():
        raise Unfit(f"{others} others are connected to the database; stop web, worker and scheduler first.")
    found = there_is()
    name = Path(str(connection.settings_dict["NAME"])).name
    if found and replace != name:
        raise Unfit(f"There is a bank here already: {found}. To destroy it, say --replace {name}")


def there_is() -> str:
    """What an installation holds, in words; nothing for an empty one."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    lines = Entry.objects.count() if Entry._meta.db_table in tables else 0
    rows = sum(row_counts().values()) if lines else 0
    files = len(files_below(settings.MEDIA_ROOT))
    if not lines and not files:
        return ""
    return f"{rows} rows, {lines} lines of the journal, {files} files"


def compare_rows(promised: dict[str, int], done: Restored) -> None:
    found = row_counts()
    done.tables, done.rows = len(found), sum(found.values())
    for table in sorted(set(promised) | set(found)):
        if promised.get(table) != found.get(table):
            done.faults.append(
                f"table {table}: {promised.get(table)} rows in the backup, {found.get(table)} here"
            )


def replace_media(source: Path) -> None:
    for path in settings.MEDIA_ROOT.iterdir() if settings.MEDIA_ROOT.exists() else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    copy_tree(source, settings.MEDIA_ROOT)


def replace_checkpoints(source: Path) -> Path | None:
    """Begin with the checkpoints of the backup. Those there are may be later, and evidence: they are kept beside."""
    aside, file = None, settings.CHECKPOINT_DIR / "checkpoints.jsonl"
    kept = source / file.name
    if file.exists() and not (kept.exists() and digest_of(file) == digest_of(kept)):
        aside = file.with_name(f"checkpoints.before-restore-{clock.now():%Y%m%dT%H%M%S}.jsonl")
        file.rename(aside)
    copy_tree(source, settings.CHECKPOINT_DIR)
    return aside


def verify(done: Restored) -> None:
    """Files against the rows that name them, triggers, journal and ledger."""
    done.files = len(files_below(settings.MEDIA_ROOT))
    for name, digest in Attachment.objects.order_by("pk").values_list("file", "sha256"):
        path = settings.MEDIA_ROOT / name
        if not path.is_file():
            done.faults.append(f"file {name}: missing")
        elif digest_of(path) != digest:
            done.faults.append(f"file {name}: not what its row says")
    done.faults += [
        f"table {table}: no trigger against {event}" for table, event in sorted(expected() - installed())
    ]
    done.sealed = seal_all(everything=True)  # lines that the backup caught before their seal
    # Whatever an app can verify: journal_verify, ledger_verify.
    for command in sorted(name for name in get_commands() if name.endswith("_verify")):
        said = io.StringIO()
        try:
            call_command(command, stdout=said)
            done.verified.append(command)
        except CommandError as error:
            done.faults += [f"{command}: {line}" for line in said.getvalue().splitlines()] + [
                f"{command}: {error}"
            ]
